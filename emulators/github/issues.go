package github

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// issue finds the issue or pull request the path names: 301 where it was transferred, 410 where it was deleted, 404
// where there never was one or it may not be seen.
func (c *call) issue() (*issue, *repo, error) {
	r, err := c.repo()
	if err != nil {
		return nil, nil, err
	}
	if err := c.permit("issues"); err != nil {
		return nil, nil, err
	}
	number := c.pathID("issue_number")
	if moved := c.e.st.movedFrom(r, number); moved != nil {
		to := c.e.st.Repos[moved.Repo]
		if moved.Deleted || c.role(to) == roleNone {
			return nil, nil, notFound()
		}
		tail := strings.SplitN(c.req.URL.EscapedPath(), "/issues/"+c.req.PathValue("issue_number"), 2)[1]
		return nil, nil, c.moved("/repos/" + to.full() + "/issues/" + strconv.FormatInt(moved.Number, 10) + tail)
	}
	i := c.e.st.issueAt(r, number)
	switch {
	case i == nil:
		return nil, nil, notFound()
	case i.Deleted:
		return nil, nil, refuse(http.StatusGone, "This issue was deleted")
	case !r.HasIssues && !i.Pull:
		return nil, nil, refuse(http.StatusGone, "Issues are disabled for this repo")
	}
	return i, r, nil
}

// writableIssue is issue for somebody with a role in the repository, where less is 403.
func (c *call) writableIssue(need int) (*issue, *repo, error) {
	i, r, err := c.issue()
	if err == nil {
		_, err = c.writable(need, "issues")
	}
	return i, r, err
}

func (c *call) getIssue() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	c.modified = i.Updated
	return c.answer(http.StatusOK, c.issueAnswer(i))
}

func (c *call) listIssues() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	if err := c.permit("issues"); err != nil {
		return err
	}
	if !r.HasIssues {
		return refuse(http.StatusNotFound, "Issues are disabled for this repo")
	}
	rows, err := c.filtered(c.e.st.issuesOf(func(i *issue) bool { return i.Repo == r.ID }))
	if err != nil {
		return err
	}
	return c.issuePage(rows)
}

// listOrgIssues is what the caller has to do with in the organization: filter is assigned unless it is named.
func (c *call) listOrgIssues() error {
	if !strings.EqualFold(c.req.PathValue("org"), Org) {
		return notFound()
	}
	me := int64(0)
	if c.actor.user != nil {
		me = c.actor.user.ID
	}
	rows, err := c.filtered(c.e.st.issuesOf(func(i *issue) bool {
		r := c.e.st.Repos[i.Repo]
		if r.Owner != Org || c.role(r) == roleNone {
			return false
		}
		switch cmp.Or(c.query("filter"), "assigned") {
		case "assigned":
			return slices.Contains(i.Assignees, me)
		case "created":
			return i.Author == me
		}
		return true
	}))
	if err != nil {
		return err
	}
	return c.issuePage(rows)
}

func (c *call) issuePage(rows []*issue) error {
	some, err := paged(c, rows)
	if err != nil {
		return err
	}
	out := []object{}
	for _, i := range some {
		out = append(out, c.issueAnswer(i))
	}
	return c.answer(http.StatusOK, out)
}

// filtered applies the query's filters and order: state is open unless it is named, the order created descending.
// since is taken as "after that second", the harder of two readings.
func (c *call) filtered(rows []*issue) ([]*issue, error) {
	since, err := c.since()
	if err != nil {
		return nil, err
	}
	q := c.req.URL.Query()
	state := cmp.Or(q.Get("state"), "open")
	if !slices.Contains([]string{"open", "closed", "all"}, state) {
		return nil, invalid(problem("Issue", "state", "invalid", ""))
	}
	rows = slices.DeleteFunc(rows, func(i *issue) bool {
		r := c.e.st.Repos[i.Repo]
		fits := (state == "all" || state == i.State) && (since.IsZero() || i.Updated.After(since)) && c.fitsPeople(i)
		for _, name := range strings.Split(q.Get("labels"), ",") {
			l := r.label(strings.TrimSpace(name))
			fits = fits && (name == "" || l != nil && slices.Contains(i.Labels, l.ID))
		}
		switch m := q.Get("milestone"); m {
		case "", "*":
			fits = fits && (m == "" || i.Milestone != 0)
		case "none":
			fits = fits && i.Milestone == 0
		default:
			fits = fits && m == strconv.FormatInt(i.Milestone, 10)
		}
		switch t := q.Get("type"); t {
		case "", "*":
			fits = fits && (t == "" || i.Type != 0)
		case "none":
			fits = fits && i.Type == 0
		default:
			of := typeByID(i.Type)
			fits = fits && of != nil && strings.EqualFold(of.name, t)
		}
		return !fits
	})
	c.sort(rows, cmp.Or(q.Get("sort"), "created"), cmp.Or(q.Get("direction"), "desc"))
	return rows, nil
}

func (c *call) fitsPeople(i *issue) bool {
	q := c.req.URL.Query()
	if login := q.Get("creator"); login != "" {
		u := c.e.st.userByLogin(login)
		if u == nil || u.ID != i.Author {
			return false
		}
	}
	switch login := q.Get("assignee"); login {
	case "":
		return true
	case "none":
		return len(i.Assignees) == 0
	case "*":
		return len(i.Assignees) > 0
	default:
		u := c.e.st.userByLogin(login)
		return u != nil && slices.Contains(i.Assignees, u.ID)
	}
}

func (c *call) sort(rows []*issue, by, direction string) {
	slices.SortStableFunc(rows, func(a, b *issue) int {
		n := 0
		switch by {
		case "updated":
			n = a.Updated.Compare(b.Updated)
		case "comments":
			n = c.e.st.countComments(a.ID) - c.e.st.countComments(b.ID)
		default:
			n = a.Created.Compare(b.Created)
		}
		if n = cmp.Or(n, cmp.Compare(a.ID, b.ID)); direction == "desc" {
			n = -n
		}
		return n
	})
}

func (c *call) postIssue() error {
	r, err := c.writable(roleRead, "issues")
	if err != nil {
		return err
	}
	if !r.HasIssues {
		return refuse(http.StatusGone, "Issues has been disabled in this repository.")
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	i, err := c.newIssue(r, in, false)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.issueURL(i))
	return c.answer(http.StatusCreated, c.issueAnswer(i))
}

// newIssue makes an issue or pull request from a request: opened, and one webhook each for labels and assignees.
func (c *call) newIssue(r *repo, in object, pull bool) (*issue, error) {
	if in["title"] == nil {
		return nil, invalid(problem("Issue", "title", "missing_field", ""))
	}
	i := &issue{Repo: r.ID, State: "open", Author: c.actor.user.ID, Pull: pull, ViaApp: c.actor.app(), Created: c.now, Updated: c.now,
		Values: map[int64]any{}}
	want, err := c.wanted(i, r, in)
	if err != nil {
		return nil, err
	}
	i.ID = c.e.st.id()
	r.LastNumber++
	i.Number = r.LastNumber
	c.e.st.Issues[i.ID] = i
	i.Title, i.Body = *want.title, want.body
	c.emit("issues", "opened", i, nil)
	if !want.dropped {
		c.arrange(i, r, want)
	}
	c.refer(i, i.text())
	c.touch(i)
	return i, nil
}

func (c *call) patchIssue() error {
	i, r, err := c.issue()
	if err != nil {
		return err
	}
	if _, err := c.writable(roleRead, "issues"); err != nil {
		return err
	}
	if c.role(r) < roleTriage && i.Author != c.actor.user.ID {
		return refuse(http.StatusForbidden, "Must have push access to update this issue.")
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	want, err := c.wanted(i, r, in)
	if err != nil {
		return err
	}
	c.rewrite(i, want)
	if !want.dropped {
		c.arrange(i, r, want)
	}
	c.turn(i, in)
	return c.answer(http.StatusOK, c.issueAnswer(i))
}

// touch moves updated_at, which has whole seconds: two changes within one second show the same.
func (c *call) touch(i *issue) {
	i.Updated = c.now
	c.dirty = true
	c.e.index.note(i, c.e.skew.Now())
}

func (i *issue) text() string {
	if i.Body == nil {
		return i.Title
	}
	return i.Title + "\n\n" + *i.Body
}

func timeOf(v any) (*time.Time, bool) {
	if v == nil {
		return nil, true
	}
	at, err := time.Parse(time.RFC3339, text(v))
	if err != nil {
		return nil, false
	}
	at = at.UTC().Truncate(time.Second)
	return &at, true
}
