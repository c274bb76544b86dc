package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
)

func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Base: base, HTTP: s.Client(), Secrets: []string{"hunter2-token"},
		Authorize: func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer hunter2-token")
			return nil
		}}
}

func TestRefusalsHaveClasses(t *testing.T) {
	cases := []struct {
		status      int
		retryAfter  string
		body        string
		class       string
		after       time.Duration
		maintenance bool
		reason      string
	}{
		{400, "", "", "invalid", 0, false, "the author of the mapping must act"},
		{401, "", "", "denied", 0, false, "a lapsed credential is the admin's"},
		{403, "", "", "denied", 0, false, "missing rights are the admin's"},
		{404, "", "", "not-found", 0, false, "gone or out of sight"},
		{409, "", "", "stale", 0, false, "read again"},
		{413, "", "", "too-large", 0, false, "the author of the content must act"},
		{422, "", "", "invalid", 0, false, "a refused value"},
		{429, "7", "", "busy", 7 * time.Second, false, "throttled for as long as it says"},
		{503, "60", "", "busy", time.Minute, true, "a 503 that says when is maintenance"},
		{503, "", "", "busy", 0, false, "a 503 without a time is a failure"},
		{500, "", "", "busy", 0, false, "nobody can act on a failing system"},
		{302, "", "", "denied", 0, false, "an API that redirects has a wrong base URL"},
		{200, "", "<html>sign in</html>", "busy", 0, false, "a page is not an answer"},
	}
	for _, c := range cases {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		var out map[string]any
		_, err := client.JSON(t.Context(), "GET", "/x", nil, &out)
		var busy *connectors.BusyError
		errors.As(err, &busy)
		switch {
		case connectors.Class(err) != c.class:
			t.Errorf("status %d: class %q, want %q: %s (%v)", c.status, connectors.Class(err), c.class, c.reason, err)
		case busy != nil && (busy.After != c.after || busy.Maintenance != c.maintenance):
			t.Errorf("status %d: %+v: %s", c.status, busy, c.reason)
		}
	}
}

func TestErrorsHaveNoSecretsAndNoQuery(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(400) })
	client.Classify = func(*http.Response, []byte) error {
		return &connectors.InvalidError{Fields: map[string]string{"x": "you sent hunter2-token"}}
	}
	_, err := client.JSON(t.Context(), "GET", "/user/search?query=ada@acme.example", nil, nil)
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || strings.Contains(invalid.Fields["x"], "hunter2") {
		t.Errorf("the typed error keeps the secret: %v", invalid)
	}
	client.Base.Host = "127.0.0.1:1"
	_, err2 := client.JSON(t.Context(), "GET", "/user/search?query=ada@acme.example", nil, nil)
	for _, e := range []error{err, err2} {
		if e == nil || strings.Contains(e.Error(), "hunter2") || strings.Contains(e.Error(), "ada@") {
			t.Errorf("error shows what it must not: %v", e)
		}
	}
	if connectors.Class(err2) != "busy" {
		t.Errorf("no connection is %q, want busy", connectors.Class(err2))
	}
}

func TestContextEndIsItsOwnError(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := client.JSON(ctx, "GET", "/x", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestStreamKeepsTheCredentialAtHome(t *testing.T) {
	var leaked string
	media := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked = r.Header.Get("Authorization")
		io.WriteString(w, "bytes")
	}))
	t.Cleanup(media.Close)
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(401)
			return
		}
		http.Redirect(w, r, media.URL+"/signed?x=1", http.StatusSeeOther)
	})
	body, _, err := client.Stream(t.Context(), "GET", "/content/1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, _ := io.ReadAll(body); string(b) != "bytes" {
		t.Errorf("content %q", b)
	}
	if leaked != "" {
		t.Errorf("the other host was given the credential %q", leaked)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	for _, tt := range []struct {
		method string
		status int
		class  string
		reason string
	}{
		{"GET", http.StatusOK, "too-large", "what is asked for will be as long the next time"},
		{"POST", http.StatusCreated, "busy", "it may have been made: who asks again looks for it first"},
		{"GET", http.StatusBadGateway, "busy", "a long page of a proxy says nothing of the item"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tt.status)
				w.Write(make([]byte, MaxAnswer+1))
			})
			if _, err := client.JSON(t.Context(), tt.method, "/x", nil, nil); connectors.Class(err) != tt.class {
				t.Errorf("an endless answer gave %v, want the class %s", err, tt.class)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		header string
		want   time.Duration
		reason string
	}{
		{"", 0, "not told"},
		{"1.5", 1500 * time.Millisecond, "some send fractions"},
		{"-3", 0, "in the past"},
		{"1e30", 24 * time.Hour, "more than a duration holds"},
		{"NaN", 0, "no number"},
		{"Fri, 01 May 2026 10:00:30 GMT", 30 * time.Second, "a date"},
		{"Fri, 01 May 2026 09:00:00 GMT", 0, "a date that is past"},
		{"Fri, 01 May 2099 10:00:00 GMT", 24 * time.Hour, "a date that nobody waits for"},
		{"soon", 0, "neither"},
	} {
		if got := RetryAfter(http.Header{"Retry-After": {tt.header}}, now); got != tt.want {
			t.Errorf("%q is %v, want %v: %s", tt.header, got, tt.want, tt.reason)
		}
	}
}

func TestOperationsAreFew(t *testing.T) {
	cases := []struct{ method, path, want, reason string }{
		{"GET", "/rest/api/3/issue/10001?fields=updated", "GET /rest/api/3/issue/{id}", "the version stays, the id goes"},
		{"PUT", "/rest/api/3/issue/ENG-12/comment/9", "PUT /rest/api/3/issue/{id}/comment/{id}", "keys and short last segments go"},
		{"GET", "/api/v2/tickets/35436", "GET /api/v2/tickets/{id}", "the other vendor's form"},
	}
	for _, c := range cases {
		if got := operation(c.method, c.path); got != c.want {
			t.Errorf("operation(%s) = %q, want %q: %s", c.path, got, c.want, c.reason)
		}
	}
}

func TestNoErrorInTheChainTellsASecret(t *testing.T) {
	inner := fmt.Errorf("the token hunter2-token: %w", connectors.ErrDenied)
	err := Redact(fmt.Errorf("call: %w", inner), "hunter2-token")
	if !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("the class is lost: %v", err)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), "hunter2") {
			t.Errorf("the chain tells it: %v", e)
		}
	}
}
