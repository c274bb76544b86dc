package jira_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/jira"
	"duplex/core"
	"duplex/emulators/harness"
	emulator "duplex/emulators/jira"
)

// count is how many calls do made, by operation.
func (s *site) count(t *testing.T, do func()) (int, map[string]int) {
	t.Helper()
	req, err := http.NewRequest("DELETE", s.url+"/_control/calls", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	do()
	resp, err := http.Get(s.url + "/_control/calls")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var calls harness.Calls
	if err := json.NewDecoder(resp.Body).Decode(&calls); err != nil {
		t.Fatal(err)
	}
	return calls.Total, calls.ByOperation
}

func (s *site) make(t *testing.T, project string, fields map[string]core.Value) core.Observation {
	t.Helper()
	if fields == nil {
		fields = map[string]core.Value{}
	}
	if _, ok := fields["summary"]; !ok {
		fields["summary"] = core.String("an issue")
	}
	o, err := s.conn.Create(t.Context(), core.Draft{Type: "issue", Scope: map[string]string{"project": project, "issuetype": "Bug"},
		Fields: fields, Mark: "dx-" + strings.Repeat("a", 26)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func all() connectors.Want { return connectors.Want{Comments: true, Attachments: true} }

func TestCallsAreFew(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	grace := core.Person("", "grace@acme.example", "")
	update := func(fields map[string]core.Value) func() {
		return func() {
			if _, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: fields}, "", connectors.Want{Fields: []string{"summary", "priority"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	update(map[string]core.Value{"priority": core.Option("", "Low"), "assignee": grace})() // fills the caches
	update(map[string]core.Value{"priority": core.Option("", "High"), "assignee": core.Empty(core.KindUser)})()
	cases := []struct {
		do     func()
		most   int
		reason string
	}{
		{func() {
			if _, err := s.conn.Get(t.Context(), o.Ref.ID, all()); err != nil {
				t.Fatal(err)
			}
		}, 1, "an issue with comments and attachments is one call"},
		{update(map[string]core.Value{"summary": core.String("another")}), 2, "a write is one read and one write"},
		{update(map[string]core.Value{"summary": core.String("another")}), 1, "a write of what is there already is one read"},
		{update(map[string]core.Value{"priority": core.Option("", "Low"), "assignee": grace}), 2, "names and people are remembered"},
		{func() {
			if _, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String("x"), Visibility: core.Visibility{Audience: core.Internal}, Mark: "m"}); err != nil {
				t.Fatal(err)
			}
		}, 1, "a comment on an issue that was read"},
		{func() { s.make(t, "ENG", nil) }, 2, "a create and its read"},
	}
	for _, tt := range cases {
		if n, ops := s.count(t, tt.do); n > tt.most {
			t.Errorf("%d calls, want at most %d: %s: %v", n, tt.most, tt.reason, ops)
		}
	}
}

func TestEveryInvalidFieldIsNamedAndNothingIsWritten(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	_, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{
		"summary": core.String("not written"), "priority": core.Option("", "Mild"), "assignee": core.Person("", "nobody@acme.example", ""),
		"created": core.String("x"), "duedate": core.String("tomorrow")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 4 || !strings.Contains(invalid.Fields["priority"], "High") {
		t.Errorf("%v, want four fields named, and the known priorities", err)
	}
	after, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil || after.Revision != o.Revision {
		t.Errorf("%v: revision %s, want %s: nothing may be written", err, after.Revision, o.Revision)
	}
}

func TestManyCommentsAreAllRead(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	for i := range 130 {
		s.person(t, "POST", "/rest/api/3/issue/"+o.Ref.ID+"/comment", map[string]any{"body": toADF(fmt.Sprint("comment ", i))})
	}
	got, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil || len(got.Comments) != 130 || !got.Complete {
		t.Errorf("%d comments, complete %v, %v; want 130", len(got.Comments), got.Complete, err)
	}
	c, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String("own"), Visibility: core.Visibility{Audience: core.Internal}, Mark: "dx-mine"})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.conn.FindComment(t.Context(), o.Ref.ID, "dx-mine"); err != nil || found.ID != c.ID || found.Mark != "dx-mine" || !found.Own {
		t.Errorf("found %+v, %v; want %s", found, err, c.ID)
	}
}

func TestACommentThatIsTooLongIsTheAuthors(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	_, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String(strings.Repeat("long ", 8000)), Visibility: core.Visibility{Audience: core.Internal}, Mark: "m"})
	if !errors.Is(err, connectors.ErrTooLarge) {
		t.Errorf("%v, want too large", err)
	}
}

func TestCreateNamesWhatIsMissing(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	cases := []struct {
		project, typ, field, reason string
	}{
		{"NOPE", "Bug", "project", "an unknown project"},
		{"ENG", "Gnat", "issuetype", "an unknown issue type"},
		{"", "Bug", "project", "no project"},
		{"ENG", "", "issuetype", "no issue type"},
	}
	for _, tt := range cases {
		_, err := s.conn.Create(t.Context(), core.Draft{Scope: map[string]string{"project": tt.project, "issuetype": tt.typ},
			Fields: map[string]core.Value{"summary": core.String("x")}, Mark: "m"})
		var invalid *connectors.InvalidError
		if !errors.As(err, &invalid) || invalid.Fields[tt.field] == "" {
			t.Errorf("%s: %v, want a refusal of %s", tt.reason, err, tt.field)
		}
	}
}

func TestInternalStaysInternalInAServiceProject(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "OPS", nil)
	internal := core.Visibility{Audience: core.Internal}
	c, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String("secret"), Visibility: internal, Mark: "m1"})
	if err != nil || c.Visibility != internal {
		t.Fatalf("written as %v, %v", c.Visibility, err)
	}
	if _, err := s.conn.EditComment(t.Context(), o.Ref.ID, c.ID, core.CommentDraft{Body: core.String("still secret"), Visibility: core.Visibility{Audience: core.Public}}); err != nil {
		t.Fatal(err)
	}
	seen := s.person(t, "GET", "/rest/api/3/issue/"+o.Ref.ID+"/comment/"+c.ID, nil)
	if seen["jsdPublic"] != false {
		t.Errorf("after an edit customers read it: %v", seen["jsdPublic"])
	}
	if found, err := s.conn.FindComment(t.Context(), o.Ref.ID, "m1"); err != nil || found.ID != c.ID {
		t.Errorf("the edit lost the mark: %v", err)
	}
	_, err = s.conn.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: internal}, strings.NewReader("x"))
	if !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("an internal file: %v, want not supported", err)
	}
}

func TestACloneIsNotTheItem(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	clone := s.person(t, "POST", "/rest/api/3/issue", map[string]any{"fields": map[string]any{"summary": "clone",
		"project": map[string]string{"key": "ENG"}, "issuetype": map[string]string{"name": "Bug"}, "labels": []string{o.Mark, "kept"}}})
	s.pass(indexLag + time.Second)
	refs, err := s.conn.Find(t.Context(), connectors.ItemType{}, o.Mark)
	if err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v, %v; want only %s", refs, err, o.Ref)
	}
	got, err := s.conn.Get(t.Context(), clone["id"].(string), all())
	if err != nil || got.Mark != "" || got.OwnItem || !core.Equal(got.Field("labels"), core.Strings("kept")) {
		t.Errorf("the clone shows mark %q and labels %v, %v", got.Mark, got.Field("labels"), err)
	}
}

func TestReplacingLabelsKeepsTheMark(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", map[string]core.Value{"labels": core.Strings("one")})
	after, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"labels": core.Strings("two")}}, "", connectors.Want{})
	if err != nil || !core.Equal(after.Field("labels"), core.Strings("two")) {
		t.Fatalf("labels %v, %v", after.Field("labels"), err)
	}
	s.pass(indexLag + time.Second)
	if refs, err := s.conn.Find(t.Context(), connectors.ItemType{}, o.Mark); err != nil || len(refs) != 1 {
		t.Errorf("found %v, %v; the mark must survive", refs, err)
	}
}

func TestCreateReachesItsStatus(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	if o := s.make(t, "ENG", map[string]core.Value{"status": core.Option("", "Done")}); o.Field("status").Name() != "Done" {
		t.Errorf("created as %v", o.Field("status"))
	}
}

// TestACreateThatDidNotReachItsStatusSaysSo: the issue exists, so it must be known; and nobody may take its first status for the
// one it was to have.
func TestACreateThatDidNotReachItsStatusSaysSo(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	resp, err := http.Post(s.url+"/_control/faults", "application/json", strings.NewReader(`{"kind":"status","status":500,"method":"GET","path":"^/rest/api/3/issue/[0-9]+$"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for status, fails := range map[string]bool{"Done": true, "": false} {
		fields := map[string]core.Value{"summary": core.String("an issue")}
		if status != "" {
			fields["status"] = core.Option("", status)
		}
		o, err := s.conn.Create(t.Context(), core.Draft{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}, Fields: fields, Mark: "dx-" + strings.Repeat("b", 26)})
		if o.Ref.ID == "" || (err != nil) != fails {
			t.Errorf("status %q: issue %q, error %v", status, o.Ref.ID, err)
		}
	}
}

func TestComponentsAndParent(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", map[string]core.Value{"components": core.Set(core.Option("", "vip"), core.Option("", "core"))})
	after, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{
		"components": {Add: core.Set(core.Option("", "ui")), Remove: core.Set(core.Option("", "vip"))}}}, "", connectors.Want{})
	want := core.Set(core.Option("", "core"), core.Option("", "ui"))
	if err != nil || !core.Equal(after.Field("components"), want) {
		t.Errorf("components %v, %v; want %v", after.Field("components"), err, want)
	}
}

func TestFieldTimesComeFromTheHistory(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", nil)
	s.pass(time.Minute)
	s.edit(t, o.Ref.ID, map[string]core.Value{"summary": core.String("by a person")})
	at := s.now()
	s.pass(time.Hour)
	s.person(t, "POST", "/rest/api/3/issue/"+o.Ref.ID+"/comment", map[string]any{"body": toADF("later")})
	got, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil {
		t.Fatal(err)
	}
	if d := got.ChangedAt("summary").Sub(at).Abs(); d > time.Minute {
		t.Errorf("the summary changed %v away from when it did; a later comment must not count", d)
	}
	after, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"priority": core.Option("", "High")}}, got.Revision, all())
	if err == nil {
		got, err = s.conn.Get(t.Context(), after.Ref.ID, all())
	}
	if err != nil || !slices.Equal(got.Ours, []string{"priority"}) {
		t.Errorf("last changed by the sync: %v, %v; want the priority and not the summary, which a person changed", got.Ours, err)
	}
}

func TestALapsedCredentialIsNotAMissingIssue(t *testing.T) {
	// Jira answers 404 to a visitor who is not signed in.
	s := newSite(t, vendor(t), nil)
	for _, f := range []harness.Fault{{Kind: harness.KindStatus, Status: 401, Path: "/myself$"}, {Kind: harness.KindStatus, Status: 404, Path: "/issue/"}} {
		b, _ := json.Marshal(f)
		resp, err := http.Post(s.url+"/_control/faults", "application/json", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if _, err := s.conn.Get(t.Context(), "10001", all()); !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("%v, want denied: a lapsed credential must never look like a deletion", err)
	}
}

func TestOAuthKeepsItsRotatingToken(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	first := s.grant(t)
	kept := map[string]string{}
	open := func() *jira.Connector {
		c, err := jira.New(connectors.Config{
			System: core.System{Name: "jira-acme", BaseURL: s.url, Auth: map[string]string{"method": "oauth",
				"client_id": emulator.OAuthClientID, "client_secret": "duplex-oauth-secret", "refresh_token": first, "token_url": s.url + "/oauth/token"}},
			Save: func(name, secret string) error { kept[name] = secret; return nil },
			Load: func(name string) (string, error) { return kept[name], nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for i := range 3 { // each start rotates the token
		if v, err := open().Self(t.Context()); err != nil || v.ID() == "" {
			t.Fatalf("start %d: %v, %v", i, v, err)
		}
	}
	if kept["refresh_token"] == "" {
		t.Error("the rotated token was not kept")
	}
}

// grant signs Ada's consent and gives the first refresh token.
func (s *site) grant(t *testing.T) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(s.url + "/authorize?account=sync@acme.example&audience=api.atlassian.com&response_type=code&prompt=consent&state=x" +
		"&scope=read:jira-work%20write:jira-work%20offline_access&redirect_uri=https://duplex.acme.example/cb&client_id=" + emulator.OAuthClientID)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	at, err := resp.Location()
	if err != nil {
		t.Fatalf("no redirect: status %d, %v", resp.StatusCode, err)
	}
	out := s.person(t, "POST", "/oauth/token", map[string]string{"grant_type": "authorization_code", "code": at.Query().Get("code"),
		"client_id": emulator.OAuthClientID, "client_secret": "duplex-oauth-secret", "redirect_uri": "https://duplex.acme.example/cb"})
	token, _ := out["refresh_token"].(string)
	if token == "" {
		t.Fatalf("no refresh token in %v", out)
	}
	return token
}

func TestConfigurationMistakesNameTheOption(t *testing.T) {
	cases := []struct {
		base   string
		auth   map[string]string
		says   string
		reason string
	}{
		{"", map[string]string{"email": "a", "token": "b"}, "base_url", "no address"},
		{"acme.atlassian.net", map[string]string{"email": "a", "token": "b"}, "base_url", "no scheme"},
		{"https://x", map[string]string{"email": "a"}, "auth.token", "no token"},
		{"https://x", map[string]string{"token": "t0p-secret"}, "auth.email", "no e-mail"},
		{"https://x", map[string]string{"method": "oauth", "client_id": "a"}, "auth.client_secret", "no client secret"},
		{"https://x", map[string]string{"method": "magic"}, "auth.method", "an unknown method"},
	}
	for _, tt := range cases {
		_, err := jira.New(connectors.Config{System: core.System{Name: "s", BaseURL: tt.base, Auth: tt.auth}})
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "t0p-secret") {
			t.Errorf("%s: %v, want it to name %s", tt.reason, err, tt.says)
		}
	}
}
