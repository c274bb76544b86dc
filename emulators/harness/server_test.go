package harness

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// vendor is a tiny API that counts what it committed.
type vendor struct{ commits atomic.Int32 }

func (v *vendor) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	SetActor(req, "ada@acme.example")
	v.commits.Add(1)
	w.WriteHeader(http.StatusCreated)
}

func start(t *testing.T, opts Options) (*Server, *httptest.Server) {
	t.Helper()
	s := New(opts)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv
}

func do(t *testing.T, method, url, body string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return resp, string(data), nil
}

func TestFaultKinds(t *testing.T) {
	cases := []struct {
		name    string
		fault   string
		status  int // 0: the connection ends without an answer
		retry   string
		commits int
		reason  string
	}{
		{"latency", `{"kind":"latency","delay":"1ms"}`, 201, "", 1, "a slow answer is still an answer"},
		{"status", `{"kind":"status","status":502}`, 502, "", 0, "the vendor handler never runs"},
		{"throttle", `{"kind":"throttle","retry_after":7}`, 429, "7", 0, "the client learns how long to wait"},
		{"maintenance", `{"kind":"maintenance","retry_after":60}`, 503, "60", 0, "the client learns how long to wait"},
		{"timeout", `{"kind":"timeout","delay":"1ms"}`, 0, "", 0, "nothing is committed and nothing answered"},
		{"drop", `{"kind":"drop"}`, 0, "", 1, "the change is kept though nobody hears of it"},
		{"other method", `{"kind":"status","method":"GET"}`, 201, "", 1, "the rule is for another method"},
		{"other path", `{"kind":"status","path":"^/else"}`, 201, "", 1, "the rule is for another path"},
		{"after", `{"kind":"status","after":1}`, 201, "", 1, "the first matching request passes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := &vendor{}
			_, srv := start(t, Options{Vendor: v})
			if resp, body, err := do(t, "POST", srv.URL+"/_control/faults", c.fault); err != nil || resp.StatusCode != 201 {
				t.Fatalf("fault not taken: %v %s", err, body)
			}
			resp, _, err := do(t, "POST", srv.URL+"/things", "x")
			got, retry := 0, ""
			if err == nil {
				got, retry = resp.StatusCode, resp.Header.Get("Retry-After")
			}
			if got != c.status || retry != c.retry || int(v.commits.Load()) != c.commits {
				t.Errorf("%s: status %d retry %q commits %d, want %d %q %d", c.reason, got, retry, v.commits.Load(), c.status, c.retry, c.commits)
			}
		})
	}
}

// TestFaultsOfOneAccount: people go on working while the integration's calls fail.
func TestFaultsOfOneAccount(t *testing.T) {
	guarded := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, _, ok := req.BasicAuth(); !ok {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	s, srv := start(t, Options{Vendor: guarded})
	if _, err := s.AddFault(Fault{Kind: KindRevoked, Account: "sync@acme.example"}); err != nil {
		t.Fatal(err)
	}
	for user, want := range map[string]int{"sync@acme.example": 401, "sync@acme.example/token": 401, "ada@acme.example/token": 200} {
		req, _ := http.NewRequest(http.MethodGet, srv.URL+"/things", nil)
		req.SetBasicAuth(user, "secret")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s got %d, want %d", user, resp.StatusCode, want)
		}
	}
}

func TestFaultTimesAndRemoval(t *testing.T) {
	v := &vendor{}
	s, srv := start(t, Options{Vendor: v})
	f, err := s.AddFault(Fault{Kind: KindStatus, Times: 2})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for range 3 {
		resp, _, _ := do(t, "GET", srv.URL+"/x", "")
		got = append(got, resp.StatusCode)
	}
	if got[0] != 500 || got[1] != 500 || got[2] != 201 {
		t.Errorf("a rule with times 2 hit %v", got)
	}
	for i, want := range []int{204, 404} {
		if resp, _, _ := do(t, "DELETE", srv.URL+"/_control/faults/"+f.ID, ""); resp.StatusCode != want {
			t.Errorf("removal %d answered %d, want %d", i, resp.StatusCode, want)
		}
	}
}

func TestPercentIsSeeded(t *testing.T) {
	hits := func(seed uint64) (n int) {
		fs := newFaults(seed)
		_, _ = fs.add(Fault{Kind: KindStatus, Percent: 30})
		for range 1000 {
			if fs.pick(httptest.NewRequest("GET", "/x", nil)) != nil {
				n++
			}
		}
		return n
	}
	if a, b := hits(7), hits(7); a != b || a < 200 || a > 400 {
		t.Errorf("30 %% of 1000 hit %d and %d times: want the same number near 300", a, b)
	}
}

func TestBadFaultsAreRefused(t *testing.T) {
	_, srv := start(t, Options{Vendor: &vendor{}})
	for _, body := range []string{`{"kind":"explode"}`, `{"kind":"latency","delay":"soon"}`, `{"kind":"drop","path":"("}`, `{"kind":"drop","percent":101}`, `no`} {
		if resp, _, _ := do(t, "POST", srv.URL+"/_control/faults", body); resp.StatusCode != 400 {
			t.Errorf("%s answered %d, want 400", body, resp.StatusCode)
		}
	}
}

func TestCallsAreCounted(t *testing.T) {
	op := func(req *http.Request) string { return req.Method + " /things/{id}" }
	s, srv := start(t, Options{Vendor: &vendor{}, Operation: op, Pages: http.NotFoundHandler()})
	_, _ = s.AddFault(Fault{Kind: KindStatus, Method: "DELETE", Status: 503})
	for _, r := range [][2]string{{"GET", "/things/1"}, {"GET", "/things/2"}, {"DELETE", "/things/2"}, {"GET", "/"}, {"GET", "/items/1"}, {"GET", "/_control/calls"}} {
		_, _, _ = do(t, r[0], srv.URL+r[1], "")
	}
	_, body, _ := do(t, "GET", srv.URL+"/_control/calls?since=1", "")
	var got Calls
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total != 3 || got.ByOperation["GET /things/{id}"] != 2 || got.ByOperation["DELETE /things/{id}"] != 1 {
		t.Errorf("pages and control calls must not count: %+v", got)
	}
	if len(got.Calls) != 2 || got.Calls[0].Actor != "ada@acme.example" || got.Calls[1].Fault != "status" || got.Calls[1].Status != 503 {
		t.Errorf("calls after the first: %+v", got.Calls)
	}
	_, _, _ = do(t, "DELETE", srv.URL+"/_control/calls", "")
	if s.Calls(0).Total != 0 {
		t.Error("reset kept the counts")
	}
}

func TestClockControl(t *testing.T) {
	base := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	skew := NewSkew(func() time.Time { return base })
	_, srv := start(t, Options{Vendor: &vendor{}, Skew: skew, IndexLag: nil})
	if resp, _, _ := do(t, "POST", srv.URL+"/_control/clock", `{"skew":"-90s"}`); resp.StatusCode != 200 {
		t.Fatalf("clock answered %d", resp.StatusCode)
	}
	if got := skew.Now(); !got.Equal(base.Add(-90 * time.Second)) {
		t.Errorf("clock is %s", got)
	}
	if resp, _, _ := do(t, "POST", srv.URL+"/_control/index_lag", `{"lag":"5s"}`); resp.StatusCode != 404 {
		t.Errorf("index lag of a vendor without one answered %d, want 404", resp.StatusCode)
	}
}

func TestWindows(t *testing.T) {
	var ws Windows
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []bool{true, true, false} {
		if _, _, ok := ws.Take("k", 2, time.Minute, now.Add(time.Duration(i)*time.Second)); ok != want {
			t.Errorf("use %d of 2: %v", i+1, ok)
		}
	}
	if _, resets, ok := ws.Take("k", 2, time.Minute, now.Add(45*time.Second)); ok || resets != 15*time.Second {
		t.Errorf("the window ends in %s", resets)
	}
	if left, _, ok := ws.Take("k", 2, time.Minute, now.Add(time.Minute)); !ok || left != 1 {
		t.Errorf("a new window: %v, %d left", ok, left)
	}
}

func TestTheNewestCallsAreRemembered(t *testing.T) {
	var c calls
	const made = 2*keptCalls + 7
	for range made {
		c.add(Call{Operation: "GET /things/{id}"})
	}
	got := c.since(0)
	if got.Total != made || len(got.Calls) != keptCalls || got.Calls[keptCalls-1].Seq != made {
		t.Errorf("of %d calls %d are counted and %d remembered", made, got.Total, len(got.Calls))
	}
	if got := c.since(made - 3).Calls; len(got) != 3 || got[0].Seq != made-2 {
		t.Errorf("the last three are %+v", got)
	}
	if got := c.since(made).Calls; got == nil || len(got) != 0 {
		t.Errorf("nothing came after the last call: %+v", got)
	}
}
