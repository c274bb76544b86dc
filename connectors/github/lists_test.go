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
)

// TestASearchLosesNothingThatMovesUp: an issue that leaves the list while it is read moves up all behind it.
func TestASearchLosesNothingThatMovesUp(t *testing.T) {
	for _, query := range []string{"is:open needle", "needle OR needle"} {
		a := newAccount(t, document(t), emulator.Options{})
		a.stop()
		ids := map[string]bool{}
		var first string
		for range 5 {
			id := a.made(emulator.RepoWeb, map[string]core.Value{"title": core.String("needle")}).Ref.ID
			ids[id] = true
			if first == "" {
				first = id
			}
			a.pass(time.Minute)
		}
		a.pass(5 * time.Minute)
		for cursor, pages := connectors.Cursor(""), 0; ; pages++ {
			page, err := a.conn.Search(t.Context(), web, query, cursor)
			if err != nil || pages > 20 {
				t.Fatalf("%s: page %d: %v", query, pages, err)
			}
			for _, c := range page.Items {
				delete(ids, c.Ref.ID)
			}
			if pages == 0 && query != "needle OR needle" { // those are by numbers, and need no time to come to an end
				a.control("delete", map[string]any{"repo": emulator.RepoWeb, "number": numberOf(a, first)})
				a.pass(5 * time.Minute)
			}
			if cursor = page.Next; !page.More {
				break
			}
		}
		if len(ids) > 0 {
			t.Errorf("%s: not listed: %v", query, ids)
		}
	}
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
