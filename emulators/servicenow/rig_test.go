package servicenow

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// rig is an emulator whose client is held against the document of the vendor's API. Its clock stands half a second after a whole one.
type rig struct {
	*bench.Rig
	e *Emulator
}

// users are the short names that tests use.
var users = map[string]string{"sync": UserSync, "ada": UserAda, "grace": UserGrace, "linus": UserLinus, "triage": UserTriage, "carla": UserCarla}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start.Add(500 * time.Millisecond))
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	r.Hold(contract.Load(t, "servicenow"))
	r.Sign = func(req *http.Request, who string) { req.SetBasicAuth(users[who], "sn-password-"+who) }
	return r
}

// answer is a response as the vendor wraps it: under result, or under error.
type answer struct{ bench.Answer }

func (a answer) field(name string) any { return a.At("result", name) }

func (a answer) text(name string) string { return a.Text("result", name) }

func (a answer) list() []bench.Message { return a.List("result") }

func (a answer) column(name string) string { return strings.Join(a.Column(name, "result"), " ") }

func (a answer) problem() string {
	return fmt.Sprint(a.At("error", "message"), ": ", a.At("error", "detail"))
}

func (r *rig) as(who, method, path, body string, headers ...string) answer {
	r.T.Helper()
	return answer{r.As(who, method, path, body, headers...)}
}

func (r *rig) must(status int, who, method, path, body string, headers ...string) answer {
	r.T.Helper()
	return answer{r.Must(status, who, method, path, body, headers...)}
}

// query lists rows of a table by an encoded query.
func (r *rig) query(who, table, query string, more ...string) answer {
	r.T.Helper()
	return r.must(200, who, "GET", "/api/now/table/"+table+"?"+strings.Join(append(more, "sysparm_query="+url.QueryEscape(query)), "&"), "")
}

// incident makes an incident of Carla's and gives its path.
func (r *rig) incident(fields string) string {
	r.T.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.must(201, "ada", "POST", "/api/now/table/incident", fmt.Sprintf(`{"short_description":"Printer on fire","caller_id":%q%s}`, ID("sys_user", UserCarla), fields))
	return "/api/now/table/incident/" + a.text("sys_id")
}

func idOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }
