package asana_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/asana"
	"duplex/core"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
)

func (s *site) get(t *testing.T, id string, fields ...string) core.Observation {
	t.Helper()
	o, err := s.conn.Get(t.Context(), id, connectors.Want{Type: bugs, Fields: fields, Comments: fields == nil, Attachments: fields == nil})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (s *site) field(t *testing.T, id, name string) core.Value {
	t.Helper()
	o := s.get(t, id, name)
	return o.Field(name)
}

func (s *site) update(t *testing.T, id string, fields map[string]core.Value) core.Observation {
	t.Helper()
	o, err := s.conn.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{Type: bugs})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestMarks: one mark is one task, whatever is tried again.
func TestMarks(t *testing.T) {
	s := newSite(t, oauth)
	d := core.Draft{Type: "task", Scope: bugs.Scope, Fields: map[string]core.Value{"name": core.String("once")}, Mark: "dx-once"}
	a, err := s.conn.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.conn.Create(t.Context(), d)
	if err != nil || a.Ref.ID != b.Ref.ID || b.Mark != "dx-once" {
		t.Errorf("a second create made %v, %v", b.Ref, err)
	}
	other := s.connect(t, token(s.url))
	o, err := other.Get(t.Context(), a.Ref.ID, all())
	if err != nil || o.Mark != "" {
		t.Errorf("another app sees the mark %q, %v", o.Mark, err)
	}
}

// TestMarkField: with a token a custom field keeps marks, is looked for without an index, and is no field of the item.
func TestMarkField(t *testing.T) {
	s := newSite(t, token)
	a := s.task(t, nil)
	s.task(t, nil)
	got := s.get(t, a.Ref.ID)
	if got.Mark == "" || got.Mark != a.Mark || !got.OwnItem {
		t.Errorf("mark %q, made with %q", got.Mark, a.Mark)
	}
	if v := got.Field("Customer"); !v.IsAbsent() {
		t.Errorf("the field of marks is shown as %q", v)
	}
	refs, err := s.conn.Find(t.Context(), bugs, got.Mark)
	if err != nil || len(refs) != 1 || refs[0].ID != a.Ref.ID {
		t.Errorf("found %v, %v", refs, err)
	}
	sys := token(s.url)
	sys.Settings = map[string]string{"mark_field": "no such field"}
	_, err = s.connect(t, sys).Create(t.Context(), core.Draft{Type: "task", Scope: bugs.Scope, Fields: map[string]core.Value{"name": core.String("x")}, Mark: "dx"})
	if !errors.Is(err, connectors.ErrUnsupported) || !strings.Contains(err.Error(), "mark_field") {
		t.Errorf("without the field a task is made unmarked: %v", err)
	}
}

// TestMinimalReads: a read asks for what is mapped, in one call, and custom fields cost nothing where none is mapped.
func TestMinimalReads(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	before := s.calls.Load()
	o := s.get(t, id, "name", "section")
	if len(o.Fields) != 2 || s.calls.Load() != before+1 {
		t.Errorf("%d fields in %d calls", len(o.Fields), s.calls.Load()-before)
	}
	before = s.calls.Load()
	s.update(t, id, map[string]core.Value{"completed": core.Bool(true)})
	if n := s.calls.Load() - before; n != 2 {
		t.Errorf("an update took %d calls, a read and a write are two", n)
	}
}

// TestSubtasks: they are items only where they are in the project, and their events do not make them ones.
func TestSubtasks(t *testing.T) {
	s := newSite(t, oauth)
	parent := s.task(t, map[string]core.Value{"name": core.String("the parent")})
	cursor := s.drain(t, "", nil)
	sub := s.as(t, emulator.TokenAda, "POST", "/tasks/"+parent.Ref.ID+"/subtasks", map[string]string{"name": "outside"})["gid"].(string)
	seen := map[string]connectors.Change{}
	s.drain(t, cursor, seen)
	if _, ok := seen[sub]; ok {
		t.Error("a subtask outside the project is listed")
	}
	in := s.task(t, map[string]core.Value{"parent": core.Reference(parent.Ref.ID, "")})
	o := s.get(t, in.Ref.ID, "parent", "parent.name", "parent.completed")
	if o.Field("parent").ID() != parent.Ref.ID || o.Field("parent.name").Source() != "the parent" || o.Field("parent.completed").Source() != "false" {
		t.Errorf("the parent shows as %+v", o.Fields)
	}
	if o = s.update(t, in.Ref.ID, map[string]core.Value{"parent": core.Empty(core.KindReference)}); !o.Field("parent").IsEmpty() {
		t.Errorf("the parent was not taken away: %v", o.Field("parent"))
	}
}

// TestLinks: dependencies go both ways.
func TestLinks(t *testing.T) {
	s := newSite(t, oauth)
	a := s.task(t, nil)
	b := s.task(t, map[string]core.Value{"dependencies": core.Set(core.Reference(a.Ref.ID, ""))})
	if v := s.field(t, b.Ref.ID, "dependencies"); len(v.Items()) != 1 || v.Items()[0].ID() != a.Ref.ID {
		t.Errorf("dependencies %v", v)
	}
	if v := s.field(t, a.Ref.ID, "dependents"); len(v.Items()) != 1 || v.Items()[0].ID() != b.Ref.ID {
		t.Errorf("dependents %v", v)
	}
	if o := s.update(t, a.Ref.ID, map[string]core.Value{"dependents": core.Set()}); len(o.Field("dependents").Items()) != 0 {
		t.Errorf("dependents %v", o.Field("dependents"))
	}
}

// TestManyProjects: a task in two projects is one item; it never leaves the one that is synced.
func TestManyProjects(t *testing.T) {
	s := newSite(t, oauth)
	o := s.task(t, map[string]core.Value{"projects": core.Set(core.Option(emulator.ProjectRoadmap, "")), "section": core.Option("", "Review")})
	if v := s.get(t, o.Ref.ID); len(v.Field("projects").Items()) != 2 || v.Field("section").Name() != "Review" || v.Field("project").ID() != emulator.ProjectBugs {
		t.Errorf("projects %v, section %v", v.Field("projects"), v.Field("section"))
	}
	names := o.Field("projects").Items()
	after := s.update(t, o.Ref.ID, map[string]core.Value{"projects": core.Set(core.Option("", names[0].Name()), core.Option("", names[1].Name()))})
	if len(after.Field("projects").Items()) != 2 {
		t.Errorf("projects by their names: %v", after.Field("projects"))
	}
	single := s.task(t, map[string]core.Value{"projects": core.Set(core.Option("", names[0].Name()), core.Option("", names[1].Name()))})
	if len(single.Field("projects").Items()) != 2 {
		t.Errorf("a new task in two projects by their names: %v", single.Field("projects"))
	}
	_, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"projects": core.Set(core.Option(emulator.ProjectRoadmap, ""))}}, "", connectors.Want{Type: bugs})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["projects"] == "" {
		t.Errorf("it left the project: %v", err)
	}
	after = s.update(t, o.Ref.ID, map[string]core.Value{"projects": core.Set(core.Option(emulator.ProjectBugs, ""))})
	if len(after.Field("projects").Items()) != 1 {
		t.Errorf("projects %v", after.Field("projects"))
	}
}

// TestDates: a day and a time of day, and a start that needs a due date.
func TestDates(t *testing.T) {
	s := newSite(t, oauth)
	day := func(text string) core.Value {
		v, err := core.Date(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	id := s.task(t, map[string]core.Value{"due_on": day("2026-05-11")}).Ref.ID
	if o := s.update(t, id, map[string]core.Value{"start_on": day("2026-05-01")}); o.Field("start_on").Source() != "2026-05-01" || o.Field("due_on").Source() != "2026-05-11" {
		t.Errorf("start %v, due %v", o.Field("start_on"), o.Field("due_on"))
	}
	at := time.Date(2026, 5, 12, 15, 30, 0, 0, time.UTC)
	if o := s.update(t, id, map[string]core.Value{"due_at": core.DateTime(at), "due_on": day("2026-05-12")}); !o.Field("due_at").Time().Equal(at) || o.Field("due_on").Source() != "2026-05-12" {
		t.Errorf("due at %v on %v", o.Field("due_at"), o.Field("due_on"))
	}
	if o := s.update(t, id, map[string]core.Value{"due_on": day("2026-05-13")}); !o.Field("due_at").IsEmpty() || o.Field("due_on").Source() != "2026-05-13" {
		t.Errorf("due at %v on %v", o.Field("due_at"), o.Field("due_on"))
	}
}

// TestCustomFields: what cannot be written is refused by its name before anything is written.
func TestCustomFields(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, map[string]core.Value{"Story points": core.Int(3)}).Ref.ID
	for _, tc := range []struct {
		reason, field string
		v             core.Value
	}{
		{"a disabled option", "Priority", core.Option("", "Legacy")},
		{"a text that is too long", "Customer", core.String(strings.Repeat("x", 1025))},
		{"somebody unknown among people", "Reviewers", core.Set(core.Person("", "nobody@nowhere.example", ""))},
		{"a value of another kind", "Priority", core.Bool(true)},
		{"a status is never empty", "section", core.Empty(core.KindOption)},
		{"the title is needed", "name", core.String("")},
	} {
		_, err := s.conn.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{tc.field: tc.v, "completed": core.Bool(true)}}, "", connectors.Want{Type: bugs})
		var invalid *connectors.InvalidError
		if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[tc.field] == "" {
			t.Errorf("%s: %v", tc.reason, err)
		}
	}
	d, err := s.conn.Describe(t.Context(), bugs)
	if err != nil {
		t.Fatal(err)
	}
	computed := 0
	for _, f := range d.Fields {
		if f.ID == emulator.FieldWeight || f.ID == emulator.FieldNumber {
			computed++
			if !f.ReadOnly || f.Kind != core.KindString {
				t.Errorf("%s is worked out by Asana: %+v", f.Name, f)
			}
		}
	}
	o := s.update(t, id, map[string]core.Value{"Reviewers": core.Set(core.Person("", "ada@acme.example", ""), core.Person("", "linus@acme.example", "")), "Customer": core.String("C-7")})
	if computed != 2 || len(o.Field("Reviewers").Items()) != 2 || o.Field("Customer").Source() != "C-7" || o.Field("completed").Source() != "false" {
		t.Errorf("%d computed fields; %+v", computed, o.Fields)
	}
	if s.as(t, emulator.TokenAda, "POST", "/custom_fields/"+emulator.FieldPriority+"/enum_options", map[string]string{"name": "Brand new"})["gid"] == nil {
		t.Fatal("no option was made")
	}
	if o := s.update(t, id, map[string]core.Value{"Priority": core.Option("", "Brand new")}); o.Field("Priority").Name() != "Brand new" {
		t.Errorf("an option that was added a moment ago: %v", o.Field("Priority"))
	}
}

// TestFindByCustomField: the search's results are held against the value.
func TestFindByCustomField(t *testing.T) {
	s := newSite(t, oauth)
	want := map[string]string{}
	for _, v := range []string{"C-1", "C-10", `say "when" & <b>`, "Größe 世界"} {
		want[v] = s.task(t, map[string]core.Value{"Customer": core.String(v)}).Ref.ID
	}
	s.pass(time.Minute)
	for v, id := range want {
		if refs, err := s.conn.FindByField(t.Context(), bugs, "Customer", v); err != nil || len(refs) != 1 || refs[0].ID != id {
			t.Errorf("%q: %v, %v", v, refs, err)
		}
	}
}

// TestFreePlan: what is part of paid plans is refused in words; the rest works.
func TestFreePlan(t *testing.T) {
	s := newSite(t, oauth)
	free := connectors.ItemType{Type: "task", Scope: map[string]string{"project": emulator.ProjectGlobex}}
	o, err := s.conn.Create(t.Context(), core.Draft{Type: "task", Scope: free.Scope, Fields: map[string]core.Value{"name": core.String("x")}, Mark: "dx-free"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.Get(t.Context(), o.Ref.ID, connectors.Want{Type: free}); err != nil {
		t.Errorf("a read of all fields: %v", err)
	}
	if _, err := s.conn.Search(t.Context(), free, "text=x", ""); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("search: %v", err)
	}
	_, err = s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"dependencies": core.Set(core.Reference("1", ""))}}, "", connectors.Want{Type: free})
	if !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("dependencies: %v", err)
	}
}

// TestConfiguration: mistakes name the option.
func TestConfiguration(t *testing.T) {
	for _, tc := range []struct {
		reason, base, says string
		auth, settings     map[string]string
	}{
		{"no address", "", "base_url", nil, nil},
		{"no scheme", "app.asana.com", "base_url", nil, nil},
		{"no client", "https://x", "auth.client_id", nil, nil},
		{"no token", "https://x", "auth.token", map[string]string{"method": "token"}, nil},
		{"nowhere to keep marks", "https://x", "settings.mark_field", map[string]string{"method": "token", "token": "t0p-secret"}, nil},
		{"an unknown method", "https://x", "auth.method", map[string]string{"method": "magic"}, nil},
	} {
		_, err := asana.New(connectors.Config{System: core.System{Name: "s", BaseURL: tc.base, Auth: tc.auth, Settings: tc.settings}})
		if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "t0p-secret") {
			t.Errorf("%s: %v, want it to name %s", tc.reason, err, tc.says)
		}
	}
	c, err := asana.New(connectors.Config{System: oauth("https://app.asana.com/api/1.0/"), HTTP: &http.Client{}})
	if err != nil || c.Facts().RichText != "asana" || slices.Contains([]float64{0}, c.Facts().Rate) {
		t.Errorf("the address of the API is taken as that of Asana: %v", err)
	}
	if _, err := c.Changes(t.Context(), connectors.ItemType{Type: "task", Scope: map[string]string{"project": "Bugs"}}, "", 10); connectors.Class(err) != "invalid" {
		t.Errorf("a project by its name: %v", err)
	}
}

// TestHalfAnUpdate: what was written before a call failed stays, and the same patch again does the rest and no more.
func TestHalfAnUpdate(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	patch := core.Patch{Fields: map[string]core.Value{"name": core.String("renamed"), "section": core.Option("", "Done"), "tags": core.Strings("late")}}
	s.fault(t, harness.Fault{Kind: harness.KindStatus, Status: 500, Path: "/addTask$", Times: 1})
	if _, err := s.conn.Update(t.Context(), id, patch, "", connectors.Want{Type: bugs}); connectors.Class(err) != "busy" {
		t.Errorf("%v", err)
	}
	half := s.get(t, id)
	if half.Field("name").Source() != "renamed" || half.Field("section").Name() == "Done" {
		t.Errorf("after half of it: %v", half.Fields)
	}
	s.pass(time.Minute)
	before := s.calls.Load()
	whole, err := s.conn.Update(t.Context(), id, patch, half.Revision, connectors.Want{Type: bugs})
	if err != nil || whole.Field("section").Name() != "Done" || !core.Equal(whole.Field("tags"), core.Strings("late")) {
		t.Errorf("the rest: %v, %v", whole.Fields, err)
	}
	if again, err := s.conn.Update(t.Context(), id, patch, whole.Revision, connectors.Want{Type: bugs}); err != nil || again.Revision != whole.Revision {
		t.Errorf("once more: %v, %v", again.Revision, err)
	}
	if n := s.calls.Load() - before; n > 9 {
		t.Errorf("%d calls", n)
	}
}

// TestRefusedInABatch: a batch that the vendor throttles says how long, and one task's trouble hides no other.
func TestRefusedInABatch(t *testing.T) {
	s := newSite(t, oauth)
	var ids []string
	for range 12 {
		ids = append(ids, s.task(t, nil).Ref.ID)
	}
	got, err := s.conn.GetMany(t.Context(), append(ids, "not a gid", "999"), connectors.Want{Type: bugs, Fields: []string{"name"}})
	if err != nil || len(got) != 12 {
		t.Errorf("%d tasks of twelve, %v", len(got), err)
	}
	s.fault(t, harness.Fault{Kind: harness.KindThrottle, RetryAfter: 30, Path: "/batch$"})
	_, err = s.conn.GetMany(t.Context(), ids, connectors.Want{Type: bugs})
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || busy.After != 30*time.Second {
		t.Errorf("%v", err)
	}
}
