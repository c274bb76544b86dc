package asana

import (
	"encoding/json"
	"net/http"
	"time"

	"duplex/emulators/harness"
)

// controls are the control paths of this vendor; see the package documentation.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	locked := func(run func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, req *http.Request) {
			e.mu.Lock()
			defer e.mu.Unlock()
			run(w, req)
		}
	}
	return map[string]http.HandlerFunc{
		"POST /oauth_code":  locked(e.postCode),
		"POST /expire_sync": locked(func(w http.ResponseWriter, _ *http.Request) { e.st.SyncFloor = e.now(); w.WriteHeader(204) }),
		"POST /expire_offsets": locked(func(w http.ResponseWriter, _ *http.Request) {
			e.offsetsEnd = e.now().Add(time.Millisecond)
			w.WriteHeader(204)
		}),
		"POST /tick":           locked(func(w http.ResponseWriter, _ *http.Request) { e.tick(e.now()); w.WriteHeader(204) }),
		"POST /undelete/{gid}": locked(e.postUndelete),
		"POST /rule/{gid}":     locked(e.postRule),
		"POST /limits":         locked(e.postLimits),
	}
}

func (e *Emulator) postCode(w http.ResponseWriter, _ *http.Request) {
	code := e.secret("code")
	e.st.Codes[code] = e.now().Add(10 * time.Minute)
	_ = e.save()
	harness.WriteJSON(w, http.StatusCreated, object{"code": code})
}

func (e *Emulator) postLimits(w http.ResponseWriter, req *http.Request) {
	var l Limits
	if err := json.NewDecoder(req.Body).Decode(&l); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	e.limits = l.over(e.limits)
	harness.WriteJSON(w, http.StatusOK, e.limits)
}

// postUndelete takes a task out of the trash, as Ada does in the web app.
func (e *Emulator) postUndelete(w http.ResponseWriter, req *http.Request) {
	t := e.st.Tasks[req.PathValue("gid")]
	if t == nil || t.Deleted.IsZero() || e.now().Sub(t.Deleted) > 30*24*time.Hour {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	c := &call{e: e, req: req, now: e.now(), grant: grant{user: UserAda}, source: "web"}
	t.Deleted = time.Time{}
	c.emit(event{Action: "undeleted", Resource: *t.thing(), Scope: e.scope(t)})
	e.indexTask(t, c.now)
	e.end(w, c, nil)
}

// postRule changes a task as the system does: its events have no user.
func (e *Emulator) postRule(w http.ResponseWriter, req *http.Request) {
	t := e.st.Tasks[req.PathValue("gid")]
	if t == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	c := &call{e: e, req: req, now: e.now(), source: "unknown"}
	if err := json.NewDecoder(req.Body).Decode(&c.data); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	p, err := c.prepare(t)
	if err == nil {
		p.into(c, t, false)
	}
	e.end(w, c, err)
}

func (e *Emulator) end(w http.ResponseWriter, c *call, err error) {
	if err == nil {
		err = c.finish()
	}
	if err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
