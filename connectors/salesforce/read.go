package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Get reads a record by its id, its comments and its list of files: nothing tells whether those are as they were.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	s, err := c.schemaOf(ctx, id)
	if err != nil {
		return core.Observation{}, err
	}
	r, err := c.row(ctx, s, id, want)
	if err != nil {
		return core.Observation{}, err
	}
	var comments []entry
	var files []file
	if want.Comments {
		if comments, err = c.entriesOf(ctx, s, long(id)); err != nil {
			return core.Observation{}, err
		}
	}
	if want.Attachments {
		if files, err = c.filesOf(ctx, long(id)); err != nil {
			return core.Observation{}, err
		}
	}
	var ids []string
	for _, e := range comments {
		ids = append(ids, e.author)
	}
	for _, f := range files {
		ids = append(ids, f.author)
	}
	o, err := c.observe(ctx, s, r, want, ids...)
	if err != nil {
		return core.Observation{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	for _, e := range comments {
		o.Comments = append(o.Comments, c.comment(e, self))
	}
	for _, f := range files {
		o.Attachments = append(o.Attachments, c.attachment(f, self))
	}
	o.Complete = want.Comments && want.Attachments
	return o, nil
}

// always are the columns that every observation is made of.
var always = []string{"Id", "CreatedById", "CreatedDate", "LastModifiedById", "SystemModstamp"}

// columns are the API names to ask for; nil is all.
func (c *Connector) columns(s *schema, want connectors.Want) []string {
	if want.Fields == nil {
		return nil
	}
	out := slices.Clone(always)
	if s.keyAPI != "" {
		out = append(out, s.keyAPI)
	}
	if _, ok := s.byAPI(c.mark); ok {
		out = append(out, c.mark)
	}
	for _, name := range want.Fields {
		base, _, _ := strings.Cut(name, ".")
		if f, ok := s.byName(base); ok && !slices.Contains(out, f.api) {
			out = append(out, f.api)
		}
	}
	return out
}

func (c *Connector) row(ctx context.Context, s *schema, id string, want connectors.Want) (record, error) {
	var q url.Values
	if list := c.columns(s, want); list != nil {
		q = url.Values{"fields": {strings.Join(list, ",")}}
	}
	var r record
	err := c.call(ctx, "GET a record", http.MethodGet, "/sobjects/"+s.object+"/"+long(id), nil, &r, httpx.Query(q))
	if err == nil && r.is("IsDeleted") {
		err = connectors.ErrNotFound
	}
	if err == nil && (!sameID(r.text("Id"), id) || instant(r.text("SystemModstamp")).IsZero()) {
		err = connectors.Busy("reading", "the answer is not the record that was asked for", 0)
	}
	if err != nil {
		return nil, c.fail("reading "+s.object+" "+id, c.forget(s, err))
	}
	return r, nil
}

// forget drops a description that the organization has changed meanwhile, and gives the refusal's fields their names.
func (c *Connector) forget(s *schema, err error) error {
	if codeOf(err) == "INVALID_FIELD" {
		c.schemas.Forget(s.object)
	}
	return s.named(err)
}

// GetMany reads records by the hundred; those that are gone are left out.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	want.Comments, want.Attachments, want.Known = false, false, nil
	byObject := map[string][]string{}
	var objects []string
	for _, id := range ids {
		object, err := c.objectOf(ctx, id)
		if connectors.Class(err) == "not-found" {
			continue
		}
		if err != nil {
			return nil, err
		}
		if byObject[object] == nil {
			objects = append(objects, object)
		}
		byObject[object] = append(byObject[object], long(id))
	}
	var out []core.Observation
	for _, object := range objects {
		s, err := c.schema(ctx, object)
		if err != nil {
			return nil, err
		}
		list, err := c.rowsOf(ctx, s, byObject[object], want)
		if err != nil {
			return nil, err
		}
		var people []string
		for _, r := range list {
			people = append(people, c.peopleOf(s, r, want)...)
		}
		if err := c.learn(ctx, people); err != nil {
			return nil, err
		}
		for _, r := range list {
			o, err := c.observe(ctx, s, r, want)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// rowsOf reads rows by their ids (vendor page "Get Records Using sObject Collections"); a record that is gone comes as null.
func (c *Connector) rowsOf(ctx context.Context, s *schema, ids []string, want connectors.Want) ([]record, error) {
	list := c.columns(s, want)
	if list == nil {
		list = slices.Clone(always)
		for _, f := range s.fields {
			if !slices.Contains(list, f.api) {
				list = append(list, f.api)
			}
		}
	}
	list = append(list, "IsDeleted")
	var out []record
	for chunk := range slices.Chunk(ids, 100) {
		var answer []record
		err := c.call(ctx, "POST composite/sobjects", http.MethodPost, "/composite/sobjects/"+s.object, map[string]any{"ids": chunk, "fields": list}, &answer)
		if err != nil {
			return nil, c.fail("reading records of "+s.object, c.forget(s, err))
		}
		for _, r := range answer {
			if r.text("Id") != "" && !r.is("IsDeleted") {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// peopleOf are the ids of the users and queues that a row names and want asks for.
func (c *Connector) peopleOf(s *schema, r record, want connectors.Want) []string {
	ids := []string{r.text("CreatedById"), r.text("LastModifiedById")}
	for _, f := range s.fields {
		if f.kind == core.KindUser && wanted(want, f.name) {
			ids = append(ids, r.text(f.api))
		}
	}
	return ids
}

// observe puts an observation together, looking up people where they are not known; more are further ids of people.
func (c *Connector) observe(ctx context.Context, s *schema, r record, want connectors.Want, more ...string) (core.Observation, error) {
	if err := c.learn(ctx, append(c.peopleOf(s, r, want), more...)); err != nil {
		return core.Observation{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	id := long(r.text("Id"))
	o := core.Observation{
		Ref: c.ref(s.object, id, r.text(s.keyAPI)), Revision: revision(r.text("SystemModstamp")), CreatedAt: instant(r.text("CreatedDate")),
		UpdatedAt: instant(r.text("SystemModstamp")), CreatedBy: c.person(r.text("CreatedById")), UpdatedBy: c.person(r.text("LastModifiedById")),
		Mark: markOf(r.text(c.mark)), Fields: map[string]core.Value{},
	}
	o.OwnItem = o.Mark != "" && o.CreatedBy.ID() == self.ID()
	for _, f := range s.fields {
		if !wanted(want, f.name) {
			continue
		}
		if v := c.read(f, r[f.api]); !v.IsAbsent() {
			o.Fields[f.name] = v
		}
	}
	return o, c.addAttributes(ctx, s, r, want, o.Fields)
}

// wanted reports whether the read asks for that field.
func wanted(want connectors.Want, name string) bool {
	return want.Fields == nil || slices.Contains(want.Fields, name)
}

// raw is a value as a row would show it.
func raw(v any) json.RawMessage {
	b, _ := json.Marshal(v) // texts, numbers, booleans and null
	return b
}
