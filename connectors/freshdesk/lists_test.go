package freshdesk_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

func TestSearchesThatFindTooMuchAreRefused(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	a.Before = func(r *http.Request) *http.Response {
		if r.URL.Path == "/api/v2/search/tickets" {
			return freshtest.Answering(r, 200, "application/json", `{"total":301,"results":[]}`)
		}
		return nil
	}
	_, err := c.Search(t.Context(), ticketType, "status:2", "")
	freshtest.WantRefused(t, "a search with 301 results", err, "", "300")
	_, err = c.FindByField(t.Context(), ticketType, "cf_resolution", "x")
	freshtest.WantRefused(t, "a value that 301 tickets have", err, "", "300")
	_, err = c.FindByField(t.Context(), ticketType, "cf_resolution", "it's")
	freshtest.WantRefused(t, "a value with a quotation mark", err, "cf_resolution", "quotation mark")
}

// TestSearchesMissNothingThatStays: what no more matches leaves the results, and those behind it move to pages that were read already.
func TestSearchesMissNothingThatStays(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	var found []int
	for id := range 100 {
		found = append(found, id+1)
	}
	a.Before = func(r *http.Request) *http.Response {
		page, err := strconv.Atoi(r.URL.Query().Get("page"))
		if r.URL.Path != "/api/v2/search/tickets" || err != nil {
			return nil
		}
		var rows []string
		for _, id := range found[min(30*(page-1), len(found)):min(30*page, len(found))] {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"updated_at":"2026-03-01T00:00:00Z"}`, id))
		}
		return freshtest.Answering(r, 200, "application/json", fmt.Sprintf(`{"total":%d,"results":[%s]}`, len(found), strings.Join(rows, ",")))
	}
	leave := map[int]int{1: 2, 2: 45} // after so many pages, how many of the first go away
	seen, cursor := map[string]bool{}, connectors.Cursor("")
	for n, more := 1, true; more; n++ {
		page, err := c.Search(t.Context(), ticketType, "status:2", cursor)
		if err != nil || n > 20 {
			t.Fatalf("call %d: %v", n, err)
		}
		for _, i := range page.Items {
			seen[i.Ref.ID] = true
		}
		cursor, more, found = page.Next, page.More, found[leave[n]:]
	}
	for _, id := range found {
		if !seen[fmt.Sprint(id)] {
			t.Errorf("%d is missing", id)
		}
	}
}

func TestTheListIsNeverReadToItsLastPage(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	var pages []string
	a.Before = func(r *http.Request) *http.Response {
		if r.Method == http.MethodGet && r.URL.Path == "/api/v2/tickets" {
			pages = append(pages, r.URL.Query().Get("page"))
		}
		return nil
	}
	want := map[string]bool{}
	for range 9 {
		want[made(t, c, nil).Ref.ID] = true
		a.Pass(time.Minute)
	}
	cursor := connectors.Cursor("")
	for more := true; more; {
		page, err := c.Changes(t.Context(), ticketType, cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Items {
			delete(want, i.Ref.ID)
		}
		cursor, more = page.Next, page.More
	}
	if len(want) > 0 || slices.ContainsFunc(pages, func(p string) bool { return p != "1" }) {
		t.Errorf("missing %v; pages asked for: %v", want, pages)
	}
}

func TestManyChangesInOneSecondAreAllListed(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	want := map[string]bool{}
	var ids []string
	for range 9 {
		id := made(t, c, nil).Ref.ID
		want[id], ids = true, append(ids, id)
	}
	cursor := connectors.Cursor("")
	for n, more := 0, true; more; n++ {
		page, err := c.Changes(t.Context(), ticketType, cursor, 3)
		if err != nil || n > 50 {
			t.Fatalf("call %d: %v", n, err)
		}
		for _, i := range page.Items {
			delete(want, i.Ref.ID)
		}
		if n == 2 { // the rows behind it move up by one
			if err := c.Delete(t.Context(), ids[0]); err != nil {
				t.Fatal(err)
			}
		}
		cursor, more = page.Next, page.More
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
}
