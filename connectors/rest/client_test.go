package rest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/rest"
	"duplex/core"
)

// small is a manifest of few words; what stands for the marked parts is each test's.
const small = `manifest: small
title: Small
auth: AUTH
PARTS
items:
  ticket:
    id: string(item.id)
    updated: item.at
    revision: string(item.version)
    fields:
      title: {kind: string, label: Title, at: title}
      state: {kind: option, at: state, options: [open, done]}
    get: {path: "/t/{id}", item: body}
    UPDATE
    changes: CHANGES
`

func smallBy(t *testing.T, auth string, parts, update, changes string, h http.HandlerFunc) *rest.Connector {
	t.Helper()
	if changes == "" {
		changes = "{path: /t, items: body}"
	}
	return smallAs(t, strings.NewReplacer("AUTH", auth, "PARTS\n", parts, "UPDATE", update, "CHANGES", changes).Replace(small), h)
}

// smallAs serves the manifest; what is left of its marked parts is empty.
func smallAs(t *testing.T, text string, h http.HandlerFunc) *rest.Connector {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return written(t, s.URL, strings.NewReplacer("AUTH", "{method: none}", "PARTS\n", "", "UPDATE", "", "CHANGES", "{path: /t, items: body}").Replace(text))
}

// written is the connector of a manifest that is written out.
func written(t *testing.T, url, text string) *rest.Connector {
	t.Helper()
	c, err := rest.New(connectors.Config{System: core.System{Name: "small", Kind: "rest", BaseURL: url, Settings: map[string]string{"manifest": "m.yaml"},
		Auth:  map[string]string{"token": "hush-token", "user": "ada", "password": "hush-password", "client_id": "id", "client_secret": "hush-client"},
		Files: map[string]string{"m.yaml": text}, Webhook: map[string]string{"secret": hookSecret, "user": "hooks"}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*rest.Connector)
}

const oneItem = `{"id":7,"version":3,"at":"2026-05-01T10:00:00Z","title":"x","state":"open"}`

// TestWaysToSignIn: each way puts the credential where the system looks for it, and nowhere into an error.
func TestWaysToSignIn(t *testing.T) {
	for _, c := range []struct {
		auth  string
		right func(r *http.Request) bool
	}{
		{"{method: header, header: X-Key, prefix: 'Token '}", func(r *http.Request) bool { return r.Header.Get("X-Key") == "Token hush-token" }},
		{"{method: bearer}", func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer hush-token" }},
		{"{method: basic}", func(r *http.Request) bool { u, p, _ := r.BasicAuth(); return u == "ada" && p == "hush-password" }},
		{"{method: query, parameter: key}", func(r *http.Request) bool { return r.URL.Query().Get("key") == "hush-token" }},
		{"{method: none}", func(r *http.Request) bool { return r.Header.Get("Authorization") == "" }},
	} {
		open := true
		con := smallBy(t, c.auth, "", "", "", func(w http.ResponseWriter, r *http.Request) {
			if !c.right(r) || !open {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, oneItem)
		})
		if _, err := con.Get(t.Context(), "7", connectors.Want{}); err != nil {
			t.Errorf("%s: %v", c.auth, err)
		}
		open = false
		if _, err := con.Get(t.Context(), "7", connectors.Want{}); !errors.Is(err, connectors.ErrUnauthenticated) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: a refused credential came out as %v", c.auth, err)
		}
	}
}

// TestRefusals: what the manifest says of a refusal counts, then the rate-limit headers, then the status.
func TestRefusals(t *testing.T) {
	const errorWords = "errors: {message: body.why, fields: body.fields, rules: [{status: [403], when: body.code == 'locked', class: stale}, {status: [420], class: busy}]}\n" +
		"rate_limit: {remaining: X-Left, reset: X-Reset}\n"
	for _, c := range []struct {
		reason string
		status int
		header map[string]string
		body   string
		class  string
		after  time.Duration
		says   string
	}{
		{"a rule with a condition", 403, nil, `{"code":"locked","why":"somebody edits it"}`, "stale", 0, "somebody edits it"},
		{"the condition does not hold", 403, nil, `{"code":"no"}`, "denied", 0, ""},
		{"a status of their own", 420, map[string]string{"Retry-After": "9"}, `{}`, "busy", 9 * time.Second, ""},
		{"no call is left", 403, map[string]string{"X-Left": "0", "X-Reset": "30"}, `{}`, "busy", 30 * time.Second, ""},
		{"a pause under 403", 403, map[string]string{"Retry-After": "5"}, `{}`, "busy", 5 * time.Second, ""},
		{"a field that is refused", 422, nil, `{"fields":{"title":"too long"}}`, "invalid", 0, "title: too long"},
		{"a reason that begins with a label", 422, nil, `{"why":"Title is too long"}`, "invalid", 0, "title: Title is too long"},
		{"gone", 410, nil, ``, "not-found", 0, ""},
		{"a page", 200, map[string]string{"Content-Type": "text/html"}, `<html>sign in</html>`, "busy", 0, ""},
		{"JSON that is no item", 200, nil, `[1]`, "busy", 0, "no item"},
		{"another item", 200, nil, `{"id":8}`, "busy", 0, "not the item"},
	} {
		put := false
		con := smallBy(t, "{method: none}", errorWords, `update: {path: "/t/{id}"}`, "", func(w http.ResponseWriter, r *http.Request) {
			if put && r.Method == http.MethodGet {
				fmt.Fprint(w, oneItem)
				return
			}
			for k, v := range c.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		_, err := con.Get(t.Context(), "7", connectors.Want{})
		if c.status == 422 {
			put = true
			_, err = con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"title": core.String("y")}}, "", connectors.Want{})
		}
		var busy *connectors.BusyError
		errors.As(err, &busy)
		if connectors.Class(err) != c.class || !strings.Contains(err.Error(), c.says) || busy != nil && busy.After != c.after {
			t.Errorf("%s: came out as %q: %v", c.reason, connectors.Class(err), err)
		}
	}
}

// TestWaysToPage: every way of going on reads each item once and comes to an end.
func TestWaysToPage(t *testing.T) {
	item := func(n int) string {
		return fmt.Sprintf(`{"id":%d,"version":1,"at":"2026-05-01T10:00:%02dZ","title":"x","state":"open"}`, n, n)
	}
	list := func(from, to int) string {
		var all []string
		for n := from; n <= min(to, 5); n++ {
			all = append(all, item(n))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	for _, c := range []struct {
		reason, paging string
		serve          func(w http.ResponseWriter, r *http.Request)
		class          string
	}{
		{"a link", "{style: link}", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			fmt.Sscan(r.FormValue("p"), &n)
			if n < 3 {
				w.Header().Set("Link", fmt.Sprintf(`</t?p=1>; rel="prev", </t?p=%d&q=a%%2Cb>; rel="next"`, n+1))
			}
			fmt.Fprint(w, list(2*n-1, 2*n))
		}, ""},
		{"a link that leads elsewhere", "{style: link}", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<https://elsewhere.example/t?p=2>; rel="next"`)
			fmt.Fprint(w, list(1, 2))
		}, "busy"},
		{"an offset without a total", "{style: offset, parameter: from, size: n, limit: 2}", func(w http.ResponseWriter, r *http.Request) {
			n := 0
			fmt.Sscan(r.FormValue("from"), &n)
			fmt.Fprint(w, list(n+1, n+2))
		}, ""},
		{"a page number with a total", "{style: page, parameter: p, size: n, limit: 2, first: 1, total: 'int(header[\"x-total\"])'}", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			fmt.Sscan(r.FormValue("p"), &n)
			w.Header().Set("X-Total", "5")
			fmt.Fprint(w, list(2*n-1, 2*n))
		}, ""},
		{"links in several headers", "{style: link}", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			fmt.Sscan(r.FormValue("p"), &n)
			w.Header().Add("Link", `</help>; rel="help"`)
			if n < 3 {
				w.Header().Add("Link", fmt.Sprintf(`</t?p=%d>; title="on, and on"; rel="last next"`, n+1))
			}
			fmt.Fprint(w, list(2*n-1, 2*n))
		}, ""},
		{"no size to ask for, and small pages", "{style: page, parameter: p, first: 1}", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			fmt.Sscan(r.FormValue("p"), &n)
			fmt.Fprint(w, list(n, n))
		}, ""},
		{"pages smaller than was asked for, with a total", "{style: page, parameter: p, size: n, limit: 2, first: 1, total: 'int(header[\"x-total\"])'}", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			fmt.Sscan(r.FormValue("p"), &n)
			w.Header().Set("X-Total", "5")
			fmt.Fprint(w, list(n, n))
		}, ""},
		{"a total that is not told", "{style: offset, parameter: p, size: n, limit: 2, total: body.total}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, list(1, 2)) }, "busy"},
		{"a cursor that stays", "{style: cursor, parameter: c, next: '\"same\"'}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, list(1, 2)) }, "busy"},
	} {
		for _, order := range []string{"none", "asc", "desc"} {
			con := smallBy(t, "{method: none}", "paging: "+c.paging+"\n", "", "{path: /t, items: body, order: "+order+"}", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				c.serve(w, r)
			})
			seen, class := map[string]int{}, ""
			cursor := connectors.Cursor("")
			for n := 0; n < 20; n++ {
				p, err := con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, cursor, 2)
				if err != nil {
					class = connectors.Class(err)
					break
				}
				for _, ch := range p.Items {
					seen[ch.Ref.ID]++
				}
				if cursor = p.Next; !p.More {
					break
				}
			}
			if class != c.class || class == "" && len(seen) != 5 && order != "desc" {
				t.Errorf("%s, order %s: saw %v, %q", c.reason, order, seen, class)
			}
		}
	}
}

// TestPreconditions: the system itself refuses what was overtaken between the read and the write.
func TestPreconditions(t *testing.T) {
	for _, c := range []struct {
		precondition string
		overtaken    func(r *http.Request, body string) bool
	}{
		{"{header: If-Match, value: header.etag}", func(r *http.Request, _ string) bool { return r.Header.Get("If-Match") == `"e3"` }},
		{"{header: If-Unmodified-Since, value: item.at}", func(r *http.Request, _ string) bool {
			return r.Header.Get("If-Unmodified-Since") == "Fri, 01 May 2026 10:00:00 GMT"
		}},
		{"{field: lock, value: item.version}", func(_ *http.Request, body string) bool { return strings.Contains(body, `"lock":3`) }},
	} {
		con := smallBy(t, "{method: none}", "", "update: {path: '/t/{id}', precondition: "+c.precondition+"}", "", func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				w.Header().Set("ETag", `"e3"`)
				fmt.Fprint(w, oneItem)
				return
			}
			b := make([]byte, 500)
			n, _ := r.Body.Read(b)
			if c.overtaken(r, string(b[:n])) {
				w.WriteHeader(http.StatusPreconditionFailed)
			}
		})
		if !con.Facts().Precondition {
			t.Errorf("%s: the facts do not say that updates are guarded", c.precondition)
		}
		_, err := con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"title": core.String("y")}}, "3", connectors.Want{})
		if connectors.Class(err) != "stale" {
			t.Errorf("%s: came out as %v", c.precondition, err)
		}
	}
}

// TestWhatTheSystemKeepsIsRefused: a system that answers success and changes nothing is found out.
func TestWhatTheSystemKeepsIsRefused(t *testing.T) {
	con := smallBy(t, "{method: none}", "", "update: {path: '/t/{id}'}", "", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, oneItem)
		}
	})
	_, err := con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"state": core.Option("", "done")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["state"], "kept the value") {
		t.Errorf("came out as %v", err)
	}
}

// TestAnIdStaysBelowItsAddress: an id is one step of an address, whatever it says.
func TestAnIdStaysBelowItsAddress(t *testing.T) {
	con := smallBy(t, "{method: none}", "", "", "", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.EscapedPath(), "/t/") || strings.Count(r.URL.EscapedPath(), "/") != 2 {
			t.Errorf("asked for %s", r.URL.EscapedPath())
		}
		w.WriteHeader(http.StatusNotFound)
	})
	for _, id := range []string{"..", ".", "../admin", "7/../../admin", "7?x=y", "7#x", "%2e%2e"} {
		if _, err := con.Get(t.Context(), id, connectors.Want{}); connectors.Class(err) != "not-found" {
			t.Errorf("%q came out as %v", id, err)
		}
	}
}

// TestWaysToVerify: a secret in a header, or a user name and password.
func TestWaysToVerify(t *testing.T) {
	body := []byte(`{"id":7}`)
	for _, c := range []struct {
		webhook string
		header  string
		good    string
		bad     []string
	}{
		{"{verify: secret, header: X-Secret, prefix: 'key ', id: string(body.id)}", "X-Secret", "key " + hookSecret, []string{"", "key ", hookSecret, "key x"}},
		{"{verify: basic, id: string(body.id)}", "Authorization", basic("hooks", hookSecret), []string{"", basic("hooks", "x"), basic("x", hookSecret), basic("", "")}},
	} {
		con := smallBy(t, "{method: none}", "webhook: "+c.webhook+"\n", "", "", nil)
		for i, value := range append([]string{c.good}, c.bad...) {
			call := connectors.WebhookCall{Header: http.Header{}, Body: body, Now: time.Now()}
			call.Header.Set(c.header, value)
			w, err := con.ParseWebhook(call, "")
			if i == 0 && (err != nil || len(w.Hints) != 1 || w.Hints[0].Ref.ID != "7") {
				t.Errorf("%s: %+v, %v", c.webhook, w, err)
			}
			if i > 0 && connectors.Class(err) != "forged" {
				t.Errorf("%s with %q came out as %v", c.webhook, value, err)
			}
		}
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// TestCapabilitiesAreTheManifests: what a manifest does not say the connector cannot do, though its type has the method.
func TestCapabilitiesAreTheManifests(t *testing.T) {
	con := smallBy(t, "{method: none}", "", "", "", nil)
	var c connectors.Connector = con
	if _, ok := connectors.As[connectors.Deleter](c); ok {
		t.Error("a manifest without delete can delete")
	}
	if able := connectors.Able(c); len(able) != 0 {
		t.Errorf("a manifest that reads and writes says it can %v", able)
	}
	if err := con.Delete(context.Background(), "7"); connectors.Class(err) != "unsupported" {
		t.Errorf("called all the same, it came out as %v", err)
	}
}
