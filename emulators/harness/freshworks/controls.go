package freshworks

import (
	"encoding/json"
	"net/http"

	"duplex/emulators/harness"
)

// controls are the control paths both desks have.
//
//	GET  /_control/mails        the mails that went to people outside: [{"ticket":1,"why":"reply","to":[…]}]
//	POST /_control/limits       {"total":200,"create":80,"update":80,"view":80,"list":20,"people":20}; negative is no limit, 0 or absent keeps
//	POST /_control/required     {"agents":["cf_x"],"closure":["cf_y"]}: fields the form asks for, always and to close
//	POST /_control/person       {"email":"…","admin":false,"active":false,"deleted":true}: changes a person
//	POST /_control/spam/{id}    marks a ticket as spam, or takes it out again
func (a *Account) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /mails": func(w http.ResponseWriter, _ *http.Request) { harness.WriteJSON(w, http.StatusOK, List(a.Mails())) },
		"POST /limits": Control(a, func(in Limits) (any, bool) {
			a.limits = in.over(a.limits)
			return a.limits, true
		}),
		"POST /required": Control(a, func(in Needed) (any, bool) {
			a.needed = in
			return in, true
		}),
		"POST /person": Control(a, func(in struct {
			Email                  string
			Admin, Active, Deleted *bool
		}) (any, bool) {
			one := a.State.ByMail(in.Email)
			if one == nil {
				return nil, false
			}
			for to, v := range map[*bool]*bool{&one.Admin: in.Admin, &one.Active: in.Active, &one.Deleted: in.Deleted} {
				if v != nil {
					*to = *v
				}
			}
			return nil, true
		}),
		"POST /spam/{id}": func(w http.ResponseWriter, req *http.Request) {
			a.ActAs(w, req, "ticket", func(c *Call, r *Record) {
				next := r.Clone()
				next.Spam = !r.Spam
				c.Keep(r, next, "updated")
			})
		},
	}
}

// Control makes a control path of a function that runs while no call runs. found false is a 404.
func Control[T any](a *Account, run func(T) (out any, found bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var in T
		if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
			harness.WriteJSON(w, http.StatusBadRequest, Object{"error": err.Error()})
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		out, found := run(in)
		switch {
		case !found:
			w.WriteHeader(http.StatusNotFound)
		case a.Save() != nil:
			w.WriteHeader(http.StatusInternalServerError)
		case out == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			harness.WriteJSON(w, http.StatusOK, out)
		}
	}
}

// ActAs lets an administrator of the account do something to the record the control path names.
func (a *Account) ActAs(w http.ResponseWriter, req *http.Request, kind string, act func(*Call, *Record)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &Call{A: a, W: w, Req: req, Now: a.Now(), By: a.State.ByMail("ada@acme.example"), In: Object{}}
	r := a.State.Records[kind][c.ID("id")]
	if r == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	act(c, r)
	if err := c.finish(); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
