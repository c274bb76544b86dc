package freshservice

import (
	"fmt"
	"net/http"

	"duplex/emulators/harness"
	fw "duplex/emulators/harness/freshworks"
)

// workflow is what an administrator enters by hand.
type workflow struct {
	Name, Kind         string
	Workspace          int64
	On                 string // created or updated
	URL, Method        string
	Headers            map[string]string
	User, Pass, Body   string
	Simple             bool
	Performers, Except []string // e-mail addresses
}

// add keeps a workflow; false where it makes no sense.
func (e *Emulator) add(w workflow) bool {
	st := e.account.State
	if w.Kind == "" {
		w.Kind = "ticket"
	}
	u := &fw.Rule{Name: w.Name, Kind: w.Kind, Type: 4, Active: true, Workspace: w.Workspace, Events: fw.AnyChange(), URL: w.URL, Method: w.Method,
		Headers: w.Headers, User: w.User, Pass: w.Pass, Simple: w.Simple, Body: w.Body}
	if w.On == "created" {
		u.Type, u.Events = 1, nil
	}
	for to, mails := range map[*[]int64][]string{&u.Performers: w.Performers, &u.Except: w.Except} {
		for _, mail := range mails {
			one := st.ByMail(mail)
			if one == nil {
				return false
			}
			*to = append(*to, one.ID)
		}
	}
	if st.Records[w.Kind] == nil || w.URL == "" || w.Body == "" && !w.Simple {
		return false
	}
	e.account.AddRule(u)
	return true
}

// target makes workflows for everything that happens to every kind. The same address again only changes the secret.
func (e *Emulator) target(address, secret string) error {
	var err error
	e.account.Locked(func() {
		for id, u := range e.account.State.Rules {
			if u.URL == address {
				delete(e.account.State.Rules, id)
			}
		}
		for _, kind := range []string{"ticket", "problem", "change"} {
			for _, on := range []string{"created", "updated"} {
				if !e.add(workflow{Name: "control target", Kind: kind, On: on, URL: address, Headers: fw.SecretHeaders(secret),
					Body: fmt.Sprintf(`{"%s_id":"{{%s.id_numeric}}"}`, kind, kind)}) {
					err = fmt.Errorf("no workflow can call %q", address)
				}
			}
		}
		if err == nil {
			err = e.account.Save()
		}
	})
	return err
}

// controls are the control paths of this desk alone.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	a := e.account
	return map[string]http.HandlerFunc{
		"POST /workflows": fw.Control(a, func(w workflow) (any, bool) { return nil, e.add(w) }),
		"POST /matrix": fw.Control(a, func(in struct{ On bool }) (any, bool) {
			a.State.Extra["matrix"] = in.On
			return nil, true
		}),
		"POST /service_request": fw.Control(a, func(in struct{ Subject, Email string }) (any, bool) {
			one := a.State.ByMail(in.Email)
			if one == nil {
				return nil, false
			}
			c := &call{A: a, Now: a.Now(), By: one, In: object{}}
			r := c.NewRecord("ticket", WorkspaceIT)
			r.Values = map[string]any{"subject": in.Subject, "type": serviceRequest, "status": float64(StatusOpen), "priority": 1.0, "urgency": 1.0,
				"impact": 1.0, "source": 2.0, "requester_id": float64(one.ID), "requested_for_id": float64(one.ID)}
			c.Keep(nil, r, "created")
			return object{"id": r.ID}, true
		}),
		"POST /approve/{id}": func(w http.ResponseWriter, req *http.Request) {
			a.Locked(func() {
				a.State.Extra["approved/"+req.PathValue("id")] = true
				if err := a.Save(); err != nil {
					harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
					return
				}
				w.WriteHeader(http.StatusNoContent)
			})
		},
	}
}
