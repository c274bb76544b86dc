package salesforce_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/salesforce"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
	emulator "duplex/emulators/salesforce"
)

const webhookSecret = "secret-of-the-webhook"

// organization is an emulated one with a clock that only tests move.
type organization struct {
	t    *testing.T
	emu  *emulator.Emulator
	url  string
	http *http.Client
	*bench.Clock

	kept map[string]string

	made   int
	before func(*http.Request)                // runs before a call is sent; nil: nothing
	after  func(*http.Request, []byte) []byte // makes another body of an answer; nil: nothing
}

// keys are what the app signs in with; making one takes long.
var keys = sync.OnceValues(func() (private string, public []byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
})

// document is the vendor's, to hold every exchange to.
func document(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "salesforce").Except(
		contract.Exception{Operation: "GET /services/data/v67.0/ui-api/object-info/Case/picklist-values/" + emulator.RecordTypeSupport, Reason: "the User Interface API is not part of the document"},
		contract.Exception{Operation: "GET /services/data/v67.0/ui-api/object-info/Case/picklist-values/" + emulator.RecordTypeProduct, Reason: "the User Interface API is not part of the document"},
	)
}

func newOrganization(t *testing.T) *organization { return newOrganizationUnder(t, document(t)) }

func newOrganizationUnder(t *testing.T, doc *contract.Doc) *organization {
	t.Helper()
	a := &organization{t: t, Clock: bench.NewClock(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), kept: map[string]string{}}
	_, public := keys()
	emu, err := emulator.New(emulator.Options{Clock: a.Now, Certificate: public, Limits: emulator.NoLimits()})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	emu.SetBaseURL(server.URL)
	t.Cleanup(func() { server.Close(); emu.Close() })
	a.emu, a.url = emu, server.URL
	a.http = &http.Client{Transport: transport{a, doc.Transport(t, server.Client().Transport)}, Timeout: 20 * time.Second}
	return a
}

// transport makes pages of results small.
type transport struct {
	organization *organization
	next         http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if f := t.organization.before; f != nil {
		f(r)
	}
	if q := r.URL.Query(); strings.HasSuffix(q.Get("q"), "ORDER BY Id LIMIT 200") {
		r = r.Clone(r.Context())
		q.Set("q", strings.TrimSuffix(q.Get("q"), "200")+"2")
		r.URL.RawQuery = q.Encode()
	}
	resp, err := t.next.RoundTrip(r)
	if f := t.organization.after; f != nil && err == nil {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(f(r, body))), -1
		resp.Header.Del("Content-Length")
	}
	return resp, err
}

func (a *organization) fault(f harness.Fault) {
	a.t.Helper()
	if _, err := a.emu.Harness().AddFault(f); err != nil {
		a.t.Fatal(err)
	}
}

func (a *organization) control(path, body string) {
	a.t.Helper()
	resp, err := http.Post(a.url+"/_control/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		text, _ := io.ReadAll(resp.Body)
		a.t.Fatalf("control %s answered %d: %s", path, resp.StatusCode, text)
	}
}

// count is how many rows a query has for somebody who sees everything.
func (a *organization) count(soql string) int {
	a.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, a.url+"/services/data/v67.0/query?"+url.Values{"q": {soql}}.Encode(), nil)
	req.Header.Set("Authorization", "Bearer "+emulator.TokenAda)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ TotalSize int }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s, %v", soql, resp.Status, err)
	}
	return answer.TotalSize
}

// create makes a case as the sync does.
func (a *organization) create(c *salesforce.Connector, fields map[string]core.Value) core.Observation {
	a.t.Helper()
	a.made++
	if fields == nil {
		fields = map[string]core.Value{}
	}
	if _, ok := fields["Subject"]; !ok {
		fields["Subject"] = core.String("printer on fire")
	}
	o, err := c.Create(a.t.Context(), core.Draft{Type: "Case", Fields: fields, Mark: fmt.Sprintf("dx-%s%c", strings.Repeat("a", 25), 'a'+a.made)})
	if err != nil {
		a.t.Fatal(err)
	}
	return o
}

// system is the system file of sync or ada: sync signs in by the client's credentials, ada by a signed token.
func (a *organization) system(who string) core.System {
	s := core.System{Name: "crm", Kind: "salesforce", BaseURL: a.url, Webhook: map[string]string{"secret": webhookSecret, "organization_id": emulator.OrgID},
		Auth: map[string]string{"client_id": emulator.ClientID, "client_secret": emulator.ClientSecret}, Settings: map[string]string{}}
	if who != "sync" {
		private, _ := keys()
		s.Auth = map[string]string{"method": "jwt", "client_id": emulator.ClientID, "private_key": private, "username": who + "@acme.example.crm"}
	}
	return s
}

func (a *organization) connector(who string) *salesforce.Connector { return a.with(a.system(who)) }

func (a *organization) with(s core.System) *salesforce.Connector {
	a.t.Helper()
	c, err := salesforce.New(connectors.Config{HTTP: a.http, Now: a.Now, System: s})
	if err != nil {
		a.t.Fatal(err)
	}
	return c.(*salesforce.Connector)
}
