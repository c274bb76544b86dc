package salesforce_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/salesforce"
	"duplex/core"
	emulator "duplex/emulators/salesforce"
)

func TestNewSaysWhatIsMissing(t *testing.T) {
	a := newOrganization(t)
	for _, tc := range []struct {
		reason string
		change func(*core.System)
		want   string
	}{
		{"no address", func(s *core.System) { s.BaseURL = "acme.my.salesforce.com" }, "base_url"},
		{"no client", func(s *core.System) { s.Auth = map[string]string{"client_secret": "x"} }, "auth.client_id"},
		{"no secret", func(s *core.System) { s.Auth = map[string]string{"client_id": "x"} }, "auth.client_secret"},
		{"no key", func(s *core.System) { s.Auth = map[string]string{"method": "jwt", "client_id": "x", "username": "u"} }, "auth.private_key"},
		{"a key that is none", func(s *core.System) {
			s.Auth = map[string]string{"method": "jwt", "client_id": "x", "username": "u", "private_key": "a-private-key"}
		}, "PEM"},
		{"an unknown way", func(s *core.System) { s.Auth["method"] = "password" }, "auth.method"},
		{"a share that is none", func(s *core.System) { s.Settings["quota_share"] = "200" }, "quota_share"},
		{"a field that is none", func(s *core.System) { s.Settings["external_id"] = "Sync Id" }, "external_id"},
	} {
		s := a.system("sync")
		tc.change(&s)
		_, err := salesforce.New(connectors.Config{System: s})
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "crm") || strings.Contains(err.Error(), "a-private-key") {
			t.Errorf("%s: came out as %v", tc.reason, err)
		}
	}
}

func TestBothWaysToSignIn(t *testing.T) {
	a := newOrganization(t)
	for who, id := range map[string]string{"sync": emulator.UserSync, "ada": emulator.UserAda} {
		self, err := a.connector(who).Self(t.Context())
		if err != nil || self.ID() != id || self.Email() != who+"@acme.example" {
			t.Errorf("%s is %+v, %v", who, self, err)
		}
	}
	if _, err := a.connector("grace").Self(t.Context()); connectors.Class(err) != "denied" {
		t.Errorf("who has not approved the app came out as %v", err)
	}
}

func TestASessionThatEndedIsRenewed(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.control("expire", "{}")
	if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil {
		t.Error(err)
	}
}

func TestTheAddressComesWithTheToken(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	moved := strings.Replace(a.url, "127.0.0.1", "localhost", 1)
	a.control("instance", `{"url":"`+moved+`"}`)
	a.control("expire", "{}")
	_, _ = c.Get(t.Context(), o.Ref.ID, connectors.Want{}) // gets the new token
	host := ""
	a.before = func(r *http.Request) { host = r.URL.Host }
	if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil || !strings.HasPrefix(host, "localhost:") {
		t.Errorf("called %s, %v", host, err)
	}
}

func TestRefusalsHaveClasses(t *testing.T) {
	for _, tc := range []struct {
		reason, control string
		class           string
		after           time.Duration
		maintenance     bool
		field           string
	}{
		{"the calls of the day", `{"code":"REQUEST_LIMIT_EXCEEDED","status":403,"message":"TotalRequests Limit exceeded.","times":1}`, "busy", time.Hour, false, ""},
		{"too many long calls", `{"code":"REQUEST_LIMIT_EXCEEDED","status":403,"message":"ConcurrentPerOrgLongTxn Limit exceeded.","times":1}`, "busy", 30 * time.Second, false, ""},
		{"a locked row", `{"code":"UNABLE_TO_LOCK_ROW","status":400,"message":"unable to obtain exclusive access","times":1,"writes":true}`, "busy", 2 * time.Second, false, ""},
		{"a locked row below a flow", `{"code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","status":400,"message":"Escalate: caused by: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access","times":1,"writes":true}`, "busy", 2 * time.Second, false, ""},
		{"read only for maintenance", `{"code":"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE","status":400,"message":"x","times":1,"writes":true}`, "busy", time.Minute, true, ""},
		{"down", `{"code":"SERVER_UNAVAILABLE","status":503,"message":"x","times":1}`, "busy", time.Minute, true, ""},
		{"no right", `{"code":"INSUFFICIENT_ACCESS_OR_READONLY","status":403,"message":"x","times":1,"writes":true}`, "denied", 0, false, ""},
		{"storage", `{"code":"STORAGE_LIMIT_EXCEEDED","status":400,"message":"x","times":1,"writes":true}`, "denied", 0, false, ""},
		{"an approval", `{"code":"ENTITY_IS_LOCKED","status":400,"message":"x","times":1,"writes":true}`, "invalid", 0, false, ""},
		{"a flow that fails", `{"code":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","status":400,"message":"x","times":1,"writes":true}`, "invalid", 0, false, ""},
	} {
		a := newOrganization(t)
		c := a.connector("sync")
		o := a.create(c, nil)
		a.control("refuse", tc.control)
		_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Subject": core.String("secret words")}}, "", connectors.Want{})
		if connectors.Class(err) != tc.class {
			t.Errorf("%s: came out as %v", tc.reason, err)
			continue
		}
		var busy *connectors.BusyError
		if errors.As(err, &busy) && (busy.After != tc.after || busy.Maintenance != tc.maintenance) {
			t.Errorf("%s: %+v", tc.reason, busy)
		}
		if strings.Contains(err.Error(), "secret words") {
			t.Errorf("%s: the error has content", tc.reason)
		}
	}
}

func TestAValidationRuleIsToldInItsWords(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.control("validation", `{"object":"Case","when":{"Status":"Closed"},"needs":"Reason","message":"Say why it was closed"}`)
	_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Status": core.Option("Closed", "")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "Say why it was closed") {
		t.Errorf("came out as %v", err)
	}
}

func TestTheQuotaIsLeftToOthers(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.control("limits", `{"daily":1000,"used":850}`)
	if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil && connectors.Class(err) != "busy" {
		t.Fatal(err)
	}
	calls := 0
	a.before = func(*http.Request) { calls++ }
	_, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{})
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || busy.After <= 0 || busy.After > 15*time.Minute || calls != 0 {
		t.Errorf("with 85 %% used: %v after %d calls", err, calls)
	}
	a.control("limits", `{"daily":100000,"used":10}`)
	a.Pass(16 * time.Minute)
	if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil {
		t.Errorf("with 1 %% used: %v", err)
	}
}

func TestAHiddenFieldIsSaid(t *testing.T) {
	a := newOrganization(t)
	a.control("hide", `{"fields":["Case.Sync_Id__c","Case.Severity__c"]}`)
	c := a.connector("sync")
	_, err := c.Create(t.Context(), core.Draft{Type: "Case", Mark: "dx-" + strings.Repeat("a", 26), Fields: map[string]core.Value{"Subject": core.String("x")}})
	if connectors.Class(err) != "denied" || !strings.Contains(err.Error(), "Sync_Id__c") {
		t.Errorf("without the field for marks: %v", err)
	}
	if _, err = c.Find(t.Context(), caseType, "dx-"+strings.Repeat("a", 26)); connectors.Class(err) != "denied" {
		t.Errorf("looking for a mark: %v", err)
	}
	d, err := c.Describe(t.Context(), caseType)
	if _, ok := d.Find("Severity__c"); ok || err != nil {
		t.Errorf("a hidden field is described: %v", err)
	}
	wrong := 0
	for _, f := range c.Check(t.Context(), caseType) {
		if f.State == connectors.Wrong {
			wrong++
		}
	}
	if wrong != 1 {
		t.Errorf("the check finds %d things wrong, want the field for marks", wrong)
	}
}
