package freshservice_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"duplex/connectors"
	"duplex/connectors/freshservice"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshservice"
)

// TestSigningInWithOAuth: a token is asked for once, and once more where the vendor says that it has expired.
func TestSigningInWithOAuth(t *testing.T) {
	a := newAccount(t, document(t))
	id := made(t, a.Connector(emulator.TokenSync)).Ref.ID
	var grants atomic.Int32
	var refusing atomic.Bool
	organisation := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "refresh_token" || r.FormValue("refresh_token") != "the refresh token" || refusing.Load() {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"token %d","token_type":"bearer","expires_in":3600}`, grants.Add(1))
	}))
	t.Cleanup(organisation.Close)
	expired := "token 1"
	api := roundTripper(func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			return http.DefaultTransport.RoundTrip(r)
		}
		given := r.Header.Get("Authorization")
		if given == "Bearer "+expired || !strings.HasPrefix(given, "Bearer token ") {
			return freshtest.Answering(r, http.StatusUnauthorized, "application/json", `{"code":"access_token_expired","message":"Access token expired"}`), nil
		}
		r = r.Clone(r.Context())
		r.SetBasicAuth(emulator.TokenSync, "X")
		return http.DefaultTransport.RoundTrip(r)
	})
	c, err := freshservice.New(connectors.Config{HTTP: &http.Client{Transport: api}, Now: a.Now, System: core.System{Name: "desk", BaseURL: a.URL,
		Auth: map[string]string{"method": "oauth", "email": "sync@acme.example", "client_id": "duplex", "client_secret": "the client's secret",
			"refresh_token": "the refresh token", "token_url": organisation.URL}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), id, connectors.Want{}); err != nil || grants.Load() != 2 {
		t.Errorf("after %d grants: %v", grants.Load(), err)
	}
	expired = "token 2"
	refusing.Store(true)
	_, err = c.Get(t.Context(), id, connectors.Want{})
	if freshtest.WantClass(t, "a refresh that is refused", err, "denied"); err != nil && (strings.Contains(err.Error(), "the refresh token") || strings.Contains(err.Error(), "the client's secret")) {
		t.Errorf("the error tells a secret: %v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
