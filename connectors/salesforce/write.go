package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Create makes a record that carries the mark, by an upsert on the field for marks: the same create twice makes one record (vendor page
// "Insert or Update (Upsert) a Record Using an External ID"). Without a mark it is a plain insert.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	s, err := c.schema(ctx, typeOf(connectors.ItemType{Type: draft.Type}))
	if err != nil {
		return core.Observation{}, err
	}
	attempt := "creating a record of " + s.object
	fields := maps.Clone(draft.Fields)
	if err := s.scoped(fields, draft.Scope); err != nil {
		return core.Observation{}, c.fail(attempt, err)
	}
	body, err := c.body(ctx, s, fields, true)
	if err != nil {
		return core.Observation{}, c.fail(attempt, err)
	}
	id, err := c.insert(ctx, s, draft.Mark, body)
	if err != nil {
		return core.Observation{}, c.fail(attempt, c.forget(s, err))
	}
	o, err := c.Get(ctx, id, connectors.Want{Type: connectors.ItemType{Type: s.object}})
	if err != nil { // it is there: whoever asked reads it again
		return core.Observation{Ref: c.ref(s.object, id, "")}, nil
	}
	return o, nil
}

// insert sends a new record and gives its id.
func (c *Connector) insert(ctx context.Context, s *schema, mark string, body map[string]any) (string, error) {
	method, path := http.MethodPost, "/sobjects/"+s.object
	if mark != "" {
		if err := c.markable(s); err != nil {
			return "", err
		}
		method, path = http.MethodPatch, path+"/"+c.mark+"/"+mark
	}
	var raw json.RawMessage
	resp, err := c.session.json(ctx, method+" a new record", method, "/services/data/"+c.version+path, body, &raw, httpx.Accept(http.StatusMultipleChoices))
	if mark != "" && c.marked(err) {
		return c.madeBefore(ctx, s, mark)
	}
	if err != nil {
		return "", err
	}
	if resp.Status == http.StatusMultipleChoices {
		return "", c.several(s)
	}
	var answer struct {
		ID      string
		Success bool
	}
	if json.Unmarshal(raw, &answer) != nil || !answer.Success || !isID(answer.ID) {
		return "", connectors.Busy("creating", "the answer names no record", 0)
	}
	return long(answer.ID), nil
}

// marked tells that a create was refused because a record carries its mark: another attempt, whose answer was lost or is on its way, was first
// (fact sheet, Correlation).
func (c *Connector) marked(err error) bool {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return false
	}
	_, named := invalid.Fields[c.mark]
	return codeOf(err) == "DUPLICATE_VALUE" && named || codeOf(err) == "DUPLICATE_EXTERNAL_ID"
}

// madeBefore is the one record that another attempt made with the mark.
func (c *Connector) madeBefore(ctx context.Context, s *schema, mark string) (string, error) {
	refs, err := c.Find(ctx, connectors.ItemType{Type: s.object}, mark)
	switch {
	case err != nil:
		return "", err
	case len(refs) == 0:
		return "", fmt.Errorf("there is a record with this mark, and the account may not see it: %w", connectors.ErrDenied)
	case len(refs) > 1:
		return "", c.several(s)
	}
	return refs[0].ID, nil
}

func (c *Connector) several(s *schema) error {
	return connectors.Invalid(s.object, c.mark, "several records carry this mark already: an operator keeps one of them, and an admin makes the field Unique")
}

// scoped adds what the scope says of a new record. A scope's field wins over none, and has to agree with a rule's.
func (s *schema) scoped(fields map[string]core.Value, scope map[string]string) error {
	for name, want := range scope {
		f, ok := s.byName(name)
		if !ok {
			return connectors.Invalid(s.object, name, "the scope names a field that is not there, or the account may not see it")
		}
		if _, set := fields[name]; set {
			continue
		}
		switch f.kind {
		case core.KindOption:
			fields[name] = core.Option("", want)
		case core.KindBool:
			fields[name] = core.Bool(want == "true")
		case core.KindUser:
			fields[name] = core.Person(onlyID(want), "", want)
		case core.KindReference:
			fields[name] = core.Reference(want, "")
		case core.KindString:
			fields[name] = core.String(want)
		default:
			return connectors.Invalid(s.object, name, "a field of this kind cannot be a scope")
		}
	}
	return nil
}

func onlyID(s string) string {
	if isID(s) {
		return s
	}
	return ""
}

// Update writes what differs, guarded by If-Unmodified-Since (vendor page "Conditional Requests"): Salesforce moves the revision also for a
// write that changes nothing. What differs is told from want.Known where that is of the same revision, else by a read. The guard
// compares whole seconds: an edit in the very second of the revision passes it.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	s, err := c.schemaOf(ctx, id)
	if err != nil {
		return core.Observation{}, err
	}
	attempt := "updating " + s.object + " " + id
	body, err := c.body(ctx, s, patch.Fields, false)
	if err != nil {
		return core.Observation{}, c.fail(attempt, err)
	}
	for name := range patch.Sets {
		if f, ok := s.byName(name); !ok || f.kind != core.KindSet || !f.update {
			return core.Observation{}, c.fail(attempt, connectors.Invalid(s.object, name, "there is no such set that can be written"))
		}
	}
	var sent map[string]any
	for try := 1; ; try++ {
		sent, err = c.guarded(ctx, s, id, body, patch, revision, want.Known)
		if revision == "" && try < 3 && errors.Is(err, connectors.ErrStale) {
			want.Known = nil
			continue
		}
		if err != nil {
			return core.Observation{}, c.fail(attempt, c.forget(s, err))
		}
		break
	}
	want.Comments, want.Attachments, want.Known = false, false, nil
	o, err := c.Get(ctx, id, want)
	if err != nil {
		return o, err
	}
	return o, c.fail(attempt, c.overwritten(ctx, s, sent, o))
}

// overwritten is ErrStale where somebody else changed a field between the write and the read that followed: what is read is their edit and not what
// the platform made of the write.
func (c *Connector) overwritten(ctx context.Context, s *schema, sent map[string]any, o core.Observation) error {
	self, err := c.Self(ctx)
	if err != nil || sameID(o.UpdatedBy.ID(), self.ID()) {
		return err
	}
	for api, value := range sent {
		f, _ := s.byAPI(api)
		if v := o.Field(f.name); !v.IsAbsent() && !core.Equal(v, c.read(f, raw(value))) {
			return fmt.Errorf("%w: somebody changed it right after the write", connectors.ErrStale)
		}
	}
	return nil
}

// guarded writes what differs from what the record shows, unless it moved on from the revision, and gives what was sent.
func (c *Connector) guarded(ctx context.Context, s *schema, id string, body map[string]any, patch core.Patch, rev string, known *core.Observation) (map[string]any, error) {
	names := patch.Names()
	at := rev
	var now map[string]core.Value
	if known != nil && rev != "" && known.Revision == rev && sameID(known.Ref.ID, id) &&
		!slices.ContainsFunc(names, func(n string) bool { return known.Field(n).IsAbsent() }) {
		now = known.Fields
	} else {
		r, err := c.row(ctx, s, id, connectors.Want{Fields: names})
		if err != nil {
			return nil, err
		}
		if at = revision(r.text("SystemModstamp")); rev != "" && at != rev {
			return nil, fmt.Errorf("%w: it is at another revision", connectors.ErrStale)
		}
		now = map[string]core.Value{}
		for _, name := range names {
			f, _ := s.byName(name)
			now[name] = c.read(f, r[f.api])
		}
	}
	sent := map[string]any{}
	for name := range patch.Fields {
		f, _ := s.byName(name)
		if v := c.read(f, raw(body[f.api])); !core.Equal(v, now[name]) {
			sent[f.api] = body[f.api]
		}
	}
	for name, change := range patch.Sets {
		f, _ := s.byName(name)
		v := core.Union(core.Without(now[name], change.Remove), change.Add)
		value, err := c.write(ctx, f, v)
		if err != nil && connectors.Class(err) == "failed" {
			return nil, connectors.Invalid(s.object, name, err.Error())
		}
		if err != nil {
			return nil, err
		}
		if !core.Equal(c.read(f, raw(value)), now[name]) {
			sent[f.api] = value
		}
	}
	if len(sent) == 0 {
		return nil, nil
	}
	since, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return nil, fmt.Errorf("the revision %q is not one of this connector: %w", at, connectors.ErrUnsupported)
	}
	return sent, c.call(ctx, "PATCH a record", http.MethodPatch, "/sobjects/"+s.object+"/"+long(id), sent, nil,
		httpx.Header("If-Unmodified-Since", since.UTC().Format(http.TimeFormat)))
}

// Delete moves a record to the recycle bin, from where it can be restored for about 15 days.
func (c *Connector) Delete(ctx context.Context, id string) error {
	object, err := c.objectOf(ctx, id)
	if err != nil {
		return err
	}
	return c.fail("deleting "+object+" "+id, c.call(ctx, "DELETE a record", http.MethodDelete, "/sobjects/"+object+"/"+long(id), nil, nil))
}

// missing tells whether a refusal is about the record that an entry belongs to.
func missing(err error) bool {
	return slices.Contains([]string{"INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED", "MALFORMED_ID"}, codeOf(err))
}

// below gives a refusal of an entry the class it has: the record is gone, or the account may not add to it.
func below(err error) error {
	switch {
	case missing(err):
		return fmt.Errorf("the record is gone: %w", connectors.ErrNotFound)
	case codeOf(err) == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY":
		return fmt.Errorf("the account may not add to this record; an admin must share it for editing: %w", connectors.ErrDenied)
	}
	return err
}

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
