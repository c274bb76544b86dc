package azuredevops_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/azuredevops"
)

var all = connectors.Want{Type: bug, Comments: true, Attachments: true}

func (a *account) create(c *azuredevops.Connector, scope map[string]string, fields map[string]core.Value) core.Observation {
	a.t.Helper()
	o, err := c.Create(a.t.Context(), core.Draft{Type: "workitem", Scope: scope, Fields: fields, Mark: "dx-abcdefghijklmnopqrstuvwxyz"})
	check(a.t, err)
	return o
}

func title(s string) map[string]core.Value { return map[string]core.Value{"title": core.String(s)} }

func write(t *testing.T, c *azuredevops.Connector, id string, fields map[string]core.Value) (core.Observation, error) {
	t.Helper()
	return c.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{})
}

// control posts to the emulator's control API.
func (a *account) control(path, body string) {
	a.t.Helper()
	resp, err := http.Post(a.url+"/_control/"+path, "application/json", strings.NewReader(body))
	check(a.t, err)
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode > 299 {
		a.t.Fatalf("control %s: %d %s", path, resp.StatusCode, text)
	}
}

// raw makes a call of the vendor's API as ada, past the connector.
func (a *account) raw(method, path, kind, body string) []byte {
	a.t.Helper()
	req, err := http.NewRequest(method, a.url+a.emu.Root()+path, strings.NewReader(body))
	check(a.t, err)
	req.SetBasicAuth("", emulator.TokenAda)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	check(a.t, err)
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode > 299 {
		a.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	return text
}

func TestTheWayToAState(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	desk := func(typ string) map[string]string { return map[string]string{"project": "Helpdesk", "type": typ} }
	fields := title("step by step")
	fields["state"] = option("Committed")
	o := a.create(c, desk("Bug"), fields)
	if got := o.Field("state"); got.ID() != "Committed" {
		t.Errorf("a new item with a later state is %v", got)
	}
	o, err := write(t, c, o.Ref.ID, map[string]core.Value{"state": option("New"), "title": core.String("back")})
	if err == nil && o.Field("state").ID() != "New" {
		t.Errorf("back to new: %v, %v", o.Field("state"), err)
	}
	o, err = write(t, c, o.Ref.ID, map[string]core.Value{"state": option("Done"), "title": core.String("done")})
	if err != nil || o.Field("state").ID() != "Done" || o.Field("title").Source() != "done" {
		t.Errorf("several steps: %v %v, %v", o.Field("state"), o.Field("title"), err)
	}
	fault := a.create(c, desk("Störung"), title("Drucker"))
	_, err = write(t, c, fault.Ref.ID, map[string]core.Value{"state": option("Erledigt"), "title": core.String("not written")})
	var invalid *connectors.InvalidError
	if !asInvalid(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields["Root Cause"] == "" {
		t.Errorf("a state that needs a field: %v", err)
	}
	got, err := c.Get(t.Context(), fault.Ref.ID, connectors.Want{})
	if err != nil || got.Field("title").Source() != "Drucker" {
		t.Errorf("a refused patch wrote %v, %v", got.Field("title"), err)
	}
	got, err = write(t, c, fault.Ref.ID, map[string]core.Value{"state": option("Erledigt"), "Root Cause": option("Hardware")})
	if err != nil || got.Field("state").ID() != "Erledigt" {
		t.Errorf("with the field: %v, %v", got.Field("state"), err)
	}
}

func TestProcessRulesAreTheNewBase(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	a.control("rule", `{"field":"Custom.Customer","value":"by a rule","when":"Active"}`)
	after, err := write(t, c, o.Ref.ID, map[string]core.Value{"state": option("Active")})
	if err != nil || after.Field("Customer").Source() != "by a rule" {
		t.Errorf("the update shows %v, %v", after.Field("Customer"), err)
	}
	if got, _ := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); got.Revision != after.Revision {
		t.Errorf("revision %s after the update, %s read", after.Revision, got.Revision)
	}
}

func TestALostRaceIsReadAgain(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	a.control("race", `{"times":1}`)
	if _, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: title("y")}, o.Revision, connectors.Want{}); connectors.Class(err) != "stale" {
		t.Errorf("under a revision: %v", err)
	}
	a.control("race", `{"times":1}`)
	if got, err := write(t, c, o.Ref.ID, title("z")); err != nil || got.Field("title").Source() != "z" {
		t.Errorf("without one: %v, %v", got.Field("title"), err)
	}
}

func TestMarkdownFields(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	a.raw("PATCH", "/_apis/wit/workitems/"+o.Ref.ID+"?api-version=7.1", "application/json-patch+json",
		`[{"op":"add","path":"/fields/System.Description","value":"**bold** <b>"},{"op":"add","path":"/multilineFieldsFormat/System.Description","value":"Markdown"}]`)
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"description"}})
	if err != nil || got.Field("description").Format() != string(richtext.MarkdownAzure) || !strings.Contains(got.Field("description").Source(), "**bold**") {
		t.Fatalf("read as %s %q, %v", got.Field("description").Format(), got.Field("description").Source(), err)
	}
	again, err := write(t, c, o.Ref.ID, map[string]core.Value{"description": got.Field("description")})
	if err != nil || again.Revision != got.Revision {
		t.Errorf("the same text moved the revision: %v", err)
	}
	after, err := write(t, c, o.Ref.ID, map[string]core.Value{"description": core.Text(string(richtext.HTMLAzure), "<p>now <i>slanted</i></p>")})
	if v := after.Field("description"); err != nil || v.Format() != string(richtext.MarkdownAzure) || strings.Contains(v.Source(), "<i>") || !strings.Contains(v.Source(), "slanted") {
		t.Errorf("written as %s %q, %v", v.Format(), v.Source(), err)
	}
}

func TestAnItemThatMovesKeepsItsIDAndItsComments(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	inside := core.Visibility{Audience: core.Internal}
	_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("here"), Visibility: inside, Mark: "dx-abcdefghijklmnopqrstuvwxyz"})
	check(t, err)
	a.raw("PATCH", "/_apis/wit/workitems/"+o.Ref.ID+"?api-version=7.1", "application/json-patch+json",
		`[{"op":"add","path":"/fields/System.TeamProject","value":"Helpdesk"},{"op":"add","path":"/fields/System.AreaPath","value":"Helpdesk"},{"op":"add","path":"/fields/System.IterationPath","value":"Helpdesk"}]`)
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("and there"), Visibility: inside}); err != nil {
		t.Errorf("a comment after the move: %v", err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, all)
	if err != nil || got.Field("project").Source() != "Helpdesk" || len(got.Comments) != 2 || got.Comments[0].Mark == "" {
		t.Errorf("after the move: %v, %d comments, %v", got.Field("project"), len(got.Comments), err)
	}
}

func TestHistoryTellsWhoChangedWhatWhen(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c, ada := a.connector(emulator.TokenSync), a.connector(emulator.TokenAda)
	o := a.create(c, bug.Scope, title("x"))
	a.pass(time.Minute)
	_, err := write(t, ada, o.Ref.ID, map[string]core.Value{"title": core.String("by ada"), "Customer": core.String("Globex")})
	check(t, err)
	a.pass(time.Minute)
	last, err := write(t, c, o.Ref.ID, map[string]core.Value{"Customer": core.String("Initech")})
	check(t, err)
	changed, ours, err := c.History(t.Context(), o.Ref.ID)
	if err != nil || !changed["Customer"].Equal(last.UpdatedAt) || !changed["title"].Before(last.UpdatedAt) || changed["title"].IsZero() {
		t.Errorf("changed %v, %v; the last change was at %v", changed, err, last.UpdatedAt)
	}
	if _, touched := changed["severity"]; touched || !slices.Contains(ours, "Customer") || slices.Contains(ours, "title") {
		t.Errorf("changed %v, ours %v", changed, ours)
	}
}

func TestAMarkThatAPersonQuotesIsNotOurs(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c, ada := a.connector(emulator.TokenSync), a.connector(emulator.TokenAda)
	o := a.create(c, bug.Scope, title("x"))
	_, err := ada.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("copied"), Visibility: core.Visibility{Audience: core.Internal}, Mark: "dx-abcdefghijklmnopqrstuvwxyz"})
	check(t, err)
	if _, err := c.FindComment(t.Context(), o.Ref.ID, "dx-abcdefghijklmnopqrstuvwxyz"); connectors.Class(err) != "not-found" {
		t.Errorf("found %v", err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, all)
	if err != nil || got.Comments[0].Mark != "" || got.Comments[0].Own || plainOf(got.Comments[0].Body) != "copied" {
		t.Errorf("shown as %+v, %v", got.Comments, err)
	}
}

func TestManyItemsAreFoundByWindows(t *testing.T) {
	limits := emulator.NoLimits()
	limits.Results = 3
	a := newAccount(t, vendor(t), emulator.Options{Limits: limits})
	c := a.connector(emulator.TokenSync)
	for range 3 {
		a.create(c, bug.Scope, title("same"))
	}
	refs, err := c.Find(t.Context(), bug, "dx-abcdefghijklmnopqrstuvwxyz")
	if err != nil || len(refs) != 3 {
		t.Errorf("at the limit: %v, %v", refs, err)
	}
	a.create(c, bug.Scope, title("same"))
	if refs, err = c.Find(t.Context(), bug, "dx-abcdefghijklmnopqrstuvwxyz"); err != nil || len(refs) != 4 {
		t.Errorf("beyond what the vendor hands out at once: %v, %v", refs, err)
	}
}

func TestAFieldHoldsTheMark(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync, "mark_field", "Custom.SyncId")
	o := a.create(c, bug.Scope, map[string]core.Value{"title": core.String("x"), "tags": core.Strings("one")})
	if o.Mark == "" || !core.Equal(o.Field("tags"), core.Strings("one")) {
		t.Errorf("mark %q, tags %v", o.Mark, o.Field("tags"))
	}
	if text := string(a.raw("GET", "/_apis/wit/workitems/"+o.Ref.ID+"?api-version=7.1", "", "")); strings.Count(text, "dx-abc") != 1 {
		t.Errorf("the mark is written %d times", strings.Count(text, "dx-abc"))
	}
	a.pass(3 * time.Minute)
	refs, err := c.Find(t.Context(), bug, o.Mark)
	if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v, %v", refs, err)
	}
	if _, err := write(t, c, o.Ref.ID, map[string]core.Value{"Sync Id": core.String("mine")}); connectors.Class(err) != "invalid" {
		t.Errorf("the mark's field can be written: %v", err)
	}
}

func TestWritingTagsKeepsTheMark(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	o, err := write(t, c, o.Ref.ID, map[string]core.Value{"tags": core.Strings("one", "two")})
	if err != nil || o.Mark == "" || len(o.Field("tags").Items()) != 2 {
		t.Errorf("mark %q tags %v, %v", o.Mark, o.Field("tags"), err)
	}
	o, err = write(t, c, o.Ref.ID, map[string]core.Value{"tags": core.Empty(core.KindSet)})
	if err != nil || o.Mark == "" || !o.Field("tags").IsEmpty() {
		t.Errorf("emptied: mark %q tags %v, %v", o.Mark, o.Field("tags"), err)
	}
	if _, err := write(t, c, o.Ref.ID, map[string]core.Value{"tags": core.Strings("a;b")}); connectors.Class(err) != "invalid" {
		t.Errorf("a tag with a semicolon: %v", err)
	}
}

func TestSearchCannotLeaveItsScope(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	a.create(c, map[string]string{"project": "Helpdesk", "type": "Bug"}, title("elsewhere"))
	for _, query := range []string{"[System.Id] > 0) OR ([System.Id] > 0", "[System.Title] = 'x", "([System.Id] > 0", "[System.Id] > 0 ORDER BY [System.Id]", "[System.Title] = ')' OR [System.Id] > 0"} {
		page, err := c.Search(t.Context(), bug, query, "")
		if err == nil && len(page.Items) > 0 || err != nil && connectors.Class(err) != "invalid" {
			t.Errorf("%s: %+v, %v", query, page, err)
		}
	}
}

func TestWhatIsForFewerIsRefused(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	inside := core.Visibility{Audience: core.Internal}
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: core.Visibility{Audience: core.Restricted, Group: "g"}}); connectors.Class(err) != "unsupported" {
		t.Errorf("a comment for a group: %v", err)
	}
	if _, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "big", Size: 61 << 20, Visibility: inside}, bytes.NewReader(nil)); connectors.Class(err) != "too-large" {
		t.Errorf("a file of 61 MB: %v", err)
	}
}

func asInvalid(err error, to **connectors.InvalidError) bool { return errors.As(err, to) }

func TestServerTakesFilesOff(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{Server: "7.0"})
	c := a.connector(emulator.TokenSync, "product", "server")
	o := a.create(c, bug.Scope, title("x"))
	inside := core.Visibility{Audience: core.Internal}
	var ids []string
	for _, name := range []string{"a.txt", "b.txt"} {
		f, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: name, Size: 1, Visibility: inside}, strings.NewReader("x"))
		check(t, err)
		ids = append(ids, f.ID)
	}
	check(t, c.DeleteAttachment(t.Context(), o.Ref.ID, ids[0]))
	got, err := c.Get(t.Context(), o.Ref.ID, all)
	if err != nil || len(got.Attachments) != 1 || got.Attachments[0].ID != ids[1] {
		t.Errorf("left: %+v, %v", got.Attachments, err)
	}
	if err := c.DeleteAttachment(t.Context(), o.Ref.ID, ids[0]); connectors.Class(err) != "not-found" {
		t.Errorf("a second time: %v", err)
	}
}

func TestNothingPrivateIsWrittenInAPublicProject(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	a.open.Store(true)
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	inside, outside := core.Visibility{Audience: core.Internal}, core.Visibility{Audience: core.Public}
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: inside}); connectors.Class(err) != "unsupported" {
		t.Errorf("an internal comment: %v", err)
	}
	if _, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "x", Size: 1, Visibility: inside}, strings.NewReader("x")); connectors.Class(err) != "unsupported" {
		t.Errorf("an internal file: %v", err)
	}
	if m, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: outside}); err != nil || m.Visibility != outside {
		t.Errorf("a public comment: %+v, %v", m, err)
	}
	if got, err := c.Get(t.Context(), o.Ref.ID, all); err != nil || len(got.Comments) != 1 || got.Comments[0].Visibility != outside || len(got.Attachments) != 0 {
		t.Errorf("shown: %+v %+v, %v", got.Comments, got.Attachments, err)
	}
}

func TestAPauseWithAGoodAnswerIsKept(t *testing.T) {
	limits := emulator.NoLimits()
	limits.Calls = 30
	a := newAccount(t, vendor(t), emulator.Options{Limits: limits})
	c := a.connector(emulator.TokenSync)
	var waited time.Duration
	c.Waits(func(d time.Duration) { waited += d; a.pass(d) })
	o := a.create(c, bug.Scope, title("x"))
	calls := a.emu.Harness().Calls(0).Total
	for range 60 {
		a.pass(time.Millisecond)
		if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"title"}}); err != nil {
			if connectors.Class(err) != "busy" {
				t.Fatal(err)
			}
			break
		}
	}
	if waited == 0 {
		t.Errorf("%d calls in five minutes where %d are allowed, and no wait in between", a.emu.Harness().Calls(0).Total-calls, limits.Calls)
	}
}

func TestAPicklistIsSearchedByItsText(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, map[string]core.Value{"title": core.String("x"), "Root Cause": option("Hardware"), "priority": option("3")})
	a.pass(3 * time.Minute)
	for field, value := range map[string]string{"Root Cause": "Hardware", "priority": "3", "severity": o.Field("severity").ID()} {
		if refs, err := c.FindByField(t.Context(), bug, field, value); err != nil || len(refs) != 1 {
			t.Errorf("%s: %v, %v", field, refs, err)
		}
	}
}
