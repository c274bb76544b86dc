package contract

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func exchange(t *testing.T, d *Doc, method, path string, status int, body string) []string {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}}
	return d.Problems(req, nil, resp, []byte(body))
}

func TestProblemsAreFound(t *testing.T) {
	d := Load(t, "zendesk")
	cases := []struct {
		path, body, want, reason string
	}{
		{"/api/v2/tickets/1", `{"ticket":{"id":1,"subject":"x","requester_id":2}}`, "", "a good answer"},
		{"/api/v2/tickets/1.json", `{"ticket":{"id":1,"requester_id":2}}`, "", "the suffix is part of the address, not of the id"},
		{"/api/v2/tickets/1", `{"ticket":{"id":"one","requester_id":2}}`, "/ticket/id", "a wrong type"},
		{"/api/v2/no/such", `{}`, "no such operation", "an unknown address"},
	}
	for _, c := range cases {
		got := strings.Join(exchange(t, d, "GET", c.path, 200, c.body), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want it to contain %q", c.reason, got, c.want)
		}
	}
	if n := d.Operations()["GET /api/v2/tickets/{ticket_id}"]; n != 3 {
		t.Errorf("counted %d exchanges of the ticket operation, want 3", n)
	}
}

func TestExceptionsSilenceOneProblem(t *testing.T) {
	d := Load(t, "zendesk").Except(Exception{Operation: "GET /api/v2/tickets/{ticket_id}", Contains: "/ticket/id", Reason: "test"})
	if got := exchange(t, d, "GET", "/api/v2/tickets/1", 200, `{"ticket":{"id":"one","requester_id":2}}`); len(got) != 0 {
		t.Errorf("still reported: %q", got)
	}
}
