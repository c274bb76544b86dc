package azuredevops

import (
	"encoding/json"
	"net/http"
)

// controls are the further paths of the control API; see the package documentation.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"POST /expire": e.postExpire, "POST /race": e.postRace, "POST /rule": e.postRule}
}

// control reads a body and changes the emulator under its lock.
func (e *Emulator) control(w http.ResponseWriter, req *http.Request, body any, change func() bool) {
	if err := json.NewDecoder(req.Body).Decode(body); err != nil {
		http.Error(w, `{"error":"the body is not JSON"}`, http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !change() {
		http.Error(w, `{"error":"the body names something unknown"}`, http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (e *Emulator) postExpire(w http.ResponseWriter, req *http.Request) {
	var body struct{ Account string }
	e.control(w, req, &body, func() bool {
		if body.Account == "" {
			e.expired = map[string]bool{}
			return true
		}
		e.expired[body.Account] = true
		return accountBy(body.Account) != nil
	})
}

func (e *Emulator) postRace(w http.ResponseWriter, req *http.Request) {
	var body struct{ Times int }
	e.control(w, req, &body, func() bool { e.races = body.Times; return true })
}

func (e *Emulator) postRule(w http.ResponseWriter, req *http.Request) {
	var body processRule
	e.control(w, req, &body, func() bool {
		e.rule = nil
		if body.Field == "" {
			return true
		}
		e.rule = &body
		return fieldBy(body.Field) != nil
	})
}
