package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/github"
	"duplex/core"
	emulator "duplex/emulators/github"
	"duplex/emulators/harness"
)

func TestAnAppSignsInAndAgain(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.conn = a.connector(asApp(), nil)
	self, err := a.conn.Self(t.Context())
	if err != nil || self.Name() != emulator.BotLogin || self.ID() != fmt.Sprint(emulator.UserBot) {
		t.Errorf("self is %v %v", self, err)
	}
	o := a.made(emulator.RepoWeb, nil)
	if !o.OwnItem || o.CreatedBy.ID() != self.ID() {
		t.Errorf("made by %v", o.CreatedBy)
	}
	a.pass(3 * time.Hour) // a token lives an hour
	a.get(o.Ref.ID)
	a.fault(harness.Fault{Kind: harness.KindStatus, Status: http.StatusUnauthorized, Times: 1, Path: "/issues/"})
	a.get(o.Ref.ID) // a token that is refused is replaced once
	other := asApp()
	other["installation_id"] = "1"
	_, err = a.connector(other, nil).Get(t.Context(), o.Ref.ID, connectors.Want{})
	wantClass(t, "an installation that is not there", err, "denied")
	other["installation_id"] = fmt.Sprint(emulator.InstallationID)
	if _, err := a.connector(other, nil).Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil {
		t.Errorf("an installation by its number: %v", err)
	}
	if err := a.conn.EnsureWebhook(t.Context(), "https://duplex.acme.example/webhooks/github-acme", "a secret"); err != nil {
		t.Errorf("the App's webhook: %v", err)
	}
	for _, f := range a.conn.Check(t.Context(), web) {
		if f.State != connectors.Fine {
			t.Errorf("%+v", f)
		}
	}
}

// TestAnAppThatIsInstalledAnew has another installation, which is looked for when the one it knew is gone.
func TestAnAppThatIsInstalledAnew(t *testing.T) {
	installation := 1
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/installation"):
			fmt.Fprintf(w, `{"id":%d}`, installation)
		case r.URL.Path == fmt.Sprintf("/app/installations/%d/access_tokens", installation):
			fmt.Fprintf(w, `{"token":"ghs_x","expires_at":%q}`, time.Now().Add(time.Minute).Format(time.RFC3339)) // bought anew for each call
		case strings.HasSuffix(r.URL.Path, "/access_tokens"):
			http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		default:
			fmt.Fprint(w, `{"id":7,"full_name":"acme/app"}`)
		}
	}))
	t.Cleanup(srv.Close)
	conn, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: srv.URL, Auth: asApp(), Settings: map[string]string{"repositories": "acme/app"}}})
	if err != nil {
		t.Fatal(err)
	}
	read := func() error {
		_, err := conn.(*github.Connector).ResolveUserByName(t.Context(), web, "somebody-"+fmt.Sprint(time.Now().UnixNano()))
		return err
	}
	wantClass(t, "signed in", read(), "not-found")
	installation = 2
	wantClass(t, "the installation is gone", read(), "denied")
	wantClass(t, "and is looked for", read(), "not-found")
}

func TestRepositoriesGetOneWebhookEach(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	ada := a.connector(map[string]string{"method": "token", "token": emulator.TokenAda}, nil)
	for range 2 {
		if err := ada.EnsureWebhook(t.Context(), "https://duplex.acme.example/webhooks/github-acme", "a secret"); err != nil {
			t.Fatal(err)
		}
	}
	for _, repo := range []string{emulator.RepoApp, emulator.RepoWeb} {
		var hooks []map[string]any
		a.call("GET", "/repos/"+repo+"/hooks", nil, &hooks)
		if len(hooks) != 1 || !strings.Contains(fmt.Sprint(hooks[0]["events"]), "issue_comment") || !strings.Contains(fmt.Sprint(hooks[0]["config"]), "json") {
			t.Errorf("%s has %v", repo, hooks)
		}
	}
	err := a.conn.EnsureWebhook(t.Context(), "https://duplex.acme.example/webhooks/github-acme", "a secret")
	wantClass(t, "an account that is no admin", err, "denied")
	if steps := a.conn.WebhookSteps("https://duplex.acme.example/x"); len(steps) != 4 || strings.Contains(strings.Join(steps, " "), secret) {
		t.Errorf("the steps: %q", steps)
	}
}

func TestEnterpriseServer(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{Enterprise: true})
	c, err := github.New(connectors.Config{
		System: core.System{Name: "github-acme", Kind: "github", BaseURL: a.url + "/api/v3", Auth: map[string]string{"method": "token", "token": emulator.TokenSync},
			Settings: map[string]string{"repositories": emulator.RepoWeb}}, Now: a.now})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Create(t.Context(), core.Draft{Mark: mark(1), Fields: map[string]core.Value{"title": core.String("on premises")}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true, Attachments: true})
	if err != nil || got.Revision != o.Revision || !got.Complete {
		t.Errorf("read as %+v %v", got, err)
	}
	if page, err := c.Changes(t.Context(), connectors.ItemType{}, "", 10); err != nil || len(page.Items) != 1 {
		t.Errorf("changes: %+v %v", page, err)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, c := range []struct {
		base       string
		auth, more map[string]string
		want       string
		reason     string
	}{
		{"https://github.com", nil, nil, "api.github.com", "the address for people"},
		{"api.github.com", nil, nil, "base_url", "no address"},
		{"https://api.github.com", nil, map[string]string{"repositories": ""}, "settings.repositories", "no repository"},
		{"https://api.github.com", nil, map[string]string{"repositories": "acme"}, "owner/name", "a repository without an owner"},
		{"https://api.github.com", map[string]string{"method": "token"}, nil, "auth.token", "no token"},
		{"https://api.github.com", map[string]string{"method": "app", "app_id": "1"}, nil, "auth.private_key", "no key"},
		{"https://api.github.com", map[string]string{"method": "app", "app_id": "1", "private_key": "hunter2"}, nil, "PEM", "what is no key"},
		{"https://api.github.com", map[string]string{"method": "password"}, nil, "auth.method", "a way that is not there"},
	} {
		settings := map[string]string{"repositories": "acme/app"}
		for k, v := range c.more {
			settings[k] = v
		}
		if c.auth == nil {
			c.auth = map[string]string{"method": "token", "token": "t0ken"}
		}
		_, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: c.base, Auth: c.auth, Settings: settings}})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

// TestRefusals answers every call alike and holds the class of the error.
func TestRefusals(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		status int
		header map[string]string
		body   string
		class  string
		after  time.Duration
		reason string
	}{
		{403, map[string]string{"Retry-After": "42"}, `{"message":"You have exceeded a secondary rate limit."}`, "busy", 42 * time.Second, "a secondary limit that says how long"},
		{403, nil, `{"message":"You have exceeded a secondary rate limit."}`, "busy", time.Minute, "one that does not"},
		{403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(now.Add(10 * time.Minute).Unix())}, `{"message":"API rate limit exceeded"}`, "busy", 10 * time.Minute, "the hourly limit"},
		{403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(now.Add(70 * time.Minute).Unix()), "Date": now.Add(time.Hour).UTC().Format(http.TimeFormat)},
			`{"message":"API rate limit exceeded"}`, "busy", 10 * time.Minute, "the same by a clock that is ahead"},
		{429, nil, `{"message":"Too many requests"}`, "busy", time.Minute, "a limit by its status"},
		{403, map[string]string{"X-RateLimit-Remaining": "4999"}, `{"message":"Resource not accessible by integration"}`, "denied", 0, "a permission that is missing"},
		{401, nil, `{"message":"Bad credentials"}`, "denied", 0, "a bad token"},
		{410, nil, `{"message":"This issue was deleted"}`, "denied", 0, "a repository that is gone as well"},
		{422, nil, `{"message":"Validation Failed","errors":["body is too long (maximum is 65536 characters)"]}`, "too-large", 0, "errors as plain texts"},
		{422, nil, `{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}`, "invalid", 0, "errors as objects"},
		{422, nil, `{"message":"Validation Failed","errors":[{"resource":"IssueComment","code":"unprocessable","field":"data","message":"was submitted too quickly"}]}`, "busy", time.Minute, "the limit of new content as a refusal"},
		{500, nil, `oops`, "busy", 0, "an error of the service"},
		{200, nil, `<html>sign in</html>`, "busy", 0, "a page where JSON should be"},
		{302, map[string]string{"Location": "https://login.example/"}, ``, "denied", 0, "a redirect away from the API"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("User-Agent") != "duplex" || r.Header.Get("X-GitHub-Api-Version") == "" {
				t.Errorf("headers %v", r.Header)
			}
			for k, v := range c.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}))
		conn, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: srv.URL, Auth: map[string]string{"method": "token", "token": "s3cret-token"},
			Settings: map[string]string{"repositories": "acme/app"}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Changes(t.Context(), issues("acme/app"), "", 10)
		srv.Close()
		var busy *connectors.BusyError
		if connectors.Class(err) != c.class || strings.Contains(fmt.Sprint(err), "s3cret") {
			t.Errorf("%s: %v, want %s", c.reason, err, c.class)
		} else if errors.As(err, &busy) && (busy.After-c.after).Abs() > 2*time.Second {
			t.Errorf("%s: wait %s, want %s", c.reason, busy.After, c.after)
		}
	}
}

func TestPeopleWhoHideTheirAddress(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	_, err := a.conn.ResolveUser(t.Context(), web, core.Person("", "grace@acme.example", ""))
	wantClass(t, "a hidden address", err, "not-found")
	a.control("publish", map[string]any{"as": "grace", "on": true})
	a.pass(5 * time.Minute)
	if p, err := a.conn.ResolveUser(t.Context(), web, core.Person("", "GRACE@acme.example", "")); err != nil || p.ID() != fmt.Sprint(emulator.UserGrace) {
		t.Errorf("published: %v %v", p, err)
	}
	a.control("forget", map[string]any{"as": "linus"})
	_, err = a.conn.ResolveUserByName(t.Context(), web, "linus")
	wantClass(t, "an account that was deleted", err, "not-found")
}

func TestSearchesThatAreNotWhole(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	a.made(emulator.RepoWeb, map[string]core.Value{"title": core.String("needle one")})
	a.made(emulator.RepoApp, map[string]core.Value{"title": core.String("needle two")})
	a.pass(5 * time.Minute)
	page, err := a.conn.Search(t.Context(), web, "needle repo:"+emulator.RepoApp, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range page.Items {
		if !strings.HasPrefix(c.Ref.Key, emulator.RepoWeb+"#") {
			t.Errorf("a query reached %s", c.Ref.Key)
		}
	}
	a.control("incomplete", map[string]any{"on": true})
	_, err = a.conn.Search(t.Context(), web, "needle", "")
	wantClass(t, "a search that ran out of time", err, "busy")
	_, err = a.conn.FindByField(t.Context(), web, "title", "needle one")
	wantClass(t, "the same for a title", err, "busy")
	_, err = a.conn.Search(t.Context(), web, strings.Repeat("long ", 60), "")
	wantClass(t, "a query that is too long", err, "invalid")
	_, err = a.conn.FindByField(t.Context(), web, "labels", "a, b")
	wantClass(t, "a label with a comma", err, "invalid")
	o := a.made(emulator.RepoWeb, nil)
	if refs, err := a.conn.FindByField(t.Context(), web, "number", number(o.Ref.ID)); err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("by number: %v %v", refs, err)
	}
}
