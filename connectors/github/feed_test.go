package github_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/github"
)

// drain reads changes until there are no more.
func (a *account) drain(cursor connectors.Cursor, limit int) (map[string]connectors.Change, connectors.Cursor) {
	a.t.Helper()
	seen := map[string]connectors.Change{}
	for range 1000 {
		page, err := a.conn.Changes(a.t.Context(), web, cursor, limit)
		if err != nil {
			a.t.Fatal(err)
		}
		for _, c := range page.Items {
			if old, ok := seen[c.Ref.ID]; !ok || old.Revision != "" {
				seen[c.Ref.ID] = c
			}
		}
		if cursor = page.Next; !page.More {
			return seen, cursor
		}
	}
	a.t.Fatal("the feed does not end")
	return nil, ""
}

// TestASecondWithMoreIssuesThanAPage: the vendor's times are whole seconds, and since tells no part of one.
func TestASecondWithMoreIssuesThanAPage(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.stop()
	a.pass(time.Hour)
	early := a.made(emulator.RepoWeb, nil)
	a.pass(time.Minute)
	ids := map[string]bool{early.Ref.ID: true}
	repo := a.repoID(emulator.RepoWeb)
	for i := range 130 {
		var made struct{ Number int }
		a.call("POST", "/repos/"+emulator.RepoWeb+"/issues", map[string]any{"title": fmt.Sprint("in one second ", i)}, &made)
		ids[fmt.Sprintf("%d-%d", repo, made.Number)] = true
	}
	a.pass(5 * time.Second)
	ids[a.made(emulator.RepoWeb, nil).Ref.ID] = true
	for _, limit := range []int{100, 7} {
		seen, cursor := a.drain("", limit)
		for id := range ids {
			if _, ok := seen[id]; !ok {
				t.Errorf("limit %d: %s is missing", limit, id)
			}
		}
		a.pass(2 * time.Minute)
		if more, _ := a.drain(cursor, limit); len(more) != 0 {
			t.Errorf("limit %d: nothing changed, and %d are listed", limit, len(more))
		}
	}
}

func TestEditedCommentsAreFoundBySweeps(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.stop()
	o := a.made(emulator.RepoWeb, nil)
	var m struct{ ID int64 }
	a.call("POST", issuePath(emulator.RepoWeb, o.Ref.ID, "comments"), map[string]string{"body": "hello"}, &m)
	a.pass(5 * time.Minute)
	_, cursor := a.drain("", 100)
	_, cursor = a.drain(cursor, 100)
	before := a.get(o.Ref.ID)
	a.pass(5 * time.Minute)
	a.call("PATCH", fmt.Sprintf("/repos/%s/issues/comments/%d", emulator.RepoWeb, m.ID), map[string]string{"body": "hello again"}, nil)
	after := a.get(o.Ref.ID)
	if after.Revision != before.Revision || plainOf(after.Comments[0].Body) != "hello again" {
		t.Errorf("an edit of a comment leaves the issue alone, and a read sees it: %s %s %q", before.Revision, after.Revision, after.Comments[0].Body)
	}
	seen, cursor := a.drain(cursor, 100)
	if c, ok := seen[o.Ref.ID]; !ok || c.Revision != "" {
		t.Errorf("listed %v as %+v", ok, c)
	}
	a.pass(5 * time.Minute)
	if seen, _ = a.drain(cursor, 100); len(seen) != 0 {
		t.Errorf("and once only: %v", seen)
	}
}

// TestASecondWithMoreCommentsThanAPage: whoever edits many at once moves them all within a second, and none is left out.
func TestASecondWithMoreCommentsThanAPage(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.stop()
	first, last := a.made(emulator.RepoWeb, nil), a.made(emulator.RepoWeb, nil)
	var notes []int64
	for i := range 131 {
		id, m := first.Ref.ID, struct{ ID int64 }{}
		if i == 130 {
			id = last.Ref.ID
		}
		a.call("POST", issuePath(emulator.RepoWeb, id, "comments"), map[string]string{"body": "hello"}, &m)
		notes = append(notes, m.ID)
	}
	a.pass(5 * time.Minute)
	_, cursor := a.drain("", 100)
	a.pass(5 * time.Minute)
	for i, id := range notes {
		if i == 130 {
			a.pass(5 * time.Second)
		}
		a.call("PATCH", fmt.Sprintf("/repos/%s/issues/comments/%d", emulator.RepoWeb, id), map[string]string{"body": "hello again"}, nil)
	}
	a.pass(5 * time.Minute)
	seen, cursor := a.drain(cursor, 100)
	if _, ok := seen[last.Ref.ID]; !ok || len(seen) != 2 {
		t.Errorf("listed %v", seen)
	}
	a.pass(5 * time.Minute)
	if seen, _ = a.drain(cursor, 100); len(seen) != 0 {
		t.Errorf("and once only: %v", seen)
	}
}

// TestACommentInTheSecondOfTheSweepIsFound: the issue's time and all else of it stay as they were listed.
func TestACommentInTheSecondOfTheSweepIsFound(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.stop()
	o := a.made(emulator.RepoWeb, nil)
	_, cursor := a.drain("", 100)
	a.call("POST", issuePath(emulator.RepoWeb, o.Ref.ID, "comments"), map[string]string{"body": "hello"}, nil)
	a.pass(5 * time.Minute)
	if seen, _ := a.drain(cursor, 100); len(seen) != 1 {
		t.Errorf("listed %v", seen)
	}
}

// TestWebhooksCarryTheRevisionOfGet holds what the emulator sends against a read.
func TestWebhooksCarryTheRevisionOfGet(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	hooks := make(chan connectors.Webhook, 100)
	self, err := a.conn.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := a.conn.ParseWebhook(connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body, Now: a.now()}, self.ID())
		if err != nil {
			t.Errorf("a webhook is not read: %v", err)
		}
		hooks <- hook
	}))
	t.Cleanup(srv.Close)
	a.control("webhook_target", map[string]string{"url": srv.URL, "secret": secret})
	next := func(what string) core.Hint {
		t.Helper()
		for {
			select {
			case h := <-hooks:
				if h.ID == "" {
					t.Errorf("%s: a call without an id", what)
				}
				if len(h.Hints) > 0 {
					return h.Hints[0]
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: no webhook", what)
			}
		}
	}
	o := a.made(emulator.RepoWeb, nil)
	if h := next("a new issue"); h.Kind != core.HintCreated || !h.Own || h.Revision != o.Revision || h.Ref.ID != o.Ref.ID {
		t.Errorf("a new issue: %+v, read as %s", h, o.Revision)
	}
	o = a.update(o.Ref.ID, set("title", core.String("another")))
	if h := next("an own edit"); h.Revision != o.Revision || !h.Own {
		t.Errorf("an own edit: %+v, read as %s", h, o.Revision)
	}
	a.pass(2 * time.Second)
	a.edit(emulator.RepoWeb, o.Ref.ID, map[string]core.Value{"labels": core.Strings("red")})
	got := a.get(o.Ref.ID)
	if h := next("a label"); h.Own || h.Revision != got.Revision {
		t.Errorf("a person's label: %+v, read as %s", h, got.Revision)
	}
	a.pass(2 * time.Second)
	a.call("POST", issuePath(emulator.RepoWeb, o.Ref.ID, "comments"), map[string]string{"body": "hello"}, nil)
	if h := next("a comment"); h.Kind != core.HintComments || h.Ref.ID != o.Ref.ID {
		t.Errorf("a comment: %+v", h)
	}
	a.control("delete", map[string]any{"repo": emulator.RepoWeb, "number": numberOf(a, o.Ref.ID)})
	if h := next("a deletion"); h.Kind != core.HintDeleted || h.Ref.ID != o.Ref.ID {
		t.Errorf("a deletion: %+v", h)
	}
}
