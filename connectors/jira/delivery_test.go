package jira_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// hooks receives webhooks.
type hooks struct{ got chan connectors.WebhookCall }

func (h hooks) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	h.got <- connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: b, Now: time.Now().UTC()}
}

func (h hooks) next(t *testing.T) connectors.WebhookCall {
	t.Helper()
	select {
	case call := <-h.got:
		return call
	case <-time.After(10 * time.Second):
		t.Fatal("no webhook came")
		return connectors.WebhookCall{}
	}
}

func TestWebhooksTellWhatARead(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	h := hooks{make(chan connectors.WebhookCall, 100)}
	receiver := httptest.NewServer(h)
	t.Cleanup(receiver.Close)
	for range 2 {
		if err := s.conn.EnsureWebhook(t.Context(), receiver.URL+"/hooks/jira-acme", secret); err != nil {
			t.Fatal(err)
		}
	}
	self, err := s.conn.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hint := func(what string) core.Hint {
		t.Helper()
		w, err := s.conn.ParseWebhook(h.next(t), self.ID())
		if err != nil || len(w.Hints) != 1 || w.ID == "" {
			t.Fatalf("%s: %+v, %v", what, w, err)
		}
		return w.Hints[0]
	}
	o := s.make(t, "ENG", nil)
	if got := hint("a create"); got.Kind != core.HintCreated || !got.Own || got.Ref.ID != o.Ref.ID || got.Revision != o.Revision {
		t.Errorf("a create by the sync: %+v, want revision %s", got, o.Revision)
	}
	s.pass(time.Minute)
	s.edit(t, o.Ref.ID, map[string]core.Value{"summary": core.String("by a person")})
	now, err := s.conn.Get(t.Context(), o.Ref.ID, all())
	if err != nil {
		t.Fatal(err)
	}
	if got := hint("an edit"); got.Kind != core.HintChanged || got.Own || got.Revision != now.Revision {
		t.Errorf("an edit by a person: %+v, want revision %s", got, now.Revision)
	}
	s.pass(time.Minute)
	after, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"summary": core.String("by the sync")}}, now.Revision, connectors.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if got := hint("an echo"); !got.Own || got.Revision != after.Revision {
		t.Errorf("an echo: %+v, want the revision %s of the write", got, after.Revision)
	}
	if _, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String("x"), Visibility: core.Visibility{Audience: core.Internal}, Mark: "m"}); err != nil {
		t.Fatal(err)
	}
	if got := hint("a comment"); got.Kind != core.HintComments || !got.Own || got.Ref.ID != o.Ref.ID {
		t.Errorf("a comment: %+v", got)
	}
	if err := s.conn.Delete(t.Context(), o.Ref.ID); err != nil {
		t.Fatal(err)
	}
	for range 10 { // a deletion may be told after those of the comments
		if hint("a deletion").Kind == core.HintDeleted {
			break
		}
	}
	if len(h.got) > 0 {
		t.Errorf("%d more webhooks than expected: was it registered twice?", len(h.got))
	}
}

func TestInternalMayMeanARole(t *testing.T) {
	s := newSite(t, vendor(t), map[string]string{"internal_role": "Service Desk Team"})
	o := s.make(t, "ENG", nil)
	internal := core.Visibility{Audience: core.Internal}
	c, err := s.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.String("x"), Visibility: internal, Mark: "m"})
	if err != nil || c.Visibility != internal {
		t.Fatalf("written as %v, %v", c.Visibility, err)
	}
	seen := s.person(t, "GET", "/rest/api/3/issue/"+o.Ref.ID+"/comment/"+c.ID, nil)
	if v, _ := seen["visibility"].(map[string]any); v["value"] != "Service Desk Team" {
		t.Errorf("Jira shows the restriction %v", seen["visibility"])
	}
	if _, err := s.conn.EditComment(t.Context(), o.Ref.ID, c.ID, core.CommentDraft{Body: core.String("y")}); err != nil {
		t.Fatal(err)
	}
	seen = s.person(t, "GET", "/rest/api/3/issue/"+o.Ref.ID+"/comment/"+c.ID, nil)
	if v, _ := seen["visibility"].(map[string]any); v["value"] != "Service Desk Team" {
		t.Errorf("an edit took the restriction away: %v", seen["visibility"])
	}
}
