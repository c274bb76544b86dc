package kinds_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
)

// clock is one that only a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// probe is one kind under test.
type probe struct {
	*testing.T
	*kinds.Site
	clock     *clock
	sync, ada connectors.Connector
	fields    connectors.Description
	hints     chan core.Hint
}

// TestKind holds every profile against its connector on its emulator.
func TestKind(t *testing.T) {
	for _, profile := range append(kinds.All(), kinds.Variants()...) {
		t.Run(profile.Called(), func(t *testing.T) {
			t.Parallel()
			p := &probe{T: t, clock: &clock{at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}, hints: make(chan core.Hint, 1000)}
			var err error
			p.Site, err = kinds.Play(profile, profile.Called()+"-acme", kinds.Options{Clock: p.clock.now})
			p.must(err)
			t.Cleanup(p.Close)
			p.sync, err = p.Connector("sync")
			p.must(err)
			p.ada, err = p.Connector("ada")
			p.must(err)
			p.fields, err = p.sync.Describe(t.Context(), profile.Type)
			p.must(err)
			p.listen()
			p.file()
			p.vocabulary()
			id := p.create()
			p.edits(id)
			p.talk(id)
			p.attach(id)
			p.heard(id)
			p.end(id)
		})
	}
}

func (p *probe) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// pass lets a minute go by, once every webhook of the minute before has arrived.
func (p *probe) pass() {
	for end := time.Now().Add(10 * time.Second); p.Emulator.Webhooks().Report().Waiting > 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	p.clock.pass(time.Minute)
}

// listen reads the emulator's webhooks with the integration's connector.
func (p *probe) listen() {
	if p.Webhooks != "" {
		return
	}
	parser, ok := p.sync.(connectors.WebhookParser)
	if !ok {
		p.Error("the connector reads no webhooks")
		return
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil { // the test is over, and its end cut the call off
			return
		}
		hook, err := parser.ParseWebhook(connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body, Now: p.clock.now()}, "")
		if err != nil {
			p.Errorf("a webhook is not read: %v", err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, h := range hook.Hints {
			p.hints <- h
		}
	}))
	p.Cleanup(srv.Close)
	p.must(p.Target(srv.URL + "/webhooks/" + p.Name))
}

// file holds that the system file without its secrets is one that an admin could write.
func (p *probe) file() {
	source, env, err := kinds.File(p.Account("sync"))
	p.must(err)
	if _, diags := mapping.ParseSystem(p.Name+".yaml", []byte(source)); diags.Err() != nil {
		p.Errorf("the system file: %v", diags.Err())
	}
	if len(env) == 0 {
		p.Error("no option of the account is a secret")
	}
}

// field is a described field that duplex may write.
func (p *probe) field(name string) (f connectors.Field) {
	p.Helper()
	f, ok := p.fields.Find(name)
	var names []string
	for _, f := range p.fields.Fields {
		names = append(names, f.Name)
	}
	if !ok {
		p.Errorf("there is no field %q; there are %q", name, names)
	} else if f.ReadOnly && !f.OnCreate {
		p.Errorf("field %q cannot be written", name)
	}
	return f
}

func (p *probe) vocabulary() {
	if f := p.field(p.Title); f.Kind != core.KindString {
		p.Errorf("the title is of kind %s", f.Kind)
	}
	if f := p.field(p.Description.Field); (f.Kind == core.KindText) != (p.Description.Format != "") {
		p.Errorf("the description is of kind %s and format %q", f.Kind, p.Description.Format)
	}
	if p.Description.Format != "" && !richtext.Known(p.Description.Format) {
		p.Errorf("format %q is not known", p.Description.Format)
	}
	for _, c := range []struct {
		kinds.Choice
		words []string
	}{{p.Priority, kinds.Priorities}, {p.Status, kinds.Statuses}} {
		if c.None != "" {
			continue
		}
		f := p.field(c.Field)
		for word, value := range c.Values {
			if !slices.Contains(c.words, word) {
				p.Errorf("%s: %q is no canonical word; those are %q", c.Field, word, c.words)
			}
			p.option(f, value)
		}
		for value := range c.Also {
			p.option(f, value)
		}
	}
	for name, value := range p.Closing {
		p.option(p.field(name), value)
	}
	if p.Assignee.None == "" {
		if f := p.field(p.Assignee.Field); f.Kind != core.KindUser && f.Of != core.KindUser {
			p.Errorf("the assignee is of kind %s", f.Kind)
		}
		for _, email := range p.Assignee.People {
			p.person(email)
		}
	}
	if p.Labels.None == "" {
		if f := p.field(p.Labels.Field); f.Kind != core.KindSet {
			p.Errorf("labels are of kind %s", f.Kind)
		}
	}
	if p.Custom.None == "" {
		f := p.field(p.Custom.Field)
		if f.Kind != p.Custom.Kind {
			p.Errorf("%s is of kind %s, not %s", f.Name, f.Kind, p.Custom.Kind)
		}
		for _, value := range p.Custom.Values {
			p.option(f, value)
		}
	}
}

// option holds that a field with options has this one.
func (p *probe) option(f connectors.Field, value string) {
	p.Helper()
	if f.Kind == core.KindOption && len(f.Options) > 0 && !slices.ContainsFunc(f.Options, func(o core.Value) bool { return o.Name() == value || o.ID() == value }) {
		p.Errorf("field %q has no option %q; it has %v", f.Name, value, f.Options)
	}
}

// person is whom the system finds by an address, or shows by its id where it hides the address.
func (p *probe) person(email string) core.Value {
	p.Helper()
	if id := p.Assignee.Hidden[email]; id != "" {
		return core.Person(id, "", "")
	}
	r, ok := p.sync.(connectors.UserResolver)
	if !ok {
		p.Fatal("the connector finds nobody by e-mail: Hidden has to say who people are")
	}
	who, err := r.ResolveUser(p.Context(), p.Type, core.Person("", email, ""))
	if err != nil {
		p.Fatalf("%s is not found: %v", email, err)
	}
	return who
}

func (p *probe) value(name, text string) core.Value {
	p.Helper()
	v, err := kinds.Value(p.field(name).Kind, text)
	p.must(err)
	return v
}

func (p *probe) text(text string) core.Value {
	if p.Description.Format == "" {
		return core.String(text)
	}
	return core.Text(string(p.Description.Format), p.rich(p.Description.Format, text))
}

func (p *probe) rich(f richtext.Format, text string) string {
	source, _ := richtext.Convert(richtext.Plain, f, text)
	return source
}

// create makes an item as ada; what the profile says is all that a new item needs.
func (p *probe) create() string {
	fields := map[string]core.Value{p.Title: core.String("a profile"), p.Description.Field: p.text("how it began")}
	for name, v := range p.Needs {
		fields[name] = p.value(name, v)
	}
	o, err := p.ada.Create(p.Context(), core.Draft{Type: p.Type.Type, Scope: p.Type.Scope, Fields: fields})
	p.must(err)
	got := p.get(o.Ref.ID)
	if got.Field(p.Title).Source() != "a profile" || got.OwnItem {
		p.Errorf("what ada made shows as %v, own %v", got.Field(p.Title), got.OwnItem)
	}
	return o.Ref.ID
}

func (p *probe) get(id string) core.Observation {
	p.Helper()
	o, err := p.sync.Get(p.Context(), id, connectors.Want{Type: p.Type, Comments: true, Attachments: true})
	p.must(err)
	return o
}

// edit writes fields as ada, at a moment of its own, and holds that the integration sees them.
func (p *probe) edit(id string, fields map[string]core.Value) {
	p.Helper()
	p.pass()
	if _, err := p.ada.Update(p.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{Type: p.Type}); err != nil {
		p.Errorf("%v is not written: %v", fields, err)
		return
	}
	got := p.get(id)
	for name, v := range fields {
		if g := got.Field(name); !connectors.Holds(g, v.String()) && !core.Equal(g, v) && g.Email() != v.Email() {
			p.Errorf("%s was set to %v and is %v", name, v, g)
		}
	}
}

func (p *probe) edits(id string) {
	for _, word := range kinds.Priorities {
		if p.Priority.Has(word) {
			p.edit(id, map[string]core.Value{p.Priority.Field: p.value(p.Priority.Field, p.Priority.Values[word])})
		}
	}
	for _, email := range p.Assignee.People {
		if p.Assignee.None == "" {
			who := p.person(email)
			if p.field(p.Assignee.Field).Kind == core.KindSet {
				who = core.Set(who)
			}
			p.pass()
			_, err := p.ada.Update(p.Context(), id, core.Patch{Fields: map[string]core.Value{p.Assignee.Field: who}}, "", connectors.Want{Type: p.Type})
			p.must(err)
			o := p.get(id)
			if got := o.Field(p.Assignee.Field); !core.Equal(got, who) {
				p.Errorf("the assignee was set to %v and is %v", who, got)
			}
		}
	}
	if p.Labels.None == "" {
		p.edit(id, map[string]core.Value{p.Labels.Field: core.Strings("alpha", "beta")})
	}
	if p.Custom.None == "" {
		for _, v := range p.Custom.Values {
			p.edit(id, map[string]core.Value{p.Custom.Field: p.value(p.Custom.Field, v)})
		}
	}
	if p.Description.Once == "" {
		p.edit(id, map[string]core.Value{p.Description.Field: p.text("how it went on")})
	}
}
