package servicenow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/servicenow"
)

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

func TestPagesThatAreShortAreNotTheEnd(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync", small), r.connector("ada")
	first := r.create(c, draft(1)).Ref.ID
	var hidden []string
	for n := range 7 { // a whole page and more that the account does not see
		r.Pass(time.Second)
		d := draft(100 + n)
		d.Fields["assignment_group"] = group("Legal")
		hidden = append(hidden, r.create(ada, d).Ref.ID)
	}
	r.Pass(time.Second)
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

func TestTimesAreAskedForInTheAccountsZone(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada") // Berlin
	at := func(s string) {
		to, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		r.Pass(to.Sub(r.Now()))
	}
	want := map[string]bool{}
	for n, s := range []string{"2026-07-01T10:00:00Z", "2026-10-24T23:59:59Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T00:59:59Z", // 02:59:59, and
		"2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T01:59:59Z", "2026-10-25T02:00:00Z"} { // 02:00 again
		at(s)
		want[r.create(c, draft(n)).Ref.ID] = true
	}
	half := connectors.Cursor("")
	at("2026-10-25T02:30:00Z")
	for reason, reader := range map[string]connectors.Connector{"GMT": c, "Berlin": ada} {
		seen, cursor := r.drain(reader, half)
		for id := range want {
			if seen[id].Ref.ID == "" {
				t.Errorf("%s: %s is missing from the feed", reason, id)
			}
		}
		r.Pass(time.Hour)
		id := r.create(c, draft(20+len(reason))).Ref.ID
		_, cursor = r.drain(reader, cursor)
		if more, _ := r.drain(reader, cursor); len(more) != 1 || more[id].Ref.ID == "" {
			t.Errorf("%s: hours later a sweep lists %v again, want what is repeated for safety only", reason, more)
		}
	}
	since := ada.CursorAt(time.Date(2026, 10, 25, 0, 45, 0, 0, time.UTC)) // a time that Berlin's clock shows twice
	seen, _ := r.drain(ada, since)
	if len(seen) < 7 || len(seen) > 10 {
		t.Errorf("since 02:45: %d records, want at least the seven that came after", len(seen))
	}
}

func TestASweepDuringTheHoursThatComeTwiceLosesNothing(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	r.Pass(time.Date(2026, 10, 25, 0, 10, 0, 0, time.UTC).Sub(r.Now()))
	first := r.create(c, draft(1)).Ref.ID
	seen, cursor := r.drain(ada, "")
	if len(seen) != 1 {
		t.Errorf("the first sweep lists %v", seen)
	}
	for n := range 5 {
		r.Pass(30 * time.Minute)
		id := r.create(c, draft(10+n)).Ref.ID
		seen, cursor = r.drain(ada, cursor)
		if seen[id].Ref.ID == "" {
			t.Errorf("%s, created at %s, is missing from the sweep", id, r.Now())
		}
	}
	r.Pass(time.Hour)
	_, cursor = r.drain(ada, cursor)
	if seen, _ = r.drain(ada, cursor); seen[first].Ref.ID != "" {
		t.Error("a sweep after those hours lists them still")
	}
}

func TestAnAccountWithoutATimeZoneIsRefused(t *testing.T) {
	r := newRig(t)
	req, err := http.NewRequest(http.MethodPatch, r.url+"/api/now/table/sys_user/"+emulator.ID("sys_user", emulator.UserLinus), strings.NewReader(`{"time_zone":""}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(emulator.UserAda, emulator.PasswordAda)
	resp, err := r.http.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	_, err = r.connector("linus").Changes(t.Context(), incident, "", 10)
	wantClass(t, "a zone that nobody can tell", err, "denied")
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

func TestSweepsShowFilesAndDeletionsAsFarAsTheyMay(t *testing.T) {
	r := newRig(t)
	c, ada := r.connector("sync"), r.connector("ada")
	a, b := r.create(c, draft(1)).Ref.ID, r.create(c, draft(2)).Ref.ID
	r.Pass(time.Hour)
	_, cursor := r.drain(c, "")
	r.Pass(time.Hour)
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

func TestAJobThatCommitsLateIsSeen(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	r.Pass(time.Hour)
	r.create(c, draft(2))
	_, cursor := r.drain(c, "")
	r.control("late", fmt.Sprintf(`{"table":"incident","sys_id":%q,"set":{"u_area":"mobile"},"age":"90s"}`, id))
	if seen, _ := r.drain(c, cursor); seen[id].Ref.ID == "" {
		t.Error("what became visible 90 seconds late is missing from the sweep")
	}
	if o := r.get(c, id); o.Field("u_area").ID() != "mobile" {
		t.Errorf("it shows %v", o.Field("u_area"))
	}
	before := r.get(c, id)
	r.control("late", fmt.Sprintf(`{"table":"incident","sys_id":%q,"set":{"u_area":"web"},"quiet":true}`, id))
	o, err := c.Get(t.Context(), id, connectors.Want{Type: incident, Comments: true, Attachments: true, Known: &before})
	if err != nil || o.Revision != before.Revision || o.Field("u_area").ID() != "web" {
		t.Errorf("a change without a trace is read from what was known: %v, %v", o.Field("u_area"), err)
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
		call.Now = r.Now()
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
	late.Now = r.Now().Add(time.Hour)
	_, err = c.ParseWebhook(late, "")
	wantClass(t, "a call of an hour ago", err, "forged")
}
