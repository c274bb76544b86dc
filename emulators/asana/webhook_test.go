package asana

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func decoded(t *testing.T, resp *http.Response) answer {
	t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// receiver answers handshakes and keeps what it gets.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	got    []answer
	broken bool
	mute   bool // does not give the secret back
}

func newReceiver(t *testing.T) *receiver {
	rec := &receiver{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		rec.mu.Lock()
		defer rec.mu.Unlock()
		if s := req.Header.Get("X-Hook-Secret"); s != "" {
			if rec.secret = s; !rec.mute {
				w.Header().Set("X-Hook-Secret", s)
			}
			return
		}
		if rec.broken {
			w.WriteHeader(500)
			return
		}
		a := answer{header: req.Header, raw: raw}
		_ = json.Unmarshal(raw, &a.body)
		rec.got = append(rec.got, a)
	}))
	t.Cleanup(rec.Close)
	return rec
}

func (rec *receiver) all() []answer {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append([]answer(nil), rec.got...)
}

func (r *rig) hook(status int, body string) answer {
	return r.must(status, TokenAda, "POST", "/webhooks", `{"data":`+body+`}`)
}

func TestAWebhookShakesHandsAndSigns(t *testing.T) {
	r := newRig(t, Options{})
	rec := newReceiver(t)
	body := `{"resource":"` + ProjectBugs + `","target":"` + rec.URL + `/?id=7"}`
	made := r.hook(201, body)
	if made.text("X-Hook-Secret") != rec.secret || rec.secret == "" || made.at("data", "active") != false {
		t.Errorf("the answer is %s", made.raw)
	}
	eventually(t, "the first heartbeat", func() bool { return len(rec.all()) == 1 })
	if beat := rec.all()[0]; string(beat.raw) != `{"events":[]}` {
		t.Errorf("the first heartbeat is %s", beat.raw)
	}
	path := r.task("")
	r.must(200, TokenGrace, "PUT", path, `{"data":{"name":"New"}}`)
	eventually(t, "two deliveries", func() bool { return len(rec.all()) == 3 })
	last := rec.all()[2]
	mac := hmac.New(sha256.New, []byte(rec.secret))
	mac.Write(last.raw)
	if last.header.Get("X-Hook-Signature") != hex.EncodeToString(mac.Sum(nil)) {
		t.Error("the signature is wrong")
	}
	named := last.find("action", "changed", "events")
	if named == nil || strings.Contains(string(last.raw), "Grace") || strings.Contains(string(last.raw), `"name":"New"`) {
		t.Errorf("a delivery tells names: %s", last.raw)
	}
	if dup := r.hook(403, body); !strings.Contains(dup.text("errors", 0, "message"), "Duplicated webhook") {
		t.Errorf("a second one of the same kind: %s", dup.raw)
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	r := newRig(t, Options{})
	rec := newReceiver(t)
	rec.mute = true
	target := `"target":"` + rec.URL + `"`
	for _, test := range []struct {
		reason, body string
		status       int
	}{
		{"the secret does not come back", `{"resource":"` + ProjectBugs + `",` + target + `}`, 400},
		{"a local host", `{"resource":"` + ProjectBugs + `","target":"http://localhost:1/"}`, 403},
		{"no host", `{"resource":"` + ProjectBugs + `","target":"nowhere"}`, 400},
		{"a workspace without filters", `{"resource":"` + WorkspaceAcme + `",` + target + `}`, 400},
		{"task events of a workspace", `{"resource":"` + WorkspaceAcme + `",` + target + `,"filters":[{"resource_type":"task"}]}`, 400},
		{"fields without changed", `{"resource":"` + ProjectBugs + `",` + target + `,"filters":[{"resource_type":"task","action":"added","fields":["name"]}]}`, 400},
		{"something unknown", `{"resource":"4711",` + target + `}`, 404},
	} {
		if a := r.as(TokenAda, "POST", "/webhooks", `{"data":`+test.body+`}`); a.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.status, test.status, a.raw)
		}
	}
	if a := r.must(200, TokenAda, "GET", "/webhooks?workspace="+WorkspaceAcme, ""); a.len("data") != 0 {
		t.Errorf("a refused webhook is there: %s", a.raw)
	}
}

func TestFiltersDecideWhatIsDelivered(t *testing.T) {
	r := newRig(t, Options{})
	rec := newReceiver(t)
	r.hook(201, `{"resource":"`+ProjectBugs+`","target":"`+rec.URL+`","filters":[{"resource_type":"task","action":"changed","fields":["completed"]},{"resource_type":"story","action":"added"}]}`)
	path := r.task("")
	r.must(200, TokenAda, "PUT", path, `{"data":{"completed":true}}`)
	r.must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"x"}}`)
	eventually(t, "heartbeat and two deliveries", func() bool { return len(rec.all()) == 3 })
	for _, d := range rec.all()[1:] {
		list, _ := d.at("events").([]any)
		for _, one := range list {
			ev := answer{body: one.(map[string]any)}
			if ev.text("resource", "resource_type") == "task" && ev.text("change", "field") != "completed" {
				t.Errorf("delivered: %v", ev.body)
			}
		}
	}
}

func TestHeartbeatsAndDeletionAfterFailures(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	rec := newReceiver(t)
	path := "/webhooks/" + r.hook(201, `{"resource":"`+ProjectBugs+`","target":"`+rec.URL+`"}`).text("data", "gid")
	eventually(t, "the first heartbeat", func() bool { return len(rec.all()) == 1 })
	r.pass(8 * time.Hour)
	r.control("tick", "")
	eventually(t, "a second heartbeat", func() bool { return len(rec.all()) == 2 })
	rec.mu.Lock()
	rec.broken = true
	rec.mu.Unlock()
	r.task("")
	eventually(t, "the delivery is given up", func() bool { return r.e.Webhooks().Report().Waiting == 0 })
	a := r.must(200, TokenAda, "GET", path, "")
	if a.text("data", "failure_deletion_timestamp") == "" || a.text("data", "last_failure_at") == "" || a.at("data", "delivery_retry_count") == 0.0 {
		t.Errorf("a failing webhook shows %s", a.raw)
	}
	r.pass(25 * time.Hour)
	r.must(404, TokenAda, "GET", path, "")
}

func TestStateIsKeptOverRestarts(t *testing.T) {
	file := t.TempDir() + "/asana.json"
	r := newRig(t, Options{File: file})
	path := r.task(`"custom_fields":{"` + FieldPlatforms + `":["` + OptionWeb + `"]}`)
	up := r.upload(TokenAda, gidOf(path), "a.txt", "content")
	again := newRig(t, Options{File: file})
	a := again.must(200, TokenAda, "GET", path, "")
	if a.find("gid", FieldPlatforms, "data", "custom_fields")["display_value"] != "Web" {
		t.Errorf("after a restart: %s", a.raw)
	}
	address := again.must(200, TokenAda, "GET", "/attachments/"+up.text("data", "gid"), "").text("data", "download_url")
	get := func() *http.Response {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	if got := decoded(t, get()); string(got.raw) != "content" {
		t.Errorf("the file holds %q", got.raw)
	}
	again.pass(3 * time.Minute)
	if got := get(); got.StatusCode != 403 {
		t.Errorf("an address that is three minutes old answers %d", got.StatusCode)
	}
}

func TestABatchAnswersInOrder(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	a := r.must(200, TokenAda, "POST", "/batch", `{"data":{"actions":[
		{"relative_path":"`+path+`","method":"get","options":{"fields":["name"]}},
		{"relative_path":"`+path+`","method":"put","data":{"name":"Second"}},
		{"relative_path":"/attachments","method":"post"}, {"relative_path":"/tasks/4711","method":"get"}]}}`)
	if a.text("data", 0, "body", "data", "name") != "Second" || a.at("data", 2, "status_code") != 400.0 || a.at("data", 3, "status_code") != 404.0 {
		t.Errorf("the batch answers %s", a.raw)
	}
}
