package azuredevops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// basics are the fields that every read asks for.
func (c *Connector) basics() []string {
	out := []string{refProject, refType, refCreatedBy, refCreatedDate, refChangedBy, refChangedDate, refComments, refTags}
	if c.markRef != "" {
		out = append(out, c.markRef)
	}
	return out
}

// Get reads a work item: one call, and one per 200 comments where there are any that the known observation does not show already. A
// comment that was written, edited or deleted moves the revision, so that comments of the same revision are still right.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	n, err := number(id)
	if err != nil {
		return core.Observation{}, err
	}
	w, err := c.item(ctx, n, want)
	if err != nil {
		return core.Observation{}, err
	}
	o, err := c.observe(ctx, w, want)
	if err == nil && (want.Comments || want.Attachments) {
		err = c.entries(ctx, w, want, &o)
	}
	if err == nil {
		o.People, err = c.mentioned(ctx, o)
	}
	if err != nil {
		return core.Observation{}, err
	}
	return o, nil
}

// entries adds comments and files, as the caller knows them where the revision is the same.
func (c *Connector) entries(ctx context.Context, w workItem, want connectors.Want, o *core.Observation) error {
	if k := want.Known; k != nil && k.Ref.ID == o.Ref.ID && k.Revision == o.Revision && k.Complete && !want.Full {
		o.Comments, o.Attachments, o.Complete = k.Comments, k.Attachments, true
		return nil
	}
	seen, err := c.audience(ctx, w.text(refProject))
	if err != nil {
		return err
	}
	if want.Comments && w.text(refComments) != "0" {
		if o.Comments, err = c.conversation(ctx, w.ID, w.text(refProject), seen); errors.Is(err, connectors.ErrNotFound) {
			return connectors.Busy(c.name+": reading the comments", "the item was moved or deleted meanwhile", 0)
		} else if err != nil {
			return err
		}
	}
	if want.Attachments {
		o.Attachments = filesOf(w, seen)
		o.Attachments = append(o.Attachments, pictures(*o, seen)...)
	}
	o.Complete = want.Comments && want.Attachments
	return nil
}

// item reads an item as far as the read needs it. With relations the vendor gives every field (vendor page "Work Items - Get Work Item": fields
// and $expand exclude each other).
func (c *Connector) item(ctx context.Context, n int64, want connectors.Want) (workItem, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return workItem{}, err
	}
	q := url.Values{}
	switch {
	case want.Attachments || wantsLinks(want):
		q.Set("$expand", "relations")
	case want.Fields != nil:
		q.Set("fields", strings.Join(append(c.basics(), s.refsOf(want.Fields)...), ","))
	}
	var w workItem
	err = c.call(ctx, request{method: http.MethodGet, path: itemPath(n), op: "GET workitems/{id}", query: q}, &w)
	if err == nil && w.ID != n {
		err = connectors.Busy("reading", "the answer is not the work item that was asked for", 0)
	}
	if err == nil && strings.EqualFold(w.text(refDeleted), "true") {
		err = connectors.ErrNotFound
	}
	if err != nil {
		return workItem{}, fmt.Errorf("%s: reading #%d: %w", c.name, n, err)
	}
	return w, nil
}

// itemPath names no project: an item keeps its id when it moves to another.
func itemPath(n int64) string { return "/_apis/wit/workitems/" + strconv.FormatInt(n, 10) }

// observe puts an observation together, comments and files left out.
func (c *Connector) observe(ctx context.Context, w workItem, want connectors.Want) (core.Observation, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	info, err := c.typeInfo(ctx, w.text(refProject), w.text(refType))
	if err != nil {
		return core.Observation{}, err
	}
	c.remember(w)
	if err := c.learn(ctx, w.people(s)...); err != nil {
		return core.Observation{}, err
	}
	o := core.Observation{Ref: c.ref(w.ID), Revision: strconv.FormatInt(w.Rev, 10), CreatedAt: w.at(refCreatedDate), UpdatedAt: w.at(refChangedDate),
		CreatedBy: c.person(readIdentity(w.Fields[refCreatedBy])), UpdatedBy: c.person(readIdentity(w.Fields[refChangedBy])), Mark: c.markOf(w, self), Fields: map[string]core.Value{}}
	o.OwnItem = o.Mark != "" && o.CreatedBy.ID() == self.ID()
	for _, f := range s.fields {
		if wanted(want, f.name) && (info.has(f.ref) || w.Fields[f.ref] != nil) {
			if v := c.read(f, w, info); !v.IsAbsent() {
				o.Fields[f.name] = v
			}
		}
	}
	if wantsLinks(want) {
		for name, v := range linksOf(w) {
			if wanted(want, name) {
				o.Fields[name] = v
			}
		}
	}
	return o, c.attributes(ctx, s, w, want, o.Fields)
}

func wanted(want connectors.Want, name string) bool {
	return want.Fields == nil || slices.Contains(want.Fields, name)
}

// people are those whom the item's fields name.
func (w workItem) people(s *schema) []identity {
	out := []identity{readIdentity(w.Fields[refChangedBy])}
	for _, f := range s.fields {
		if f.typ == "identity" && w.Fields[f.ref] != nil {
			out = append(out, readIdentity(w.Fields[f.ref]))
		}
	}
	return out
}

// remember keeps where the item lives and how its people are called.
func (c *Connector) remember(w workItem) {
	if p := w.text(refProject); p != "" {
		c.homes.Put(w.ID, p)
	}
	for _, raw := range w.Fields {
		var who identity
		if json.Unmarshal(raw, &who) == nil && who.ID != "" && who.UniqueName != "" {
			c.accounts.Put(strings.ToLower(who.ID), who.UniqueName)
		}
	}
}

// attributes adds the dotted fields that are asked for by name.
func (c *Connector) attributes(ctx context.Context, s *schema, w workItem, want connectors.Want, out map[string]core.Value) error {
	for _, name := range want.Fields {
		base, part, dotted := strings.Cut(name, ".")
		f := s.byName[base]
		if !dotted || f == nil {
			continue
		}
		switch {
		case f.typ == "identity":
			who := c.person(readIdentity(w.Fields[f.ref]))
			if part == "email" {
				out[name] = core.String(who.Email())
			} else if part == "name" {
				out[name] = core.String(who.Name())
			}
		case f.ref == refIteration:
			in, err := c.trees(ctx, w.text(refProject))
			if err != nil {
				return err
			}
			dates, ok := in.dates[w.text(refIteration)]
			if !ok {
				continue
			}
			if part == "start_date" {
				out[name] = dates[0]
			} else if part == "finish_date" {
				out[name] = dates[1]
			}
		}
	}
	return nil
}

// mostBatch is how many items one call reads.
const mostBatch = 200

// GetMany reads items by 200, fields only. Those that are gone come back as nothing.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	want.Comments, want.Attachments, want.Known = false, false, nil
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, id := range ids {
		if n, err := number(id); err == nil {
			numbers = append(numbers, n)
		}
	}
	var out []core.Observation
	for chunk := range slices.Chunk(numbers, mostBatch) {
		body := map[string]any{"ids": chunk, "errorPolicy": "omit"}
		switch {
		case wantsLinks(want):
			body["$expand"] = "relations"
		case want.Fields != nil:
			body["fields"] = append(c.basics(), s.refsOf(want.Fields)...)
		}
		var answer struct{ Value []*workItem }
		err := c.call(ctx, request{method: http.MethodPost, path: "/_apis/wit/workitemsbatch", op: "POST workitemsbatch", in: body}, &answer)
		if err != nil {
			return nil, fmt.Errorf("%s: reading %d work items: %w", c.name, len(chunk), elsewhere(err, "", noOrganization))
		}
		for _, w := range answer.Value {
			if w == nil || w.ID == 0 || strings.EqualFold(w.text(refDeleted), "true") {
				continue
			}
			o, err := c.observe(ctx, *w, want)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}
