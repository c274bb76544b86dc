package jira

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func itoa(v any) string { f, _ := v.(float64); return strconv.FormatInt(int64(f), 10) }

// tokens asks the token address and answers what came.
func (s *site) tokens(body object) answer {
	s.T.Helper()
	raw, _ := json.Marshal(body)
	resp, err := http.Post(s.URL+"/oauth/token", "application/json", bytes.NewReader(raw)) // not part of the vendor's document
	if err != nil {
		s.T.Fatal(err)
	}
	return answer{bench.Read(s.T, resp), s.T, "POST /oauth/token"}
}

func bearer(s *site, token string) caller {
	return caller{s, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }}
}

func (s *site) app() caller {
	s.T.Helper()
	got := s.tokens(object{"grant_type": "client_credentials", "client_id": OAuthClientID, "client_secret": OAuthClientSecret}).want(200)
	return bearer(s, got.text("access_token"))
}

func TestOnlyKnownCredentialsAreLetIn(t *testing.T) {
	s := newSite(t, Options{})
	cases := []struct {
		reason string
		sign   func(*http.Request)
		want   int
	}{
		{"no credential", func(*http.Request) {}, 401},
		{"a wrong token", func(r *http.Request) { r.SetBasicAuth("ada@acme.example", "nope") }, 401},
		{"somebody unknown", func(r *http.Request) { r.SetBasicAuth("eve@acme.example", "ada-api-token") }, 401},
		{"an invented access token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401},
		{"an API token", func(r *http.Request) { r.SetBasicAuth("ada@acme.example", "ada-api-token") }, 200},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := caller{s, c.sign}.do("GET", "/rest/api/3/myself", nil).want(c.want)
			if c.want == 200 {
				got.is("accountId", users[1].AccountID)
				if got.Header.Get("X-AAccountId") != users[1].AccountID {
					t.Error("the X-AAccountId header does not name the caller")
				}
			}
		})
	}
}

func TestRefreshTokensWorkOnce(t *testing.T) {
	s := newSite(t, Options{})
	client := func(more object) object {
		in := object{"client_id": OAuthClientID, "client_secret": OAuthClientSecret}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	s.tokens(object{"grant_type": "client_credentials", "client_id": OAuthClientID, "client_secret": "wrong"}).want(401)
	first := s.tokens(client(object{"grant_type": "client_credentials"})).want(200)
	access := first.text("access_token")
	bearer(s, access).do("GET", "/ex/jira/"+CloudID+"/rest/api/3/myself", nil).want(200).is("emailAddress", "sync@acme.example")
	s.Pass(time.Hour)
	bearer(s, access).do("GET", "/rest/api/3/myself", nil).want(401)
	refresh := client(object{"grant_type": "refresh_token", "refresh_token": first.text("refresh_token")})
	second := s.tokens(refresh).want(200)
	bearer(s, second.text("access_token")).do("GET", "/rest/api/2/myself", nil).want(200)
	s.tokens(refresh).want(403)
}

func TestAConsentGivesACodeForThatPerson(t *testing.T) {
	s := newSite(t, Options{})
	nobody := caller{s, func(*http.Request) {}}
	q := url.Values{"client_id": {OAuthClientID}, "redirect_uri": {"http://127.0.0.1/back"}, "state": {"xyz"}, "account": {"grace@acme.example"}}
	to, err := url.Parse(nobody.do("GET", "/authorize?"+q.Encode(), nil).want(302).Header.Get("Location"))
	if err != nil || to.Query().Get("state") != "xyz" {
		t.Fatalf("sent back to %v", to)
	}
	got := s.tokens(object{"grant_type": "authorization_code", "code": to.Query().Get("code"), "client_id": OAuthClientID, "client_secret": OAuthClientSecret}).want(200)
	app := bearer(s, got.text("access_token"))
	app.do("GET", "/rest/api/3/myself", nil).want(200).is("displayName", "Grace Hopper")
	app.do("GET", "/oauth/token/accessible-resources", nil).want(200).is("0.id", CloudID)
}
