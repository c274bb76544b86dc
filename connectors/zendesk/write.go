package zendesk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Create makes a ticket whose external_id is the draft's mark. The same draft sent again within two hours gives the
// same ticket (vendor page "Introduction", Idempotency-Key); later it makes another one.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	t, opening, err := c.create(ctx, draft)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: creating a ticket: %w", c.name, err)
	}
	return c.observe(ctx, t, talk{opening: opening}, connectors.Want{})
}

func (c *Connector) create(ctx context.Context, draft core.Draft) (ticket, core.Value, error) {
	if err := c.checkType(draft.Type); err != nil {
		return ticket{}, core.Value{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	fields := maps.Clone(draft.Fields)
	opening, err := c.opening(fields)
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	delete(fields, "description")
	body, err := c.body(ctx, fields)
	if err == nil {
		err = scope(body, draft.Scope)
	}
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	if tags, ok := fields["tags"]; ok {
		s, err := c.schema(ctx)
		if err != nil {
			return ticket{}, core.Value{}, err
		}
		body["tags"] = s.allTags(tags, fields)
	}
	body["comment"] = map[string]any{"html_body": opening, "public": c.public}
	body["submitter_id"], _ = strconv.ParseInt(self.ID(), 10, 64)
	opts := []httpx.Option{}
	if draft.Mark != "" {
		body["external_id"] = draft.Mark
		opts = append(opts, httpx.Header("Idempotency-Key", draft.Mark))
	}

	var answer struct {
		Ticket ticket
		Audit  audit
	}
	_, err = c.http.JSON(ctx, http.MethodPost, "/api/v2/tickets", map[string]any{"ticket": body}, &answer, opts...)
	switch {
	case errors.Is(err, errIdempotent):
		return c.created(ctx, draft)
	case errors.Is(err, connectors.ErrStale): // 409: the first try is still under way
		err = connectors.Busy("creating", "an earlier try is still under way", 0)
	case err == nil && answer.Ticket.ID == 0:
		err = connectors.Busy("creating", "the answer has no ticket", 0)
	}
	if err != nil {
		return ticket{}, core.Value{}, c.named(ctx, err)
	}
	for _, e := range answer.Audit.Events {
		if e.Type == "Comment" && e.HTML != "" {
			return answer.Ticket, htmlText(e.HTML), nil
		}
	}
	return answer.Ticket, core.Absent(), nil
}

// created is the ticket that an earlier try with this mark made from another draft.
func (c *Connector) created(ctx context.Context, draft core.Draft) (ticket, core.Value, error) {
	refs, err := c.Find(ctx, connectors.ItemType{}, draft.Mark)
	if err == nil && len(refs) != 1 {
		err = connectors.Busy("creating", fmt.Sprintf("an earlier try with the same mark is known, and %d tickets carry it", len(refs)), 0)
	}
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	t, err := c.ticket(ctx, refs[0].ID)
	return t, core.Absent(), err
}

// opening is the first comment's HTML: the description, else the subject, since the vendor needs a comment.
func (c *Connector) opening(fields map[string]core.Value) (string, error) {
	if d, ok := fields["description"]; ok && !d.IsEmpty() {
		return markup(d)
	}
	subject := fields["subject"].Source()
	if subject == "" {
		return "", connectors.Invalid("the draft", "subject", "a new ticket needs a subject or a description")
	}
	return markup(core.Text("html", "<p>"+html.EscapeString(subject)+"</p>"))
}

// scope puts where the ticket goes into the body: ids of brand and form.
func scope(body map[string]any, in map[string]string) error {
	for k, v := range in {
		id, err := strconv.ParseInt(v, 10, 64)
		switch {
		case k != "brand_id" && k != "ticket_form_id":
			return connectors.Invalid("the scope", k, "the scope of a ticket is brand_id and ticket_form_id")
		case err != nil:
			return connectors.Invalid("the scope", k, "it takes an id, which is a number")
		}
		body[k] = id
	}
	return nil
}

// Update writes fields in one call that the vendor refuses when the ticket moved on (safe_update). Tags need what the
// ticket has at present: from want.Known when that is of the same revision, else by a read.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	n, err := number(id)
	if err != nil {
		return core.Observation{}, err
	}
	body, err := c.body(ctx, patch.Fields, slices.Collect(maps.Keys(patch.Sets))...)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: updating #%s: %w", c.name, id, err)
	}
	t, err := c.guarded(ctx, n, body, patch, revision, want.Known)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: updating #%s: %w", c.name, id, c.named(ctx, err))
	}
	want.Comments, want.Attachments = false, false
	tk := talk{opening: core.Absent()}
	if want.Known != nil && want.Known.Ref.ID == id {
		tk.opening = want.Known.Field("description")
	}
	return c.observe(ctx, t, tk, want)
}

// guarded sends the update under a precondition where it has to be one. Without a revision from the caller a change in
// between is read again, a few times.
func (c *Connector) guarded(ctx context.Context, id int64, body map[string]any, patch core.Patch, rev string, known *core.Observation) (ticket, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return ticket{}, err
	}
	needs := s.needsCurrent(patch)
	for try := 1; ; try++ {
		stamp := rev
		if needs {
			now, err := c.current(ctx, id, rev, known)
			if err != nil {
				return ticket{}, err
			}
			if err := s.lists(body, patch, now.Fields); err != nil {
				return ticket{}, err
			}
			stamp = now.Revision
		}
		if stamp != "" {
			body["safe_update"], body["updated_stamp"] = true, stamp
		}
		t, _, err := c.send(ctx, id, body)
		if rev == "" && try < 3 && errors.Is(err, connectors.ErrStale) {
			continue
		}
		return t, err
	}
}

// current is the ticket as it is now; one of another revision than the caller's is ErrStale.
func (c *Connector) current(ctx context.Context, id int64, rev string, known *core.Observation) (core.Observation, error) {
	if known != nil && rev != "" && known.Revision == rev && known.Ref.ID == fmt.Sprint(id) && c.shows(ctx, known) {
		return *known, nil
	}
	t, err := c.ticket(ctx, fmt.Sprint(id))
	if err != nil {
		return core.Observation{}, err
	}
	if rev != "" && revision(t.UpdatedAt) != rev {
		return core.Observation{}, connectors.ErrStale
	}
	fields, err := c.fields(ctx, t, core.Absent(), connectors.Want{Fields: c.tagFields(ctx)})
	return core.Observation{Revision: revision(t.UpdatedAt), Fields: fields}, err
}

// shows reports whether the observation has every field that decides the tag list.
func (c *Connector) shows(ctx context.Context, o *core.Observation) bool {
	return !slices.ContainsFunc(c.tagFields(ctx), func(name string) bool { return o.Field(name).IsAbsent() })
}

// tagFields are the fields that decide the tag list.
func (c *Connector) tagFields(ctx context.Context) []string {
	names := []string{"tags"}
	if s, err := c.schema(ctx); err == nil {
		for _, f := range s.fields {
			names = append(names, f.name)
		}
	}
	return names
}

// needsCurrent reports whether the patch can only be written in the light of what the ticket holds.
func (s *schema) needsCurrent(p core.Patch) bool {
	_, tags := p.Fields["tags"]
	return tags || len(p.Sets) > 0
}

// lists puts whole lists into the body: set changes worked out, and the tags of the fields kept beside plain tags.
func (s *schema) lists(body map[string]any, p core.Patch, now map[string]core.Value) error {
	after := maps.Clone(now)
	maps.Copy(after, p.Fields)
	var values []any
	if given, ok := body["custom_fields"].([]any); ok {
		values = given
	}
	for name, change := range p.Sets {
		after[name] = core.Union(core.Without(now[name], change.Remove), change.Add)
		f, ok := s.named(name)
		if !ok {
			continue // tags
		}
		v, why := f.write(after[name])
		if why != "" {
			return &connectors.InvalidError{Fields: map[string]string{name: why}}
		}
		values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v.(map[string]any)["id"] == f.id })
		values = append(values, map[string]any{"id": f.id, "value": v})
	}
	if len(values) > 0 {
		body["custom_fields"] = values
	}
	_, replaced := p.Fields["tags"]
	_, changed := p.Sets["tags"]
	if replaced || changed {
		body["tags"] = s.allTags(after["tags"], after)
	}
	return nil
}

// allTags is the ticket's whole tag list: the plain tags and those of the fields.
func (s *schema) allTags(plain core.Value, fields map[string]core.Value) []string {
	all := []string{}
	for _, t := range plain.Items() {
		all = append(all, t.Source())
	}
	for _, f := range s.fields {
		for _, t := range f.tags(fields[f.name]) {
			if t != "" && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// body is the ticket object for the fields, tags left out. Every refused field is listed before anything is sent;
// sets are fields written as changes, checked by name only.
func (c *Connector) body(ctx context.Context, fields map[string]core.Value, sets ...string) (map[string]any, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	body, refused := map[string]any{}, map[string]string{}
	var values []any
	for name, v := range fields {
		f, isCustom := s.named(name)
		var why string
		switch {
		case v.IsAbsent():
			why = "there is no value to write"
		case isCustom && f.typ == "partialcreditcard":
			why = "it cannot be written"
		case isCustom:
			var value any
			value, why = f.write(v)
			values = append(values, map[string]any{"id": f.id, "value": value})
		default:
			why, err = c.put(ctx, body, name, v)
		}
		if err != nil {
			return nil, err
		}
		if why != "" {
			refused[name] = why
		}
	}
	for _, name := range sets {
		if f, ok := s.named(name); name != "tags" && (!ok || f.kind != core.KindSet) {
			refused[name] = "it is no set"
		}
	}
	if len(refused) > 0 {
		return nil, &connectors.InvalidError{Fields: refused}
	}
	if len(values) > 0 {
		body["custom_fields"] = values
	}
	return body, nil
}

// put writes one system field into the body, or says why it cannot.
func (c *Connector) put(ctx context.Context, body map[string]any, name string, v core.Value) (why string, err error) {
	d := connectors.Description{Fields: systemFields(nil)}
	f, ok := d.Find(name)
	switch {
	case !ok:
		return "there is no such field", nil
	case f.ReadOnly:
		return "it cannot be written", nil
	case !v.IsEmpty() && v.Kind() != f.Kind:
		return fmt.Sprintf("it takes a %s, not a %s", f.Kind, v.Kind()), nil
	}
	switch name {
	case "subject":
		body[name] = v.Source()
	case "tags":
		for _, t := range v.Items() {
			if t.Kind() != core.KindString || strings.ContainsAny(t.Source(), " \t\n") {
				return "a tag is one word", nil
			}
		}
	case "due_at":
		body[name] = nil
		if !v.IsEmpty() {
			body[name] = v.Time().UTC().Format(time.RFC3339)
		}
	case "status", "priority", "type":
		return putWord(body, f, v), nil
	default:
		return c.putID(ctx, body, name, v)
	}
	return "", nil
}

func putWord(body map[string]any, f connectors.Field, v core.Value) (why string) {
	if v.IsEmpty() {
		if f.Name == "status" {
			return "a ticket always has a status"
		}
		body[f.Name] = nil
		return ""
	}
	o, why := pick(f.Options, v)
	if why == "" {
		body[f.Name] = o.ID()
	}
	return why
}

// putID writes a field that the vendor keeps as an id.
func (c *Connector) putID(ctx context.Context, body map[string]any, name string, v core.Value) (why string, err error) {
	key := name + "_id"
	if v.IsEmpty() {
		if name == "requester" {
			return "a ticket always has a requester", nil
		}
		body[key] = nil
		return "", nil
	}
	var id int64
	switch name {
	case "group":
		groups, err := c.allGroups(ctx)
		if err != nil {
			return "", err
		}
		g, why := pick(groups, v)
		if why != "" {
			return why, nil
		}
		id, _ = strconv.ParseInt(g.ID(), 10, 64)
	case "organization":
		if id, why, err = c.findOrganization(ctx, v); why != "" || err != nil {
			return why, err
		}
	default:
		u := v
		if u.ID() == "" {
			u, err = c.ResolveUser(ctx, connectors.ItemType{}, v)
			if errors.Is(err, connectors.ErrNotFound) {
				return "no single user of this account has that e-mail", nil
			}
			if err != nil {
				return "", err
			}
		}
		if id, err = strconv.ParseInt(u.ID(), 10, 64); err != nil {
			return "it takes a user of this account", nil
		}
	}
	body[key] = id
	return "", nil
}

// named gives the fields of a refusal the names that mappings use.
func (c *Connector) named(ctx context.Context, err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	s, serr := c.schema(ctx)
	if serr != nil {
		return err
	}
	for field, why := range maps.Clone(invalid.Fields) {
		for _, f := range s.fields {
			if field == customPrefix+fmt.Sprint(f.id) || field == fmt.Sprint(f.id) {
				delete(invalid.Fields, field)
				invalid.Fields[f.name] = why
			}
		}
	}
	return err
}

// Delete moves a ticket to the vendor's deleted tickets, from where an agent can restore it for 30 days.
func (c *Connector) Delete(ctx context.Context, id string) error {
	n, err := number(id)
	if err != nil {
		return err
	}
	if _, err := c.http.JSON(ctx, http.MethodDelete, ticketPath(n), nil, nil); err != nil {
		return fmt.Errorf("%s: deleting #%s: %w", c.name, id, err)
	}
	return nil
}
