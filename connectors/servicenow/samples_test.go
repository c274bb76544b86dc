package servicenow

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"
	"duplex/internal/signature"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "servicenow"), "webhooks", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func alone(t *testing.T, base string) *Connector {
	t.Helper()
	c, err := New(connectors.Config{System: core.System{Name: "desk", BaseURL: base,
		Auth:    map[string]string{"method": "basic", "username": "admin", "password": "x"},
		Webhook: map[string]string{"secret": "s"}}, Now: func() time.Time { return time.Date(2016, 1, 22, 14, 13, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*Connector)
}

// TestSamples: every sample of a push goes through the parser and names the right item, actor and revision.
func TestSamples(t *testing.T) {
	c := alone(t, "https://acme.service-now.com")
	files, err := filepath.Glob(filepath.Join(contract.VendorDir(t, "servicenow"), "webhooks", "business-rule.*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	want := map[string]core.Hint{
		"business-rule.incident.update.json": {Kind: core.HintChanged, Revision: "7/2016-01-22 14:12:37", Own: true},
		"business-rule.incident.delete.json": {Kind: core.HintDeleted},
	}
	for _, path := range files {
		body, now := sample(t, filepath.Base(path)), c.now()
		stamp := strconv.FormatInt(now.Unix(), 10)
		h := http.Header{}
		h.Set("X-Duplex-Timestamp", stamp)
		h.Set("X-Duplex-Signature", fmt.Sprintf("sha256=%x", signature.SHA256("s", []byte(stamp), []byte("."), body)))
		w, err := c.ParseWebhook(connectors.WebhookCall{Header: h, Body: body, Now: now}, "")
		if err != nil || len(w.Hints) != 1 || w.ID == "" {
			t.Errorf("%s: %+v, %v", path, w, err)
			continue
		}
		got, is := w.Hints[0], want[filepath.Base(path)]
		if got.Ref.ID != "ef43c6d40a0a0b5700c77f9bf387afe3" || got.Ref.Key != "INC0000050" || got.Ref.Type != "incident" ||
			got.Kind != is.Kind || got.Revision != is.Revision || got.Own != is.Own {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestASampleRecordIsReadInEveryForm(t *testing.T) {
	var answer struct{ Result record }
	if err := json.Unmarshal(sample(t, "table-api.incident.patch-response.json"), &answer); err != nil {
		t.Fatal(err)
	}
	r := answer.Result
	if r["assigned_to"].Value != "681b365ec0a80164000fb0b05854a0cd" || r["parent"].Value != "" || r.revision() != "7/2016-01-22 14:12:37" || r.table("task") != "incident" {
		t.Errorf("read as %+v", r)
	}
	var both record
	if err := json.Unmarshal([]byte(`{"state":{"display_value":"New","value":"1"},"parent":{"display_value":null,"link":"x","value":null},"u":null}`), &both); err != nil {
		t.Fatal(err)
	}
	if both["state"] != (cell{"1", "New"}) || both["parent"] != (cell{}) || both["u"] != (cell{}) {
		t.Errorf("read as %+v", both)
	}
}

// TestAnswersThatAreNoData: each answer comes out as the class of who must act.
func TestAnswersThatAreNoData(t *testing.T) {
	for _, test := range []struct {
		reason, kind, body string
		status             int
		class              string
		after              time.Duration
	}{
		{"the vendor's own 429", "application/json", string(sample(t, "error.429.json")), 429, "busy", 42 * time.Second},
		{"a page under 200 is an instance that hibernates", "text/html", "<html>Your instance is hibernating</html>", 200, "busy", asleep},
		{"a page with the wrong type", "application/json", "<html></html>", 200, "busy", asleep},
		{"a list that was cut off, with an error beside it", "application/json", `{"result":[{"sys_id":"1"}],"error":{"message":"Transaction cancelled"}}`, 200, "busy", 0},
		{"a list that was cut off in the middle", "application/json", `{"result":[{"sys_id":`, 200, "busy", 0},
		{"no result", "application/json", `{}`, 200, "busy", 0},
		{"an upgrade", "text/html", "<html></html>", 503, "busy", 0},
		{"refused credentials", "application/json", `{"error":{"message":"User Not Authenticated"},"status":"failure"}`, 401, "denied", 0},
		{"an ACL", "application/json", `{"error":{"message":"Operation Failed","detail":"ACL Exception Update Failed due to security constraints"}}`, 403, "denied", 0},
		{"a data policy", "application/json", `{"error":{"message":"Operation Failed","detail":"Data Policy Exception: Following fields are mandatory: Resolution code"}}`, 403, "invalid", 0},
		{"a business rule", "application/json", `{"error":{"message":"Operation Failed","detail":"Operation against file 'incident' was aborted by Business Rule 'x'"}}`, 403, "invalid", 0},
		{"no such table", "application/json", `{"error":{"message":"Invalid table x"}}`, 400, "invalid", 0},
		{"gone", "application/json", `{"error":{"message":"No Record found"}}`, 404, "not-found", 0},
		{"a sign-in page elsewhere", "text/html", "", 302, "denied", 0},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", test.kind)
			if test.status == 429 {
				w.Header().Set("Retry-After", "42")
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}))
		var rows []record
		_, err := alone(t, srv.URL).call(t.Context(), http.MethodGet, "/api/now/table/incident", nil, nil, &rows)
		srv.Close()
		if class := connectors.Class(err); class != test.class {
			t.Errorf("%s: came out as %s (%v), want %s", test.reason, class, err, test.class)
		}
		if busy := (*connectors.BusyError)(nil); test.after > 0 && (!errors.As(err, &busy) || busy.After != test.after) {
			t.Errorf("%s: wait %v, want %s", test.reason, busy, test.after)
		}
	}
}

func TestSignsCarryAMarkThatNobodySees(t *testing.T) {
	for _, mark := range []string{"dx-abcdefghijklmnopqrstuvwxyz", "dx-aaaaaaaaaaaaaaaaaaaaaaaaaa", "dx-77777777777777777777777777", "dx-a2b3c4d5e6f7g2h3i4j5k6l7mn"} {
		if s, m := signed("Hello, 世界" + sign(mark)); s != "Hello, 世界" || m != mark {
			t.Errorf("%s came back as %q and %s", mark, s, m)
		}
	}
	for reason, s := range map[string]string{"no signs": "Hello", "too few": "Hello\u200b\u200c", "no text": "", "a cut": "Hello" + sign("dx-abcdefghijklmnopqrstuvwxyz")[:60],
		"signs in the middle": sign("dx-abcdefghijklmnopqrstuvwxyz") + "quoted"} {
		if text, m := signed(s); text != s || m != "" {
			t.Errorf("%s: %q and %q", reason, text, m)
		}
	}
	if sign("somebody else's") != "" {
		t.Error("what is no mark is written")
	}
}

func TestQueriesStayInTheirScope(t *testing.T) {
	s := &schema{table: "incident", columns: []column{{name: "state"}, {name: "short_description"}, {name: "caller_id", typ: "reference"}}}
	for _, test := range []struct{ reason, query, want string }{
		{"a condition", "state=1", "state=1"},
		{"an order is left out", "state=1^ORDERBYDESCshort_description", "state=1"},
		{"a second way to match the same", "state=1^ORstate=2^short_descriptionLIKEfire", "state=1^ORstate=2^short_descriptionLIKEfire"},
		{"through a reference", "caller_id.company.name=Globex", "caller_id.company.name=Globex"},
		{"a caret in a value", "short_description=a^^b", "short_description=a^^b"},
		{"the form's own end", "state=1^EQ", "state=1"},
		{"a new query", "state=1^NQstate=2", ""},
		{"a widening beginning", "ORstate=2", ""},
		{"an unknown column", "no_such=1", ""},
		{"a walk from no reference", "state.name=1", ""},
		{"no operator", "state", ""},
		{"no query", "", ""},
		{"words", "printers on fire", ""},
		{"a join", "JOINincident.sys_id=x", ""},
	} {
		got, _, err := s.conditions(test.query)
		if got != test.want || (err != nil) != (test.want == "") || err != nil && connectors.Class(err) != "invalid" {
			t.Errorf("%s: %q, %v, want %q", test.reason, got, err, test.want)
		}
	}
}
