package salesforce

import (
	"sync"
	"testing"
	"time"
)

func TestResetIsAFreshOrganization(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Daily: 50}})
	in := newInbox(t, nil)
	r.control("webhook_target", `{"url":"`+in.URL+`","secret":"one"}`)
	r.control("webhook_target", `{"url":"`+in.URL+`","secret":"two"}`)
	r.control("hide", `{"fields":["Case.Subject"]}`)
	r.control("limits", `{"used":40}`)
	if got := r.must(200, "ada", "GET", "/limits", "").at("DailyApiRequests", "Remaining"); got != 9.0 {
		t.Errorf("remaining %v", got)
	}
	r.quiet("ada", "Case", `{"Subject":"x"}`)
	bodies, heads := in.wait(t, 1)
	if Sign("two", heads[0].Get("X-Duplex-Timestamp"), bodies[0]) != heads[0].Get("X-Duplex-Signature") {
		t.Error("the same target again changes the secret")
	}
	r.control("reset", "")
	if n := r.soql("sync", "SELECT Subject FROM Case").at("totalSize"); n != 0.0 {
		t.Errorf("%v cases after a reset", n)
	}
	if got := r.must(200, "ada", "GET", "/limits", "").at("DailyApiRequests", "Remaining"); got != 48.0 {
		t.Errorf("remaining after a reset %v", got)
	}
}

func TestMaintenanceIsReadOnly(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x"}`)
	r.control("refuse", `{"code":"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE","status":503,"message":"Updates can't be made during maintenance","writes":true}`)
	r.must(200, "sync", "GET", "/sobjects/Case/"+id, "")
	for method, path := range map[string]string{"POST": "/sobjects/Case", "PATCH": "/sobjects/Case/" + id, "DELETE": "/sobjects/Case/" + id} {
		r.refused(503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "sync", method, path, `{"Subject":"y"}`)
	}
	r.control("refuse", `{}`)
	r.must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`)
}

// TestRacingUpsertsMakeOneRecord: the unique external id lets one insert win, the others update.
func TestRacingUpsertsMakeOneRecord(t *testing.T) {
	r := newRig(t, Options{})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if a := r.as("sync", "PATCH", "/sobjects/Case/Sync_Id__c/race", `{"Subject":"x"}`); a.status != 200 && a.status != 201 {
				t.Errorf("upsert answered %d", a.status)
			}
		})
	}
	wait.Wait()
	if n := r.soql("sync", "SELECT Id FROM Case").at("totalSize"); n != 1.0 {
		t.Errorf("%v cases", n)
	}
}

func TestASessionLastsAsLongAsItSays(t *testing.T) {
	r := newRig(t, Options{})
	token := r.token(map[string][]string{"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {ClientSecret}}).text("access_token")
	for _, pass := range []struct {
		d      time.Duration
		status int
	}{{2*time.Hour - time.Second, 200}, {time.Second, 401}} {
		r.pass(pass.d)
		if a := r.as("", "GET", "/limits", "", "Authorization", "Bearer "+token); a.status != pass.status {
			t.Errorf("after %v more: %d, want %d", pass.d, a.status, pass.status)
		}
	}
}
