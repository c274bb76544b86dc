package salesforce

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
)

func (r *rig) token(form url.Values) bench.Answer {
	return r.As("", "POST", "/services/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestClientCredentials(t *testing.T) {
	r := newRig(t, Options{SessionLife: 15 * time.Minute})
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {ClientSecret}}
	a := r.token(form)
	if a.Status != 200 || a.Text("instance_url") != r.URL || a.Text("token_type") != "Bearer" || a.At("expires_in") != nil || a.At("refresh_token") != nil {
		t.Fatalf("token: %s", a.Raw)
	}
	bearer := []string{"Authorization", "Bearer " + a.Text("access_token")}
	if who := r.Must(200, "", "GET", "/services/oauth2/userinfo", "", bearer...); who.Text("user_id") != UserSync || who.Text("organization_id") != OrgID {
		t.Errorf("identity: %s", who.Raw)
	}
	r.Pass(15 * time.Minute)
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "", bearer...)
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "")
	r.refused(401, "INVALID_SESSION_ID", "nobody", "GET", "/limits", "")
	bearer[1] = "Bearer " + r.token(form).Text("access_token")
	r.Must(200, "", "GET", "/limits", "", bearer...)
	r.Control("POST", "expire", "")
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "", bearer...)
	form.Set("client_secret", "wrong")
	if a := r.token(form); a.Status != 400 || a.Text("error") != "invalid_client" {
		t.Errorf("a wrong secret: %s", a.Raw)
	}
	if a := r.token(url.Values{"grant_type": {"password"}, "username": {"ada@acme.example.crm"}, "password": {"x"}}); a.Text("error") != "invalid_grant" {
		t.Errorf("passwords are blocked: %s", a.Raw)
	}
	r.Control("POST", "instance", `{"url":"https://moved.example"}`)
	form.Set("client_secret", ClientSecret)
	if a := r.token(form); a.Text("instance_url") != "https://moved.example" {
		t.Errorf("after a migration: %s", a.Raw)
	}
	if a := r.Must(200, "", "GET", "/services/data/", ""); a.Len() < 3 {
		t.Error("versions are shown without a session")
	}
	r.refused(404, "NOT_FOUND", "sync", "GET", "/services/data/v99.0/limits", "")
}

func TestJWTBearer(t *testing.T) {
	r := newRig(t, Options{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	claims := func(iss, sub, aud string, in time.Duration) string {
		raw := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(
			fmt.Appendf(nil, `{"iss":%q,"sub":%q,"aud":%q,"exp":%d}`, iss, sub, aud, r.Now().Add(in).Unix()))
		sum := sha256.Sum256([]byte(raw))
		sig, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		return raw + "." + base64.RawURLEncoding.EncodeToString(sig)
	}
	grant := func(assertion string) bench.Answer {
		return r.token(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
	}
	good := claims(ClientID, "sync@acme.example.crm", r.URL, 2*time.Minute)
	if a := grant(good); a.Status != 400 {
		t.Errorf("without a certificate: %s", a.Raw)
	}
	r.Control("POST", "certificate", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	if a := grant(good); a.Status != 200 || a.Text("access_token") == "" {
		t.Errorf("a good assertion: %s", a.Raw)
	}
	for assertion, reason := range map[string]string{
		claims("other", "sync@acme.example.crm", r.URL, time.Minute):                        "another app",
		claims(ClientID, "sync@acme.example", r.URL, time.Minute):                           "an address is no user name",
		claims(ClientID, "grace@acme.example.crm", r.URL, time.Minute):                      "Grace has not approved the app",
		claims(ClientID, "sync@acme.example.crm", "https://else.example", time.Minute):      "another audience",
		claims(ClientID, "sync@acme.example.crm", r.URL, 4*time.Minute):                     "more than three minutes to live",
		claims(ClientID, "sync@acme.example.crm", r.URL, -time.Second):                      "expired",
		good[:len(good)-4] + "AAAA":                                                         "another signature",
		"x.y":                                                                               "no assertion",
		strings.Replace(good, ".", ".e30", 1):                                               "claims that do not parse",
		claims(ClientID, "former@acme.example.crm", "https://login.salesforce.com", 60*1e9): "an inactive user",
	} {
		if a := grant(assertion); a.Status != 400 {
			t.Errorf("%s: %d %s", reason, a.Status, a.Raw)
		}
	}
}

func TestRequestLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Daily: 3}})
	if got := r.Must(200, "sync", "GET", "/limits", ""); got.Header.Get("Sforce-Limit-Info") != "api-usage=1/3" || got.At("DailyApiRequests", "Remaining") != 2.0 {
		t.Errorf("usage: %s %s", got.Header.Get("Sforce-Limit-Info"), got.Raw)
	}
	r.Must(200, "ada", "GET", "/limits", "")
	r.Must(404, "sync", "GET", "/sobjects/Case/x", "")
	a := r.refused(403, "REQUEST_LIMIT_EXCEEDED", "sync", "GET", "/limits", "")
	if a.Text(0, "message") != "TotalRequests Limit exceeded." || a.Header.Get("Retry-After") != "" {
		t.Errorf("over the quota: %v %s", a.Header, a.Raw)
	}
	r.Pass(24 * time.Hour)
	r.Must(200, "sync", "GET", "/limits", "")
}

func TestFaultsSpeakLikeTheVendor(t *testing.T) {
	r := newRig(t, Options{})
	for _, c := range []struct {
		fault  harness.Fault
		status int
		want   string
	}{
		{harness.Fault{Kind: harness.KindThrottle, RetryAfter: 2, Times: 1}, 403, "ConcurrentPerOrgLongTxn"},
		{harness.Fault{Kind: harness.KindThrottle, RetryAfter: 3600, Times: 1}, 403, "TotalRequests"},
		{harness.Fault{Kind: harness.KindMaintenance, RetryAfter: 5, Times: 1}, 503, "<html>"},
		{harness.Fault{Kind: harness.KindRevoked, Times: 1}, 401, "INVALID_SESSION_ID"},
	} {
		if _, err := r.e.Harness().AddFault(c.fault); err != nil {
			t.Fatal(err)
		}
		a := r.Must(c.status, "sync", "GET", "/limits", "")
		if !strings.Contains(string(a.Raw), c.want) || a.Header.Get("Retry-After") != "" {
			t.Errorf("%s: %s", c.fault.Kind, a.Raw)
		}
	}
}

func TestDescribe(t *testing.T) {
	r := newRig(t, Options{})
	r.Must(200, "sync", "GET", "/sobjects", "")
	a := r.Must(200, "sync", "GET", "/sobjects/Case/describe", "")
	if f := a.Find("name", "Component__c", "fields"); f.At("dependentPicklist") != true || f.At("controllerName") != "Product__c" ||
		f.At("picklistValues", 1, "validFor") != "wA==" {
		t.Errorf("dependent picklist: %v", f.Body)
	}
	if f := a.Find("name", "Analysis__c", "fields"); f.At("htmlFormatted") != true || f.At("type") != "textarea" {
		t.Errorf("rich text: %v", f.Body)
	}
	if f := a.Find("name", "Sync_Id__c", "fields"); f.At("externalId") != true || f.At("unique") != true || f.At("custom") != true {
		t.Errorf("external id: %v", f.Body)
	}
	if f := a.Find("name", "Age_Days__c", "fields"); f.At("calculated") != true || f.At("createable") != false {
		t.Errorf("formula: %v", f.Body)
	}
	if a.Len("recordTypeInfos") != 3 {
		t.Errorf("record types: %v", a.At("recordTypeInfos"))
	}
	if f := r.Must(200, "sync", "GET", "/sobjects/Escalation__c/describe", "").Find("name", "Stage__c", "fields"); f.At("nillable") != false || f.At("defaultedOnCreate") != false {
		t.Errorf("required: %v", f.Body)
	}
	r.Must(304, "sync", "GET", "/sobjects/Case/describe", "", "If-Modified-Since", a.Header.Get("Last-Modified"))
	r.Must(404, "sync", "GET", "/sobjects/Nope__c/describe", "")
	if p := r.Must(200, "sync", "GET", "/ui-api/object-info/Case/picklist-values/"+RecordTypeProduct, ""); p.Len("picklistFieldValues", "Status", "values") != 4 {
		t.Errorf("values of a record type: %s", p.Raw)
	}
	if s := r.soql("sync", "SELECT ApiName, IsClosed FROM CaseStatus ORDER BY SortOrder"); s.Text("records", 4, "ApiName") != "Closed" || s.At("records", 4, "IsClosed") != true {
		t.Errorf("statuses: %s", s.Raw)
	}
	if s := r.Must(200, "sync", "GET", "/event/eventSchema/"+schemaID(r.e.schema["case"])+"?payloadFormat=COMPACT", ""); s.Text("name") != "CaseChangeEvent" {
		t.Errorf("schema of events: %s", s.Raw)
	}
	r.Control("POST", "hide", `{"fields":["Case.Sync_Id__c"]}`)
	shown := func(who string) bool {
		return r.Must(200, who, "GET", "/sobjects/Case/describe", "").Find("name", "Sync_Id__c", "fields").Body != nil
	}
	if shown("sync") || !shown("ada") {
		t.Error("field-level security hides a field from the integration user alone")
	}
	r.refused(400, "INVALID_FIELD", "sync", "GET", "/query?q=SELECT+Sync_Id__c+FROM+Case", "")
	r.refused(400, "INVALID_FIELD", "sync", "POST", "/sobjects/Case", `{"Sync_Id__c":"x"}`)
	r.refused(404, "NOT_FOUND", "sync", "PATCH", "/sobjects/Case/Sync_Id__c/x", `{}`)
}
