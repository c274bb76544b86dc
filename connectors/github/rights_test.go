package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/github"
	"duplex/core"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness"
)

// TestNotFoundOfAWriteIsAboutRights: GitHub says it to who may read and not write, and neither the issue nor the comment is gone.
func TestNotFoundOfAWriteIsAboutRights(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	said := core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Internal}}
	m, err := a.conn.AddComment(t.Context(), o.Ref.ID, said)
	if err != nil {
		t.Fatal(err)
	}
	said.Body = markdown("hello again")
	writes := map[string]func() error{
		"create": func() error {
			_, err := a.conn.Create(t.Context(), core.Draft{Scope: web.Scope, Fields: map[string]core.Value{"title": core.String("x")}})
			return err
		},
		"update": func() error {
			_, err := a.conn.Update(t.Context(), o.Ref.ID, set("title", core.String("y")), "", connectors.Want{})
			return err
		},
		"comment": func() error { _, err := a.conn.AddComment(t.Context(), o.Ref.ID, said); return err },
		"edit":    func() error { _, err := a.conn.EditComment(t.Context(), o.Ref.ID, m.ID, said); return err },
		"delete":  func() error { return a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID) },
	}
	for what, write := range writes {
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
			a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusNotFound, Method: method, Times: 1})
		}
		wantClass(t, what, write(), "denied")
		a.emu.Harness().ClearFaults()
	}
	if err := a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID); err != nil {
		t.Errorf("the comment was not deleted before: %v", err)
	}
	wantClass(t, "once more", a.conn.DeleteComment(t.Context(), o.Ref.ID, m.ID), "not-found")
}

// TestACommentOfAnIssueThatWasMoved is edited and deleted by whoever has not read the issue since.
func TestACommentOfAnIssueThatWasMoved(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	said := core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Internal}}
	m, err := a.conn.AddComment(t.Context(), o.Ref.ID, said)
	if err != nil {
		t.Fatal(err)
	}
	a.control("transfer", map[string]any{"repo": emulator.RepoWeb, "number": numberOf(a, o.Ref.ID), "to": emulator.RepoApp})
	said.Body = markdown("hello again")
	if _, err := a.connector(nil, nil).EditComment(t.Context(), o.Ref.ID, m.ID, said); err != nil {
		t.Errorf("edited: %v", err)
	}
	if err := a.connector(nil, nil).DeleteComment(t.Context(), o.Ref.ID, m.ID); err != nil {
		t.Errorf("deleted: %v", err)
	}
	wantClass(t, "deleted again", a.connector(nil, nil).DeleteComment(t.Context(), o.Ref.ID, m.ID), "not-found")
}

// TestAPageThatIsFullMayGetANextOne: the full page stays as it is, and so does its ETag.
func TestAPageThatIsFullMayGetANextOne(t *testing.T) {
	people := 100
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/assignees"):
			first, last := 1, min(people, 100)
			if r.URL.Query().Get("page") == "2" {
				first, last = 101, people
			} else if people > 100 {
				w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=2>; rel="next"`, r.Host, r.URL.Path))
			}
			tag := fmt.Sprintf(`"%d-%d"`, first, last)
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			var list []string
			for id := first; id <= last; id++ {
				list = append(list, fmt.Sprintf(`{"id":%d,"login":"p%d"}`, id, id))
			}
			fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
		case strings.Contains(r.URL.Path, "/assignees/"):
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodPost:
			fmt.Fprint(w, `{"id":1,"number":1,"state":"open","assignees":[{"id":101,"login":"p101"}]}`)
		default:
			fmt.Fprint(w, `{"id":7,"full_name":"acme/app","owner":{"login":"acme","type":"User"}}`)
		}
	}))
	t.Cleanup(srv.Close)
	conn, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: srv.URL, Auth: map[string]string{"method": "token", "token": "t0ken"},
		Settings: map[string]string{"repositories": "acme/app"}}})
	if err != nil {
		t.Fatal(err)
	}
	assign := func() error {
		_, err := conn.Create(t.Context(), core.Draft{Fields: map[string]core.Value{"title": core.String("x"), "assignee": core.Person("101", "", "")}})
		return err
	}
	wantClass(t, "nobody by that number", assign(), "invalid")
	people++
	if err := assign(); err != nil {
		t.Errorf("somebody who came since: %v", err)
	}
}

// before does something before the second page of a list is read.
type before struct {
	next   http.RoundTripper
	second func()
}

func (b before) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Get("page") == "2" {
		b.second()
	}
	return b.next.RoundTrip(r)
}

// TestAMarkIsFoundOnce although an issue that is made while the list is read shifts another to the next page, where it shows again.
func TestAMarkIsFoundOnce(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.stop()
	create := func(n int) string {
		a.pass(time.Second)
		o, err := a.conn.Create(t.Context(), core.Draft{Scope: web.Scope, Fields: map[string]core.Value{"title": core.String("x")}, Mark: mark(n)})
		if err != nil {
			t.Fatal(err)
		}
		return o.Ref.ID
	}
	create(500)
	id := create(1) // the last of the first page
	for n := range 99 {
		create(n + 2)
	}
	conn, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: a.url, Auth: map[string]string{"method": "token", "token": emulator.TokenSync},
		Settings: map[string]string{"repositories": emulator.RepoWeb}}, Now: a.now, HTTP: &http.Client{Transport: before{http.DefaultTransport, func() { create(600) }}}})
	if err != nil {
		t.Fatal(err)
	}
	refs, err := conn.(*github.Connector).Find(t.Context(), web, mark(1))
	if err != nil || len(refs) != 1 || refs[0].ID != id {
		t.Errorf("found %v, %v", refs, err)
	}
}
