package conformance_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"duplex/connectors"
	"duplex/core"
)

// used are the cursors that a sabotaged search has seen.
type used struct {
	sync.Mutex
	cursors map[string]bool
}

var usedCursors = used{cursors: map[string]bool{}}

// again tells whether the cursor was used before for the query.
func (u *used) again(query string, cursor connectors.Cursor) bool {
	u.Lock()
	defer u.Unlock()
	key := query + string(cursor)
	defer func() { u.cursors[key] = true }()
	return cursor != "" && u.cursors[key]
}

func (b broken) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if b.what == "search is everywhere" {
		t.Scope = nil
	}
	var p connectors.Page
	var err error
	switch b.what {
	case "search is loose", "search keeps":
		p, err = b.searchOf(ctx, t, query)
	default:
		p, err = b.Connector.Search(ctx, t, query, cursor)
	}
	switch {
	case b.what == "search misses" && len(p.Items) > 1:
		p.Items = p.Items[1:]
	case b.what == "search invents":
		for i := range p.Items {
			p.Items[i].Revision = "made up"
		}
	case b.what == "search ends early":
		p.More = false
	case b.what == "search remembers" && usedCursors.again(query, cursor):
		p.Items = nil
	case b.what == "search wants results" && err == nil && len(p.Items) == 0:
		err = connectors.ErrNotFound
	case b.what == "search is patient" && connectors.Class(err) == "invalid":
		err = connectors.Busy("searching", "try again", 0)
	case b.what == "search is silent" && connectors.Class(err) == "invalid":
		err = &connectors.InvalidError{Fields: map[string]string{"": ""}}
	}
	return p, err
}

// searchOf lists more than the query finds: titles that begin with the word, or deleted items.
func (b broken) searchOf(ctx context.Context, t connectors.ItemType, query string) (connectors.Page, error) {
	all, err := b.Connector.Changes(ctx, t, "", 10000)
	if err != nil {
		return all, err
	}
	found, err := b.Connector.Search(ctx, t, query, "")
	if err != nil {
		return found, err
	}
	for _, c := range all.Items {
		o, err := b.Connector.Get(ctx, c.Ref.ID, connectors.Want{Type: t})
		loose := err == nil && strings.HasPrefix("title="+o.Field("title").Source(), query)
		if b.what == "search keeps" && c.Deleted || b.what == "search is loose" && loose {
			found.Items = append(found.Items, c)
		}
	}
	return found, nil
}

func (b broken) FindByField(ctx context.Context, t connectors.ItemType, field, value string) ([]core.Ref, error) {
	var more []core.Ref
	switch b.what {
	case "match is everywhere":
		t.Scope = nil
	case "match reads the value":
		value = strings.NewReplacer(`"`, "", `\`, "", "*", "", ":", "").Replace(value)
	case "match knows all":
		if field == "no such field" {
			return nil, nil
		}
	case "match folds":
		value = strings.ToLower(value)
	case "match drops signs":
		if strings.Trim(value, `*:"\`) == "" {
			return nil, nil
		}
	case "match counts too soon":
		more = b.begins(ctx, t, field, value)
	case "match keeps":
		more = b.deleted(ctx, t)
	}
	refs, err := b.Connector.FindByField(ctx, t, field, value)
	refs = append(more, refs...)
	switch {
	case b.what == "match misses" && strings.HasPrefix(value, "w"):
		refs = nil
	case b.what == "match takes the first":
		refs = refs[:min(1, len(refs))]
	case b.what == "match counts too soon":
		refs = refs[:min(10, len(refs))]
	case b.what == "match wants results" && err == nil && len(refs) == 0:
		err = connectors.ErrNotFound
	}
	return refs, err
}

func (b broken) begins(ctx context.Context, t connectors.ItemType, field, value string) (refs []core.Ref) {
	all, _ := b.Connector.Changes(ctx, t, "", 10000) // none then, which the suite says
	for _, c := range all.Items {
		o, err := b.Connector.Get(ctx, c.Ref.ID, connectors.Want{Type: t})
		if err == nil && strings.HasPrefix(o.Field(field).Source(), value+" ") {
			refs = append(refs, c.Ref)
		}
	}
	return refs
}

func (b broken) deleted(ctx context.Context, t connectors.ItemType) (refs []core.Ref) {
	all, _ := b.Connector.Changes(ctx, t, "", 10000) // none then, which the suite says
	for _, c := range slices.DeleteFunc(all.Items, func(c connectors.Change) bool { return !c.Deleted }) {
		refs = append(refs, c.Ref)
	}
	return refs
}
