package servicenow_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/servicenow"
)

func wantRefused(t *testing.T, reason string, err error, field, says string) {
	t.Helper()
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || !strings.Contains(invalid.Fields[field], says) {
		t.Errorf("%s: %v, want %s refused with %q", reason, err, field, says)
	}
}

func group(name string) core.Value { return core.Option(emulator.ID("sys_user_group", name), name) }

func TestAStateNamesWhatItNeeds(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	_, err := r.update(c, id, map[string]core.Value{"state": core.Option("", "Resolved")})
	wantRefused(t, "resolved without a code", err, "state", "close_code, close_notes")
	_, err = r.update(c, id, map[string]core.Value{"state": core.Option("", "On Hold")})
	wantRefused(t, "on hold without a reason", err, "state", "hold_reason")
	o, err := r.update(c, id, map[string]core.Value{"state": core.Option("", "Resolved"), "close_code": core.Option("", "Solution provided"), "close_notes": core.String("Done.")})
	if err != nil || o.Field("state").Name() != "Resolved" || o.Field("resolved_by").ID() == "" {
		t.Errorf("resolved: %v, %v", o.Fields, err)
	}
	_, err = r.update(c, id, map[string]core.Value{"close_code": core.Option("", "Solved (Permanently)")})
	wantRefused(t, "a code that is switched off", err, "close_code", "no option")
}

func TestWhatTheInstanceDoesNotKeepIsTold(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	for _, test := range []struct {
		reason, control, body, undo string
		fields                      map[string]core.Value
		field                       string
	}{
		{"a rule sets another value", "rule", `{"table":"incident","set":{"u_area":"web"},"async":false}`, `{}`, map[string]core.Value{"u_area": core.Option("", "Mobile")}, "u_area"},
		{"a rule empties the assignee", "members", `{"on":true}`, `{"on":false}`, map[string]core.Value{"assigned_to": linus, "assignment_group": group("Service Desk")}, "assigned_to"},
	} {
		r.control(test.control, test.body)
		_, err := r.update(c, id, test.fields)
		wantRefused(t, test.reason, err, test.field, "did not keep")
		r.control(test.control, test.undo)
	}
	for _, test := range []struct {
		reason, field string
		v             core.Value
		says          string
	}{
		{"a computed field", "priority", core.Option("1", "1 - Critical"), "cannot be written"},
		{"the mark's column", "correlation_id", core.String("mine"), "cannot be written"},
		{"a column that is hidden", "u_internal_cost", core.Int(5), "may not see"},
		{"a text that would be cut", "u_customer_ref", core.String(strings.Repeat("x", 41)), "40 characters"},
		{"a choice under another", "subcategory", core.Option("vpn", "VPN"), "goes with category network"},
		{"half a number", "u_effort", must(core.Number("1.5")), "whole number"},
		{"a group by a wrong name", "assignment_group", core.Option("", "No such group"), "0 records"},
		{"comments are no field", "comments", core.String("x"), "no such field"},
	} {
		id := r.create(c, draft(7)).Ref.ID
		_, err := r.update(c, id, map[string]core.Value{test.field: test.v})
		wantRefused(t, test.reason, err, test.field, test.says)
	}
	o, err := r.update(c, r.create(c, draft(3)).Ref.ID, map[string]core.Value{"category": core.Option("", "Network"), "subcategory": core.Option("", "VPN"),
		"assignment_group": core.Option("", "Network")})
	if err != nil || (o.Field("subcategory").ID() != "vpn" || o.Field("assignment_group").ID() != group("Network").ID()) {
		t.Errorf("written as %v, %v", o.Fields, err)
	}
}

func TestWhatANewRecordWasMadeWithoutIsTold(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	r.control("members", `{"on":true}`)
	d := draft(1)
	d.Fields["assigned_to"], d.Fields["assignment_group"] = linus, group("Service Desk")
	o, err := c.Create(t.Context(), d)
	wantRefused(t, "a rule empties the assignee", err, "assigned_to", "did not keep")
	if refs, err := c.Find(t.Context(), incident, d.Mark); err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("the record %q is found as %v, %v", o.Ref.ID, refs, err)
	}
}

func TestAMarkThatWouldBeCutOffIsRefused(t *testing.T) {
	r := newRig(t)
	r.asAda(http.MethodPost, "/api/now/table/sys_dictionary", `{"name":"incident","element":"u_short","internal_type":"string","max_length":"20","column_label":"Short"}`)
	c := r.connector("sync", func(sys *core.System) { sys.Settings["mark_field"] = "u_short" })
	_, err := c.Create(t.Context(), draft(1))
	wantClass(t, "a record that nobody would find again", err, "denied")
	if page, err := c.Search(t.Context(), incident, "short_descriptionLIKEprinter", ""); err != nil || len(page.Items) != 0 {
		t.Errorf("made all the same: %v, %v", page.Items, err)
	}
}

func must(v core.Value, err error) core.Value {
	if err != nil {
		panic(err)
	}
	return v
}

func TestHiddenIsNotEmpty(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	id := r.create(c, draft(1)).Ref.ID
	if _, err := r.update(ada, id, map[string]core.Value{"u_internal_cost": core.Int(5)}); err != nil {
		t.Fatal(err)
	}
	o := r.get(c, id)
	if v := o.Field("u_internal_cost"); !v.IsAbsent() {
		t.Errorf("a hidden column is shown as %q", v)
	}
}

func TestTimesAreTheSameInEveryZone(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada") // Berlin, dates dd-MM-yyyy
	due := core.DateTime(time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC))
	o := r.create(ada, draft(1))
	if _, err := r.update(ada, o.Ref.ID, map[string]core.Value{"u_due": due, "u_start": must(core.Date("2026-07-02"))}); err != nil {
		t.Fatal(err)
	}
	for who, reader := range map[string]connectors.Connector{"GMT": c, "Berlin": ada} {
		got, err := reader.Get(t.Context(), o.Ref.ID, connectors.Want{Type: incident})
		if err != nil || !core.Equal(got.Field("u_due"), due) || got.Field("u_start").Source() != "2026-07-02" || !got.CreatedAt.Equal(o.CreatedAt) {
			t.Errorf("read in %s: due %v start %v created %v, %v", who, got.Field("u_due"), got.Field("u_start"), got.CreatedAt, err)
		}
	}
}

func TestHalfAFileIsTakenBack(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	_, err := c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.bin", Size: 10, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("half"))
	wantClass(t, "a content that ended early", err, "busy")
	if files := r.get(c, id).Attachments; len(files) != 0 {
		t.Errorf("the record shows %+v", files)
	}
}

func TestPrivateStaysPrivate(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	public := r.connector("sync", func(sys *core.System) { delete(sys.Settings, "files") })
	d := core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}
	_, err := public.Attach(t.Context(), id, d, strings.NewReader("x"))
	wantClass(t, "an internal file where callers read files", err, "unsupported")
	d.Visibility.Audience = core.Public
	if a, err := public.Attach(t.Context(), id, d, strings.NewReader("x")); err != nil || a.Visibility.Audience != core.Public {
		t.Errorf("a public file: %+v, %v", a, err)
	}
	for audience, want := range map[core.Audience]string{core.Public: "", core.Internal: "", core.Restricted: "unsupported", 0: "unsupported"} {
		m, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("text"), Visibility: core.Visibility{Audience: audience}})
		if connectors.Class(err) != want || err == nil && m.Visibility.Audience != audience {
			t.Errorf("a comment for %d: %+v, %v", audience, m.Visibility, err)
		}
	}
	r.control("roles", `{"user":"duplex.sync","roles":["audit_viewer","duplex"]}`)
	_, err = c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("only for us"), Visibility: core.Visibility{Audience: core.Internal}})
	if err == nil {
		t.Error("a work note without the role to write one")
	}
}

func TestAnUpdateCostsAReadAndAWriteAndAnEchoNone(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	count := func() int { return r.e.Harness().Calls(0).Total }
	want := connectors.Want{Type: incident, Fields: []string{"short_description", "urgency"}}
	before := count()
	if _, err := c.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{"short_description": core.String("once")}}, "", want); err != nil || count()-before != 2 {
		t.Errorf("a change took %d calls, %v", count()-before, err)
	}
	before = count()
	if _, err := c.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{"short_description": core.String("once")}}, "", want); err != nil || count()-before != 1 {
		t.Errorf("a change of nothing took %d calls, %v", count()-before, err)
	}
}
