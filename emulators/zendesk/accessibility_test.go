package zendesk

import (
	"net/url"
	"strings"
	"testing"

	"duplex/emulators/harness"
	"duplex/emulators/harness/pagecheck"
)

func TestPagesCanBeUsedByEverybody(t *testing.T) {
	r := newRig(t, Options{})
	carla, grace := newBrowser(r, UserCarla), newBrowser(r, UserGrace)
	carla.post(200, "/items/new", url.Values{"subject": {"App crashes"}, "body": {"On start."}})
	grace.post(200, "/items/1/comments", url.Values{"body": {"For us"}, "visibility": {"internal"}})
	grace.post(200, "/items/new", url.Values{"subject": {"Gone"}, "body": {"x"}, "requester": {idString(UserCarla)}})
	grace.post(200, "/items/2/delete", nil)
	for _, test := range []struct {
		reason, path string
		who          *browser
		status       int
	}{
		{"the list", "/", grace, 200},
		{"a list without tickets", "/?status=closed", grace, 200},
		{"deleted tickets", "/?status=deleted", grace, 200},
		{"the form of a new ticket", "/items/new", grace, 200},
		{"a customer's form has fewer fields", "/items/new", carla, 200},
		{"a ticket with an internal note", "/items/1", grace, 200},
		{"a customer's ticket has no fields to change", "/items/1", carla, 200},
		{"a deleted ticket can be restored", "/items/2", grace, 200},
		{"what is not there", "/items/99", grace, 404},
	} {
		for _, problem := range pagecheck.Problems(test.who.get(test.status, test.path), r.e.pageRoutes()) {
			t.Errorf("%s (%s): %s", test.reason, test.path, problem)
		}
	}
}

func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	r := newRig(t, Options{})
	grace := newBrowser(r, UserGrace)
	page := grace.post(422, "/items/new", url.Values{"subject": {"Typed subject"}, "body": {""}, "tags": {"typed-tag"}, "priority": {"high"}})
	for _, want := range []string{`role="alert"`, `value="Typed subject"`, `value="typed-tag"`, `value="high" selected`} {
		if !strings.Contains(page, want) {
			t.Errorf("the refused new ticket lacks %s:\n%s", want, page)
		}
	}
	if strings.Contains(page, "data-version") {
		t.Error("a refused form would be loaded anew, and sent again")
	}
	path := r.ticket(`"priority":"low"`)
	r.Must(200, "sync", "PUT", path, `{"ticket":{"priority":"urgent"}}`)
	page = grace.post(422, "/items/1/fields", url.Values{"field_90005": {"many"}, "was_field_90005": {""}, "tags": {"mine"}, "was_tags": {""}, "priority": {"low"}, "was_priority": {"low"}})
	if !strings.Contains(page, `name="tags" value="mine"`) || !strings.Contains(page, `value="urgent" selected`) {
		t.Errorf("the refused fields show what nobody typed, or lose what was typed:\n%s", page)
	}
	for _, problem := range pagecheck.Problems(page, r.e.pageRoutes()) {
		t.Errorf("the refused form: %s", problem)
	}
}

func TestAPageTellsThatItIsOutOfDate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"priority":"low"`)
	r.ticket(`"priority":"low"`)
	grace := newBrowser(r, UserGrace)
	version := func(page string) string {
		resp, err := grace.Head(r.URL + page)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, harness.LivePolicy()) {
			t.Errorf("the policy forbids the page's script: %s", policy)
		}
		return resp.Header.Get("ETag")
	}
	one, two, list := version("/items/1"), version("/items/2"), version("/")
	if one == "" || one != version("/items/1") {
		t.Fatalf("an unchanged page has the versions %s and %s", one, version("/items/1"))
	}
	r.Must(200, "sync", "PUT", path, `{"ticket":{"priority":"urgent"}}`)
	if one == version("/items/1") || list == version("/") {
		t.Error("a change is not seen")
	}
	if two != version("/items/2") {
		t.Error("the change of one ticket is seen on another's page")
	}
}
