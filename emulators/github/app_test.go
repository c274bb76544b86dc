package github

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

// jwt signs claims of the App: iat a minute ago, exp in nine minutes, changed by what is given.
func (r *rig) jwt(change ...map[string]any) string {
	r.T.Helper()
	now := r.Now().Unix()
	claims := map[string]any{"iss": AppID, "iat": now - 60, "exp": now + 540}
	for _, c := range change {
		for k, v := range c {
			claims[k] = v
		}
	}
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(claims)
	block, _ := pem.Decode([]byte(AppKey))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		r.T.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		r.T.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestAppTokens(t *testing.T) {
	r := newRig(t, Options{})
	now := r.Now().Unix()
	for _, tt := range []struct {
		reason string
		claims map[string]any
		status int
	}{
		{"a fresh token is taken", nil, 200},
		{"another App's id is refused", map[string]any{"iss": 1}, 401},
		{"a lifetime of more than ten minutes is refused", map[string]any{"exp": now + 700}, 401},
		{"an expired token is refused", map[string]any{"exp": now - 1}, 401},
		{"a clock that runs ahead is refused", map[string]any{"iat": now + 120}, 401},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if got := r.as(r.jwt(tt.claims), "GET", "/app", ""); got.Status != tt.status {
				t.Errorf("answered %d, want %d: %s", got.Status, tt.status, got.Raw)
			}
		})
	}
	bad := r.jwt()
	r.must(401, bad[:len(bad)-8]+"AAAAAAAA", "GET", "/app", "")
	r.must(401, "ada", "GET", "/app", "")
	r.must(403, r.jwt(), "GET", "/user", "")

	token := r.must(201, r.jwt(), "POST", "/app/installations/9001/access_tokens", "").text("token")
	if len(token) <= 40 {
		t.Error("an installation token is as short as it was before April 2026")
	}
	i := r.must(201, token, "POST", appIssues, `{"title":"By the App","labels":["bug"]}`)
	if i.text("user", "login") != BotLogin || i.text("user", "type") != "Bot" || i.text("performed_via_github_app", "slug") != AppSlug || i.text("labels", 0, "name") != "bug" {
		t.Errorf("the App's issue is %s", i.Raw)
	}
	r.must(403, token, "GET", "/user", "")
	r.must(200, token, "GET", "/repos/acme/web/issues", "")
	r.must(404, token, "GET", "/repos/ada/secret", "")
	r.Pass(59 * time.Minute)
	r.must(200, token, "GET", appIssues, "")
	r.Pass(2 * time.Minute)
	r.must(401, token, "GET", appIssues, "")
}

func TestInstallationTokensAreHeldToWhatTheyWereMadeFor(t *testing.T) {
	r := newRig(t, Options{})
	reads := r.must(201, r.jwt(), "POST", "/app/installations/9001/access_tokens", `{"permissions":{"issues":"read"}}`).text("token")
	got := r.must(403, reads, "POST", appIssues, `{"title":"x"}`)
	if got.Header.Get("X-Accepted-GitHub-Permissions") != "issues=write" || !strings.Contains(string(got.Raw), "not accessible by integration") {
		t.Errorf("a missing permission is answered %v %s", got.Header, got.Raw)
	}
	r.must(403, reads, "GET", "/repos/acme/app/hooks", "")
	one := r.must(201, r.jwt(), "POST", "/app/installations/9001/access_tokens", `{"repository_ids":[80001]}`).text("token")
	r.must(200, one, "GET", appIssues, "")
	r.must(404, one, "GET", "/repos/acme/web/issues", "")
	r.must(422, r.jwt(), "POST", "/app/installations/9001/access_tokens", `{"repositories":["nowhere"]}`)
	r.must(404, r.jwt(), "POST", "/app/installations/1/access_tokens", "")
}

func TestWhoMayDoWhat(t *testing.T) {
	r := newRig(t, Options{})
	r.must(201, "ada", "POST", "/repos/acme/web/issues", `{"title":"Private"}`)
	path, _ := r.issue("guest", `"labels":["bug"],"assignees":["grace"],"milestone":1,"type":"Bug"`)
	for _, tt := range []struct {
		reason string
		status int
		who    string
		method string
		path   string
		body   string
	}{
		{"a private repository is hidden, not forbidden", 404, "linus", "GET", "/repos/acme/web/issues/1", ""},
		{"nobody signed in sees no private repository", 404, "", "GET", "/repos/acme/web", ""},
		{"what is public may be read by anybody", 200, "", "GET", path, ""},
		{"but not written", 401, "", "POST", appIssues, `{"title":"x"}`},
		{"a wrong token is refused even where nothing is needed", 401, "wrong", "GET", path, ""},
		{"webhooks are hidden from who may not manage them", 404, "grace", "GET", "/repos/acme/app/hooks", ""},
		{"a reader changes nobody's issue", 403, "guest", "PATCH", "/repos/acme/app/issues/2", `{"title":"x"}`},
		{"a reader sets no labels", 403, "guest", "POST", path + "/labels", `{"labels":["bug"]}`},
		{"a repository without issues takes none", 410, "ada", "POST", "/repos/acme/legacy/issues", `{"title":"x"}`},
		{"a request names its sender", 403, "ada", "GET", "/meta", ""},
		{"an API version has to exist", 400, "ada", "GET", path, ""},
		{"bad JSON is 400", 400, "ada", "POST", appIssues, `{"title"`},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if tt.method == "PATCH" {
				r.issue("ada", "")
			}
			headers := map[string][]string{"a request names its sender": {"User-Agent", ""}, "an API version has to exist": {"X-GitHub-Api-Version", "2020-01-01"}}
			if got := r.as(tt.who, tt.method, tt.path, tt.body, headers[tt.reason]...); got.Status != tt.status {
				t.Errorf("answered %d, want %d: %s", got.Status, tt.status, got.Raw)
			}
		})
	}
	got := r.must(200, "ada", "GET", path, "")
	if len(got.Column("name", "labels")) != 0 || len(got.Column("login", "assignees")) != 0 || got.At("milestone") != nil || got.At("type") != nil {
		t.Errorf("what a reader may not set was kept: %s", got.Raw)
	}
}
