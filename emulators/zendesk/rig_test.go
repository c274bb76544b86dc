package zendesk

import (
	"fmt"
	"net/http"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// rig is an emulator whose client is held against the vendor's document. People are named by what their address begins with.
type rig struct {
	*bench.Rig
	e *Emulator
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start)
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	r.Hold(contract.Load(t, "zendesk").With(t, "testdata/openapi-more.json"))
	r.Sign = func(req *http.Request, who string) { req.SetBasicAuth(who+"@acme.example/token", "zd-token-"+who) }
	return r
}

// ticket creates a ticket with a first comment by a customer and gives its path.
func (r *rig) ticket(fields string) string {
	r.T.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.Must(201, "ada", "POST", "/api/v2/tickets",
		fmt.Sprintf(`{"ticket":{"subject":"Printer on fire","requester_id":%d,"submitter_id":%d,"comment":{"body":"It burns."}%s}}`, UserCarla, UserCarla, fields))
	return "/api/v2/tickets/" + a.ID("ticket", "id")
}
