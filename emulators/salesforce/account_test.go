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
)

func (r *rig) token(form url.Values) answer {
	return r.as("", "POST", "/services/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestClientCredentials(t *testing.T) {
	r := newRig(t, Options{SessionLife: 15 * time.Minute})
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {ClientSecret}}
	a := r.token(form)
	if a.status != 200 || a.text("instance_url") != r.url || a.text("token_type") != "Bearer" || a.at("expires_in") != nil || a.at("refresh_token") != nil {
		t.Fatalf("token: %s", a.raw)
	}
	bearer := []string{"Authorization", "Bearer " + a.text("access_token")}
	if who := r.must(200, "", "GET", "/services/oauth2/userinfo", "", bearer...); who.text("user_id") != UserSync || who.text("organization_id") != OrgID {
		t.Errorf("identity: %s", who.raw)
	}
	r.pass(15 * time.Minute)
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "", bearer...)
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "")
	r.refused(401, "INVALID_SESSION_ID", "nobody", "GET", "/limits", "")
	bearer[1] = "Bearer " + r.token(form).text("access_token")
	r.must(200, "", "GET", "/limits", "", bearer...)
	r.control("expire", "")
	r.refused(401, "INVALID_SESSION_ID", "", "GET", "/limits", "", bearer...)
	form.Set("client_secret", "wrong")
	if a := r.token(form); a.status != 400 || a.text("error") != "invalid_client" {
		t.Errorf("a wrong secret: %s", a.raw)
	}
	if a := r.token(url.Values{"grant_type": {"password"}, "username": {"ada@acme.example.crm"}, "password": {"x"}}); a.text("error") != "invalid_grant" {
		t.Errorf("passwords are blocked: %s", a.raw)
	}
	r.control("instance", `{"url":"https://moved.example"}`)
	form.Set("client_secret", ClientSecret)
	if a := r.token(form); a.text("instance_url") != "https://moved.example" {
		t.Errorf("after a migration: %s", a.raw)
	}
	if a := r.must(200, "", "GET", "/services/data/", ""); a.len() < 3 {
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
			fmt.Appendf(nil, `{"iss":%q,"sub":%q,"aud":%q,"exp":%d}`, iss, sub, aud, r.clock().Add(in).Unix()))
		sum := sha256.Sum256([]byte(raw))
		sig, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		return raw + "." + base64.RawURLEncoding.EncodeToString(sig)
	}
	grant := func(assertion string) answer {
		return r.token(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
	}
	good := claims(ClientID, "sync@acme.example.crm", r.url, 2*time.Minute)
	if a := grant(good); a.status != 400 {
		t.Errorf("without a certificate: %s", a.raw)
	}
	r.control("certificate", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	if a := grant(good); a.status != 200 || a.text("access_token") == "" {
		t.Errorf("a good assertion: %s", a.raw)
	}
	for assertion, reason := range map[string]string{
		claims("other", "sync@acme.example.crm", r.url, time.Minute):                        "another app",
		claims(ClientID, "sync@acme.example", r.url, time.Minute):                           "an address is no user name",
		claims(ClientID, "grace@acme.example.crm", r.url, time.Minute):                      "Grace has not approved the app",
		claims(ClientID, "sync@acme.example.crm", "https://else.example", time.Minute):      "another audience",
		claims(ClientID, "sync@acme.example.crm", r.url, 4*time.Minute):                     "more than three minutes to live",
		claims(ClientID, "sync@acme.example.crm", r.url, -time.Second):                      "expired",
		good[:len(good)-4] + "AAAA":                                                         "another signature",
		"x.y":                                                                               "no assertion",
		strings.Replace(good, ".", ".e30", 1):                                               "claims that do not parse",
		claims(ClientID, "former@acme.example.crm", "https://login.salesforce.com", 60*1e9): "an inactive user",
	} {
		if a := grant(assertion); a.status != 400 {
			t.Errorf("%s: %d %s", reason, a.status, a.raw)
		}
	}
}

func TestRequestLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Daily: 3}})
	if got := r.must(200, "sync", "GET", "/limits", ""); got.header.Get("Sforce-Limit-Info") != "api-usage=1/3" || got.at("DailyApiRequests", "Remaining") != 2.0 {
		t.Errorf("usage: %s %s", got.header.Get("Sforce-Limit-Info"), got.raw)
	}
	r.must(200, "ada", "GET", "/limits", "")
	r.must(404, "sync", "GET", "/sobjects/Case/x", "")
	a := r.refused(403, "REQUEST_LIMIT_EXCEEDED", "sync", "GET", "/limits", "")
	if a.text(0, "message") != "TotalRequests Limit exceeded." || a.header.Get("Retry-After") != "" {
		t.Errorf("over the quota: %v %s", a.header, a.raw)
	}
	r.pass(24 * time.Hour)
	r.must(200, "sync", "GET", "/limits", "")
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
		a := r.must(c.status, "sync", "GET", "/limits", "")
		if !strings.Contains(string(a.raw), c.want) || a.header.Get("Retry-After") != "" {
			t.Errorf("%s: %s", c.fault.Kind, a.raw)
		}
	}
}

func TestDescribe(t *testing.T) {
	r := newRig(t, Options{})
	r.must(200, "sync", "GET", "/sobjects", "")
	find := func(a answer, name string) map[string]any {
		for i := range a.len("fields") {
			if a.text("fields", i, "name") == name {
				return a.at("fields", i).(map[string]any)
			}
		}
		return nil
	}
	a := r.must(200, "sync", "GET", "/sobjects/Case/describe", "")
	if f := find(a, "Component__c"); f["dependentPicklist"] != true || f["controllerName"] != "Product__c" ||
		f["picklistValues"].([]any)[1].(map[string]any)["validFor"] != "wA==" {
		t.Errorf("dependent picklist: %v", f)
	}
	if f := find(a, "Analysis__c"); f["htmlFormatted"] != true || f["type"] != "textarea" {
		t.Errorf("rich text: %v", f)
	}
	if f := find(a, "Sync_Id__c"); f["externalId"] != true || f["unique"] != true || f["custom"] != true {
		t.Errorf("external id: %v", f)
	}
	if f := find(a, "Age_Days__c"); f["calculated"] != true || f["createable"] != false {
		t.Errorf("formula: %v", f)
	}
	if a.len("recordTypeInfos") != 3 {
		t.Errorf("record types: %v", a.at("recordTypeInfos"))
	}
	if f := find(r.must(200, "sync", "GET", "/sobjects/Escalation__c/describe", ""), "Stage__c"); f["nillable"] != false || f["defaultedOnCreate"] != false {
		t.Errorf("required: %v", f)
	}
	r.must(304, "sync", "GET", "/sobjects/Case/describe", "", "If-Modified-Since", a.header.Get("Last-Modified"))
	r.must(404, "sync", "GET", "/sobjects/Nope__c/describe", "")
	if p := r.must(200, "sync", "GET", "/ui-api/object-info/Case/picklist-values/"+RecordTypeProduct, ""); p.len("picklistFieldValues", "Status", "values") != 4 {
		t.Errorf("values of a record type: %s", p.raw)
	}
	if s := r.soql("sync", "SELECT ApiName, IsClosed FROM CaseStatus ORDER BY SortOrder"); s.text("records", 4, "ApiName") != "Closed" || s.at("records", 4, "IsClosed") != true {
		t.Errorf("statuses: %s", s.raw)
	}
	if s := r.must(200, "sync", "GET", "/event/eventSchema/"+schemaID(r.e.schema["case"])+"?payloadFormat=COMPACT", ""); s.text("name") != "CaseChangeEvent" {
		t.Errorf("schema of events: %s", s.raw)
	}
	r.control("hide", `{"fields":["Case.Sync_Id__c"]}`)
	if find(r.must(200, "sync", "GET", "/sobjects/Case/describe", ""), "Sync_Id__c") != nil || find(r.must(200, "ada", "GET", "/sobjects/Case/describe", ""), "Sync_Id__c") == nil {
		t.Error("field-level security hides a field from the integration user alone")
	}
	r.refused(400, "INVALID_FIELD", "sync", "GET", "/query?q=SELECT+Sync_Id__c+FROM+Case", "")
	r.refused(400, "INVALID_FIELD", "sync", "POST", "/sobjects/Case", `{"Sync_Id__c":"x"}`)
	r.refused(404, "NOT_FOUND", "sync", "PATCH", "/sobjects/Case/Sync_Id__c/x", `{}`)
}
