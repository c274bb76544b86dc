package github

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func stampOf(t *time.Time) any {
	if t == nil {
		return nil
	}
	return stamp(*t)
}

// node is the global id of GraphQL for a thing.
func node(kind string, id int64) string {
	return kind + "_kwDO" + base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprint(id)))
}

func (c *call) userView(u *user) any {
	if u == nil {
		return nil
	}
	if u.Gone {
		u = c.e.st.Users[userGhost]
	}
	at := c.e.api() + "/users/" + u.Login
	return object{"login": u.Login, "id": u.ID, "node_id": node("U", u.ID), "avatar_url": c.e.base + fmt.Sprintf("/avatars/u/%d?v=4", u.ID),
		"gravatar_id": "", "url": at, "html_url": c.e.base + "/" + u.Login, "followers_url": at + "/followers",
		"following_url": at + "/following{/other_user}", "gists_url": at + "/gists{/gist_id}", "starred_url": at + "/starred{/owner}{/repo}",
		"subscriptions_url": at + "/subscriptions", "organizations_url": at + "/orgs", "repos_url": at + "/repos",
		"events_url": at + "/events{/privacy}", "received_events_url": at + "/received_events", "type": u.Kind, "site_admin": false,
		"user_view_type": "public"}
}

func (c *call) userViews(ids []int64) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, c.userView(c.e.st.Users[id]))
	}
	return out
}

func (c *call) labelView(r *repo, l *label) object {
	return object{"id": l.ID, "node_id": node("LA", l.ID), "url": c.repoURL(r) + "/labels/" + strings.ReplaceAll(l.Name, " ", "%20"),
		"name": l.Name, "color": l.Color, "description": l.Description, "default": l.ID < 10_000_000}
}

func (c *call) repoURL(r *repo) string { return c.e.api() + "/repos/" + r.full() }

func (c *call) issueURL(i *issue) string {
	return fmt.Sprintf("%s/issues/%d", c.repoURL(c.e.st.Repos[i.Repo]), i.Number)
}

func (c *call) milestoneView(r *repo, m *milestone) object {
	open, closed := 0, 0
	for _, i := range c.e.st.Issues {
		if i.Repo == r.ID && i.Milestone == m.Number && !i.Deleted {
			if i.State == "open" {
				open++
			} else {
				closed++
			}
		}
	}
	url := fmt.Sprintf("%s/milestones/%d", c.repoURL(r), m.Number)
	return object{"url": url, "html_url": fmt.Sprintf("%s/%s/milestone/%d", c.e.base, r.full(), m.Number), "labels_url": url + "/labels",
		"id": m.ID, "node_id": node("MI", m.ID), "number": m.Number, "state": m.State, "title": m.Title, "description": m.Description,
		"creator": c.userView(c.e.st.Users[m.Creator]), "open_issues": open, "closed_issues": closed, "created_at": stamp(m.Created),
		"updated_at": stamp(m.Updated), "closed_at": stampOf(m.Closed), "due_on": stampOf(m.Due)}
}

func typeView(t *issueType) any {
	if t == nil {
		return nil
	}
	return object{"id": t.id, "node_id": node("IT", t.id), "name": t.name, "description": nil, "color": t.color,
		"created_at": stamp(accountBorn), "updated_at": stamp(accountBorn), "is_enabled": !t.off}
}

// association is how the author stands to the repository.
func (c *call) association(r *repo, author int64) string {
	switch role := r.Roles[author]; {
	case c.e.st.Users[author] != nil && c.e.st.Users[author].Login == r.Owner:
		return "OWNER"
	case role > roleNone && r.Owner == Org:
		return "MEMBER"
	case role > roleNone:
		return "COLLABORATOR"
	}
	return "NONE"
}

func reactions(url string) object {
	return object{"url": url + "/reactions", "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "hooray": 0, "confused": 0, "heart": 0, "rocket": 0, "eyes": 0}
}

func (c *call) via(app bool) any {
	if !app {
		return nil
	}
	return c.appView()
}

// issueView is the whole issue in the call's API version.
func (c *call) issueView(i *issue) object {
	r := c.e.st.Repos[i.Repo]
	url, page := c.issueURL(i), fmt.Sprintf("%s/%s/issues/%d", c.e.base, r.full(), i.Number)
	labels := []any{}
	for _, id := range i.Labels {
		if l := r.labelByID(id); l != nil {
			labels = append(labels, c.labelView(r, l))
		}
	}
	out := object{"url": url, "repository_url": c.repoURL(r), "labels_url": url + "/labels{/name}", "comments_url": url + "/comments",
		"events_url": url + "/events", "timeline_url": url + "/timeline", "html_url": page, "id": i.ID, "node_id": node("I", i.ID),
		"number": i.Number, "title": i.Title, "body": i.Body, "user": c.userView(c.e.st.Users[i.Author]), "labels": labels,
		"state": i.State, "state_reason": nil, "locked": i.Locked, "active_lock_reason": nil, "assignees": c.userViews(i.Assignees),
		"milestone": nil, "comments": c.e.st.countComments(i.ID), "created_at": stamp(i.Created), "updated_at": stamp(i.Updated),
		"closed_at": stampOf(i.Closed), "closed_by": nil, "author_association": c.association(r, i.Author), "reactions": reactions(url),
		"performed_via_github_app": c.via(i.ViaApp), "sub_issues_summary": c.childSummary(i), "parent_issue_url": nil,
		"issue_dependencies_summary": c.dependencySummary(i)}
	if i.Reason != "" {
		out["state_reason"] = i.Reason
	}
	if i.LockReason != "" {
		out["active_lock_reason"] = i.LockReason
	}
	if m := r.milestone(i.Milestone); m != nil {
		out["milestone"] = c.milestoneView(r, m)
	}
	if i.ClosedBy != 0 {
		out["closed_by"] = c.userView(c.e.st.Users[i.ClosedBy])
	}
	if p := c.e.st.Issues[i.Parent]; p != nil {
		out["parent_issue_url"] = c.issueURL(p)
	}
	if r.Owner == Org {
		out["issue_field_values"] = valueViews(i)
		if t := typeByID(i.Type); t != nil { // the vendor leaves the key out or sends null; the document has no null
			out["type"] = typeView(t)
		}
	}
	if c.version != newest {
		out["assignee"] = nil
		if len(i.Assignees) > 0 {
			out["assignee"] = c.userView(c.e.st.Users[i.Assignees[0]])
		}
	}
	if i.Pull {
		pull := strings.Replace(page, "/issues/", "/pull/", 1)
		out["html_url"], out["draft"] = pull, false
		out["pull_request"] = object{"url": strings.Replace(url, "/issues/", "/pulls/", 1), "html_url": pull, "diff_url": pull + ".diff",
			"patch_url": pull + ".patch", "merged_at": nil}
	}
	return out
}

func (c *call) childSummary(i *issue) object {
	total, done := 0, 0
	for _, id := range i.Children {
		if child := c.e.st.Issues[id]; child != nil && !child.Deleted {
			total++
			if child.State == "closed" {
				done++
			}
		}
	}
	return object{"total": total, "completed": done, "percent_completed": done * 100 / max(total, 1)}
}

func (c *call) dependencySummary(i *issue) object {
	open := func(list []*issue) int {
		return len(slices.DeleteFunc(slices.Clone(list), func(o *issue) bool { return o.State != "open" }))
	}
	by, blocks := c.blockers(i), c.blocked(i)
	return object{"blocked_by": open(by), "total_blocked_by": len(by), "blocking": open(blocks), "total_blocking": len(blocks)}
}

func (c *call) commentView(m *comment) object {
	i := c.e.st.Issues[m.Issue]
	r := c.e.st.Repos[i.Repo]
	url := fmt.Sprintf("%s/issues/comments/%d", c.repoURL(r), m.ID)
	return object{"url": url, "html_url": fmt.Sprintf("%s/%s/issues/%d#issuecomment-%d", c.e.base, r.full(), i.Number, m.ID),
		"issue_url": c.issueURL(i), "id": m.ID, "node_id": node("IC", m.ID), "body": m.Body, "user": c.userView(c.e.st.Users[m.Author]),
		"created_at": stamp(m.Created), "updated_at": stamp(m.Updated), "author_association": c.association(r, m.Author),
		"reactions": reactions(url), "performed_via_github_app": c.via(m.ViaApp)}
}
