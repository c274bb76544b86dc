package zendesk

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"duplex/emulators/harness/pagecheck"
)

func TestSolvingAProblemSolvesItsIncidents(t *testing.T) {
	r := newRig(t, Options{RequiredToSolve: []int64{FieldBuild}})
	problem := r.ticket(`"type":"problem","custom_fields":[{"id":90004,"value":"7.1"}]`)
	id := fmt.Sprintf("%.0f", r.Must(200, "ada", "GET", problem, "").At("ticket", "id"))
	first, second := r.ticket(`"type":"incident","problem_id":`+id), r.ticket(`"type":"incident","problem_id":`+id)
	solved := r.ticket(`"type":"incident","problem_id":` + id + `,"custom_fields":[{"id":90004,"value":"7.0"}]`)
	r.Must(200, "ada", "PUT", solved, `{"ticket":{"status":"solved"}}`)
	question := r.ticket(`"type":"question","problem_id":` + id)
	if got := r.Must(200, "ada", "GET", question, ""); got.At("ticket", "problem_id") != nil {
		t.Error("a question is linked to a problem")
	}
	if got := r.Must(200, "ada", "GET", problem+"?include=incident_counts", ""); got.At("ticket", "has_incidents") != true || got.At("ticket", "incident_count") != 3.0 {
		t.Errorf("the problem is %s", got.Raw)
	}
	if got := r.Must(200, "ada", "GET", problem+"/incidents", ""); got.Len("tickets") != 3 || got.At("tickets", 0, "problem_id") == nil {
		t.Errorf("its incidents are %s", got.Raw)
	}
	if got := r.Must(200, "ada", "GET", "/api/v2/problems", ""); got.Len("tickets") != 1 {
		t.Errorf("%d problems", got.Len("tickets"))
	}
	r.Must(422, "ada", "PUT", first, fmt.Sprintf(`{"ticket":{"problem_id":%s}}`, first[len("/api/v2/tickets/"):]))

	r.Must(200, "ada", "PUT", problem, `{"ticket":{"status":"solved","comment":{"body":"Fixed in 7.2","public":true}}}`)
	for _, path := range []string{first, second} {
		got := r.Must(200, "ada", "GET", path, "")
		comments := r.Must(200, "ada", "GET", path+"/comments", "")
		if got.At("ticket", "status") != "solved" || comments.Len("comments") != 2 || comments.At("comments", 1, "body") != "Fixed in 7.2" {
			t.Errorf("%s is %v with %d comments", path, got.At("ticket", "status"), comments.Len("comments"))
		}
	}
	if got := r.Must(200, "ada", "GET", solved+"/comments", ""); got.Len("comments") != 1 {
		t.Error("an incident that was solved before was written to")
	}
	r.Must(200, "ada", "PUT", first, `{"ticket":{"type":"question"}}`)
	if got := r.Must(200, "ada", "GET", first, ""); got.At("ticket", "problem_id") != nil {
		t.Error("a ticket that is no incident any more keeps its problem")
	}
}

func TestTicketsBringTheirPeople(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"group_id":30001,"assignee_email":"grace@acme.example"`)
	got := r.Must(200, "ada", "GET", path+"?include=users,groups,organizations", "")
	if got.Len("users") != 2 || got.At("organizations", 0, "name") != "Globex" || got.At("groups", 0, "name") != "Support" {
		t.Errorf("side-loaded: %s", got.Raw)
	}
	if got := r.Must(200, "ada", "GET", path, ""); got.At("users") != nil {
		t.Error("people come without being asked for")
	}
}

func TestThePageLinksAnIncidentToItsProblem(t *testing.T) {
	r := newRig(t, Options{})
	grace := newBrowser(r, UserGrace)
	problem := r.ticket(`"type":"problem"`)
	incident := r.ticket("")
	at := strings.TrimPrefix(problem, "/api/v2/tickets/")
	grace.post(200, "/items/"+strings.TrimPrefix(incident, "/api/v2/tickets/")+"/fields", url.Values{"type": {"incident"}, "was_type": {""}, "problem": {at}, "was_problem": {""}})
	if got := r.Must(200, "ada", "GET", incident, ""); idString(int64(got.At("ticket", "problem_id").(float64))) != at {
		t.Errorf("the incident is %s", got.Raw)
	}
	page := grace.get(200, "/items/"+at)
	if !strings.Contains(page, "Incidents of this problem") {
		t.Error("the problem's page does not list its incident")
	}
	for _, problem := range pagecheck.Problems(page, r.e.pageRoutes()) {
		t.Error(problem)
	}
}
