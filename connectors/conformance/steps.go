package conformance

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// mark is a new one, unlike any other in the system.
func mark() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return "dx-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// The steps below stop the test when they do not work.

func (t *T) draft() core.Draft {
	t.drafts++
	d := t.Draft(t.drafts)
	d.Mark = mark()
	return d
}

func (t *T) create() core.Observation {
	t.Helper()
	return t.get(t.made(t.draft()))
}

func (t *T) made(d core.Draft) string {
	t.Helper()
	o, err := t.Connector.Create(t.Context(), d)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if o.Ref.ID == "" {
		t.Fatal("create gave no id")
	}
	t.mine(o.Ref.ID)
	return o.Ref.ID
}

// mine tells whoever clears up of an item that was made.
func (t *T) mine(id string) {
	if t.Made != nil {
		t.Made(id)
	}
}

// all is the Want for everything.
func (t *T) all() connectors.Want {
	return connectors.Want{Type: t.Type, Comments: true, Attachments: true, Worklogs: true}
}

func (t *T) get(id string) core.Observation {
	t.Helper()
	o, err := t.Connector.Get(t.Context(), id, t.all())
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return o
}

func (t *T) field(id, name string) core.Value {
	t.Helper()
	o := t.get(id)
	return o.Field(name)
}

func (t *T) update(id string, fields map[string]core.Value, revision string) core.Observation {
	t.Helper()
	o, err := t.Connector.Update(t.Context(), id, core.Patch{Fields: fields}, revision, connectors.Want{Type: t.Type})
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	return o
}

func (t *T) settle() {
	if t.Settle != nil {
		t.Settle(t.TB)
	}
}

func (t *T) tick() {
	if t.Tick != nil {
		t.Tick(t.TB)
	}
}

// personEdits edits as somebody else, later than everything before.
func (t *T) personEdits(id string, fields map[string]core.Value) {
	t.Helper()
	if t.Person.Edit == nil {
		t.Fatal("the instance cannot play a person who edits: give it Person.Edit, or skip this test with a reason")
	}
	t.tick()
	t.Person.Edit(t.TB, id, fields)
}

func (t *T) personComments(id, text string, a core.Audience) {
	t.Helper()
	if t.Person.Comment == nil {
		t.Fatal("the instance cannot play a person who comments: give it Person.Comment, or skip this test with a reason")
	}
	t.tick()
	t.Person.Comment(t.TB, id, text, a)
}

func (t *T) fault(f Fault) {
	t.Helper()
	if t.Fault == nil {
		t.Fatal("the instance cannot fail on demand: give it Fault, or skip this test with a reason")
	}
	t.Fault(t.TB, f)
}

// wantClass checks an error's class and that it tells no secret.
func (t *T) wantClass(what string, err error, class string) {
	t.Helper()
	if got := connectors.Class(err); got != class {
		t.Errorf("%s: came out as %q (%v), want %q", what, got, err, class)
	}
	t.noSecret(what, err)
}

func (t *T) noSecret(what string, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, s := range t.Secrets {
			if s != "" && strings.Contains(e.Error(), s) {
				t.Errorf("%s: the error tells a secret", what)
			}
		}
	}
}

func wantValue(t TB, what string, got, want core.Value) {
	t.Helper()
	if !core.Equal(got, want) {
		t.Errorf("%s: is %q (%s), want %q (%s)", what, got, got.Kind(), want, want.Kind())
	}
}

// others are the sample fields of o but those written.
func (t *T) others(o core.Observation, written ...string) map[string]core.Value {
	out := map[string]core.Value{}
	for name := range t.Samples {
		out[name] = o.Field(name)
	}
	for _, name := range written {
		delete(out, name)
	}
	return out
}
