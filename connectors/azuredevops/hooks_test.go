package azuredevops_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

func TestHooksArriveAndAreMended(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{WebhookRetryWait: time.Millisecond})
	c := a.connector(emulator.TokenSync)
	self, err := c.Self(t.Context())
	check(t, err)
	type got struct {
		hook connectors.Webhook
		err  error
	}
	calls := make(chan got, 100)
	gone := false
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if gone {
			w.WriteHeader(http.StatusGone)
		}
		hook, err := c.ParseWebhook(connectors.WebhookCall{Method: r.Method, Header: r.Header, Body: body}, self.ID())
		calls <- got{hook, err}
	}))
	t.Cleanup(srv.Close)
	next := func() core.Hint {
		t.Helper()
		select {
		case g := <-calls:
			if g.err != nil || len(g.hook.Hints) != 1 {
				t.Fatalf("read as %+v, %v", g.hook, g.err)
			}
			return g.hook.Hints[0]
		case <-time.After(5 * time.Second):
			t.Fatal("no webhook came")
		}
		return core.Hint{}
	}
	for range 2 {
		check(t, c.EnsureWebhook(t.Context(), srv.URL, secret))
	}
	if n := strings.Count(string(a.raw("GET", "/_apis/hooks/subscriptions?api-version=7.1", "", "")), `"eventType"`); n != 5 {
		t.Errorf("%d subscriptions, want one per event", n)
	}
	o := a.create(c, bug.Scope, title("x"))
	if h := next(); h.Kind != core.HintCreated || h.Ref.ID != o.Ref.ID || h.Revision != o.Revision || !h.Own {
		t.Errorf("created: %+v, want revision %s", h, o.Revision)
	}
	after, err := write(t, a.connector(emulator.TokenAda), o.Ref.ID, title("y"))
	check(t, err)
	if h := next(); h.Kind != core.HintChanged || h.Ref.ID != o.Ref.ID || h.Revision != after.Revision || h.Own || !h.At.Equal(after.UpdatedAt) {
		t.Errorf("updated: %+v, want revision %s at %v", h, after.Revision, after.UpdatedAt)
	}
	gone = true
	_, err = write(t, c, o.Ref.ID, title("z"))
	check(t, err)
	next()
	gone = false
	deadline := time.Now().Add(5 * time.Second)
	for !strings.Contains(string(a.raw("GET", "/_apis/hooks/subscriptions?api-version=7.1", "", "")), "disabledBy") {
		if time.Now().After(deadline) {
			t.Fatal("410 does not disable the subscription")
		}
	}
	bad := 0
	for _, f := range c.Check(t.Context(), bug) {
		if f.State != connectors.Fine {
			bad++
		}
	}
	if bad != 1 {
		t.Errorf("the check finds %d things wrong, want the disabled subscription: %+v", bad, c.Check(t.Context(), bug))
	}
	check(t, c.EnsureWebhook(t.Context(), srv.URL, secret))
	if strings.Contains(string(a.raw("GET", "/_apis/hooks/subscriptions?api-version=7.1", "", "")), "disabledBy") {
		t.Error("the subscription is still disabled")
	}
}
