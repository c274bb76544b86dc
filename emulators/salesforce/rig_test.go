package salesforce

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

const data = "/services/data/v67.0"

// rig is an emulator whose client is held against the vendor's document. People are named by their sessions (sync, ada, …), and paths
// may leave out /services/data/….
type rig struct {
	*bench.Rig
	e *Emulator
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start.Add(30 * time.Second))
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	r.Hold(contract.Load(t, "salesforce").Except(
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "GET /services/oauth2/userinfo", Reason: "the identity page is named in the vendor's guide, not in the cut document"},
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "DELETE " + data + "/composite/sobjects", Reason: "sObject Collections deletes too (vendor guide); the document is cut"},
		contract.Exception{Contains: "the vendor's document has no such operation", Operation: "GET " + data + "/ui-api/object-info/Case/picklist-values/" + RecordTypeProduct, Reason: "the User Interface API has a document of its own"}))
	r.Path = func(path string) string {
		if strings.HasPrefix(path, "/services/") || strings.HasPrefix(path, "/id/") {
			return path
		}
		return data + path
	}
	r.Sign = func(req *http.Request, who string) {
		req.Header.Set("Authorization", "Bearer 00Dxx0000000001!session."+who)
	}
	return r
}

// refused is Must for a 4xx with that error code.
func (r *rig) refused(status int, code, who, method, path, body string, headers ...string) bench.Answer {
	r.T.Helper()
	a := r.Must(status, who, method, path, body, headers...)
	if a.Text(0, "errorCode") != code {
		r.T.Fatalf("%s %s answered %s, want %s", method, path, a.Raw, code)
	}
	return a
}

// quiet creates without assignment rules.
func (r *rig) quiet(who, object, body string) string {
	r.T.Helper()
	return r.Must(201, who, "POST", "/sobjects/"+object, body, "Sforce-Auto-Assign", "FALSE").Text("id")
}

func (r *rig) soql(who, q string) bench.Answer {
	r.T.Helper()
	return r.Must(200, who, "GET", "/query?q="+url.QueryEscape(q), "")
}
