package salesforce

import (
	"sync"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestResetIsAFreshOrganization(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Daily: 50}})
	in := bench.NewInbox(t)
	r.Control("POST", "webhook_target", `{"url":"`+in.URL+`","secret":"one"}`)
	r.Control("POST", "webhook_target", `{"url":"`+in.URL+`","secret":"two"}`)
	r.Control("POST", "hide", `{"fields":["Case.Subject"]}`)
	r.Control("POST", "limits", `{"used":40}`)
	if got := r.Must(200, "ada", "GET", "/limits", "").At("DailyApiRequests", "Remaining"); got != 9.0 {
		t.Errorf("remaining %v", got)
	}
	r.quiet("ada", "Case", `{"Subject":"x"}`)
	if call := in.Next(); Sign("two", call.Header.Get("X-Duplex-Timestamp"), call.Raw) != call.Header.Get("X-Duplex-Signature") {
		t.Error("the same target again changes the secret")
	}
	r.Control("POST", "reset", "")
	if n := r.soql("sync", "SELECT Subject FROM Case").At("totalSize"); n != 0.0 {
		t.Errorf("%v cases after a reset", n)
	}
	if got := r.Must(200, "ada", "GET", "/limits", "").At("DailyApiRequests", "Remaining"); got != 48.0 {
		t.Errorf("remaining after a reset %v", got)
	}
}

func TestMaintenanceIsReadOnly(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x"}`)
	r.Control("POST", "refuse", `{"code":"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE","status":503,"message":"Updates can't be made during maintenance","writes":true}`)
	r.Must(200, "sync", "GET", "/sobjects/Case/"+id, "")
	for method, path := range map[string]string{"POST": "/sobjects/Case", "PATCH": "/sobjects/Case/" + id, "DELETE": "/sobjects/Case/" + id} {
		r.refused(503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "sync", method, path, `{"Subject":"y"}`)
	}
	r.Control("POST", "refuse", `{}`)
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`)
}

// TestRacingUpsertsMakeOneRecord: the unique external id lets one insert win, the others update.
func TestRacingUpsertsMakeOneRecord(t *testing.T) {
	r := newRig(t, Options{})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if a := r.As("sync", "PATCH", "/sobjects/Case/Sync_Id__c/race", `{"Subject":"x"}`); a.Status != 200 && a.Status != 201 {
				t.Errorf("upsert answered %d", a.Status)
			}
		})
	}
	wait.Wait()
	if n := r.soql("sync", "SELECT Id FROM Case").At("totalSize"); n != 1.0 {
		t.Errorf("%v cases", n)
	}
}

func TestASessionLastsAsLongAsItSays(t *testing.T) {
	r := newRig(t, Options{})
	token := r.token(map[string][]string{"grant_type": {"client_credentials"}, "client_id": {ClientID}, "client_secret": {ClientSecret}}).Text("access_token")
	for _, pass := range []struct {
		d      time.Duration
		status int
	}{{2*time.Hour - time.Second, 200}, {time.Second, 401}} {
		r.Pass(pass.d)
		if a := r.As("", "GET", "/limits", "", "Authorization", "Bearer "+token); a.Status != pass.status {
			t.Errorf("after %v more: %d, want %d", pass.d, a.Status, pass.status)
		}
	}
}

// TestATransactionUnderWayHoldsBackWhatIsCovered: Get Updated and Get Deleted say so, each in an answer of the vendor's document.
func TestATransactionUnderWayHoldsBackWhatIsCovered(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x"}`)
	start := r.e.now()
	r.Pass(time.Minute)
	began := r.e.now()
	covered := func() (out []time.Time) {
		window := "?start=" + start.Add(-time.Hour).Format("2006-01-02T15:04:05Z") + "&end=" + r.e.now().Format("2006-01-02T15:04:05Z")
		for _, what := range []string{"updated", "deleted"} {
			out = append(out, unstamp(r.Must(200, "sync", "GET", "/sobjects/Case/"+what+window, "").Text("latestDateCovered")))
		}
		return out
	}
	r.Control("POST", "begin", `{}`)
	r.Pass(10 * time.Minute)
	for _, at := range covered() {
		if !at.Equal(began) {
			t.Errorf("while it is under way %s is covered, want %s", at, began)
		}
	}
	r.Control("POST", "late_commit", `{"id":"`+id+`","values":{"Subject":"late"},"age":"10m"}`)
	for _, at := range covered() {
		if !at.Equal(r.e.now().Truncate(time.Minute)) {
			t.Errorf("once it is committed %s is covered", at)
		}
	}
}
