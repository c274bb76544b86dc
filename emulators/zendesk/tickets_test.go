package zendesk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestAuthentication(t *testing.T) {
	r := newRig(t, Options{TokenLife: 10 * time.Minute})
	bearer := func(token string) int {
		return r.As("", "GET", "/api/v2/users/me", "", "Authorization", "Bearer "+token).Status
	}
	r.Must(401, "", "GET", "/api/v2/users/me", "")
	r.Must(401, "nobody", "GET", "/api/v2/users/me", "")
	r.Must(403, "grace", "GET", "/api/v2/incremental/tickets/cursor?start_time=1", "")
	if bad := r.As("", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"wrong"}`); bad.Status != 401 {
		t.Errorf("a wrong client secret answered %d", bad.Status)
	}
	tok := r.Must(201, "", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"zd-client-secret"}`)
	access := tok.At("access_token").(string)
	if tok.At("refresh_token") != nil || bearer(access) != 200 {
		t.Errorf("client_credentials gives an access token and no refresh token: %s", tok.Raw)
	}
	narrow := r.Must(201, "", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"zd-client-secret","scope":"tickets:read"}`).At("access_token").(string)
	path := r.ticket("")
	for call, want := range map[string]int{"GET " + path: 200, "GET " + path + "/audits": 403, "DELETE " + path: 403} {
		method, at, _ := strings.Cut(call, " ")
		if got := r.As("", method, at, "", "Authorization", "Bearer "+narrow).Status; got != want {
			t.Errorf("%s with the scope tickets:read answered %d, want %d", call, got, want)
		}
	}
	r.Pass(10 * time.Minute)
	if bearer(access) != 401 {
		t.Error("an expired token still works")
	}
}

func TestRefreshEndsBothOldTokens(t *testing.T) {
	r := newRig(t, Options{})
	grant := func(body string) bench.Answer {
		return r.As("", "POST", "/oauth/tokens", `{"client_id":"duplex","client_secret":"zd-client-secret",`+body+`}`)
	}
	code := strings.Split(string(r.Control("POST", "oauth_code", "")), `"`)[3]
	first := grant(`"grant_type":"authorization_code","code":"` + code + `"`)
	if first.Status != 201 || grant(`"grant_type":"authorization_code","code":"`+code+`"`).Status != 400 {
		t.Fatalf("a code works once: %s", first.Raw)
	}
	refresh := `"grant_type":"refresh_token","refresh_token":"` + first.At("refresh_token").(string) + `"`
	second := grant(refresh)
	if second.Status != 201 || grant(refresh).Status != 400 {
		t.Error("a refresh token works once")
	}
	for token, want := range map[string]int{first.At("access_token").(string): 401, second.At("access_token").(string): 200} {
		if got := r.As("", "GET", "/api/v2/users/me", "", "Authorization", "Bearer "+token).Status; got != want {
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
			got := r.As("grace", "PUT", path, `{"ticket":{`+c.update+`}}`)
			if got.Status != c.status {
				t.Fatalf("%s: answered %d: %s", c.reason, got.Status, got.Raw)
			}
			after := r.Must(200, "grace", "GET", path, "")
			for _, pair := range splitPairs(c.wants) {
				key, want, _ := strings.Cut(pair, "=")
				if v := show(after.At("ticket", key)); v != want {
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
	tags := func() string { return fmt.Sprint(r.Must(200, "ada", "GET", path, "").At("ticket", "tags")) }
	field := func(id float64) any {
		for _, f := range r.Must(200, "ada", "GET", path, "").At("ticket", "custom_fields").([]any) {
			if f := f.(map[string]any); f["id"] == id {
				return f["value"]
			}
		}
		return "absent"
	}
	if got := tags(); got != "[area_web platform_android platform_ios regression x]" {
		t.Fatalf("option values are not tags: %s", got)
	}
	r.Must(200, "ada", "PUT", path, `{"ticket":{"custom_fields":[{"id":90001,"value":"area_mobile"}]}}`)
	if got := tags(); got != "[area_mobile platform_android platform_ios regression x]" {
		t.Errorf("a new option replaces the old one's tag: %s", got)
	}
	r.Must(200, "ada", "PUT", path, `{"ticket":{"tags":["x","platform_ios"]}}`)
	if field(FieldProductArea) != nil || field(FieldRegression) != false || fmt.Sprint(field(FieldPlatforms)) != "[platform_ios]" {
		t.Errorf("replaced tags clear fields: %v %v %v", field(FieldProductArea), field(FieldRegression), field(FieldPlatforms))
	}
	r.Must(200, "ada", "PUT", path+"/tags", `{"tags":["area_billing"]}`)
	if field(FieldProductArea) != "area_billing" {
		t.Errorf("an added tag sets the field: %v", field(FieldProductArea))
	}
	for _, bad := range []string{`{"id":90001,"value":"Billing"}`, `{"id":90005,"value":"many"}`, `{"id":90006,"value":"soon"}`} {
		r.Must(422, "ada", "PUT", path, `{"ticket":{"custom_fields":[`+bad+`]}}`)
	}
}

func TestUpdatedAtMovesOnlyForEvents(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"priority":"high"`)
	before := r.Must(200, "ada", "GET", path, "")
	r.Pass(10 * time.Second)
	same := r.Must(200, "ada", "PUT", path, `{"ticket":{"priority":"high","subject":"Printer on fire"}}`)
	if same.At("ticket", "updated_at") != before.At("ticket", "updated_at") || same.Len("audit", "events") != 0 {
		t.Errorf("an update that changes nothing left a trace: %s", same.Raw)
	}
	if n := r.Must(200, "ada", "GET", path+"/audits", "").Len("audits"); n != 1 {
		t.Errorf("%d audits, want the creation only", n)
	}
	moved := r.Must(200, "ada", "PUT", path, `{"ticket":{"priority":"low"}}`)
	if moved.At("ticket", "updated_at") == before.At("ticket", "updated_at") {
		t.Error("a change did not move updated_at")
	}
}

func TestSafeUpdate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	stamp := r.Must(200, "ada", "GET", path, "").At("ticket", "updated_at").(string)
	put := func(extra string) int {
		return r.As("ada", "PUT", path, `{"ticket":{"subject":"Safe",`+extra+`}}`).Status
	}
	same := `"updated_stamp":"` + stamp + `","safe_update":true`
	if got := put(same); got != 200 {
		t.Fatalf("a fresh stamp answered %d", got)
	}
	r.Pass(time.Second)
	r.Must(200, "grace", "PUT", path, `{"ticket":{"priority":"low"}}`)
	if got := put(same); got != 409 {
		t.Errorf("a stale stamp answered %d", got)
	}
	if got := put(`"updated_stamp":"` + stamp + `","safe_update":false`); got != 409 {
		t.Errorf("safe_update false answered %d, want 409: it acts as true", got)
	}
	r.Must(409, "ada", "PUT", path+"/tags", `{"tags":["a"],"updated_stamp":"`+stamp+`","safe_update":"true"}`)
	if got := r.Must(200, "ada", "GET", path, "").Len("ticket", "tags"); got != 0 {
		t.Error("a refused write changed tags")
	}
}

func TestClosedIsForEver(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.Control("POST", "close/1", "")
	refused := r.Must(422, "ada", "PUT", path, `{"ticket":{"comment":{"body":"hello?"}}}`)
	if refused.At("error") != "RecordInvalid" || refused.At("details", "status", 0, "description") != "Status: closed prevents ticket update" {
		t.Errorf("the refusal is %s", refused.Raw)
	}
	r.Must(422, "ada", "PUT", path+"/tags", `{"tags":["a"]}`)
	follow := r.Must(201, "ada", "POST", "/api/v2/tickets", `{"ticket":{"via_followup_source_id":1,"subject":"Again","comment":{"body":"Still burning"}}}`)
	if got := r.Must(200, "ada", "GET", path, "").At("ticket", "followup_ids", 0); got != follow.At("ticket", "id") {
		t.Errorf("followup_ids names %v", got)
	}
}

func TestCreateIsIdempotentUnderAKey(t *testing.T) {
	r := newRig(t, Options{})
	body := `{"ticket":{"subject":"Once","comment":{"body":"x"},"external_id":"m"}}`
	first := r.Must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1")
	again := r.Must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1")
	if first.Header.Get("X-Idempotency-Lookup") != "miss" || again.Header.Get("X-Idempotency-Lookup") != "hit" || first.At("ticket", "id") != again.At("ticket", "id") {
		t.Errorf("lookups %q %q, ids %v %v", first.Header.Get("X-Idempotency-Lookup"), again.Header.Get("X-Idempotency-Lookup"), first.At("ticket", "id"), again.At("ticket", "id"))
	}
	other := r.Must(400, "ada", "POST", "/api/v2/tickets", strings.Replace(body, "Once", "Twice", 1), "Idempotency-Key", "k1")
	if other.At("error") != "IdempotentRequestError" {
		t.Errorf("another body: %s", other.Raw)
	}
	if n := r.Must(200, "ada", "GET", "/api/v2/tickets?external_id=m", "").Len("tickets"); n != 1 {
		t.Errorf("%d tickets", n)
	}
	r.Pass(2*time.Hour + time.Second)
	if late := r.Must(201, "ada", "POST", "/api/v2/tickets", body, "Idempotency-Key", "k1"); late.Header.Get("X-Idempotency-Lookup") != "miss" {
		t.Error("a key is kept for two hours, not longer")
	}
}

func TestCreateTakesItsRequester(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Must(201, "sync", "POST", "/api/v2/tickets", `{"ticket":{"subject":"s","requester":{"name":"Nina","email":"nina@initech.example"},"comment":{"body":"x","public":false},"metadata":{"mark":"m1"}}}`)
	if a.At("ticket", "organization_id") != float64(OrgInitech) || a.At("ticket", "submitter_id") != float64(UserSync) || a.At("audit", "metadata", "custom", "mark") != "m1" || a.At("ticket", "is_public") != false {
		t.Errorf("created %s", a.Raw)
	}
	if loc := a.Header.Get("Location"); !strings.HasSuffix(loc, "/api/v2/tickets/1.json") {
		t.Errorf("Location %q", loc)
	}
	r.Must(422, "sync", "POST", "/api/v2/tickets", `{"ticket":{"subject":"no comment"}}`)
	if bad := r.As("sync", "POST", "/api/v2/tickets", `{`); bad.Status != 400 || bad.Body != nil {
		t.Errorf("bad JSON answered %d %s: want 400 in plain text", bad.Status, bad.Raw)
	}
}

func TestDeleteAndRestore(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"external_id":"gone"`)
	r.Must(204, "ada", "DELETE", path, "")
	r.Must(404, "ada", "GET", path, "")
	r.Must(404, "ada", "PUT", path, `{"ticket":{"subject":"x"}}`)
	r.Must(404, "ada", "GET", path+"/comments", "")
	for _, list := range []string{"/api/v2/tickets?external_id=gone", "/api/v2/tickets/show_many?ids=1"} {
		if n := r.Must(200, "ada", "GET", list, "").Len("tickets"); n != 0 {
			t.Errorf("%s shows a deleted ticket", list)
		}
	}
	r.Must(200, "ada", "PUT", "/api/v2/deleted_tickets/1/restore", "")
	r.Must(200, "ada", "GET", path, "")
}

func TestRuleChangesJoinTheSameAudit(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.Control("POST", "trigger", `{"title":"Raise","add_tag":"touched","priority":"urgent"}`)
	a := r.Must(200, "sync", "PUT", path, `{"ticket":{"priority":"low"}}`)
	var by []string
	for i := range a.Len("audit", "events") {
		by = append(by, fmt.Sprintf("%v=%v/%v", a.At("audit", "events", i, "field_name"), a.At("audit", "events", i, "value"), a.At("audit", "events", i, "via", "channel")))
	}
	if want := []string{"priority=low/<nil>", "priority=urgent/rule", "tags=[touched]/rule"}; !slices.Equal(by, want) {
		t.Errorf("events %v, want %v", by, want)
	}
	if a.At("ticket", "priority") != "urgent" {
		t.Error("the rule has the last word")
	}
}

func TestRequiredToSolve(t *testing.T) {
	r := newRig(t, Options{RequiredToSolve: []int64{FieldBuild}})
	path := r.ticket("")
	r.Must(422, "ada", "PUT", path, `{"ticket":{"status":"solved"}}`)
	r.Must(200, "ada", "PUT", path, `{"ticket":{"status":"solved","custom_fields":[{"id":90004,"value":"7.1"}]}}`)
}

func TestPagination(t *testing.T) {
	r := newRig(t, Options{})
	for range 5 {
		r.ticket("")
	}
	var ids []any
	next := "/api/v2/tickets?page[size]=2"
	for next != "" {
		a := r.Must(200, "ada", "GET", next, "")
		for i := range a.Len("tickets") {
			ids = append(ids, a.At("tickets", i, "id"))
		}
		if len(ids) == 2 {
			r.ticket("") // a page survives edits in between
		}
		link, _ := a.At("links", "next").(string)
		if more := a.At("meta", "has_more") == true; more != (link != "") {
			t.Fatalf("has_more and next disagree: %s", a.Raw)
		}
		next = strings.TrimPrefix(link, r.URL)
	}
	if fmt.Sprint(ids) != "[1 2 3 4 5 6]" {
		t.Errorf("cursor pages gave %v", ids)
	}
	a := r.Must(200, "ada", "GET", "/api/v2/tickets?per_page=4&page=2", "")
	if a.Len("tickets") != 2 || a.At("count") != 6.0 || a.At("next_page") != nil || a.At("previous_page") == nil {
		t.Errorf("offset page: %s", a.Raw)
	}
	r.Must(400, "ada", "GET", "/api/v2/tickets?page[size]=none", "")
	r.Must(400, "ada", "GET", "/api/v2/tickets?page=101", "")
}
