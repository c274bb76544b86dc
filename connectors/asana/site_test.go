package asana_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/asana"
	"duplex/core"
	"duplex/core/richtext"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
)

const secret = "the webhook secret"

// exceptions are the parts of the vendor's document that are wrong about what the connector sends.
var exceptions = []contract.Exception{
	{Contains: "parameter opt_fields", Reason: "the document lists some paths; any path of the answer may be asked for (vendor guide Input/output options), e-mail addresses by no other way"},
	{Operation: "POST /tasks", Contains: "memberships", Reason: "a task is created in a section by gids (the description of memberships, Create-only); the schema types them as in answers"},
	{Operation: "GET /tasks/{task_gid}", Contains: "parameter task_gid", Reason: "external:GID is taken wherever a gid is (vendor guide Custom external data)"},
}

// vault keeps secrets in memory.
type vault struct {
	mu   sync.Mutex
	kept map[string]string
}

func (v *vault) save(name, s string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[name] = s
	return nil
}

func (v *vault) load(name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept[name], nil
}

// site is one emulated Asana with a connector that signs in as the integration's user.
type site struct {
	url   string
	emu   *emulator.Emulator
	ahead atomic.Int64 // how far the clock is ahead of the machine's
	conn  *asana.Connector
	vault *vault
	doc   *contract.Doc
	calls atomic.Int64
	page  int // results of a search, 0: as many as asked for
}

func (s *site) now() time.Time       { return time.Now().Add(time.Duration(s.ahead.Load())) }
func (s *site) pass(d time.Duration) { s.ahead.Add(int64(d)) }

var vendorDoc struct {
	sync.Once
	doc *contract.Doc
}

func vendor(t *testing.T) *contract.Doc {
	t.Helper()
	vendorDoc.Do(func() { vendorDoc.doc = contract.Load(t, "asana").Except(exceptions...) })
	if vendorDoc.doc == nil {
		contract.VendorDir(t, "asana")
	}
	return vendorDoc.doc
}

// oauth and token are the two ways to sign in.
func oauth(base string) core.System {
	return core.System{Name: "asana-acme", Kind: "asana", BaseURL: base, Webhook: map[string]string{"secret": secret},
		Auth:     map[string]string{"client_id": emulator.ClientID, "client_secret": emulator.ClientSecret, "refresh_token": emulator.RefreshSync},
		Settings: map[string]string{"projects": emulator.ProjectBugs}}
}

func token(base string) core.System {
	sys := oauth(base)
	sys.Auth = map[string]string{"method": "token", "token": emulator.TokenSyncPAT}
	sys.Settings["mark_field"] = "Customer"
	return sys
}

func newSite(t *testing.T, system func(base string) core.System) *site {
	t.Helper()
	s := &site{vault: &vault{kept: map[string]string{}}, doc: vendor(t)}
	emu, err := emulator.New(emulator.Options{Clock: s.now, Seed: 1, Limits: emulator.NoLimits(), WebhookClient: &http.Client{Transport: receiver{s}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	t.Cleanup(func() { server.Close(); emu.Close() })
	emu.SetBaseURL(server.URL)
	s.emu, s.url = emu, server.URL
	s.conn = s.connect(t, system(server.URL))
	return s
}

func (s *site) connect(t *testing.T, sys core.System) *asana.Connector {
	t.Helper()
	checked := checkedBy{s, s.doc.Transport(t, nil)}
	c, err := asana.New(connectors.Config{System: sys, HTTP: &http.Client{Transport: checked, Timeout: 2 * time.Second}, Now: s.now, Save: s.vault.save, Load: s.vault.load})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkedBy holds calls of the API against the vendor's document.
type checkedBy struct {
	s   *site
	api http.RoundTripper
}

func (c checkedBy) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/api/") { // tokens and files are not part of the vendor's document
		return http.DefaultTransport.RoundTrip(r)
	}
	c.s.calls.Add(1)
	if c.s.page > 0 && strings.HasSuffix(r.URL.Path, "/tasks/search") {
		q := r.URL.Query()
		q.Set("limit", fmt.Sprint(c.s.page))
		r = r.Clone(r.Context())
		r.URL.RawQuery = q.Encode()
	}
	return c.api.RoundTrip(r)
}

// receiver is where the emulator's webhooks arrive: at the connector, as the gateway would hand them over and answer.
type receiver struct{ s *site }

func (v receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	call := connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body, Now: v.s.now()}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}
	hook, err := v.s.conn.ParseWebhook(call, emulator.UserSync)
	switch {
	case err != nil:
		resp.StatusCode = http.StatusUnauthorized
	case hook.Answer != nil:
		for name, value := range hook.Answer.Header {
			resp.Header.Set(name, value)
		}
	}
	return resp, nil
}

// as calls the vendor's API as somebody else.
func (s *site) as(t *testing.T, token, method, path string, in any) map[string]any {
	t.Helper()
	b, err := json.Marshal(map[string]any{"data": in})
	if err != nil {
		t.Fatal(err)
	}
	return s.send(t, token, method, path, bytes.NewReader(b), "application/json")
}

func (s *site) send(t *testing.T, token, method, path string, body io.Reader, contentType string) map[string]any {
	t.Helper()
	req, err := http.NewRequest(method, s.url+"/api/1.0"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("a person's %s %s: %d %s %v", method, path, resp.StatusCode, b, err)
	}
	var out struct{ Data map[string]any }
	_ = json.Unmarshal(b, &out)
	return out.Data
}

func (s *site) control(t *testing.T, path, body string) {
	t.Helper()
	resp, err := http.Post(s.url+"/_control/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("control %s: %d %s", path, resp.StatusCode, b)
	}
}

// edit changes a task as Ada.
func (s *site) edit(t *testing.T, id string, fields map[string]core.Value) {
	t.Helper()
	body := map[string]any{}
	for name, v := range fields {
		switch name {
		case "tags":
			for _, word := range v.Items() {
				s.as(t, emulator.TokenAda, "POST", "/tasks/"+id+"/addTag", map[string]string{"tag": s.tag(t, word.Source())})
			}
		case "Platforms":
			var gids []string
			for _, o := range v.Items() {
				gids = append(gids, map[string]string{"Web": emulator.OptionWeb, "iOS": emulator.OptionIOS, "Android": emulator.OptionAndroid}[o.Name()])
			}
			body["custom_fields"] = map[string]any{emulator.FieldPlatforms: gids}
		default:
			body[name] = v.Source()
		}
	}
	if len(body) > 0 {
		s.as(t, emulator.TokenAda, "PUT", "/tasks/"+id, body)
	}
}

// tag is the gid of a tag of that name, made where there is none.
func (s *site) tag(t *testing.T, name string) string {
	t.Helper()
	req, _ := http.NewRequest("GET", s.url+"/api/1.0/workspaces/"+emulator.WorkspaceAcme+"/tags?limit=100&opt_fields=name", nil)
	req.Header.Set("Authorization", "Bearer "+emulator.TokenAda)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct{ Data []struct{ GID, Name string } }
	_ = json.NewDecoder(resp.Body).Decode(&list)
	for _, tag := range list.Data {
		if tag.Name == name {
			return tag.GID
		}
	}
	return s.as(t, emulator.TokenAda, "POST", "/workspaces/"+emulator.WorkspaceAcme+"/tags", map[string]string{"name": name})["gid"].(string)
}

func (s *site) attach(t *testing.T, id, name string, content []byte) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("parent", id)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = form.Close()
	s.send(t, emulator.TokenAda, "POST", "/attachments", &b, form.FormDataContentType())
}

func (s *site) fault(t *testing.T, f harness.Fault) {
	t.Helper()
	if _, err := s.emu.Harness().AddFault(f); err != nil {
		t.Fatal(err)
	}
}

var bugs = connectors.ItemType{Type: "task", Scope: map[string]string{"project": emulator.ProjectBugs}}

func body(text string) core.Value {
	source, _ := richtext.Convert(richtext.Plain, richtext.Asana, text)
	return core.Text("asana", source)
}

func all() connectors.Want { return connectors.Want{Type: bugs, Comments: true, Attachments: true} }

// task makes one as the sync.
func (s *site) task(t *testing.T, fields map[string]core.Value) core.Observation {
	t.Helper()
	if fields == nil {
		fields = map[string]core.Value{}
	}
	if fields["name"].IsAbsent() {
		fields["name"] = core.String("a task")
	}
	o, err := s.conn.Create(t.Context(), core.Draft{Type: "task", Scope: bugs.Scope, Fields: fields, Mark: fmt.Sprintf("dx-%d", time.Now().UnixNano())})
	if err != nil {
		t.Fatal(err)
	}
	return o
}
