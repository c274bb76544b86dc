package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// raw is an item as the system shows it.
type raw struct {
	typ    string
	it     *Item
	item   any
	header map[string]any // of the answer that showed this item alone
	vars   vars           // what its requests can name
}

func (r raw) see() vars {
	return vars{"item": r.item, "settings": r.vars["settings"], "header": r.header}
}

// Get reads an item by its own address, with comments and files in the same call where the manifest says so.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	r, err := c.get(ctx, id, want)
	if err != nil {
		return core.Observation{}, c.failed("reading "+id, err)
	}
	o, err := c.observe(ctx, r, want)
	return o, c.failed("reading "+id, err)
}

func (c *Connector) get(ctx context.Context, id string, want connectors.Want) (raw, error) {
	name, it, v, err := c.at(id)
	if err != nil {
		return raw{}, err
	}
	v["scope"] = want.Type.Scope
	queries := []map[string]Values{it.Get.Query}
	if k := it.Comments; k != nil && want.Comments {
		queries = append(queries, k.With)
	}
	if a := it.Attachments; a != nil && want.Attachments {
		queries = append(queries, a.With)
	}
	if it.History != nil && want.Comments {
		queries = append(queries, it.History.With)
	}
	q := query(v, queries...)
	if it.Narrow != nil && want.Fields != nil && !want.Comments && !want.Attachments {
		c.narrow(ctx, it, v, want.Fields, q)
	}
	if err := c.vouch(ctx); err != nil {
		return raw{}, err
	}
	a, err := c.call(ctx, it.Get, http.MethodGet, v, q, it.Get.Body.fill(v))
	if err != nil {
		return raw{}, err
	}
	x, err := it.Get.Item.eval(a.vars())
	if err != nil {
		return raw{}, err
	}
	r := raw{typ: name, it: it, item: x, header: a.header, vars: v}
	if _, ok := x.(map[string]any); !ok {
		return r, connectors.Busy("GET "+it.Get.Path.source, "the answer has no item where the manifest says", 0)
	}
	gone, err := it.Gone.truth(r.see())
	if err != nil {
		return r, err
	}
	if is, err := it.is(r); err != nil || !is || gone {
		if err == nil {
			err = fmt.Errorf("it is deleted, or no %s: %w", name, connectors.ErrNotFound)
		}
		return r, err
	}
	if got, err := c.idOf(r); err != nil || got != id {
		if err == nil {
			err = connectors.Busy("GET "+it.Get.Path.source, "the answer is not the item that was asked for", 0)
		}
		return r, err
	}
	return r, nil
}

// narrow asks for the wanted fields only.
func (c *Connector) narrow(ctx context.Context, it *Item, v vars, wanted []string, q url.Values) {
	fields, err := c.fields(ctx, it, v, wanted)
	if err != nil {
		return // everything is read
	}
	ask := slices.Clone(it.Narrow.Always)
	for _, n := range wanted {
		if f := fields[n]; f != nil {
			ask = append(ask, cmp.Or(f.Ask, f.vendorName(), n))
		}
	}
	slices.Sort(ask)
	q.Set(it.Narrow.Parameter, strings.Join(slices.Compact(ask), cmp.Or(it.Narrow.Join, ",")))
}

// is tells an item of the type from what else a list shows.
func (it *Item) is(r raw) (bool, error) {
	if it.Only == nil {
		return true, nil
	}
	return it.Only.truth(r.see())
}

// parts takes an id apart.
func (it *Item) parts(id string) (map[string]string, bool) {
	names := holes(it.IDIs)
	form := regexp.QuoteMeta(it.IDIs)
	for _, n := range names {
		form = strings.Replace(form, regexp.QuoteMeta("{"+n+"}"), `([^/#\s]+)`, 1)
	}
	m := regexp.MustCompile("^" + form + "$").FindStringSubmatch(id)
	if m == nil {
		return nil, false
	}
	out := map[string]string{}
	for i, n := range names {
		out[n] = m[i+1]
	}
	return out, true
}

func (c *Connector) idOf(r raw) (string, error) {
	id, err := r.it.ID.text(r.see())
	if err == nil && id == "" {
		err = connectors.Busy("reading an item", "the answer shows no id", 0)
	}
	if len(c.m.Items) > 1 {
		id = r.typ + ":" + id
	}
	return id, err
}

func (c *Connector) ref(r raw) (core.Ref, error) {
	id, err := c.idOf(r)
	if err != nil {
		return core.Ref{}, err
	}
	key, err := r.it.Key.text(r.see())
	if err != nil {
		return core.Ref{}, err
	}
	at, err := r.it.URL.text(r.see())
	return core.Ref{System: c.name, Type: r.typ, ID: id, Key: cmp.Or(key, id), URL: at}, err
}

func (c *Connector) revision(r raw) (string, error) {
	return r.it.Revision.text(r.see())
}

// change is an item of a list.
func (c *Connector) change(r raw) (connectors.Change, error) {
	ref, err := c.ref(r)
	if err != nil {
		return connectors.Change{}, err
	}
	rev, err := c.revision(r)
	if err != nil {
		return connectors.Change{}, err
	}
	at, err := r.it.Updated.eval(r.see())
	if err != nil {
		return connectors.Change{}, err
	}
	gone, err := r.it.Gone.truth(r.see())
	return connectors.Change{Ref: ref, Revision: rev, UpdatedAt: c.instant(at), Deleted: gone}, err
}

// observe makes an observation of what the system shows.
func (c *Connector) observe(ctx context.Context, r raw, want connectors.Want) (core.Observation, error) {
	o := core.Observation{}
	ch, err := c.change(r)
	if err != nil {
		return o, err
	}
	o.Ref, o.Revision, o.UpdatedAt = ch.Ref, ch.Revision, ch.UpdatedAt
	created, err := r.it.Created.eval(r.see())
	if err != nil {
		return o, err
	}
	o.CreatedAt = c.instant(created)
	self, err := c.Self(ctx)
	if err != nil {
		return o, err
	}
	if o.CreatedBy, err = c.byline(r.it.Creator, r.see()); err != nil {
		return o, err
	}
	if o.UpdatedBy, err = c.byline(r.it.Updater, r.see()); err != nil {
		return o, err
	}
	if o.Mark, err = c.markOf(r.it.Mark, r.see(), r.it); err != nil {
		return o, err
	}
	if copied(o.CreatedBy, self) {
		o.Mark = ""
	}
	o.OwnItem = o.Mark != ""
	if o.Fields, err = c.shownFields(ctx, r, want.Fields); err != nil {
		return o, err
	}
	o.Complete = want.Comments && want.Attachments
	if want.Comments && r.it.Comments != nil {
		if o.Comments, err = c.comments(ctx, r, self); err != nil {
			return o, err
		}
	}
	if want.Attachments && r.it.Attachments != nil {
		if o.Attachments, err = c.attachments(ctx, r, self); err != nil {
			return o, err
		}
	}
	if h := r.it.History; h != nil && h.List == nil && want.Comments {
		if o.Changed, o.Ours, err = c.history(ctx, r, self); err != nil {
			return o, err
		}
	}
	return o, nil
}

// copied tells that an item was made by somebody else than the account: a mark on it was copied along from the item it is a copy of.
func copied(by, self core.Value) bool {
	return by.ID() != "" && self.ID() != "" && by.ID() != self.ID()
}

// byline is who did something; absent where the system does not tell.
func (c *Connector) byline(e *Expr, v vars) (core.Value, error) {
	x, err := e.eval(v)
	if err != nil || x == nil {
		return core.Absent(), err
	}
	return c.shown(x)
}

// shownFields are the fields an item shows, all of them where wanted is nil.
func (c *Connector) shownFields(ctx context.Context, r raw, wanted []string) (map[string]core.Value, error) {
	fields, err := c.fields(ctx, r.it, r.vars, wanted)
	if err != nil {
		return nil, err
	}
	out := map[string]core.Value{}
	for name, f := range fields {
		if wanted != nil && !slices.Contains(wanted, name) {
			continue
		}
		x, err := c.rawField(r, name, f)
		if err != nil {
			return nil, err
		}
		if out[name], err = c.read(ctx, f, x, r.vars); err != nil {
			if errors.Is(err, connectors.ErrUnsupported) {
				err = fmt.Errorf("field %s: %w", name, err)
			}
			return nil, err
		}
	}
	return out, nil
}

// rawField is what the answer shows of a field, without a mark that stands in its text.
func (c *Connector) rawField(r raw, name string, f *Field) (any, error) {
	var x any
	var err error
	if f.Read != nil {
		x, err = f.Read.eval(r.see())
	} else if at, ok := filled(f.At, r.vars); ok {
		x = valueAt(r.item, at)
	}
	if m := r.it.Mark; err == nil && m != nil && m.Text == name {
		x, _ = m.split(textOf(x))
	}
	return x, err
}

// GetMany reads many items in few calls, fields only.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	want.Comments, want.Attachments = false, false
	byType := map[string][]string{}
	for _, id := range ids {
		if name, _, _, err := c.typed(id); err == nil {
			byType[name] = append(byType[name], id)
		}
	}
	var out []core.Observation
	for _, name := range sortedKeys(byType) {
		it := c.m.Items[name]
		if it.Batch == nil {
			for _, id := range byType[name] {
				o, err := c.Get(ctx, id, want)
				if errors.Is(err, connectors.ErrNotFound) {
					continue
				}
				if err != nil {
					return nil, err
				}
				out = append(out, o)
			}
			continue
		}
		for chunk := range slices.Chunk(byType[name], max(1, it.Batch.Most)) {
			some, err := c.batch(ctx, name, it, chunk, want)
			if err != nil {
				return nil, c.failed(fmt.Sprintf("reading %d items", len(chunk)), err)
			}
			out = append(out, some...)
		}
	}
	return out, nil
}

func (c *Connector) batch(ctx context.Context, name string, it *Item, ids []string, want connectors.Want) (out []core.Observation, err error) {
	bare := make([]string, len(ids))
	for i, id := range ids {
		_, bare[i], _, _ = c.typed(id)
	}
	sort.Strings(bare)
	v := vars{"settings": c.settings, "scope": want.Type.Scope, "ids": strings.Join(bare, cmp.Or(it.Batch.Join, ","))}
	list, err := c.all(ctx, &it.Batch.Request, v)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		r := raw{typ: name, it: it, item: x, vars: v}
		ch, err := c.change(r)
		if err != nil {
			return nil, err
		}
		if is, err := it.is(r); err != nil || !is || ch.Deleted || !slices.Contains(ids, ch.Ref.ID) {
			if err != nil {
				return nil, err
			}
			continue
		}
		o, err := c.observe(ctx, r, want)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
