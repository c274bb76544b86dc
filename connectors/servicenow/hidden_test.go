package servicenow_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness"
	emulator "duplex/emulators/servicenow"
)

// asAda sends a call as an administrator.
func (r *rig) asAda(method, path, body string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(emulator.UserAda, emulator.PasswordAda)
	resp, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		r.t.Fatalf("%s %s answered %d", method, path, resp.StatusCode)
	}
}

func TestWhatIsHiddenIsNotMissing(t *testing.T) {
	r := newRig(t)
	id := r.create(r.connector("sync"), draft(1)).Ref.ID
	team := core.Visibility{Audience: core.Internal}
	want := connectors.Want{Type: incident, Comments: true, Attachments: true}

	c := r.through(oneHidden("/api/now/attachment"))
	if o, err := c.Get(t.Context(), id, want); err != nil || o.Complete {
		t.Errorf("a list of files that has a hidden one is said to be complete: %v", err)
	}
	_, err := c.FindAttachment(t.Context(), id, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: team}, r.Now(), nil)
	wantClass(t, "a file that may be the hidden one: none would make a second one", err, "unsupported")

	c = r.through(oneHidden("/sys_journal_field"))
	if _, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: journal("x"), Visibility: team, Mark: draft(2).Mark}); err != nil {
		t.Fatal(err)
	}
	_, err = c.FindComment(t.Context(), id, draft(3).Mark)
	wantClass(t, "a comment that may be the hidden one: none would make a second one", err, "unsupported")
	if m, err := c.FindComment(t.Context(), id, draft(2).Mark); err != nil || m.Mark != draft(2).Mark {
		t.Errorf("one that is shown: %+v, %v", m, err)
	}

	c = r.through(func(req *http.Request, resp *http.Response) {
		if strings.HasSuffix(req.URL.Path, "/sys_choice") {
			resp.Body = io.NopCloser(strings.NewReader(`{"result":[]}`))
		}
	})
	_, err = c.Describe(t.Context(), incident)
	wantClass(t, "choices that are hidden would be read as plain text", err, "denied")
}

func TestPagesHaveAnOrderThatTellsRowsApart(t *testing.T) {
	r := newRig(t)
	loose := map[string]bool{}
	c := r.through(func(req *http.Request, _ *http.Response) {
		q := req.URL.Query()
		if q.Get("sysparm_limit") == "7" && !strings.HasSuffix(q.Get("sysparm_query"), "^ORDERBYsys_id") {
			loose[req.URL.Path+" "+q.Get("sysparm_query")] = true
		}
	}, func(sys *core.System) { sys.Settings["page_size"] = "7" })
	id := r.create(c, draft(1)).Ref.ID
	if _, err := r.update(r.connector("ada"), id, map[string]core.Value{"u_area": core.Option("", "Mobile")}); err != nil {
		t.Fatal(err)
	}
	r.get(c, id)
	if _, _, err := c.History(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FindComment(t.Context(), id, draft(2).Mark); connectors.Class(err) != "not-found" {
		t.Fatal(err)
	}
	if _, err := c.Find(t.Context(), incident, draft(1).Mark); err != nil {
		t.Fatal(err)
	}
	r.drain(c, "")
	for query := range loose {
		t.Errorf("rows may change places between two pages of %s", query)
	}
}

func TestAConditionThatIsLeftOutDoesNotReadEverything(t *testing.T) {
	r := newRig(t)
	r.asAda(http.MethodPost, "/api/now/table/sys_dictionary", `{"name":"incident","element":"u_evidence","internal_type":"reference","reference":"sys_attachment","column_label":"Evidence"}`)
	calls := 0
	c := r.through(func(req *http.Request, _ *http.Response) {
		if strings.HasSuffix(req.URL.Path, "/sys_attachment") {
			calls++
		}
	}, small)
	id := r.create(c, draft(1)).Ref.ID
	for n := range 7 {
		name := fmt.Sprintf("%d.txt", n)
		if _, err := c.Attach(t.Context(), id, core.AttachmentDraft{Name: name, Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.update(c, id, map[string]core.Value{"u_evidence": core.Option("", "3.txt")})
	wantRefused(t, "records of a table that have no name", err, "u_evidence", "no column name")
	if calls != 1 {
		t.Errorf("it took %d calls", calls)
	}
}

func TestAColumnThatIsHiddenDoesNotWidenWhatIsFound(t *testing.T) {
	r := newRig(t)
	ada := r.connector("ada")
	for n := range 7 {
		d := draft(n)
		d.Fields["u_internal_cost"] = core.Int(int64(n))
		r.create(ada, d)
	}
	calls := 0
	c := r.through(func(req *http.Request, _ *http.Response) {
		if strings.HasSuffix(req.URL.Path, "/table/incident") {
			calls++
		}
	}, small, func(sys *core.System) { sys.Settings["mark_field"] = "u_internal_cost" })
	scoped := connectors.ItemType{Type: "incident", Scope: map[string]string{"u_internal_cost": "3"}}
	for _, tc := range []struct {
		reason, class string
		call          func() error
	}{
		{"a mark: none would make a second record", "denied", func() error { _, err := c.Find(t.Context(), incident, draft(3).Mark); return err }},
		{"a field to match by", "invalid", func() error { _, err := c.FindByField(t.Context(), incident, "u_internal_cost", "3"); return err }},
		{"a condition", "invalid", func() error { _, err := c.Search(t.Context(), incident, "u_internal_cost=3", ""); return err }},
		{"a scope of a search", "denied", func() error { _, err := c.Search(t.Context(), scoped, "short_descriptionLIKEprinter", ""); return err }},
		{"a scope of a sweep", "denied", func() error { _, err := c.Changes(t.Context(), scoped, "", 2); return err }},
	} {
		calls = 0
		wantClass(t, tc.reason, tc.call(), tc.class)
		if calls != 1 {
			t.Errorf("%s: %d calls", tc.reason, calls)
		}
	}
	for _, f := range c.Check(t.Context(), incident) {
		if (f.State != connectors.Fine) != (f.What == "hold marks") {
			t.Errorf("the check finds %+v", f)
		}
	}
}

func TestATableThatIsDeniedDoesNotHideTheOthers(t *testing.T) {
	r := newRig(t)
	o, err := r.connector("sync").Create(t.Context(), core.Draft{Type: "u_request", Mark: draft(1).Mark, Fields: map[string]core.Value{"short_description": core.String("build it"), "u_reason": core.String("because")}})
	if err != nil {
		t.Fatal(err)
	}
	r.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusForbidden, Path: "/table/task/"})
	note := core.CommentDraft{Body: journal("note"), Visibility: core.Visibility{Audience: core.Internal}}
	fresh := r.connector("sync") // which has never seen the record
	if _, err := fresh.AddComment(t.Context(), o.Ref.ID, note); err != nil {
		t.Error(err)
	}
	_, err = fresh.AddComment(t.Context(), strings.Repeat("a", 32), note)
	wantClass(t, "it may be one of the table that is denied", err, "denied")
}

func TestRecordsWithoutATimeDoNotHoldUpTheFeed(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync", small)
	var ids []string
	for n := range 5 {
		ids = append(ids, r.create(c, draft(n)).Ref.ID)
		if n < 3 { // as scripts leave them that switch the system fields off
			r.control("late", fmt.Sprintf(`{"table":"incident","sys_id":%q,"set":{"sys_updated_on":""},"quiet":true}`, ids[n]))
		}
	}
	seen, cursor := r.drain(c, "")
	for _, id := range ids {
		if seen[id].Ref.ID == "" {
			t.Errorf("%s is missing", id)
		}
	}
	r.Pass(time.Hour)
	if seen, _ = r.drain(c, cursor); len(seen) > 2 {
		t.Errorf("the next sweep begins anew: %v", seen)
	}
}

func TestFilesOfRecordsOfATableBelow(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	r.Pass(time.Hour)
	task := connectors.ItemType{Type: "task"}
	listed := func(cursor connectors.Cursor) (map[string]bool, connectors.Cursor) {
		seen := map[string]bool{}
		for more := true; more; {
			page, err := c.Changes(t.Context(), task, cursor, 20)
			if err != nil {
				t.Fatal(err)
			}
			for _, ch := range page.Items {
				seen[ch.Ref.ID] = true
			}
			cursor, more = page.Next, page.More
		}
		return seen, cursor
	}
	_, cursor := listed("")
	r.Pass(time.Hour)
	other := r.create(c, draft(2)).Ref.ID
	_, cursor = listed(cursor)
	r.Pass(time.Hour)
	if _, err := c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if seen, _ := listed(cursor); !seen[id] {
		t.Errorf("an incident that got a file is missing from the feed of tasks: %v, %s", seen, other)
	}
}

func TestATextThatEndsInSignsKeepsItsMark(t *testing.T) {
	r := newRig(t)
	c := r.connector("sync")
	id := r.create(c, draft(1)).Ref.ID
	mark := draft(9).Mark
	for _, text := range []string{"copied from a page\u200b", "\u2060\u200d"} {
		d := core.CommentDraft{Body: core.Text("servicenow-journal", text), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark}
		m, err := c.AddComment(t.Context(), id, d)
		if err != nil || m.Mark != mark {
			t.Errorf("%q is written with the mark %q, %v", text, m.Mark, err)
		}
		if found, err := c.FindComment(t.Context(), id, mark); err != nil || found.ID != m.ID {
			t.Errorf("%q: %v, which would write it again", text, err)
		}
		r.asAda(http.MethodDelete, "/api/now/table/sys_journal_field/"+url.PathEscape(m.ID), "")
	}
}
