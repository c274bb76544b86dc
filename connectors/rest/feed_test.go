package rest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// TestEditsWhileAListIsRead: an item that changes between two pages moves to the list's end, and the others move up. None of them is lost,
// whenever that is.
func TestEditsWhileAListIsRead(t *testing.T) {
	for when := range 12 {
		if seen := listedWhile(t, when); len(seen) != 14 {
			t.Errorf("an edit after %d calls: saw %d of 14: %v", when, len(seen), seen)
		}
	}
}

// listedWhile reads 14 items in pages of four, ten of them of ten seconds and the rest of an hour later. After so many calls the oldest item
// of those that are listed is edited.
func listedWhile(t *testing.T, calls int) map[string]bool {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	at := map[int]time.Time{}
	for n := range 14 {
		at[n] = noon.Add(time.Duration(n)*time.Second + time.Duration(n/10)*time.Hour)
	}
	con := smallBy(t, "{method: none}", "precision: 1s\npaging: {style: offset, parameter: from, size: n, limit: 4}\n", "",
		"{path: /t, query: {since: '{since}'}, items: body, order: asc, overlap: 10s}", func(w http.ResponseWriter, r *http.Request) {
			from, since := 0, time.Time{}
			fmt.Sscan(r.FormValue("from"), &from)
			_ = since.UnmarshalText([]byte(r.FormValue("since")))
			var ids []int
			for n, when := range at {
				if !when.Before(since) {
					ids = append(ids, n)
				}
			}
			slices.SortFunc(ids, func(a, b int) int { return at[a].Compare(at[b]) })
			list := []string{}
			for _, n := range ids[min(from, len(ids)):min(from+4, len(ids))] {
				list = append(list, fmt.Sprintf(`{"id":%d,"version":%d,"at":%q}`, n, at[n].Unix(), at[n].Format(time.RFC3339)))
			}
			fmt.Fprint(w, "["+strings.Join(list, ",")+"]")
			if calls--; calls == 0 {
				at[ids[0]] = noon.Add(2 * time.Hour)
			}
		})
	seen, cursor := map[string]bool{}, connectors.Cursor("")
	for range 50 {
		page, err := con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, cursor, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range page.Items {
			seen[ch.Ref.ID] = true
		}
		if cursor = page.Next; !page.More {
			return seen
		}
	}
	t.Fatal("the feed does not end")
	return nil
}

// TestADayBeginsElsewhere: a system that filters by days begins them in a zone of its own.
func TestADayBeginsElsewhere(t *testing.T) {
	var asked string
	con := smallBy(t, "{method: none}", "", "", "{path: /t, query: {since: '{since}'}, items: body, since: date}", func(w http.ResponseWriter, r *http.Request) {
		asked = r.FormValue("since")
		fmt.Fprint(w, "[]")
	})
	if _, err := con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, con.CursorAt(time.Date(2026, 5, 2, 2, 0, 0, 0, time.UTC)), 10); err != nil || asked != "2026-05-01" {
		t.Errorf("asked for what changed since %q, %v: in America it was the first of May", asked, err)
	}
}

// TestTheNextPageIsAskedForLikeTheFirst: with the same headers, and without a credential in the cursor, which is kept.
func TestTheNextPageIsAskedForLikeTheFirst(t *testing.T) {
	con := smallBy(t, "{method: query, parameter: key}", "headers: {X-Site: '{settings.base_url}'}\npaging: {style: link}\n", "", "", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Site") == "" || r.FormValue("key") != "hush-token" || len(r.Form["key"]) != 1 {
			t.Errorf("asked for %s with the headers %v", r.URL, r.Header)
		}
		if r.FormValue("p") == "" {
			w.Header().Set("Link", `</t?p=2&key=hush-token>; rel="next"`)
		}
		fmt.Fprint(w, "["+oneItem+"]")
	})
	page, err := con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, "", 1)
	if err != nil || !page.More {
		t.Fatalf("%+v, %v", page, err)
	}
	if b, err := base64.RawURLEncoding.DecodeString(string(page.Next)); err != nil || !json.Valid(b) || strings.Contains(string(b), "hush") {
		t.Errorf("the cursor holds %s, %v", b, err)
	}
	if page, err = con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, page.Next, 1); err != nil {
		t.Errorf("%+v, %v", page, err)
	}
}

// TestAQueryStaysInItsScope: where the words of a query undo what the list is narrowed to, what is of another scope is left out.
func TestAQueryStaysInItsScope(t *testing.T) {
	con := smallBy(t, "{method: none}", "", "scope: [state]\n    search: {path: /find, query: {q: '{query}'}, items: body}", "", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "["+oneItem+`,{"id":8,"version":1,"at":"2026-05-01T10:00:00Z","state":"done"}]`)
	})
	page, err := con.Search(t.Context(), connectors.ItemType{Type: "ticket", Scope: map[string]string{"state": "open"}}, "anything", "")
	if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != "7" {
		t.Errorf("%+v, %v", page, err)
	}
}

// TestFactsHoldOfEveryType: what one type of item has and another lacks is not promised.
func TestFactsHoldOfEveryType(t *testing.T) {
	con := written(t, "https://small.example", `manifest: two
title: Two
auth: {method: none}
items:
  a:
    id: string(item.id)
    updated: item.at
    revision: item.at
    fields: {title: {kind: string, at: title}}
    get: {path: "/a/{id}", item: body}
    update: {path: "/a/{id}", precondition: {field: at, value: item.at}}
    changes: {path: /a, items: body, filters_scope: true, lists_deleted: true}
  b:
    id: string(item.id)
    updated: item.at
    fields: {title: {kind: string, at: title}}
    get: {path: "/b/{id}", item: body}
    changes: {path: /b, items: body}
`)
	for range 20 { // types are in no order
		if f := con.Facts(); f.Revisions || f.Precondition || f.ListsDeletions || !f.ServerFilter {
			t.Fatalf("%+v", f)
		}
	}
}

// TestAnIdKeepsItsDigits: also one that no number holds.
func TestAnIdKeepsItsDigits(t *testing.T) {
	const id = "18446744073709551615"
	con := smallBy(t, "{method: none}", "", "", "", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id":`+id+`,"version":3,"at":"2026-05-01T10:00:00Z","title":"x","state":"open"}`)
	})
	if o, err := con.Get(t.Context(), id, connectors.Want{}); err != nil || o.Ref.ID != id {
		t.Errorf("%+v, %v", o.Ref, err)
	}
}

// TestAnObjectIsNoText: what a manifest takes for a text and is none comes out as an error that says so, not as a text.
func TestAnObjectIsNoText(t *testing.T) {
	for _, title := range []string{`{"raw":"x"}`, `["x"]`} {
		con := smallBy(t, "{method: none}", "", "", "", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Replace(oneItem, `"x"`, title, 1))
		})
		if o, err := con.Get(t.Context(), "7", connectors.Want{}); connectors.Class(err) != "unsupported" || !strings.Contains(err.Error(), "title") {
			t.Errorf("%s came out as %v, %v", title, o.Fields["title"], err)
		}
	}
}

// TestListsOfOneAnswerAreToldApart: an answer may hold the options of several fields.
func TestListsOfOneAnswerAreToldApart(t *testing.T) {
	text := strings.Replace(small, "state: {kind: option, at: state, options: [open, done]}", `state: {kind: option, at: state, options: {path: /all, items: body.states, id: option, name: option}}
      level: {kind: option, at: level, options: {path: /all, items: body.levels, id: option, name: option}}`, 1)
	con := smallAs(t, text, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"states":["open"],"levels":["high"]}`) })
	d, err := con.Describe(t.Context(), connectors.ItemType{Type: "ticket"})
	state, _ := d.Find("state")
	level, _ := d.Find("level")
	if err != nil || len(state.Options) != 1 || len(level.Options) != 1 || !core.Equal(state.Options[0], core.Option("open", "open")) || !core.Equal(level.Options[0], core.Option("high", "high")) {
		t.Errorf("state %v, level %v, %v", state.Options, level.Options, err)
	}
}
