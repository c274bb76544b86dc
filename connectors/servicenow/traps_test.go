package servicenow_test

import (
	"errors"
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

func TestCommentsCarryAMarkAndAreReadOnlyWhenTheyMayHaveChanged(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	id := r.create(c, draft(1)).Ref.ID
	mark := draft(9).Mark
	m, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("Hello"), Visibility: core.Visibility{Audience: core.Public}, Mark: mark})
	if err != nil || journalPlain(m.Body) != "Hello" || m.Mark != mark {
		t.Fatalf("written as %+v, %v", m, err)
	}
	r.Pass(time.Minute)
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
		r.Pass(time.Hour)
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

func TestHiddenCommentsAreNoDeletions(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	for _, a := range []core.Audience{core.Public, core.Internal} {
		if _, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("text"), Visibility: core.Visibility{Audience: a}, Mark: draft(int(a)).Mark}); err != nil {
			t.Fatal(err)
		}
	}
	r.control("roles", `{"user":"duplex.sync","roles":["itil","duplex"]}`)
	o, err := r.connector("sync").Get(t.Context(), id, connectors.Want{Type: incident, Comments: true, Attachments: true})
	switch {
	case err != nil:
		wantClass(t, "without the right to read entries", err, "denied")
	case o.Complete && len(o.Comments) != 2:
		t.Errorf("a list of %d comments is said to be complete", len(o.Comments))
	}
}
