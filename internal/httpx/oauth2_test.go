package httpx

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
)

// rotating is a token address that takes each refresh token once.
func rotating(t *testing.T, first string) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	var lock sync.Mutex
	valid := first
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if r.PostFormValue("refresh_token") != valid {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":"invalid_grant"}`)
			return
		}
		valid = fmt.Sprintf("refresh-%d", n.Add(1))
		fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":%q,"expires_in":3600,"token_type":"bearer"}`, n.Load(), valid)
	}))
	t.Cleanup(s.Close)
	return s, &n
}

type vault struct {
	sync.Mutex
	kept map[string]string
}

func (v *vault) save(name, secret string) error {
	v.Lock()
	defer v.Unlock()
	v.kept[name] = secret
	return nil
}
func (v *vault) load(name string) (string, error) {
	v.Lock()
	defer v.Unlock()
	return v.kept[name], nil
}

func authorize(t *testing.T, o *OAuth2) (string, error) {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	err := o.Authorize(t.Context(), r)
	return r.Header.Get("Authorization"), err
}

func TestRefreshIsSingleFlight(t *testing.T) {
	s, n := rotating(t, "start")
	v := &vault{kept: map[string]string{}}
	o := &OAuth2{TokenURL: s.URL, ClientID: "id", ClientSecret: "secret", RefreshToken: "start", Save: v.save, Load: v.load}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if h, err := authorize(t, o); err != nil || h != "Bearer access-1" {
				t.Errorf("header %q, error %v", h, err)
			}
		})
	}
	wg.Wait()
	if n.Load() != 1 {
		t.Errorf("%d token requests, want 1", n.Load())
	}
}

func TestRotationIsDurable(t *testing.T) {
	s, _ := rotating(t, "start")
	v := &vault{kept: map[string]string{}}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	fresh := func() *OAuth2 {
		return &OAuth2{TokenURL: s.URL, RefreshToken: "start", Save: v.save, Load: v.load, Now: func() time.Time { return now }}
	}
	first := fresh()
	if _, err := authorize(t, first); err != nil {
		t.Fatal(err)
	}
	if h, err := authorize(t, fresh()); err != nil || h != "Bearer access-2" {
		t.Errorf("after a restart: %q, %v: the rotated token must be used", h, err)
	}
	now = now.Add(2 * time.Hour)
	if h, err := authorize(t, first); err != nil || h != "Bearer access-3" {
		t.Errorf("another process rotated: %q, %v: its token must be read", h, err)
	}
}

func TestRotationWithoutAPlaceIsRefused(t *testing.T) {
	s, _ := rotating(t, "start")
	o := &OAuth2{TokenURL: s.URL, RefreshToken: "start"}
	if _, err := authorize(t, o); !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("got %v, want denied: the token would be lost at the next start", err)
	}
}

func TestTokenErrorsHaveClasses(t *testing.T) {
	cases := []struct {
		status int
		class  string
		reason string
	}{
		{400, "denied", "a lapsed refresh token is the admin's"},
		{401, "denied", "a wrong client secret is the admin's"},
		{503, "busy", "nobody must act"},
	}
	for _, c := range cases {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, `{"error":"x","error_description":"client-secret-1"}`)
		}))
		o := &OAuth2{TokenURL: s.URL, ClientID: "i", ClientSecret: "client-secret-1"}
		_, err := authorize(t, o)
		s.Close()
		if connectors.Class(err) != c.class || strings.Contains(err.Error(), "client-secret-1") {
			t.Errorf("status %d: %v, want %s without the secret: %s", c.status, err, c.class, c.reason)
		}
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	s, _ := rotating(t, "start")
	v := &vault{kept: map[string]string{}}
	calls := 0
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.Header.Get("Authorization") != "Bearer access-2" {
			w.WriteHeader(401)
		}
	})
	o := &OAuth2{TokenURL: s.URL, RefreshToken: "start", Save: v.save, Load: v.load}
	client.Authorize, client.Refresh = o.Authorize, o.Refresh
	if _, err := client.JSON(t.Context(), "POST", "/x", map[string]int{"a": 1}, nil); err != nil || calls != 2 {
		t.Errorf("error %v after %d calls, want success after 2", err, calls)
	}
}
