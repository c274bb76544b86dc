package zendesk_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/zendesk"
	"duplex/core"
	emulator "duplex/emulators/zendesk"
)

// subjects makes that many tickets with the subject, some seconds apart.
func subjects(t *testing.T, a *account, c *zendesk.Connector, n int, subject string) (ids []string) {
	t.Helper()
	for range n {
		o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{"subject": core.String(subject), "description": htmlOf("it smokes")}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.Ref.ID)
		a.Pass(3 * time.Second)
	}
	return ids
}

func TestSearchIsTakenUpAgainAfterTheVendorForgotItsPlace(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	ids := subjects(t, a, c, 7, "printer on fire")
	a.Pass(5 * time.Minute)
	var queries []string
	a.before = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/search/export") {
			queries = append(queries, r.URL.Query().Get("query")+" "+r.URL.Query().Get("page[after]"))
		}
	}
	seen, cursor := map[string]bool{}, connectors.Cursor("")
	for page := 0; ; page++ {
		got, err := c.Search(t.Context(), ticketType, "subject:printer", cursor)
		if err != nil || page > 20 {
			t.Fatalf("page %d: %v", page, err)
		}
		for _, ch := range got.Items {
			seen[ch.Ref.ID] = true
		}
		if cursor = got.Next; !got.More {
			break
		}
		if page == 1 {
			a.Pass(26 * time.Hour) // the run was paused
		}
	}
	for _, id := range ids {
		if !seen[id] {
			t.Errorf("ticket %s was on no page", id)
		}
	}
	if !slices.ContainsFunc(queries, func(q string) bool {
		return strings.HasPrefix(q, "subject:printer created>=2026-") && strings.HasSuffix(q, "Z ")
	}) {
		t.Errorf("no search went on from a time of creation: %q", queries)
	}
}

func TestACursorThatIsNotOursIsUnsupported(t *testing.T) {
	c := newAccount(t).connector("sync")
	if _, err := c.Search(t.Context(), ticketType, "subject:x", "rubbish!"); connectors.Class(err) != "unsupported" {
		t.Errorf("%v", err)
	}
}

func TestSearchKeepsToBrandAndForm(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	ids := subjects(t, a, c, 1, "printer on fire")
	a.Pass(5 * time.Minute)
	brand, form := fmt.Sprint(emulator.BrandID), fmt.Sprint(emulator.FormID)
	for _, tc := range []struct {
		reason string
		scope  map[string]string
		want   int
	}{
		{"its brand and form", map[string]string{"brand_id": brand, "ticket_form_id": form}, 1},
		{"another brand", map[string]string{"brand_id": "1", "ticket_form_id": form}, 0},
		{"another form", map[string]string{"ticket_form_id": "1"}, 0},
		{"a field is for the caller to read", map[string]string{"group": "Nobody"}, 1},
	} {
		in := connectors.ItemType{Type: "ticket", Scope: tc.scope}
		page, err := c.Search(t.Context(), in, `type:ticket subject:"printer on fire"`, "")
		refs, errField := c.FindByField(t.Context(), in, "subject", "printer on fire")
		if err != nil || errField != nil || len(page.Items) != tc.want || len(refs) != tc.want {
			t.Errorf("%s: search lists %v, %v; match lists %v, %v; want %d of %v", tc.reason, page.Items, err, refs, errField, tc.want, ids)
		}
	}
}

// TestATicketShowsWhatAScopeNames, so that a ticket of another brand enters no connection by a webhook or a sweep either.
func TestATicketShowsWhatAScopeNames(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	id := subjects(t, a, c, 1, "printer on fire")[0]
	o, err := c.Get(t.Context(), id, connectors.Want{Type: ticketType, Fields: []string{"brand_id", "ticket_form_id"}})
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]int64{"brand_id": emulator.BrandID, "ticket_form_id": emulator.FormID} {
		if got := o.Field(field).Source(); got != fmt.Sprint(want) {
			t.Errorf("%s is %q, want %d", field, got, want)
		}
	}
}

func TestExternalIDIsMatchedInTheListAndTheScope(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Mark: "dx-abcdefghijklmnopqrstuvwxyz", Fields: map[string]core.Value{"subject": core.String("x"), "description": htmlOf("y")}})
	if err != nil {
		t.Fatal(err)
	}
	for brand, want := range map[string]int{"": 1, fmt.Sprint(emulator.BrandID): 1, "1": 0} { // no time passes: it is no index
		refs, err := c.FindByField(t.Context(), connectors.ItemType{Type: "ticket", Scope: map[string]string{"brand_id": brand}}, "external_id", "dx-abcdefghijklmnopqrstuvwxyz")
		if err != nil || len(refs) != want || want == 1 && refs[0].ID != o.Ref.ID {
			t.Errorf("brand %q: %v, %v", brand, refs, err)
		}
	}
}

func TestMatchOfFieldsThatAreNoText(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	affected, due, area := fieldName(t, c, emulator.FieldAffected), fieldName(t, c, emulator.FieldDueFix), fieldName(t, c, emulator.FieldProductArea)
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{"subject": core.String("x"), "description": htmlOf("y"), affected: core.Int(12)}})
	if err != nil {
		t.Fatal(err)
	}
	a.Pass(5 * time.Minute)
	for _, tc := range []struct {
		reason, field, value string
		want                 int
		class                string
	}{
		{"a number", affected, "12", 1, ""},
		{"another number", affected, "120", 0, ""},
		{"a word is no number", affected, "twelve", 0, ""},
		{"no tag has a space", "tags", "two words", 0, ""},
		{"nobody looks for nothing", "subject", "", 0, ""},
		{"a tag with a quote-mark cannot be asked for", "tags", `a"b`, 0, "invalid"},
		{"a date names no ticket", due, "2026-05-01", 0, "invalid"},
		{"an option names no ticket", area, "login", 0, "invalid"},
		{"a field of the system", "priority", "high", 0, "invalid"},
	} {
		refs, err := c.FindByField(t.Context(), ticketType, tc.field, tc.value)
		if connectors.Class(err) != tc.class || len(refs) != tc.want || tc.want == 1 && refs[0].ID != o.Ref.ID {
			t.Errorf("%s: %v, %v", tc.reason, refs, err)
		}
	}
}
