package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestEveryOperationKeepsTheContract drives each operation once with a normal request; the rig's
// client holds every exchange against the vendor's document.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	r := newRig(t, Options{})
	tok := r.Must(201, "", "POST", "/oauth/tokens", `{"grant_type":"client_credentials","client_id":"duplex","client_secret":"zd-client-secret","scope":"read write"}`)
	if tok.At("access_token") == nil {
		t.Fatal("no access token")
	}
	up := r.Must(201, "grace", "POST", "/api/v2/uploads?filename=crash.log", "stack trace", "Content-Type", "text/plain")
	path := r.ticket(`"priority":"high","type":"incident","external_id":"x:1","tags":["one"],"custom_fields":[{"id":90001,"value":"area_web"},{"id":90002,"value":true},{"id":90003,"value":["platform_ios"]},{"id":90004,"value":"7.1"},{"id":90005,"value":12},{"id":90006,"value":"2026-04-01"},{"id":90007,"value":12.5},{"id":90008,"value":"AB-1234"},{"id":90009,"value":"One\nTwo"},{"id":90010,"value":50011},{"id":90011,"value":"device_laptop"}]`)
	r.Must(200, "grace", "PUT", path, fmt.Sprintf(`{"ticket":{"status":"open","assignee_email":"grace@acme.example","tags":["one","two"],"comment":{"html_body":"<p>Looking</p>","public":false,"uploads":[%q]},"metadata":{"sync":"1"}}}`, up.At("upload", "token")))
	comments := r.Must(200, "ada", "GET", path+"/comments?page[size]=100&include=users&include_inline_images=true", "")
	first := fmt.Sprintf("%.0f", comments.At("comments", 0, "id"))
	att := comments.At("comments", 1, "attachments", 0).(map[string]any)
	audits := r.Must(200, "ada", "GET", path+"/audits", "")
	r.Must(200, "ada", "GET", fmt.Sprintf("%s/audits/%.0f", path, audits.At("audits", 0, "id")), "")
	hook := r.Must(201, "ada", "POST", "/api/v2/webhooks", `{"webhook":{"name":"w","endpoint":"http://127.0.0.1:1/","http_method":"POST","request_format":"json","status":"inactive","subscriptions":["zen:event-type:ticket.created"],"custom_headers":{"x-a":"b"},"authentication":{"type":"bearer_token","data":{"token":"t"},"add_position":"header"}}}`)
	id := hook.At("webhook", "id").(string)
	if strings.Contains(string(hook.Raw), `"token"`) {
		t.Error("the webhook's credentials are read back")
	}
	r.Pass(2 * time.Minute)
	since := r.Now().Add(-time.Hour).Unix()
	for _, c := range []struct {
		status       int
		who          string
		method, path string
		body         string
	}{
		{200, "ada", "GET", path + "?include=comment_count", ""},
		{200, "ada", "GET", path + ".json", ""},
		{200, "ada", "GET", "/api/v2/tickets?page[size]=10&sort=-updated_at", ""},
		{200, "ada", "GET", "/api/v2/tickets?external_id=x:1", ""},
		{200, "ada", "GET", "/api/v2/tickets/count", ""},
		{200, "ada", "GET", "/api/v2/tickets/show_many?ids=1,2", ""},
		{200, "ada", "GET", path + "/comments/count", ""},
		{200, "ada", "PUT", path + "/comments/" + first + "/make_private", ""},
		{200, "ada", "PUT", path + "/comments/" + first + "/redact", `{"text":"burns"}`},
		{200, "ada", "PUT", fmt.Sprintf("%s/audits/%.0f/make_private", path, audits.At("audits", 0, "id")), ""},
		{200, "ada", "GET", path + "/tags", ""},
		{201, "ada", "POST", path + "/tags", `{"tags":["a"]}`},
		{200, "ada", "PUT", path + "/tags", `{"tags":["b"]}`},
		{204, "ada", "DELETE", path + "/tags", `{"tags":["b"]}`},
		{200, "ada", "GET", fmt.Sprintf("/api/v2/attachments/%.0f", att["id"]), ""},
		{200, "ada", "GET", "/api/v2/users", ""},
		{200, "ada", "GET", "/api/v2/users/me", ""},
		{200, "ada", "GET", "/api/v2/users/50011", ""},
		{200, "ada", "GET", "/api/v2/users/show_many?ids=50001,50011", ""},
		{200, "ada", "GET", `/api/v2/users/search?query=email:%22ada@acme.example%22`, ""},
		{201, "ada", "POST", "/api/v2/users/create_or_update", `{"user":{"name":"New One","email":"new@globex.example","external_id":"n1"}}`},
		{200, "ada", "GET", "/api/v2/users/search?external_id=N1", ""},
		{200, "ada", "GET", "/api/v2/groups", ""},
		{200, "ada", "GET", "/api/v2/groups/assignable", ""},
		{200, "ada", "GET", "/api/v2/groups/30001", ""},
		{200, "ada", "GET", "/api/v2/group_memberships", ""},
		{200, "ada", "GET", "/api/v2/organizations", ""},
		{200, "ada", "GET", "/api/v2/organizations/40001", ""},
		{200, "ada", "GET", "/api/v2/organizations/show_many?ids=40001,40002", ""},
		{200, "ada", "GET", "/api/v2/organizations/show_many?external_ids=globex-7", ""},
		{200, "ada", "PUT", "/api/v2/users/50011", `{"user":{"phone":"+49 30 1","user_fields":{"plan":"plan_team"}}}`},
		{200, "ada", "PUT", "/api/v2/organizations/40001", `{"organization":{"details":"Moved","organization_fields":{"seats":300}}}`},
		{200, "ada", "GET", "/api/v2/user_fields", ""},
		{200, "ada", "GET", "/api/v2/user_fields/plan", ""},
		{200, "ada", "GET", "/api/v2/organization_fields?page[size]=2", ""},
		{200, "ada", "GET", "/api/v2/organization_fields/96001", ""},
		{200, "ada", "GET", path + "/incidents", ""},
		{200, "ada", "GET", "/api/v2/problems", ""},
		{200, "ada", "GET", path + "?include=users,groups,organizations,incident_counts", ""},
		{200, "ada", "GET", "/api/v2/tickets/show_many?ids=1&include=users,organizations", ""},
		{200, "ada", "GET", "/api/v2/ticket_fields", ""},
		{200, "ada", "GET", "/api/v2/ticket_fields/90001", ""},
		{200, "ada", "GET", "/api/v2/ticket_fields/90010", ""},
		{200, "ada", "GET", "/api/v2/ticket_forms", ""},
		{200, "ada", "GET", "/api/v2/ticket_forms/show_many?ids=8646151517823", ""},
		{200, "ada", "GET", "/api/v2/ticket_forms/8646151517823", ""},
		{200, "ada", "GET", "/api/v2/custom_statuses", ""},
		{200, "ada", "GET", "/api/v2/custom_statuses/70006", ""},
		{200, "ada", "GET", "/api/v2/brands", ""},
		{200, "ada", "GET", "/api/v2/account/settings", ""},
		{200, "ada", "GET", "/api/v2/search?query=type:ticket+status%3Csolved", ""},
		{200, "ada", "GET", "/api/v2/search/count?query=type:ticket", ""},
		{200, "ada", "GET", "/api/v2/search/export?query=fire&filter[type]=ticket&page[size]=1", ""},
		{200, "ada", "GET", fmt.Sprintf("/api/v2/incremental/tickets/cursor?start_time=%d", since), ""},
		{200, "ada", "GET", "/api/v2/webhooks", ""},
		{200, "ada", "GET", "/api/v2/webhooks/" + id, ""},
		{200, "ada", "GET", "/api/v2/webhooks/" + id + "/signing_secret", ""},
		{201, "ada", "POST", "/api/v2/webhooks/" + id + "/signing_secret", ""},
		{204, "ada", "PATCH", "/api/v2/webhooks/" + id, `{"webhook":{"status":"active"}}`},
		{204, "ada", "PUT", "/api/v2/webhooks/" + id, `{"webhook":{"name":"w2","endpoint":"http://127.0.0.1:1/","http_method":"POST","request_format":"json","status":"inactive"}}`},
		{204, "ada", "DELETE", "/api/v2/webhooks/" + id, ""},
		{404, "ada", "GET", "/api/v2/webhooks/" + id, ""},
		{204, "ada", "DELETE", path, ""},
		{404, "ada", "GET", path, ""},
		{200, "ada", "GET", "/api/v2/deleted_tickets", ""},
		{200, "ada", "PUT", "/api/v2/deleted_tickets/1/restore", ""},
		{404, "ada", "DELETE", "/api/v2/uploads/unknown", ""},
	} {
		r.Must(c.status, c.who, c.method, c.path, c.body)
	}
	private := r.Must(200, "ada", "GET", path+"/comments", "")
	marked := strings.Replace(private.At("comments", 1, "html_body").(string), "Looking", "<redact>Looking</redact>", 1)
	body, _ := json.Marshal(map[string]any{"ticket_id": 1, "html_body": marked})
	red := r.Must(200, "ada", "PUT", fmt.Sprintf("/api/v2/comment_redactions/%.0f", private.At("comments", 1, "id")), string(body))
	if got := red.At("comment", "body"); got != "▇▇▇▇▇▇▇" {
		t.Errorf("redacted body is %v", got)
	}
	resp, err := http.Get(att["content_url"].(string))
	if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("content without credentials: %v %v", resp, err)
	}
	r.Must(200, "ada", "PUT", fmt.Sprintf("%s/comments/%.0f/attachments/%.0f/redact", path, private.At("comments", 1, "id"), att["id"]), "")
	exchanges := 0
	for _, n := range r.Doc.Operations() {
		exchanges += n
	}
	t.Logf("%d operations of the vendor held to its documents in %d exchanges", len(r.Doc.Operations()), exchanges)
	for pattern := range r.operations() {
		if !strings.Contains(pattern, "/attachments/token/") && r.Doc.Operations()[pattern] == 0 {
			t.Errorf("never checked: %s", pattern)
		}
	}
}

// operations are the vendor operations that were called, by the emulator's own templates.
func (r *rig) operations() map[string]int { return r.e.Harness().Calls(0).ByOperation }
