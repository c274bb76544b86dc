package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/github"
	"duplex/core"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness"
)

var web = issues(emulator.RepoWeb)

func mark(n int) string {
	return "dx-" + strings.Repeat("a", 24) + fmt.Sprintf("%c%c", 'a'+n/26, 'a'+n%26)
}

// made creates an issue with the integration's account.
func (a *account) made(repo string, fields map[string]core.Value) core.Observation {
	a.t.Helper()
	all := map[string]core.Value{"title": core.String("Printer on fire")}
	for k, v := range fields {
		all[k] = v
	}
	o, err := a.conn.Create(a.t.Context(), core.Draft{Type: "issue", Scope: map[string]string{"repository": repo}, Fields: all, Mark: mark(1)})
	if err != nil {
		a.t.Fatal(err)
	}
	return o
}

func (a *account) get(id string, fields ...string) core.Observation {
	a.t.Helper()
	o, err := a.conn.Get(a.t.Context(), id, connectors.Want{Type: web, Fields: fields, Comments: true, Attachments: true})
	if err != nil {
		a.t.Fatal(err)
	}
	return o
}

func (a *account) update(id string, p core.Patch) core.Observation {
	a.t.Helper()
	a.pass(2 * time.Second)
	o, err := a.conn.Update(a.t.Context(), id, p, "", connectors.Want{Type: web})
	if err != nil {
		a.t.Fatal(err)
	}
	return o
}

func set(name string, v core.Value) core.Patch {
	return core.Patch{Fields: map[string]core.Value{name: v}}
}

// raw is an issue as the vendor shows it.
func (a *account) raw(repo, id string) map[string]any {
	a.t.Helper()
	var out map[string]any
	a.call("GET", issuePath(repo, id), nil, &out)
	return out
}

func wantClass(t *testing.T, what string, err error, class string) {
	t.Helper()
	if got := connectors.Class(err); got != class {
		t.Errorf("%s: came out as %q (%v), want %q", what, got, err, class)
	}
}

func TestPullRequestsAreNoIssues(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	a.control("pull", map[string]any{"repo": emulator.RepoWeb, "title": "a pull request", "body": "<!-- duplex:" + mark(1) + " -->", "as": "acme-sync"})
	page, err := a.conn.Changes(t.Context(), web, "", 100)
	if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != o.Ref.ID {
		t.Errorf("listed: %+v %v", page.Items, err)
	}
	pull := fmt.Sprintf("%d-%d", a.repoID(emulator.RepoWeb), numberOf(a, o.Ref.ID)+1)
	_, err = a.conn.Get(t.Context(), pull, connectors.Want{Type: web})
	wantClass(t, "a read of a pull request", err, "not-found")
	_, err = a.conn.Update(t.Context(), pull, set("title", core.String("x")), "", connectors.Want{Type: web})
	wantClass(t, "a write to a pull request", err, "not-found")
	refs, err := a.conn.Find(t.Context(), web, mark(1))
	if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v %v", refs, err)
	}
}

func TestWhatGitHubWouldDropIsRefused(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	triage := a.connector(map[string]string{"method": "token", "token": emulator.TokenTriage}, nil)
	draft := core.Draft{Type: "issue", Scope: web.Scope, Mark: mark(1), Fields: map[string]core.Value{"title": core.String("x"), "labels": core.Strings("red"), "type": core.Option("", "Bug")}}
	_, err := triage.Create(t.Context(), draft)
	wantClass(t, "labels without write access", err, "invalid")
	if err == nil || !strings.Contains(err.Error(), "labels") || !strings.Contains(err.Error(), "type") {
		t.Errorf("both fields are to be named: %v", err)
	}
	draft.Fields = map[string]core.Value{"title": core.String("x")}
	o, err := triage.Create(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	_, err = triage.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"labels": {Add: core.Strings("red"), Remove: core.Set()}}}, "", connectors.Want{})
	wantClass(t, "a label more", err, "invalid")
}

func TestAStatusWithAnotherReasonGoesThroughOpen(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"status": core.Option("", "not_planned")})
	if got := o.Field("status").ID(); got != "not_planned" {
		t.Errorf("made as %s", got)
	}
	for _, to := range []string{"completed", "duplicate", "open", "not_planned"} {
		if after := a.update(o.Ref.ID, set("status", core.Option("", to))); after.Field("status").ID() != to {
			t.Errorf("to %s: %v", to, after.Field("status"))
		}
	}
	if got := a.raw(emulator.RepoWeb, o.Ref.ID)["state_reason"]; got != "not_planned" {
		t.Errorf("GitHub shows the reason %v", got)
	}
}

// TestWritesFollowEachOtherSlowly has an emulator that refuses writes which follow within a second; two are needed for the change.
func TestWritesFollowEachOtherSlowly(t *testing.T) {
	limits := emulator.NoLimits()
	limits.Gap = time.Second
	a := newAccount(t, document(t), emulator.Options{Limits: limits})
	a.conn = a.connector(nil, map[string]string{"write_gap": "1s"})
	o := a.made(emulator.RepoWeb, nil)
	a.update(o.Ref.ID, set("status", core.Option("", "not_planned")))
	if o = a.update(o.Ref.ID, set("status", core.Option("", "completed"))); o.Field("status").ID() != "completed" {
		t.Errorf("the status is %v", o.Field("status"))
	}
	for _, wrong := range []string{"soon", "-1s"} {
		_, err := github.New(connectors.Config{System: core.System{BaseURL: "https://api.github.com", Auth: map[string]string{"method": "token", "token": "t0ken"},
			Settings: map[string]string{"repositories": "a/b", "write_gap": wrong}}})
		if err == nil || !strings.Contains(err.Error(), "write_gap") {
			t.Errorf("write_gap %s: %v", wrong, err)
		}
	}
}

func TestSetsPeopleAndFields(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	ada, grace := core.Person(fmt.Sprint(emulator.UserAda), "", "ada"), core.Person(fmt.Sprint(emulator.UserGrace), "", "grace")
	day, err := core.Date("2026-05-01")
	if err != nil {
		t.Fatal(err)
	}
	o := a.made(emulator.RepoWeb, map[string]core.Value{"assignees": core.Set(ada), "Notes": core.String("n"), "Area": core.Option("", "Web")})
	if !core.Equal(o.Field("Notes"), core.String("n")) || o.Field("Area").Name() != "Web" || !core.Equal(o.Field("assignee"), ada) {
		t.Errorf("made with %v", o.Fields)
	}
	o = a.update(o.Ref.ID, core.Patch{
		Fields: map[string]core.Value{"Points": core.Int(3), "Due": day, "Targets": core.Set(core.Option("", "Linux"), core.Option("", "macOS")), "Notes": core.Empty(core.KindString)},
		Sets:   map[string]core.SetChange{"assignees": {Add: core.Set(grace), Remove: core.Set(ada)}, "labels": {Add: core.Strings("new label"), Remove: core.Set()}},
	})
	for name, want := range map[string]core.Value{"Points": core.Int(3), "Due": day, "Notes": core.Empty(core.KindString), "assignees": core.Set(grace), "labels": core.Strings("new label"),
		"Targets": core.Set(core.Option("", "Linux"), core.Option("", "macOS"))} {
		if !core.Equal(o.Field(name), want) {
			t.Errorf("%s is %v, want %v", name, o.Field(name), want)
		}
	}
	for _, c := range []struct {
		patch  core.Patch
		field  string
		reason string
	}{
		{set("assignee", core.Person("", "", "linus")), "assignee", "somebody without access to the repository"},
		{set("assignees", core.Set(core.Person(fmt.Sprint(emulator.UserLinus), "", ""))), "assignees", "the same by id"},
		{set("assignee", core.Person("", "grace@acme.example", "")), "assignee", "somebody who hides the address"},
		{set("milestone", core.Option("", "Never")), "milestone", "a milestone that is not there"},
		{set("type", core.Option("", "Retired")), "type", "a type that is disabled or not there"},
		{set("number", core.Int(7)), "number", "what GitHub sets"},
		{set("milestone.due_on", day), "milestone.due_on", "something of the milestone"},
		{set("Area", core.Option("", "Moon")), "Area", "an option that is not there"},
		{core.Patch{Fields: map[string]core.Value{"assignee": grace, "assignees": core.Set(ada)}}, "assignee", "both at once"},
	} {
		_, err := a.conn.Update(t.Context(), o.Ref.ID, c.patch, "", connectors.Want{Type: web})
		if connectors.Class(err) != "invalid" || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	a.control("login", map[string]any{"as": "grace", "name": "hopper"})
	a.pass(15 * time.Minute)
	if o = a.update(o.Ref.ID, set("assignees", core.Set(ada, grace))); !o.Field("assignees").Has(grace) || len(o.Field("assignees").Items()) != 2 {
		t.Errorf("somebody with another login: %v", o.Field("assignees"))
	}
	own := a.connector(map[string]string{"method": "token", "token": emulator.TokenAda}, map[string]string{"repositories": emulator.RepoNotes})
	d, err := own.Describe(t.Context(), issues(emulator.RepoNotes))
	if f, _ := d.Find("Notes"); err != nil || f.Name != "" {
		t.Errorf("a person's repository has no fields of an organization: %+v %v", f, err)
	}
}

func TestParents(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	parent, other, child := a.made(emulator.RepoWeb, nil), a.made(emulator.RepoApp, nil), a.made(emulator.RepoWeb, nil)
	o := a.update(child.Ref.ID, set("parent", core.Reference(parent.Ref.ID, "")))
	if o.Field("parent").ID() != parent.Ref.ID {
		t.Errorf("the parent is %v", o.Field("parent"))
	}
	above := a.get(parent.Ref.ID, "sub_issues")
	if sub := above.Field("sub_issues"); len(sub.Items()) != 1 || sub.Items()[0].ID() != child.Ref.ID {
		t.Errorf("the sub-issues are %v", sub)
	}
	if o = a.update(child.Ref.ID, set("parent", core.Reference(other.Ref.ID, ""))); o.Field("parent").ID() != other.Ref.ID {
		t.Errorf("a parent in another repository: %v", o.Field("parent"))
	}
	if o = a.update(child.Ref.ID, set("parent", core.Empty(core.KindReference))); !o.Field("parent").IsEmpty() {
		t.Errorf("no parent: %v", o.Field("parent"))
	}
	_, err := a.conn.Update(t.Context(), child.Ref.ID, set("parent", core.Reference("1-1", "")), "", connectors.Want{Type: web})
	wantClass(t, "a parent that is not there", err, "invalid")
}

func TestMovedRenamedAndDeleted(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoApp, nil)
	a.control("transfer", map[string]any{"repo": emulator.RepoApp, "number": numberOf(a, o.Ref.ID), "to": emulator.RepoWeb})
	for range 2 { // the second time it is known where it is
		got := a.get(o.Ref.ID)
		if got.Ref.ID != o.Ref.ID || got.Field("repository").Source() != emulator.RepoWeb || got.Mark != o.Mark || !strings.HasPrefix(got.Ref.Key, "acme/web#") {
			t.Errorf("moved: %+v", got)
		}
	}
	fresh := a.connector(nil, nil)
	after, err := fresh.Update(t.Context(), o.Ref.ID, set("title", core.String("written after the move")), "", connectors.Want{Type: web})
	if err != nil || after.Field("title").Source() != "written after the move" {
		t.Errorf("a write to a moved issue: %v %v", after.Fields, err)
	}
	if _, err := fresh.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("there"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark(2)}); err != nil {
		t.Errorf("a comment on a moved issue: %v", err)
	}
	kept := a.made(emulator.RepoApp, nil)
	a.control("rename", map[string]any{"repo": emulator.RepoApp, "name": "core"})
	a.pass(15 * time.Minute)
	fresh = a.connector(nil, nil)
	got, err := fresh.Get(t.Context(), kept.Ref.ID, connectors.Want{Type: issues(emulator.RepoApp)})
	if err != nil || got.Ref.ID != kept.Ref.ID || got.Field("repository").Source() != emulator.RepoApp {
		t.Errorf("in a renamed repository: %+v %v", got, err)
	}
	if page, err := fresh.Changes(t.Context(), issues(emulator.RepoApp), "", 100); err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != kept.Ref.ID {
		t.Errorf("its changes: %+v %v", page.Items, err)
	}
	a.control("delete", map[string]any{"repo": "acme/core", "number": numberOf(a, kept.Ref.ID)})
	_, err = fresh.Get(t.Context(), kept.Ref.ID, connectors.Want{})
	wantClass(t, "a deleted issue", err, "not-found")
	linus := a.connector(map[string]string{"method": "token", "token": emulator.TokenLinus}, nil)
	_, err = linus.Changes(t.Context(), web, "", 100)
	wantClass(t, "a repository that is hidden", err, "denied")
	_, err = a.connector(nil, map[string]string{"repositories": "acme/core"}).Get(t.Context(), o.Ref.ID[:strings.IndexByte(o.Ref.ID, '-')]+"9-1", connectors.Want{})
	wantClass(t, "a repository that is none of the settings", err, "unsupported")
	legacy := a.connector(map[string]string{"method": "token", "token": emulator.TokenAda}, map[string]string{"repositories": emulator.RepoLegacy})
	_, err = legacy.Create(t.Context(), core.Draft{Fields: map[string]core.Value{"title": core.String("x")}})
	wantClass(t, "issues that are disabled", err, "denied")
}

func TestReadsThatHaveNotChangedAreFree(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	a.call("POST", issuePath(emulator.RepoWeb, o.Ref.ID, "comments"), map[string]string{"body": "hello"}, nil)
	a.get(o.Ref.ID)
	before := a.emu.Harness().Calls(0).Total
	again := a.get(o.Ref.ID)
	calls := a.emu.Harness().Calls(0)
	for _, call := range calls.Calls[before:] {
		if call.Status != 304 {
			t.Errorf("%s answered %d", call.Operation, call.Status)
		}
	}
	if n := calls.Total - before; n != 2 || len(again.Comments) != 1 {
		t.Errorf("%d calls, %d comments", n, len(again.Comments))
	}
	a.fault(harness.Fault{Kind: harness.KindDrop, Method: "POST", Times: 1})
	_, err := a.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("again"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark(3)})
	wantClass(t, "a lost answer", err, "busy")
	if got := a.get(o.Ref.ID); len(got.Comments) != 2 || got.Comments[1].Mark != mark(3) {
		t.Errorf("what was read before hides what was written: %+v", got.Comments)
	}
}

func TestHistory(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"labels": core.Strings("fresh")})
	changed, ours, err := a.conn.History(t.Context(), o.Ref.ID)
	if err != nil || len(changed) != 0 || len(ours) != 0 {
		t.Errorf("what the create did is no change: %v %v %v", changed, ours, err)
	}
	a.pass(5 * time.Second)
	a.edit(emulator.RepoWeb, o.Ref.ID, map[string]core.Value{"labels": core.Strings("red"), "title": core.String("by a person")})
	a.update(o.Ref.ID, set("title", core.String("by the sync")))
	changed, ours, err = a.conn.History(t.Context(), o.Ref.ID)
	if err != nil || changed["labels"].IsZero() || !changed["title"].After(changed["labels"]) || changed["body"].IsZero() || !slices.Equal(ours, []string{"title"}) {
		t.Errorf("changed %v, ours %v, %v", changed, ours, err)
	}
	if _, ok := changed["milestone"]; ok {
		t.Error("nobody touched the milestone")
	}
}

func TestALockedIssueIsNoMatterOfTheAccount(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoApp, nil)
	a.call("PUT", issuePath(emulator.RepoApp, o.Ref.ID, "lock"), map[string]string{}, nil)
	guest := a.connector(map[string]string{"method": "token", "token": emulator.TokenGuest}, map[string]string{"repositories": emulator.RepoApp})
	_, err := guest.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Public}, Mark: mark(5)})
	wantClass(t, "a comment on a locked issue", err, "unsupported")
}

// TestAnAccountWithAnotherLoginFindsItsIssues: the list by creator takes a login, which people can change.
func TestAnAccountWithAnotherLoginFindsItsIssues(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	a.control("login", map[string]any{"as": "acme-sync", "name": "acme-duplex"})
	refs, err := a.conn.Find(t.Context(), web, mark(1))
	if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v %v", refs, err)
	}
}
