package salesforce

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// controls are the control paths of this vendor; see the package documentation.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /certificate": func(w http.ResponseWriter, req *http.Request) {
			text, err := io.ReadAll(req.Body)
			e.control(w, err, func() string {
				if publicKey(text) == nil {
					return "the body is no PEM certificate or public key of RSA"
				}
				e.st.Cert = text
				return ""
			})
		},
		"POST /expire": func(w http.ResponseWriter, _ *http.Request) {
			e.control(w, nil, func() string { e.st.Sessions = map[string]*session{}; return "" })
		},
		"POST /instance": control(e, func(in struct{ URL string }) string {
			e.st.Instance = strings.TrimSuffix(in.URL, "/")
			return ""
		}),
		"POST /limits": control(e, func(in struct {
			Limits
			Used int `json:"used"`
		}) string {
			e.limits = in.Limits.over(e.limits)
			for range in.Used {
				e.usage.Take("day", e.limits.Daily, 24*time.Hour, e.now())
			}
			return ""
		}),
		"POST /refuse": control(e, func(in refusal) string {
			e.refused = nil
			if in.Code != "" {
				e.refused = append(e.refused, &in)
			}
			return ""
		}),
		"POST /hide": control(e, func(in struct{ Fields []string }) string {
			e.st.Hidden, e.st.Schema = map[string]bool{}, e.now()
			for _, f := range in.Fields {
				e.st.Hidden[f] = true
			}
			return ""
		}),
		"POST /validation": control(e, func(in validation) string {
			e.st.Rules = append(e.st.Rules, &in)
			if in.Object == "" {
				e.st.Rules = nil
			}
			return ""
		}),
		"POST /flow": control(e, func(in flow) string {
			e.st.Flows = append(e.st.Flows, &in)
			if in.Object == "" {
				e.st.Flows = nil
			}
			return ""
		}),
		"POST /begin":         control(e, func(struct{}) string { e.st.Began = e.now(); return "" }),
		"POST /late_commit":   control(e, e.lateCommit),
		"POST /gap":           control(e, func(in struct{ ID string }) string { return e.replay(in.ID, "GAP_UPDATE") }),
		"POST /undelete/{id}": e.postUndelete,
		"POST /relay": control(e, func(in relay) string {
			if !slices.Contains([]string{"", "cometd", "pubsub"}, in.Form) || in.URL == "" {
				return "a relay needs a url, and its form is cometd or pubsub"
			}
			_ = e.addRelay(in)
			return ""
		}),
		"POST /outbound_message": control(e, e.addMessage),
	}
}

// control runs one change of the organization's setup; a text is why it is refused.
func (e *Emulator) control(w http.ResponseWriter, err error, run func() string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	problem := ""
	if err == nil {
		problem = run()
	}
	if problem == "" && err == nil {
		err = e.save()
	}
	if err != nil {
		problem = err.Error()
	}
	if problem != "" {
		harness.WriteJSON(w, http.StatusBadRequest, row{"error": problem})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// control decodes the body of a control call.
func control[T any](e *Emulator, run func(T) string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var in T
		err := json.NewDecoder(req.Body).Decode(&in)
		e.control(w, err, func() string { return run(in) })
	}
}

// lateCommit stores a change whose SystemModstamp lies in the past: its transaction began then and is committed now. It is the one
// that is under way, if one is.
func (e *Emulator) lateCommit(in struct {
	ID     string
	Values map[string]any
	Age    string
}) string {
	r := e.st.live(in.ID)
	age, err := time.ParseDuration(in.Age)
	if r == nil || err != nil {
		return "a late commit needs the id of a record and an age such as 2m"
	}
	next := r.clone()
	for name, v := range in.Values {
		next.set(name, v)
	}
	at := stamp(e.now().Add(-age))
	next.Values["SystemModstamp"], next.Values["LastModifiedDate"], next.Values["LastModifiedById"] = at, at, UserAda
	e.st.put(next)
	e.st.Began = time.Time{}
	return ""
}

// replay sends an event about a record that does not change.
func (e *Emulator) replay(id, kind string) string {
	r := e.st.find(id)
	if r == nil {
		return "no record with that id"
	}
	e.send([]change{{kind: kind, object: e.schema[lower(r.Object)], before: r, after: r, user: UserAda}})
	return ""
}

// postUndelete restores a record from the recycle bin, with the children that went in the same second.
func (e *Emulator) postUndelete(w http.ResponseWriter, req *http.Request) {
	e.control(w, nil, func() string {
		r := e.st.find(req.PathValue("id"))
		if r == nil || !r.deleted() {
			return "no deleted record with that id"
		}
		gone := r.text("SystemModstamp")
		for _, one := range e.st.Records {
			kin := one.ID == r.ID || one.text("ParentId") == r.ID || one.text("LinkedEntityId") == r.ID || one.text("CaseId") == r.ID
			if !kin || !one.deleted() || one.text("SystemModstamp") != gone {
				continue
			}
			next := one.clone()
			next.Values["IsDeleted"], next.Values["SystemModstamp"], next.Values["LastModifiedDate"] = false, stamp(e.now()), stamp(e.now())
			e.st.put(next)
		}
		return e.replay(r.ID, "UNDELETE")
	})
}

// addMessage defines an outbound message. Without fields it carries those that tell who changed what when.
func (e *Emulator) addMessage(m message) string {
	o := e.schema[lower(m.Object)]
	if o == nil || m.URL == "" {
		return "an outbound message needs a url and an object"
	}
	if m.Fields == nil {
		m.Fields = []string{"LastModifiedById", "LastModifiedDate", "SystemModstamp"}
		if o.field("ParentId") != nil {
			m.Fields = append(m.Fields, "ParentId")
		}
	}
	for i, name := range m.Fields {
		f := o.field(name)
		if f == nil {
			return o.name + " has no field " + name
		}
		m.Fields[i] = f.name
	}
	m.Object, m.ID = o.name, e.st.newID("04k")
	e.st.Messages = append(e.st.Messages, &m)
	return ""
}
