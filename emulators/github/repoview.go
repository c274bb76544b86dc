package github

import (
	"cmp"
	"net/http"
	"slices"
)

// repoParts are the addresses that are shown of a repository: key, path below its own.
var repoParts = map[string]string{"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
	"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
	"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
	"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
	"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
	"hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages",
	"merges_url": "/merges", "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
	"pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams", "trees_url": "/git/trees{/sha}"}

func (c *call) repoView(r *repo) object {
	url, page := c.repoURL(r), c.e.base+"/"+r.full()
	open := 0
	for _, i := range c.e.st.Issues {
		if i.Repo == r.ID && !i.Deleted && i.State == "open" {
			open++
		}
	}
	visibility := "public"
	if r.Private {
		visibility = "private"
	}
	out := object{"id": r.ID, "node_id": node("R", r.ID), "name": r.Name, "full_name": r.full(), "private": r.Private,
		"owner": c.userView(c.owner(r)), "html_url": page, "description": nil, "fork": false, "url": url, "created_at": stamp(r.Created),
		"updated_at": stamp(r.Created), "pushed_at": stamp(r.Created), "git_url": "git:" + page, "ssh_url": "git@host:" + r.full() + ".git",
		"clone_url": page + ".git", "svn_url": page, "mirror_url": nil, "homepage": nil, "size": 0, "stargazers_count": 0, "watchers_count": 0,
		"language": nil, "has_issues": r.HasIssues, "has_projects": true, "has_downloads": true, "has_wiki": true, "has_pages": false,
		"has_discussions": false, "forks_count": 0, "archived": false, "disabled": false, "open_issues_count": open, "license": nil,
		"allow_forking": true, "is_template": false, "web_commit_signoff_required": false, "topics": []any{}, "visibility": visibility,
		"forks": 0, "open_issues": open, "watchers": 0, "default_branch": "main"}
	for key, below := range repoParts {
		out[key] = url + below
	}
	return out
}

func (c *call) owner(r *repo) *user { return c.e.st.userByLogin(r.Owner) }

func (c *call) reposByID() []*repo {
	var out []*repo
	for _, r := range c.e.st.Repos {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *repo) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (c *call) getRepo() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	out := c.repoView(r)
	out["network_count"], out["subscribers_count"] = 0, 0
	if c.actor.user != nil {
		role := c.role(r)
		out["permissions"] = object{"admin": role == roleAdmin, "maintain": role == roleAdmin, "push": role >= roleWrite,
			"triage": role >= roleTriage, "pull": true}
	}
	return c.answer(http.StatusOK, out)
}

func (c *call) getMeta() error {
	out := object{"verifiable_password_authentication": false}
	if c.e.opts.Enterprise {
		out["installed_version"] = "3.20.0"
	}
	return c.answer(http.StatusOK, out)
}
