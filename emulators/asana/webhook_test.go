package asana

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

// receiver answers handshakes and keeps what it gets.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	got    []bench.Message
	broken bool
	mute   bool // does not give the secret back
}

func newReceiver(t *testing.T) *receiver {
	rec := &receiver{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		call := bench.Receive(req)
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
		rec.got = append(rec.got, call)
	}))
	t.Cleanup(rec.Close)
	return rec
}

func (rec *receiver) all() []bench.Message {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append([]bench.Message(nil), rec.got...)
}

func (r *rig) hook(status int, body string) bench.Answer {
	return r.Must(status, TokenAda, "POST", "/webhooks", `{"data":`+body+`}`)
}

func TestAWebhookShakesHandsAndSigns(t *testing.T) {
	r := newRig(t, Options{})
	rec := newReceiver(t)
	body := `{"resource":"` + ProjectBugs + `","target":"` + rec.URL + `/?id=7"}`
	made := r.hook(201, body)
	if made.Text("X-Hook-Secret") != rec.secret || rec.secret == "" || made.At("data", "active") != false {
		t.Errorf("the answer is %s", made.Raw)
	}
	bench.Eventually(t, "the first heartbeat", func() bool { return len(rec.all()) == 1 })
	if beat := rec.all()[0]; string(beat.Raw) != `{"events":[]}` {
		t.Errorf("the first heartbeat is %s", beat.Raw)
	}
	path := r.task("")
	r.Must(200, TokenGrace, "PUT", path, `{"data":{"name":"New"}}`)
	bench.Eventually(t, "two deliveries", func() bool { return len(rec.all()) == 3 })
	last := rec.all()[2]
	mac := hmac.New(sha256.New, []byte(rec.secret))
	mac.Write(last.Raw)
	if last.Header.Get("X-Hook-Signature") != hex.EncodeToString(mac.Sum(nil)) {
		t.Error("the signature is wrong")
	}
	named := last.Find("action", "changed", "events")
	if named.Body == nil || strings.Contains(string(last.Raw), "Grace") || strings.Contains(string(last.Raw), `"name":"New"`) {
		t.Errorf("a delivery tells names: %s", last.Raw)
	}
	if dup := r.hook(403, body); !strings.Contains(dup.Text("errors", 0, "message"), "Duplicated webhook") {
		t.Errorf("a second one of the same kind: %s", dup.Raw)
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
		if a := r.As(TokenAda, "POST", "/webhooks", `{"data":`+test.body+`}`); a.Status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.Status, test.status, a.Raw)
		}
	}
	if a := r.Must(200, TokenAda, "GET", "/webhooks?workspace="+WorkspaceAcme, ""); a.Len("data") != 0 {
		t.Errorf("a refused webhook is there: %s", a.Raw)
	}
}

func TestFiltersDecideWhatIsDelivered(t *testing.T) {
	r := newRig(t, Options{})
	rec := newReceiver(t)
	r.hook(201, `{"resource":"`+ProjectBugs+`","target":"`+rec.URL+`","filters":[{"resource_type":"task","action":"changed","fields":["completed"]},{"resource_type":"story","action":"added"}]}`)
	path := r.task("")
	r.Must(200, TokenAda, "PUT", path, `{"data":{"completed":true}}`)
	r.Must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"x"}}`)
	bench.Eventually(t, "heartbeat and two deliveries", func() bool { return len(rec.all()) == 3 })
	for _, d := range rec.all()[1:] {
		for _, ev := range d.List("events") {
			if ev.Text("resource", "resource_type") == "task" && ev.Text("change", "field") != "completed" {
				t.Errorf("delivered: %v", ev.Body)
			}
		}
	}
}

func TestHeartbeatsAndDeletionAfterFailures(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	rec := newReceiver(t)
	path := "/webhooks/" + r.hook(201, `{"resource":"`+ProjectBugs+`","target":"`+rec.URL+`"}`).Text("data", "gid")
	bench.Eventually(t, "the first heartbeat", func() bool { return len(rec.all()) == 1 })
	r.Pass(8 * time.Hour)
	r.Control("POST", "tick", "")
	bench.Eventually(t, "a second heartbeat", func() bool { return len(rec.all()) == 2 })
	rec.mu.Lock()
	rec.broken = true
	rec.mu.Unlock()
	r.task("")
	r.Quiet()
	a := r.Must(200, TokenAda, "GET", path, "")
	if a.Text("data", "failure_deletion_timestamp") == "" || a.Text("data", "last_failure_at") == "" || a.At("data", "delivery_retry_count") == 0.0 {
		t.Errorf("a failing webhook shows %s", a.Raw)
	}
	r.Pass(25 * time.Hour)
	r.Must(404, TokenAda, "GET", path, "")
}

func TestStateIsKeptOverRestarts(t *testing.T) {
	file := t.TempDir() + "/asana.json"
	r := newRig(t, Options{File: file})
	path := r.task(`"custom_fields":{"` + FieldPlatforms + `":["` + OptionWeb + `"]}`)
	up := r.upload(TokenAda, gidOf(path), "a.txt", "content")
	again := newRig(t, Options{File: file})
	a := again.Must(200, TokenAda, "GET", path, "")
	if a.Find("gid", FieldPlatforms, "data", "custom_fields").At("display_value") != "Web" {
		t.Errorf("after a restart: %s", a.Raw)
	}
	address := again.Must(200, TokenAda, "GET", "/attachments/"+up.Text("data", "gid"), "").Text("data", "download_url")
	get := func() bench.Answer {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		return bench.Read(t, resp)
	}
	if got := get(); string(got.Raw) != "content" {
		t.Errorf("the file holds %q", got.Raw)
	}
	again.Pass(3 * time.Minute)
	if got := get(); got.Status != 403 {
		t.Errorf("an address that is three minutes old answers %d", got.Status)
	}
}

func TestABatchAnswersInOrder(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	a := r.Must(200, TokenAda, "POST", "/batch", `{"data":{"actions":[
		{"relative_path":"`+path+`","method":"get","options":{"fields":["name"]}},
		{"relative_path":"`+path+`","method":"put","data":{"name":"Second"}},
		{"relative_path":"/attachments","method":"post"}, {"relative_path":"/tasks/4711","method":"get"}]}}`)
	if a.Text("data", 0, "body", "data", "name") != "Second" || a.At("data", 2, "status_code") != 400.0 || a.At("data", 3, "status_code") != 404.0 {
		t.Errorf("the batch answers %s", a.Raw)
	}
}
