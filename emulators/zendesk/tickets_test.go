package zendesk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAuthentication(t *testing.T) {
	r := newRig(t, Options{TokenLife: 10 * time.Minute})
	bearer := func(token string) int {
		return r.as("", "GET", "/api/v2/users/me", "", "Authorization", "Bearer "+token).status
	}
	r.must(401, "", "GET", "/api/v2/users/me", "")
	r.must(401, "nobody", "GET", "/api/v2/users/me", "")
	r.must(403, "grace", "GET", "/api/v2/incremental/tickets/cursor?start_time=1", "")
	if bad := r.as("", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"wrong"}`); bad.status != 401 {
		t.Errorf("a wrong client secret answered %d", bad.status)
	}
	tok := r.must(201, "", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"zd-client-secret"}`)
	access := tok.at("access_token").(string)
	if tok.at("refresh_token") != nil || bearer(access) != 200 {
		t.Errorf("client_credentials gives an access token and no refresh token: %s", tok.raw)
	}
	narrow := r.must(201, "", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"zd-client-secret","scope":"tickets:read"}`).at("access_token").(string)
	path := r.ticket("")
	for call, want := range map[string]int{"GET " + path: 200, "GET " + path + "/audits": 403, "DELETE " + path: 403} {
		method, at, _ := strings.Cut(call, " ")
		if got := r.as("", method, at, "", "Authorization", "Bearer "+narrow).status; got != want {
			t.Errorf("%s with the scope tickets:read answered %d, want %d", call, got, want)
		}
	}
	r.pass(10 * time.Minute)
	if bearer(access) != 401 {
		t.Error("an expired token still works")
	}
}

func TestRefreshEndsBothOldTokens(t *testing.T) {
	r := newRig(t, Options{})
	grant := func(body string) answer {
		return r.as("", "POST", "/oauth/tokens", `{"client_id":"duplex","client_secret":"zd-client-secret",`+body+`}`)
	}
	code := strings.Split(string(r.control("POST", "oauth_code", "")), `"`)[3]
	first := grant(`"grant_type":"authorization_code","code":"` + code + `"`)
	if first.status != 201 || grant(`"grant_type":"authorization_code","code":"`+code+`"`).status != 400 {
		t.Fatalf("a code works once: %s", first.raw)
	}
	refresh := `"grant_type":"refresh_token","refresh_token":"` + first.at("refresh_token").(string) + `"`
	second := grant(refresh)
	if second.status != 201 || grant(refresh).status != 400 {
		t.Error("a refresh token works once")
	}
	for token, want := range map[string]int{first.at("access_token").(string): 401, second.at("access_token").(string): 200} {
		if got := r.as("", "GET", "/api/v2/users/me", "", "Authorization", "Bearer "+token).status; got != want {
			t.Errorf("token answered %d, want %d", got, want)
		}
	}
}

func TestUpdateRules(t *testing.T) {
	cases := []struct {
		name, before, update string
		status               int
		wants                string // "field=value" pairs of the ticket afterwards
		reason               string
	}{
		{"priority", ``, `"priority":"banana"`, 422, "priority=<nil>", "unknown values are refused and nothing changes"},
		{"empty priority", `"priority":"high"`, `"priority":null`, 200, "priority=<nil>", "null empties"},
		{"partial", `"priority":"high"`, `"subject":"Other"`, 200, "priority=high subject=Other", "what is not named stays"},
		{"assign", ``, `"assignee_id":50002`, 200, "assignee_id=50002 status=open group_id=30001", "an assigned ticket is not new"},
		{"assign by email", ``, `"assignee_email":"linus@acme.example"`, 200, "assignee_id=50003", "e-mail is an alternative"},
		{"assign customer", ``, `"assignee_id":50011`, 422, "assignee_id=<nil>", "an assignee is an agent"},
		{"assign unknown email", ``, `"assignee_email":"who@acme.example"`, 422, "assignee_id=<nil>", "an assignee is an agent"},
		{"group clears", `"assignee_id":50003`, `"group_id":30002`, 200, "assignee_id=<nil> group_id=30002", "the assignee is no member of that group"},
		{"not a member", ``, `"assignee_id":50003,"group_id":30002`, 422, "assignee_id=<nil>", "both at once must fit"},
		{"back to new", `"status":"open"`, `"status":"new"`, 422, "status=open", "no way back to new"},
		{"custom status", ``, `"custom_status_id":70006`, 200, "status=open custom_status_id=70006", "the custom status decides the category"},
		{"category", `"custom_status_id":70006`, `"status":"pending"`, 200, "status=pending custom_status_id=70003", "a category takes its default"},
		{"same category", `"custom_status_id":70006`, `"status":"open"`, 200, "status=open custom_status_id=70006", "within the category nothing changes"},
		{"mismatch", ``, `"status":"solved","custom_status_id":70006`, 422, "status=new", "the pair has to fit"},
		{"tags", `"tags":["a"]`, `"tags":["Big One","b","B"]`, 200, "tags=[b big_one]", "lower case, no spaces, no repeats, replaced"},
		{"due date", ``, `"due_at":"2026-04-01T00:00:00Z"`, 200, "due_at=<nil>", "only tasks are due"},
		{"task", ``, `"type":"task","due_at":"2026-04-01T02:00:00+02:00"`, 200, "due_at=2026-04-01T00:00:00Z", "times are UTC"},
		{"external id", ``, `"external_id":"mark"`, 200, "external_id=mark", "writable"},
		{"problem", ``, `"problem_id":999`, 422, "problem_id=<nil>", "must be a problem"},
		{"description", ``, `"description":"other"`, 200, "description=It burns.", "read-only"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, Options{})
			path := r.ticket(c.before)
			got := r.as("grace", "PUT", path, `{"ticket":{`+c.update+`}}`)
			if got.status != c.status {
				t.Fatalf("%s: answered %d: %s", c.reason, got.status, got.raw)
			}
			after := r.must(200, "grace", "GET", path, "")
			for _, pair := range splitPairs(c.wants) {
				key, want, _ := strings.Cut(pair, "=")
				if v := show(after.at("ticket", key)); v != want {
					t.Errorf("%s: %s is %s, want %s", c.reason, key, v, want)
				}
			}
		})
	}
}

// splitPairs splits at spaces that are followed by a key and "=".
func splitPairs(s string) []string {
	var out []string
	for _, word := range strings.Split(s, " ") {
		if strings.Contains(word, "=") || len(out) == 0 {
			out = append(out, word)
		} else {
			out[len(out)-1] += " " + word
		}
	}
	return out
}

func show(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprint(v)
}

func TestFieldsAndTagsAreOne(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"tags":["x"],"custom_fields":[{"id":90001,"value":"area_web"},{"id":90002,"value":true},{"id":90003,"value":["platform_ios","platform_android"]}]`)
	tags := func() string { return fmt.Sprint(r.must(200, "ada", "GET", path, "").at("ticket", "tags")) }
	field := func(id float64) any {
		for _, f := range r.must(200, "ada", "GET", path, "").at("ticket", "custom_fields").([]any) {
			if f := f.(map[string]any); f["id"] == id {
				return f["value"]
			}
		}
		return "absent"
	}
	if got := tags(); got != "[area_web platform_android platform_ios regression x]" {
		t.Fatalf("option values are not tags: %s", got)
	}
	r.must(200, "ada", "PUT", path, `{"ticket":{"custom_fields":[{"id":90001,"value":"area_mobile"}]}}`)
	if got := tags(); got != "[area_mobile platform_android platform_ios regression x]" {
		t.Errorf("a new option replaces the old one's tag: %s", got)
	}
	r.must(200, "ada", "PUT", path, `{"ticket":{"tags":["x","platform_ios"]}}`)
	if field(FieldProductArea) != nil || field(FieldRegression) != false || fmt.Sprint(field(FieldPlatforms)) != "[platform_ios]" {
		t.Errorf("replaced tags clear fields: %v %v %v", field(FieldProductArea), field(FieldRegression), field(FieldPlatforms))
	}
	r.must(200, "ada", "PUT", path+"/tags", `{"tags":["area_billing"]}`)
	if field(FieldProductArea) != "area_billing" {
		t.Errorf("an added tag sets the field: %v", field(FieldProductArea))
	}
	for _, bad := range []string{`{"id":90001,"value":"Billing"}`, `{"id":90005,"value":"many"}`, `{"id":90006,"value":"soon"}`} {
		r.must(422, "ada", "PUT", path, `{"ticket":{"custom_fields":[`+bad+`]}}`)
	}
}

func TestUpdatedAtMovesOnlyForEvents(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"priority":"high"`)
	before := r.must(200, "ada", "GET", path, "")
	r.pass(10 * time.Second)
	same := r.must(200, "ada", "PUT", path, `{"ticket":{"priority":"high","subject":"Printer on fire"}}`)
	if same.at("ticket", "updated_at") != before.at("ticket", "updated_at") || same.len("audit", "events") != 0 {
		t.Errorf("an update that changes nothing left a trace: %s", same.raw)
	}
	if n := r.must(200, "ada", "GET", path+"/audits", "").len("audits"); n != 1 {
		t.Errorf("%d audits, want the creation only", n)
	}
	moved := r.must(200, "ada", "PUT", path, `{"ticket":{"priority":"low"}}`)
	if moved.at("ticket", "updated_at") == before.at("ticket", "updated_at") {
		t.Error("a change did not move updated_at")
	}
}

func TestSafeUpdate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	stamp := r.must(200, "ada", "GET", path, "").at("ticket", "updated_at").(string)
	put := func(extra string) int {
		return r.as("ada", "PUT", path, `{"ticket":{"subject":"Safe",`+extra+`}}`).status
	}
	same := `"updated_stamp":"` + stamp + `","safe_update":true`
	if got := put(same); got != 200 {
		t.Fatalf("a fresh stamp answered %d", got)
	}
	r.pass(time.Second)
	r.must(200, "grace", "PUT", path, `{"ticket":{"priority":"low"}}`)
	if got := put(same); got != 409 {
		t.Errorf("a stale stamp answered %d", got)
	}
	if got := put(`"updated_stamp":"` + stamp + `","safe_update":false`); got != 409 {
		t.Errorf("safe_update false answered %d, want 409: it acts as true", got)
	}
	r.must(409, "ada", "PUT", path+"/tags", `{"tags":["a"],"updated_stamp":"`+stamp+`","safe_update":"true"}`)
	if got := r.must(200, "ada", "GET", path, "").len("ticket", "tags"); got != 0 {
		t.Error("a refused write changed tags")
	}
}

func TestClosedIsForEver(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.control("POST", "close/1", "")
	refused := r.must(422, "ada", "PUT", path, `{"ticket":{"comment":{"body":"hello?"}}}`)
	if refused.at("error") != "RecordInvalid" || refused.at("details", "status", 0, "description") != "Status: closed prevents ticket update" {
		t.Errorf("the refusal is %s", refused.raw)
	}
	r.must(422, "ada", "PUT", path+"/tags", `{"tags":["a"]}`)
	follow := r.must(201, "ada", "POST", "/api/v2/tickets", `{"ticket":{"via_followup_source_id":1,"subject":"Again","comment":{"body":"Still burning"}}}`)
	if got := r.must(200, "ada", "GET", path, "").at("ticket", "followup_ids", 0); got != follow.at("ticket", "id") {
		t.Errorf("followup_ids names %v", got)
	}
}

func TestCreateIsIdempotentUnderAKey(t *testing.T) {
	r := newRig(t, Options{})
	body := `{"ticket":{"subject":"Once","comment":{"body":"x"},"external_id":"m"}}`
	first := r.must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1")
	again := r.must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1")
	if first.header.Get("X-Idempotency-Lookup") != "miss" || again.header.Get("X-Idempotency-Lookup") != "hit" || first.at("ticket", "id") != again.at("ticket", "id") {
		t.Errorf("lookups %q %q, ids %v %v", first.header.Get("X-Idempotency-Lookup"), again.header.Get("X-Idempotency-Lookup"), first.at("ticket", "id"), again.at("ticket", "id"))
	}
	other := r.must(400, "ada", "POST", "/api/v2/tickets", strings.Replace(body, "Once", "Twice", 1), "Idempotency-Key", "k1")
	if other.at("error") != "IdempotentRequestError" {
		t.Errorf("another body: %s", other.raw)
	}
	if n := r.must(200, "ada", "GET", "/api/v2/tickets?external_id=m", "").len("tickets"); n != 1 {
		t.Errorf("%d tickets", n)
	}
	r.pass(2*time.Hour + time.Second)
	if late := r.must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1"); late.header.Get("X-Idempotency-Lookup") != "miss" {
		t.Error("a key is kept for two hours, not longer")
	}
}

func TestCreateTakesItsRequester(t *testing.T) {
	r := newRig(t, Options{})
	a := r.must(201, "sync", "POST", "/api/v2/tickets", `{"ticket":{"subject":"s","requester":{"name":"Nina","email":"nina@initech.example"},"comment":{"body":"x","public":false},"metadata":{"mark":"m1"}}}`)
	if a.at("ticket", "organization_id") != float64(OrgInitech) || a.at("ticket", "submitter_id") != float64(UserSync) || a.at("audit", "metadata", "custom", "mark") != "m1" || a.at("ticket", "is_public") != false {
		t.Errorf("created %s", a.raw)
	}
	if loc := a.header.Get("Location"); !strings.HasSuffix(loc, "/api/v2/tickets/1.json") {
		t.Errorf("Location %q", loc)
	}
	r.must(422, "sync", "POST", "/api/v2/tickets", `{"ticket":{"subject":"no comment"}}`)
	if bad := r.as("sync", "POST", "/api/v2/tickets", `{`); bad.status != 400 || bad.body != nil {
		t.Errorf("bad JSON answered %d %s: want 400 in plain text", bad.status, bad.raw)
	}
}

func TestDeleteAndRestore(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"external_id":"gone"`)
	r.must(204, "ada", "DELETE", path, "")
	r.must(404, "ada", "GET", path, "")
	r.must(404, "ada", "PUT", path, `{"ticket":{"subject":"x"}}`)
	r.must(404, "ada", "GET", path+"/comments", "")
	for _, list := range []string{"/api/v2/tickets?external_id=gone", "/api/v2/tickets/show_many?ids=1"} {
		if n := r.must(200, "ada", "GET", list, "").len("tickets"); n != 0 {
			t.Errorf("%s shows a deleted ticket", list)
		}
	}
	r.must(200, "ada", "PUT", "/api/v2/deleted_tickets/1/restore", "")
	r.must(200, "ada", "GET", path, "")
}

func TestRuleChangesJoinTheSameAudit(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.control("POST", "trigger", `{"title":"Raise","add_tag":"touched","priority":"urgent"}`)
	a := r.must(200, "sync", "PUT", path, `{"ticket":{"priority":"low"}}`)
	var by []string
	for i := range a.len("audit", "events") {
		by = append(by, fmt.Sprintf("%v=%v/%v", a.at("audit", "events", i, "field_name"), a.at("audit", "events", i, "value"), a.at("audit", "events", i, "via", "channel")))
	}
	if want := []string{"priority=low/<nil>", "priority=urgent/rule", "tags=[touched]/rule"}; !slices.Equal(by, want) {
		t.Errorf("events %v, want %v", by, want)
	}
	if a.at("ticket", "priority") != "urgent" {
		t.Error("the rule has the last word")
	}
}

func TestRequiredToSolve(t *testing.T) {
	r := newRig(t, Options{RequiredToSolve: []int64{FieldBuild}})
	path := r.ticket("")
	r.must(422, "ada", "PUT", path, `{"ticket":{"status":"solved"}}`)
	r.must(200, "ada", "PUT", path, `{"ticket":{"status":"solved","custom_fields":[{"id":90004,"value":"7.1"}]}}`)
}

func TestPagination(t *testing.T) {
	r := newRig(t, Options{})
	for range 5 {
		r.ticket("")
	}
	var ids []any
	next := "/api/v2/tickets?page[size]=2"
	for next != "" {
		a := r.must(200, "ada", "GET", next, "")
		for i := range a.len("tickets") {
			ids = append(ids, a.at("tickets", i, "id"))
		}
		if len(ids) == 2 {
			r.ticket("") // a page survives edits in between
		}
		link, _ := a.at("links", "next").(string)
		if more := a.at("meta", "has_more") == true; more != (link != "") {
			t.Fatalf("has_more and next disagree: %s", a.raw)
		}
		next = strings.TrimPrefix(link, r.url)
	}
	if fmt.Sprint(ids) != "[1 2 3 4 5 6]" {
		t.Errorf("cursor pages gave %v", ids)
	}
	a := r.must(200, "ada", "GET", "/api/v2/tickets?per_page=4&page=2", "")
	if a.len("tickets") != 2 || a.at("count") != 6.0 || a.at("next_page") != nil || a.at("previous_page") == nil {
		t.Errorf("offset page: %s", a.raw)
	}
	r.must(400, "ada", "GET", "/api/v2/tickets?page[size]=none", "")
	r.must(400, "ada", "GET", "/api/v2/tickets?page=101", "")
}
