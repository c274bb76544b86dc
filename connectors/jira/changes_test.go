package jira

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"duplex/connectors"

	"pgregory.net/rapid"
)

// index is a search index: what it shows of each issue, in the order of time.
type index struct{ shown []row }

type row struct {
	id string
	at int64
}

// page answers like the vendor: from a time on, oldest first, a token being an offset into that list.
func (x *index) page(from int64, limit int, token string) searchPage {
	var list []row
	for _, r := range x.shown {
		if r.at >= from {
			list = append(list, r)
		}
	}
	for i := range list { // by time, then by id
		for j := i + 1; j < len(list); j++ {
			if list[j].at < list[i].at || (list[j].at == list[i].at && list[j].id < list[i].id) {
				list[i], list[j] = list[j], list[i]
			}
		}
	}
	start := 0
	fmt.Sscan(token, &start)
	var p searchPage
	for i := start; i < len(list) && i < start+limit; i++ {
		raw, _ := json.Marshal(time.UnixMilli(list[i].at).UTC().Format(stamp))
		p.Issues = append(p.Issues, issue{ID: list[i].id, Fields: map[string]json.RawMessage{"updated": raw}})
	}
	if start+limit < len(list) {
		p.NextPageToken = fmt.Sprint(start + limit)
	}
	return p
}

func (x *index) set(id string, at int64) {
	for i := range x.shown {
		if x.shown[i].id == id {
			x.shown[i].at = at
			return
		}
	}
	x.shown = append(x.shown, row{id, at})
}

// Every change is listed, also when issues change between the pages and when the index shows some of them late.
func TestTheFeedMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &index{}
		now := int64(1_700_000_000_000)
		due := map[string]int64{}    // what must be listed at last
		late := map[string]row{}     // not in the index yet
		listed := map[string]int64{} // newest time listed
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		var p position
		pages := 0
		turn := func() bool {
			if p.Began == 0 {
				p.Began = now
			}
			fresh, next, more := p.advance(x.page(p.From, p.ask(limit), p.Token), limit, now)
			if len(fresh) > limit {
				t.Fatalf("%d items, want %d at most", len(fresh), limit)
			}
			for _, is := range fresh {
				u, _ := is.time("updated")
				listed[is.ID] = max(listed[is.ID], u.UnixMilli())
			}
			p = next
			pages++
			return more
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				id := fmt.Sprint(rapid.IntRange(1, 8).Draw(t, "id"))
				now += rapid.SampledFrom([]int64{0, 1, 400, 1000, 60_000}).Draw(t, "after")
				due[id] = now
				if rapid.Bool().Draw(t, "late") {
					late[id] = row{id, now}
				} else {
					delete(late, id)
					x.set(id, now)
				}
			case 2:
				turn()
			case 3:
				for id, r := range late { // the index catches up within the overlap
					x.set(id, r.at)
					delete(late, id)
				}
			}
			for id, r := range late {
				if now-r.at > overlap.Milliseconds()/2 {
					x.set(id, r.at)
					delete(late, id)
				}
			}
		}
		for _, r := range late {
			x.set(r.id, r.at)
		}
		pages = 0
		for passes := 0; passes < 2; { // the pass under way, and one more
			if !turn() {
				passes++
			}
			if pages > 500 {
				t.Fatal("the feed does not end")
			}
		}
		for id, at := range due {
			if listed[id] != at {
				t.Fatalf("issue %s changed at %d, listed up to %d", id, at, listed[id])
			}
		}
		listed = map[string]int64{}
		for turn() {
		}
		if len(listed) > 0 {
			t.Fatalf("nothing changed and %v is listed again", listed)
		}
	})
}

func TestCursorsThatAreNotOurs(t *testing.T) {
	c := hookReceiver(t, nil)
	for _, cursor := range []connectors.Cursor{"!", "bm90IGpzb24"} {
		if _, err := c.Changes(t.Context(), connectors.ItemType{}, cursor, 10); connectors.Class(err) != "unsupported" {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func TestQueriesAreQuoted(t *testing.T) {
	got := changesQuery(map[string]string{"project": `A" OR project = "B`, "issuetype": "Bug"}, 1700000000000)
	want := `project = "A\" OR project = \"B" AND issuetype = "Bug" AND updated >= 1700000000000 ORDER BY updated ASC, key ASC`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
