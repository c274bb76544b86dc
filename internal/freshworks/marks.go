package freshworks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// markForm is what a mark looks like; any other word in its place belongs to somebody else.
var markForm = regexp.MustCompile(`^dx-[a-z2-7]{26}$`)

// markOf is the mark an item carries, in the custom field or among its tags.
func (c *Connector) markOf(r record) string {
	if c.mark != "" {
		if m := r.custom().text(c.mark); markForm.MatchString(m) {
			return m
		}
	}
	for _, tag := range r.words("tags") {
		if markForm.MatchString(tag) {
			return tag
		}
	}
	return ""
}

// setMark puts a mark into the body of a new item.
func (c *Connector) setMark(it *Item, body map[string]any, mark string) error {
	switch {
	case mark == "":
	case c.mark != "":
		custom, _ := body["custom_fields"].(map[string]any)
		if custom == nil {
			custom = map[string]any{}
		}
		custom[c.mark] = mark
		body["custom_fields"] = custom
	case it.Tags:
		tags, _ := body["tags"].([]string)
		body["tags"] = append(tags, mark)
	default:
		return fmt.Errorf("a %s has no tags to mark it by; an admin must make a custom text field and name it in settings.mark_field: %w", it.Type, connectors.ErrUnsupported)
	}
	return nil
}

// recent is how far back the list is looked through for a mark beyond the lag of the index.
const recent = time.Hour

// Find looks for a mark twice: in the list of what changed lately, which is no index, and by search, which lags some minutes behind and
// knows what is older; where its results leave tags out, each is read. Where a type has no search the whole list is looked through. Both
// may miss a new item for Facts().FindLag.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	it, err := c.itemType(t.Type)
	if err != nil {
		return nil, err
	}
	if !markForm.MatchString(mark) {
		return nil, nil
	}
	attempt := func(err error) error { return fmt.Errorf("%s: looking for a mark: %w", c.name, err) }
	var refs []core.Ref
	take := func(r record) bool {
		if c.markOf(r) == mark && !r.yes("deleted") {
			refs = append(refs, c.ref(it, r.id()))
		}
		return false
	}
	from := beginning
	if it.Search != "" {
		from = c.now().Add(-recent - 2*c.lag)
	}
	q := c.listQuery(it, t.Scope, from)
	if c.p.ByUpdate {
		q.Set("order_by", "created_at") // rows stay where they are while they are read
	}
	if c.p.Workspaces && t.Scope["workspace_id"] == "" {
		q.Del("workspace_id") // a new item is made in the primary one, and the list of all leaves custom fields out
	}
	if c.p.AskTags && c.mark == "" {
		q.Set("include", "tags")
	}
	if err := each(ctx, c, it.Path, it.Many, q, take); err != nil {
		return nil, attempt(err)
	}
	if it.Search == "" || len(refs) > 0 {
		return refs, nil
	}
	key := "tag"
	if c.mark != "" {
		key = c.mark
	}
	if c.p.AskTags && c.mark == "" {
		err = c.readFound(ctx, it, t.Scope, key+":'"+mark+"'", take)
	} else {
		err = c.search(ctx, it, t.Scope, key+":'"+mark+"'", take)
	}
	if err != nil {
		return nil, attempt(err)
	}
	return refs, nil
}

// readFound is search for a product whose results show no tags: it reads what is found. What is gone meanwhile is left out.
func (c *Connector) readFound(ctx context.Context, it *Item, scope map[string]string, query string, visit func(record) (stop bool)) error {
	var ids []int64
	err := c.search(ctx, it, scope, query, func(r record) bool {
		ids = append(ids, r.id())
		return false
	})
	for _, id := range ids {
		r, _, reading := c.fetch(ctx, it, id, true)
		if errors.Is(reading, connectors.ErrNotFound) {
			continue
		}
		if reading != nil {
			return reading
		}
		if visit(r) {
			break
		}
	}
	return err
}

// hiddenMark is the link that carries a note's mark, with what stands around it.
var hiddenMark = regexp.MustCompile(`(?s)\s*(?:<(?:p|div)[^>]*>\s*)?<a\s[^>]*#(dx-[a-z2-7]{26})["'][^>]*>[^<]*</a>(?:\s*</(?:p|div)>)?`)

// withMark adds a mark to a text. It stands in the address of a link, since what is hidden in a text may be taken out.
func (c *Connector) withMark(html, mark string) string {
	if mark == "" {
		return html
	}
	at := url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: "/", Fragment: mark}
	return html + `<p><a href="` + at.String() + `">·</a></p>`
}

// splitMark takes the mark out of a text again. A mark within a quotation is that of the text that is quoted.
func splitMark(html string) (text, mark string) {
	m := hiddenMark.FindStringSubmatchIndex(html)
	if m == nil || strings.Count(html[:m[0]], "<blockquote") > strings.Count(html[:m[0]], "</blockquote") {
		return html, ""
	}
	return strings.TrimSpace(html[:m[0]] + html[m[1]:]), html[m[2]:m[3]]
}
