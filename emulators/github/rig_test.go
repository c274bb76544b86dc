package github

import (
	"fmt"
	"net/http"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// rig is an emulator whose client is held against the vendor's document. People are named by their short names or by their tokens.
type rig struct {
	*bench.Rig
	e *Emulator
}

var tokens = map[string]string{"sync": TokenSync, "ada": TokenAda, "grace": TokenGrace, "linus": TokenLinus, "triage": TokenTriage, "guest": TokenGuest}

// newRig has no limits unless the options set some.
func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start)
	opts.Clock = clock.Now
	opts.Limits = opts.Limits.over(NoLimits())
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	if !opts.Enterprise { // whose paths have a prefix, and the document's have none
		r.Hold(contract.Load(t, "github"))
	}
	r.Sign = func(req *http.Request, who string) {
		token := tokens[who]
		if token == "" {
			token = who
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// answer is a response with what these tests read most.
type answer struct{ bench.Answer }

func (a answer) text(path ...any) string { return fmt.Sprint(a.At(path...)) }

func (a answer) id() int64 { n, _ := a.At("id").(float64); return int64(n) }

func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.T.Helper()
	return answer{r.As(who, method, path, body, headers...)}
}

func (r *rig) must(status int, who, method, path, body string, headers ...string) answer {
	r.T.Helper()
	return answer{r.Must(status, who, method, path, body, headers...)}
}

const appIssues = "/repos/acme/app/issues"

// issue opens an issue of acme/app and gives its path.
func (r *rig) issue(who, fields string) (string, answer) {
	r.T.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, who, "POST", appIssues, `{"title":"Printer on fire"`+fields+`}`)
	return appIssues + "/" + a.text("number"), a
}

func kinds(calls []bench.Message) []string {
	out := []string{}
	for _, c := range calls {
		kind := c.Header.Get("X-GitHub-Event")
		if c.At("action") != nil {
			kind += "." + c.Text("action")
		}
		out = append(out, kind)
	}
	return out
}
