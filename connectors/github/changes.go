package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
)

// position is what a cursor holds. Everything up to At was listed; what was listed of the time from At less the overlap on is in Seen, because that time
// is asked for again. Page is for the case that a second has more issues than a page. Notes and NotesPage are the same position in the list of comments.
type position struct {
	At    time.Time         `json:"at,omitzero"`
	Page  int               `json:"page,omitempty"`
	Seen  map[string]string `json:"seen,omitempty"` // id: second of updated_at, revision and number of comments
	Notes time.Time         `json:"notes,omitzero"`

	NotesPage int `json:"notes_page,omitempty"`
}

const (
	// overlap is how far back the newest is asked for again: the list may show a change late, and whether since includes its second is not documented.
	overlap = time.Minute
	// perPage is the most the vendor gives. Fewer would make a second with more issues than a page likelier.
	perPage = 100
)

// CursorAt starts at t, whole seconds.
func (c *Connector) CursorAt(t time.Time) connectors.Cursor {
	t = t.UTC().Truncate(time.Second)
	return connectors.EncodeCursor(position{At: t, Notes: t})
}

// Changes lists a repository's issues by the time of their change. Pages are offsets into a list that moves, so the first page is asked for again and
// again from the last time seen on. Edits of comments do not show in that list: the repository's comments are looked at too, and an issue
// whose comment changed is listed without a revision. Deleted and moved issues vanish.
func (c *Connector) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	page := connectors.Page{Next: since}
	if err := c.checkType(t.Type); err != nil {
		return page, err
	}
	repo, err := c.scoped(ctx, t.Scope)
	if err != nil {
		return page, err
	}
	var at position
	if err := connectors.DecodeCursor(since, &at); err != nil {
		return page, fmt.Errorf("%s: reading changes: %w", c.name, err)
	}
	if limit <= 0 || limit > perPage {
		limit = perPage
	}
	if at.Notes.IsZero() { // all issues are listed: only comments edited from now on are news
		at.Notes = c.serverNow().Add(-overlap)
	}
	page, at, err = c.changed(ctx, repo, at, limit)
	if err == nil && !page.More {
		err = c.discussed(ctx, repo, &page, &at)
	}
	if err != nil {
		return connectors.Page{Next: since}, fmt.Errorf("%s: reading changes: %w", c.name, hiddenList(err, repo))
	}
	page.Next = connectors.EncodeCursor(at)
	return page, nil
}

// hiddenList makes of a list that is not found one that is hidden: that is for an admin, and says nothing of any item.
func hiddenList(err error, repo *repository) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return fmt.Errorf("%w: the account does not see the issues of %s", connectors.ErrDenied, repo.name)
	}
	return err
}

// serverNow is the vendor's time, as far as its answers told, or the own where that is earlier.
func (c *Connector) serverNow() time.Time {
	ahead, _ := c.http.ClockSkew()
	return c.now().Add(min(0, ahead)).UTC().Truncate(time.Second)
}

// changed reads one page of the list of issues.
func (c *Connector) changed(ctx context.Context, repo *repository, at position, limit int) (page connectors.Page, next position, err error) {
	q := url.Values{"state": {"all"}, "sort": {"updated"}, "direction": {"asc"}, "per_page": {strconv.Itoa(perPage)}}
	if !at.At.IsZero() {
		q.Set("since", at.At.Add(-time.Second).Format(time.RFC3339))
	}
	if at.Page > 1 {
		q.Set("page", strconv.Itoa(at.Page))
	}
	var list []issue
	link, err := c.read(ctx, repo.path("issues"), q, &list)
	if err != nil {
		return page, at, err
	}
	next = position{At: at.At, Page: at.Page, Seen: map[string]string{}, Notes: at.Notes, NotesPage: at.NotesPage}
	for id, was := range at.Seen {
		next.Seen[id] = was
	}
	reached := at.At
	for _, is := range list {
		key, mark := strconv.Itoa(is.Number), fmt.Sprintf("%d %s %d", is.UpdatedAt.Unix(), is.revision(), is.Comments)
		if at.Seen[key] == mark || is.pull() {
			reached = later(reached, is.UpdatedAt)
			continue
		}
		if len(page.Items) == limit {
			page.More = true
			break
		}
		reached = later(reached, is.UpdatedAt)
		next.Seen[key] = mark
		page.Items = append(page.Items, connectors.Change{Ref: c.ref(repo, is.Number, is.HTMLURL), Revision: is.revision(), UpdatedAt: is.UpdatedAt.UTC()})
	}
	full := nextLink.MatchString(link)
	switch {
	case reached.After(at.At):
		next.At, next.Page = reached, 0
	case full && !page.More: // the whole page is within one second
		next.Page = max(at.Page, 1) + 1
	}
	page.More = page.More || full
	if !page.More { // the newest is asked for again next time
		next.At, next.Page = earlier(next.At, c.serverNow().Add(-overlap)), 0
	}
	next.forget()
	return page, next, nil
}

// forget drops what is not asked for again. Comments have keys of their own.
func (p *position) forget() {
	for id, was := range p.Seen {
		second, _, _ := strings.Cut(was, " ")
		from := p.At
		if strings.HasPrefix(id, noteKey) {
			from = p.Notes
		}
		if n, err := strconv.ParseInt(second, 10, 64); err != nil || n < from.Unix()-2 {
			delete(p.Seen, id)
		}
	}
}

// noteKey begins the keys of comments in position.Seen.
const noteKey = "c"

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b.UTC()
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b.UTC()
	}
	return a
}

// discussed adds the issues whose comments were edited or written since. Comments of pull requests are in the same list.
func (c *Connector) discussed(ctx context.Context, repo *repository, page *connectors.Page, at *position) error {
	var list []note
	q := url.Values{"sort": {"updated"}, "direction": {"asc"}, "per_page": {strconv.Itoa(perPage)}, "since": {at.Notes.Add(-time.Second).Format(time.RFC3339)}}
	if at.NotesPage > 1 {
		q.Set("page", strconv.Itoa(at.NotesPage))
	}
	link, err := c.read(ctx, repo.path("issues", "comments"), q, &list)
	if err != nil {
		return err
	}
	reached := at.Notes
	for _, m := range list {
		reached = later(reached, m.UpdatedAt)
		n, err := strconv.Atoi(m.IssueURL[strings.LastIndexByte(m.IssueURL, '/')+1:])
		key, was := noteKey+strconv.FormatInt(m.ID, 10), strconv.FormatInt(m.UpdatedAt.Unix(), 10)
		if err != nil || strings.Contains(m.HTMLURL, "/pull/") || at.Seen[key] == was {
			continue
		}
		at.Seen[key] = was
		address, _, _ := strings.Cut(m.HTMLURL, "#")
		if m.UpdatedAt.After(m.CreatedAt) { // a new comment moves the issue itself
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(repo, n, address), UpdatedAt: m.UpdatedAt.UTC()})
		}
	}
	switch page.More = nextLink.MatchString(link); {
	case page.More && reached.After(at.Notes):
		at.Notes, at.NotesPage = reached, 0
	case page.More: // the whole page is within one second
		at.NotesPage = max(at.NotesPage, 1) + 1
	default:
		at.Notes, at.NotesPage = earlier(reached, c.serverNow().Add(-overlap)), 0
		at.forget()
	}
	return nil
}
