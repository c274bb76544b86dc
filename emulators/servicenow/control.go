package servicenow

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"duplex/emulators/harness"
)

// controls are the control paths of this vendor; see the package documentation.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /limits":    control(e, func(in Limits) { e.limits = in; e.windows.Reset() }),
		"POST /hibernate": control(e, func(in struct{ On bool }) { e.play.hibernating = in.On }),
		"POST /cancel":    control(e, func(in struct{ Lists, Creates int }) { e.play.lists, e.play.creates = in.Lists, in.Creates }),
		"POST /property":  control(e, func(in struct{ Name, Value string }) { e.st.Props[in.Name] = in.Value }),
		"POST /roles": control(e, func(in struct {
			User  string
			Roles []string
		}) {
			e.st.Roles[in.User] = in.Roles
		}),
		"POST /rule":               control(e, func(in customRule) { e.play.rule = in }),
		"POST /members":            control(e, func(in struct{ On bool }) { e.play.members = in.On }),
		"POST /push":               control(e, func(in struct{ Hold bool }) { e.play.hold = in.Hold; e.push(nil) }),
		"POST /late":               e.postLate,
		"POST /autoclose/{sys_id}": e.postAutoclose,
	}
}

// control makes a handler that decodes a body and applies it alone.
func control[T any](e *Emulator, apply func(T)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var in T
		if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
			harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		apply(in)
		if err := e.save(); err != nil {
			harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// postLate makes an update of a job visible whose sys_updated_on is in the past: it was under way for that long. A quiet one is
// of a script that switched the system fields off (autoSysFields).
func (e *Emulator) postLate(w http.ResponseWriter, req *http.Request) {
	var in struct {
		Table string            `json:"table"`
		SysID string            `json:"sys_id"`
		Set   map[string]string `json:"set"`
		Age   string            `json:"age"`
		Quiet bool              `json:"quiet"`
	}
	err := json.NewDecoder(req.Body).Decode(&in)
	age, parsed := time.ParseDuration(in.Age)
	if err != nil || in.Age != "" && parsed != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": "the body is not the JSON this call takes"})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.st.Rows[in.Table][in.SysID]
	if r == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	next := maps.Clone(r)
	maps.Copy(next, in.Set)
	c := &call{e: e, req: req, user: e.st.userNamed(UserAda), now: e.now().Add(-age)}
	if in.Quiet {
		e.st.put(in.Table, next)
	} else {
		_, err = c.commit(e.table(in.Table), r, next, nil)
	}
	if err == nil {
		err = e.save()
	}
	if err != nil {
		harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
		return
	}
	e.push(c.events)
	w.WriteHeader(http.StatusNoContent)
}

// postAutoclose closes a resolved incident as the scheduled job does: under an administrator's name.
func (e *Emulator) postAutoclose(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.st.Rows["incident"][req.PathValue("sys_id")]
	if r == nil || r["state"] != "6" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	c := &call{e: e, req: req, user: e.st.userNamed(UserAda), now: e.now()}
	next := maps.Clone(r)
	next["state"] = "7"
	_, err := c.commit(e.table("incident"), r, next, nil)
	if err == nil {
		err = e.save()
	}
	if err != nil {
		harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
		return
	}
	e.push(c.events)
	w.WriteHeader(http.StatusNoContent)
}
