package freshworks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Get reads an item, and its conversation where that is wanted: a note that was edited or deleted does not move the item, so that
// nothing cheaper tells whether it changed.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	it, n, err := c.locate(id)
	if err != nil {
		return core.Observation{}, err
	}
	r, archived, err := c.fetch(ctx, it, n, c.asksTags(it, want))
	if err != nil {
		return core.Observation{}, err
	}
	var talk []message
	if want.Comments || want.Attachments {
		if talk, err = c.talk(ctx, it, n, archived); err != nil {
			return core.Observation{}, err
		}
	}
	return c.observe(ctx, it, r, talk, want)
}

// wanted reports whether the read asks for that field.
func wanted(want connectors.Want, field string) bool {
	return want.Fields == nil || slices.Contains(want.Fields, field)
}

// asksTags tells whether a read needs the tags, which cost more where they have to be asked for.
func (c *Connector) asksTags(it *Item, want connectors.Want) bool {
	return it.Tags && (c.mark == "" || wanted(want, "tags"))
}

func path(it *Item, id int64) string { return it.Path + "/" + strconv.FormatInt(id, 10) }

// fetch reads the item alone. A deleted one is ErrNotFound. One that was put away into the archive is read there: it is not gone.
func (c *Connector) fetch(ctx context.Context, it *Item, id int64, tags bool) (r record, archived bool, err error) {
	q := url.Values{}
	if tags && c.p.AskTags {
		q.Set("include", "tags")
	}
	err = c.call(ctx, http.MethodGet, path(it, id), it.One, nil, &r, httpx.Query(q))
	if c.p.Archive && errors.Is(err, connectors.ErrNotFound) {
		archived = true
		err = c.call(ctx, http.MethodGet, it.Path+"/archived/"+strconv.FormatInt(id, 10), it.One, nil, &r)
	}
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		err = c.missing(ctx, it, err)
	case err == nil && r.id() != id:
		err = connectors.Busy("reading", "the answer is not the item that was asked for", 0)
	case err == nil && r.yes("deleted"):
		err = connectors.ErrNotFound
	}
	if err != nil {
		return nil, false, fmt.Errorf("%s: reading %s%d: %w", c.name, it.Sign, id, err)
	}
	return r, archived, nil
}

// missing tells an item that is not there from an account that is not: the vendor answers 404 for both, so that after a change of the
// account's address every item would look deleted. The account's word that it is there is believed for a minute.
func (c *Connector) missing(ctx context.Context, it *Item, err error) error {
	if _, ok := c.present.Get(""); ok {
		return err
	}
	_, asking := c.http.JSON(ctx, http.MethodGet, cmp.Or(c.p.SelfPath, it.Form), nil, nil)
	switch {
	case errors.Is(asking, connectors.ErrNotFound):
		return fmt.Errorf("nothing is there, not even the account: correct base_url: %w", connectors.ErrDenied)
	case asking != nil && !forbidden(asking):
		return asking
	}
	c.present.Put("", true)
	return err
}

// observe puts an observation together, looking up names where they are not known.
func (c *Connector) observe(ctx context.Context, it *Item, r record, talk []message, want connectors.Want) (core.Observation, error) {
	s, err := c.schema(ctx, it, r.text("workspace_id"))
	if err != nil {
		return core.Observation{}, err
	}
	o := core.Observation{Ref: c.ref(it, r.id()), Revision: r.revision(), CreatedAt: r.time("created_at"), UpdatedAt: r.time("updated_at"),
		Mark: c.markOf(r), Fields: map[string]core.Value{}}
	o.OwnItem = o.Mark != ""
	for _, f := range s.fields {
		if !wanted(want, f.Name) {
			continue
		}
		v, err := c.shown(ctx, f, r)
		if err != nil {
			return core.Observation{}, err
		}
		if !v.IsAbsent() {
			o.Fields[f.Name] = v
		}
	}
	if err := c.attributesOf(ctx, r, want, o.Fields); err != nil {
		return core.Observation{}, err
	}
	if !want.Comments && !want.Attachments {
		return o, nil
	}
	comments, files, err := c.entries(ctx, it, r, talk)
	if err != nil {
		return core.Observation{}, err
	}
	o.Complete = want.Comments && want.Attachments
	if want.Comments {
		o.Comments = comments
	}
	if want.Attachments {
		o.Attachments = files
	}
	return o, nil
}

// shown is a field's value with the names of people and groups.
func (c *Connector) shown(ctx context.Context, f Field, r record) (core.Value, error) {
	if f.Shape == Group {
		var err error
		if f.Options, err = c.allGroups(ctx); err != nil {
			return core.Value{}, err
		}
	}
	v := f.read(r.at(f))
	if v.Kind() != core.KindUser || v.ID() == "" {
		return v, nil
	}
	id, err := strconv.ParseInt(v.ID(), 10, 64)
	if err != nil {
		return core.Absent(), nil
	}
	p, err := c.person(ctx, id, f.Shape == Agent)
	return p.value, err
}

// attributesOf reads what fields with a dot show, where they are asked for by name.
func (c *Connector) attributesOf(ctx context.Context, r record, want connectors.Want, into map[string]core.Value) error {
	for _, name := range want.Fields {
		show, ok := attributes[name]
		if !ok || !strings.HasPrefix(name, "requester.") {
			continue
		}
		id, err := strconv.ParseInt(r.text("requester_id"), 10, 64)
		if err != nil {
			continue
		}
		p, err := c.person(ctx, id, false)
		if err != nil {
			return err
		}
		into[name] = core.String(show(p))
	}
	return nil
}
