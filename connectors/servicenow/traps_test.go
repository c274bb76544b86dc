package servicenow_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness"
	emulator "duplex/emulators/servicenow"
)

func wantClass(t *testing.T, reason string, err error, class string) {
	t.Helper()
	if got := connectors.Class(err); got != class {
		t.Errorf("%s: came out as %q (%v), want %q", reason, got, err, class)
	}
}

func wantRefused(t *testing.T, reason string, err error, field, says string) {
	t.Helper()
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || !strings.Contains(invalid.Fields[field], says) {
		t.Errorf("%s: %v, want %s refused with %q", reason, err, field, says)
	}
}

func small(sys *core.System) { sys.Settings["page_size"] = "2" }

// drain reads a feed to its end.
func (r *rig) drain(c connectors.Connector, cursor connectors.Cursor) (map[string]connectors.Change, connectors.Cursor) {
	r.t.Helper()
	seen := map[string]connectors.Change{}
	for range 1000 {
		page, err := c.Changes(r.t.Context(), incident, cursor, 2)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, ch := range page.Items {
			seen[ch.Ref.ID] = ch
		}
		cursor = page.Next
		if !page.More {
			return seen, cursor
		}
	}
	r.t.Fatal("the feed does not end")
	return nil, ""
}

func group(name string) core.Value { return core.Option(emulator.ID("sys_user_group", name), name) }

func TestPagesThatAreShortAreNotTheEnd(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync", small), r.connector("ada")
	first := r.create(c, draft(1)).Ref.ID
	var hidden []string
	for n := range 7 { // a whole page and more that the account does not see
		r.pass(time.Second)
		d := draft(100 + n)
		d.Fields["assignment_group"] = group("Legal")
		hidden = append(hidden, r.create(ada, d).Ref.ID)
	}
	r.pass(time.Second)
	last := r.create(c, draft(2)).Ref.ID
	seen, _ := r.drain(c, "")
	if len(seen) != 2 || seen[first].Ref.ID == "" || seen[last].Ref.ID == "" {
		t.Errorf("the feed shows %v, want %s and %s", seen, first, last)
	}
	var found []string
	for cursor := connectors.Cursor(""); ; {
		page, err := c.Search(t.Context(), incident, "short_descriptionLIKEprinter", cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range page.Items {
			found = append(found, ch.Ref.ID)
		}
		if cursor = page.Next; !page.More {
			break
		}
	}
	if len(found) != 2 {
		t.Errorf("search finds %v", found)
	}
	_, err := c.Get(t.Context(), hidden[0], connectors.Want{Type: incident})
	wantClass(t, "a hidden record", err, "not-found")
	d := draft(100)
	_, err = c.Find(t.Context(), incident, d.Mark)
	wantClass(t, "a mark on a hidden record: none would make a second one", err, "denied")
	many, err := c.GetMany(t.Context(), append(hidden, first), connectors.Want{Type: incident})
	if err != nil || len(many) != 1 {
		t.Errorf("of many %d are shown, %v", len(many), err)
	}
}

func TestTheAccountHasToBeInGMT(t *testing.T) {
	r := newRig(t)
	_, err := r.connector("grace").Changes(t.Context(), incident, "", 10)
	wantClass(t, "an account in Los Angeles", err, "denied")
	if !strings.Contains(fmt.Sprint(err), "GMT") {
		t.Errorf("the error does not say what to do: %v", err)
	}
	var wrong []string
	for _, f := range r.connector("grace").Check(t.Context(), incident) {
		if f.State != connectors.Fine {
			wrong = append(wrong, f.What)
		}
	}
	if !strings.Contains(strings.Join(wrong, ","), "time zone") {
		t.Errorf("the check finds %v", wrong)
	}
	for _, f := range r.connector("sync").Check(t.Context(), incident) {
		if f.State != connectors.Fine {
			t.Errorf("the check of the integration account finds %+v", f)
		}
	}
}

func TestAnInstanceThatSleepsIsBusy(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	o := r.create(c, draft(1))
	a, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.html", MediaType: "text/html", Size: 9, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("<p>hi</p>"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := c.OpenAttachment(t.Context(), o.Ref.ID, a)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(body); string(b) != "<p>hi</p>" {
		t.Errorf("a file that is a page itself holds %q", b)
	}
	body.Close()
	quiet := r.quiet("sync") // a page is in no document
	r.control("hibernate", `{"on":true}`)
	_, err = quiet.Get(t.Context(), o.Ref.ID, connectors.Want{Type: incident})
	wantSleep(t, "get", err)
	_, err = quiet.Create(t.Context(), draft(2))
	wantSleep(t, "create", err)
	_, err = quiet.OpenAttachment(t.Context(), o.Ref.ID, a)
	wantSleep(t, "a file", err)
}

func wantSleep(t *testing.T, reason string, err error) {
	t.Helper()
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || !busy.Maintenance || busy.After < time.Minute {
		t.Errorf("%s: %v, want maintenance of minutes", reason, err)
	}
}

func TestWhatIsCutOffIsNoAnswer(t *testing.T) {
	r := newRig(t)
	c, quiet := r.connector("sync"), r.quiet("sync")
	if _, err := quiet.Describe(t.Context(), incident); err != nil {
		t.Fatal(err)
	}
	r.control("cancel", `{"lists":1}`)
	_, err := quiet.Find(t.Context(), incident, draft(1).Mark)
	wantClass(t, "a list with broken JSON", err, "busy")
	r.control("cancel", `{"creates":1}`)
	_, err = quiet.Create(t.Context(), draft(1))
	wantClass(t, "a create that was cancelled", err, "busy")
	refs, err := c.Find(t.Context(), incident, draft(1).Mark)
	if err != nil || len(refs) != 1 {
		t.Errorf("it was made all the same, and is found %v, %v", refs, err)
	}
}

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

func TestCommentsCarryAMarkAndAreReadOnlyWhenTheyMayHaveChanged(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	id := r.create(c, draft(1)).Ref.ID
	mark := draft(9).Mark
	m, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("Hello"), Visibility: core.Visibility{Audience: core.Public}, Mark: mark})
	if err != nil || journalPlain(m.Body) != "Hello" || m.Mark != mark {
		t.Fatalf("written as %+v, %v", m, err)
	}
	r.pass(time.Minute)
	copied := ada // a person copies the text with all its signs
	if _, err := copied.AddComment(t.Context(), id, core.CommentDraft{Body: core.Text("servicenow-journal", m.Body.Source()), Visibility: core.Visibility{Audience: core.Public}, Mark: mark}); err != nil {
		t.Fatal(err)
	}
	if got, err := c.FindComment(t.Context(), id, mark); err != nil || got.ID != m.ID {
		t.Errorf("found %+v, %v", got, err)
	}
	known := r.get(c, id)
	if len(known.Comments) != 2 || known.Comments[1].Mark != "" || known.Comments[1].Own {
		t.Errorf("shown as %+v", known.Comments)
	}
	before := r.journalCalls()
	want := connectors.Want{Type: incident, Comments: true, Attachments: true, Known: &known}
	again, err := c.Get(t.Context(), id, want)
	if err != nil || len(again.Comments) != 2 || r.journalCalls() != before {
		t.Errorf("unchanged: %d comments, %d calls, %v", len(again.Comments), r.journalCalls()-before, err)
	}
	want.Full = true
	if _, err := c.Get(t.Context(), id, want); err != nil || r.journalCalls() == before {
		t.Errorf("a full read took the known comments, %v", err)
	}
}

// journalCalls counts the reads of comments.
func (r *rig) journalCalls() (n int) {
	for _, call := range r.e.Harness().Calls(0).Calls {
		if strings.HasSuffix(call.Path, "/sys_journal_field") {
			n++
		}
	}
	return n
}

func TestEveryWayToSignIn(t *testing.T) {
	r := newRig(t)
	for reason, change := range map[string]func(*core.System){
		"OAuth": func(sys *core.System) {
			sys.Auth = map[string]string{"method": "oauth", "username": emulator.UserSync, "client_id": emulator.ClientID, "client_secret": emulator.ClientSecret}
		},
		"an API key": func(sys *core.System) {
			sys.Auth = map[string]string{"method": "key", "username": emulator.UserSync, "key": emulator.KeySync}
		},
	} {
		c := r.connector("sync", change)
		o, err := c.Create(t.Context(), draft(len(reason)))
		if err != nil || !o.OwnItem {
			t.Errorf("%s: own %v, %v", reason, o.OwnItem, err)
		}
		r.pass(time.Hour)
		if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Type: incident}); err != nil {
			t.Errorf("%s, an hour later: %v", reason, err)
		}
	}
	_, err := r.connector("sync", func(sys *core.System) { sys.Auth["password"] = "wrong" }).Describe(t.Context(), incident)
	if !errors.Is(err, connectors.ErrUnauthenticated) {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestATableOfTheCustomer(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	request := connectors.ItemType{Type: "u_request"}
	d, err := c.Describe(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	state, _ := d.Find("state")
	if _, ok := d.Find("u_size"); !ok || len(state.Options) != 3 || state.Options[1].Name() != "Building" {
		t.Errorf("states %v", state.Options)
	}
	if inherited, ok := d.Find("short_description"); !ok || inherited.ReadOnly {
		t.Errorf("what it inherits: %+v", inherited)
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "u_request", Mark: draft(1).Mark, Fields: map[string]core.Value{"short_description": core.String("build it"),
		"state": core.Option("", "Building"), "u_reason": core.String("because"), "u_size": core.Option("", "Large")}})
	if err != nil {
		t.Fatal(err)
	}
	fresh := r.connector("sync") // which has never seen the record
	if _, err := fresh.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: journal("note"), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
		t.Error(err)
	}
	fresh = r.connector("sync")
	if _, err := fresh.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil {
		t.Error(err)
	}
	if got, err := fresh.Get(t.Context(), o.Ref.ID, connectors.Want{Type: request, Comments: true, Attachments: true}); err != nil || len(got.Comments) != 1 || len(got.Attachments) != 1 ||
		got.Field("state").Name() != "Building" {
		t.Errorf("shown as %+v, %v", got, err)
	}
	_, err = c.Describe(t.Context(), connectors.ItemType{Type: "no_such_table"})
	wantClass(t, "a table that is not there", err, "unsupported")
	if err := r.connector("sync").Delete(t.Context(), o.Ref.ID); err != nil {
		t.Error(err)
	}
}

func TestHistoryTellsPeopleFromOurselves(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	id := r.create(c, draft(1)).Ref.ID
	if changed, _, err := c.History(t.Context(), id); err != nil || len(changed) != 0 {
		t.Errorf("a new record: %v, %v", changed, err)
	}
	if _, err := r.update(ada, id, map[string]core.Value{"u_area": core.Option("", "Mobile")}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.update(c, id, map[string]core.Value{"short_description": core.String("ours")}); err != nil {
		t.Fatal(err)
	}
	changed, ours, err := c.History(t.Context(), id)
	if err != nil || !changed["u_area"].Equal(time.Date(2026, 3, 1, 12, 0, 2, 0, time.UTC)) || len(ours) != 1 || ours[0] != "short_description" || !changed["description"].IsZero() {
		t.Errorf("changed %v, ours %v, %v", changed, ours, err)
	}
	r.control("roles", `{"user":"duplex.sync","roles":["itil","duplex"]}`)
	changed, ours, err = r.connector("sync").History(t.Context(), id)
	if err != nil || changed["description"].IsZero() || len(ours) != 0 {
		t.Errorf("without the right to the audit any field may be an edit: %v, %v, %v", changed, ours, err)
	}
}

func TestSweepsShowFilesAndDeletionsAsFarAsTheyMay(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	a, b := r.create(c, draft(1)).Ref.ID, r.create(c, draft(2)).Ref.ID
	r.pass(time.Hour)
	_, cursor := r.drain(c, "")
	r.pass(time.Hour)
	if _, err := ada.Attach(t.Context(), a, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := ada.Delete(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	seen, _ := r.drain(c, cursor)
	if ch, ok := seen[a]; !ok || ch.Revision != "" || ch.Deleted {
		t.Errorf("a record with a new file is listed %v as %+v", ok, ch)
	}
	if ch := seen[b]; !ch.Deleted {
		t.Errorf("a deleted record is listed as %+v", ch)
	}
	r.control("roles", `{"user":"duplex.sync","roles":["itil","duplex"]}`)
	seen, next := r.drain(r.connector("sync"), cursor)
	if next == "" || seen[b].Deleted {
		t.Errorf("without the right to deletions: %v", seen)
	}
	if r.connector("sync").Facts().ListsDeletions {
		t.Error("nobody can promise that deletions are listed")
	}
}

func TestPushedCallsOfTheInstanceAreRead(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	rec := newReceiver(t)
	r.control("webhook_target", fmt.Sprintf(`{"url":%q,"secret":%q}`, rec.URL, secret))
	id := r.create(ada, draft(1)).Ref.ID
	o, err := r.update(c, id, map[string]core.Value{"short_description": core.String("ours")})
	if err != nil {
		t.Fatal(err)
	}
	if err := ada.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	var hints []core.Hint
	for _, call := range rec.wait(t, 3) {
		call.Now = r.clock()
		w, err := c.ParseWebhook(call, "")
		if err != nil || w.ID == "" {
			t.Fatalf("%s: %v", call.Body, err)
		}
		hints = append(hints, w.Hints...)
	}
	kinds := map[core.HintKind]core.Hint{}
	for _, h := range hints {
		if h.Ref.ID != id || h.Ref.Type != "incident" {
			t.Errorf("a hint names %+v", h.Ref)
		}
		kinds[h.Kind] = h
	}
	if len(kinds) != 3 || kinds[core.HintCreated].Own || !kinds[core.HintChanged].Own || kinds[core.HintChanged].Revision != o.Revision || kinds[core.HintDeleted].Own {
		t.Errorf("read as %+v", kinds)
	}
	late := rec.wait(t, 3)[0]
	late.Now = r.clock().Add(time.Hour)
	_, err = c.ParseWebhook(late, "")
	wantClass(t, "a call of an hour ago", err, "forged")
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

func TestAThrottledInstanceSaysHowLong(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	r.fault(harness.Fault{Kind: harness.KindThrottle, RetryAfter: 90})
	_, err := c.Get(t.Context(), strings.Repeat("a", 32), connectors.Want{Type: incident})
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || busy.After != 90*time.Second {
		t.Errorf("came out as %v", err)
	}
}
