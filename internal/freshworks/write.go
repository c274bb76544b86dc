package freshworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Create makes an item that carries the draft's mark.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: creating a %s: %w", c.name, draft.Type, err) }
	it, err := c.itemType(draft.Type)
	if err != nil {
		return core.Observation{}, err
	}
	body := map[string]any{}
	if err := it.scope(body, draft.Scope); err != nil {
		return core.Observation{}, attempt(err)
	}
	s, err := c.schema(ctx, it, draft.Scope["workspace_id"])
	if err != nil {
		return core.Observation{}, err
	}
	w := c.writing(it, s)
	w.create = true
	if err := w.fields(ctx, draft.Fields); err != nil {
		return core.Observation{}, attempt(err)
	}
	for key, v := range w.body {
		body[key] = v
	}
	for key, v := range it.Defaults {
		if _, named := body[key]; !named {
			body[key] = v
		}
	}
	if err := c.requester(ctx, body); err != nil {
		return core.Observation{}, attempt(err)
	}
	if err := c.setMark(it, body, draft.Mark); err != nil {
		return core.Observation{}, attempt(err)
	}
	var r record
	err = c.call(ctx, http.MethodPost, it.Path, it.One, body, &r)
	if err == nil && r.id() == 0 {
		err = connectors.Busy("creating", "the answer has no item", 0)
	}
	if err != nil {
		return core.Observation{}, attempt(c.named(s, err))
	}
	w.keepTags(r, body)
	return c.observe(ctx, it, r, nil, connectors.Want{})
}

// scope puts where the item goes into the body.
func (it *Item) scope(body map[string]any, in map[string]string) error {
	for k, v := range in {
		if !slices.Contains(it.Scopes, k) {
			return connectors.Invalid("the scope", k, "the scope of a "+it.Type+" is "+strings.Join(it.Scopes, ", "))
		}
		body[k] = v
		if strings.HasSuffix(k, "_id") {
			id, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return connectors.Invalid("the scope", k, "it takes an id, which is a number")
			}
			body[k] = id
		}
	}
	return nil
}

// requester names for whom a new item is made where the draft does not.
func (c *Connector) requester(ctx context.Context, body map[string]any) error {
	if body["requester_id"] != nil || body["email"] != nil {
		return nil
	}
	who, err := c.Self(ctx)
	if c.forWhom != "" {
		if who, err = c.resolve(ctx, c.forWhom, true, true); errors.Is(err, connectors.ErrNotFound) {
			err = fmt.Errorf("nobody has the e-mail address of settings.requester: %w", connectors.ErrDenied)
		}
	}
	if err != nil {
		return err
	}
	body["requester_id"], err = strconv.ParseInt(who.ID(), 10, 64)
	return err
}

// Update reads the item, compares it with what the caller last saw, and sends what differs. The vendor guards nothing: an edit of a person
// between the read and the write is not seen. Times have whole seconds, so that the fields that are to be written are compared with
// want.Known as well.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	it, n, err := c.locate(id)
	if err != nil {
		return core.Observation{}, err
	}
	attempt := func(err error) error { return fmt.Errorf("%s: updating %s%d: %w", c.name, it.Sign, n, err) }
	want.Comments, want.Attachments = false, false
	names := patch.Names()
	first := ""
	if len(names) > 0 {
		first = names[0]
	}
	r, archived, err := c.fetch(ctx, it, n, c.asksTags(it, want) || slices.Contains(names, "tags"))
	if err != nil {
		return core.Observation{}, err
	}
	switch {
	case revision != "" && r.revision() != revision:
		return core.Observation{}, attempt(connectors.ErrStale)
	case archived:
		return core.Observation{}, attempt(putAway(first))
	case r.yes("spam"):
		return core.Observation{}, attempt(connectors.Invalid("the item", first, "it is marked as spam: an agent has to take that back first"))
	}
	s, err := c.schema(ctx, it, r.text("workspace_id"))
	if err != nil {
		return core.Observation{}, err
	}
	w := c.writing(it, s)
	w.present = r
	if err := w.patch(ctx, patch, revision, want.Known); err != nil {
		return core.Observation{}, attempt(err)
	}
	if len(w.body) > 0 {
		var after record
		err := c.call(ctx, http.MethodPut, path(it, n), it.One, w.body, &after, httpx.Operation("PUT "+it.Path+"/{id}"))
		if err == nil && after.id() != n {
			err = connectors.Busy("updating", "the answer is not the updated item", 0)
		}
		if err = c.gone(ctx, it, n, err); err != nil {
			return core.Observation{}, attempt(needed(c.named(s, err), patch.Fields))
		}
		w.keepTags(after, w.body)
		r = after
	}
	return c.observe(ctx, it, r, nil, want)
}

// Delete moves an item to the vendor's trash. One that is there already is ErrNotFound, one in the archive an InvalidError.
func (c *Connector) Delete(ctx context.Context, id string) error {
	it, n, err := c.locate(id)
	if err != nil {
		return err
	}
	_, err = c.http.JSON(ctx, http.MethodDelete, path(it, n), nil, nil)
	if err = c.gone(ctx, it, n, err); err != nil {
		return fmt.Errorf("%s: deleting %s%d: %w", c.name, it.Sign, n, err)
	}
	return nil
}

// gone looks again where a write was refused as a 405, which means that the item is in the trash, or marked as spam, or as a 404, which may
// mean that it was put away into the archive, or that the account is not there: then it is not gone.
func (c *Connector) gone(ctx context.Context, it *Item, id int64, err error) error {
	missing := errors.Is(err, connectors.ErrNotFound)
	if !missing && !errors.Is(err, connectors.ErrUnsupported) {
		return err
	}
	switch _, archived, reading := c.fetch(ctx, it, id, false); {
	case errors.Is(reading, connectors.ErrNotFound), missing && reading != nil:
		return reading
	case archived:
		return putAway("")
	}
	return err
}

// putAway refuses a write to an archived item.
func putAway(field string) error {
	return connectors.Invalid("the item", field, "it is archived: nothing of it can be changed any more")
}

// named gives the fields of a refusal the names that mappings use.
func (c *Connector) named(s *schema, err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	fields := map[string]string{}
	for at, why := range invalid.Fields {
		switch i := slices.IndexFunc(s.fields, func(f Field) bool { return f.Key == at || f.Form == at && at != "" }); {
		case c.mark != "" && at == c.mark:
			fields[""] = "settings.mark_field names " + at + ", which the account refuses: " + why
		case at == "email":
			fields["requester"] = why
		case i >= 0:
			fields[s.fields[i].Name] = why
		default:
			fields[at] = why
		}
	}
	return &connectors.InvalidError{Fields: fields}
}

// needed tells a status that was refused for want of other fields from fields that were refused themselves: the status is what cannot be
// written then.
func needed(err error, fields map[string]core.Value) error {
	var invalid *connectors.InvalidError
	_, moves := fields["status"]
	if !errors.As(err, &invalid) || !moves {
		return err
	}
	var missing []string
	for f := range invalid.Fields {
		if _, written := fields[f]; written || f == "" {
			return err
		}
		missing = append(missing, f)
	}
	if len(missing) == 0 {
		return err
	}
	slices.Sort(missing)
	return &connectors.InvalidError{Fields: map[string]string{"status": fmt.Sprintf("%s needs %s; give it beside the status, with also: {%s: {%s: …}}",
		fields["status"], strings.Join(missing, ", "), connectors.ThisSide, missing[0])}}
}
