package zendesk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"duplex/emulators/harness"
)

// controls are the control paths of this vendor; see the package documentation.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /oauth_code": e.postCode,
		"POST /trigger":    e.postTrigger,
		"POST /limits":     e.postLimits,
		"POST /close/{id}": e.postClose,
		"POST /required":   e.postRequired,
	}
}

func (e *Emulator) postCode(w http.ResponseWriter, _ *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	code := e.secret("code")
	e.st.Codes[code] = e.now().Add(120 * time.Second)
	_ = e.save()
	harness.WriteJSON(w, http.StatusCreated, object{"code": code})
}

func (e *Emulator) postTrigger(w http.ResponseWriter, req *http.Request) {
	var tr trigger
	if err := json.NewDecoder(req.Body).Decode(&tr); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trigger = &tr
	if tr.AddTag == "" && tr.Priority == "" {
		e.trigger = nil
	}
	w.WriteHeader(http.StatusNoContent)
}

func (e *Emulator) postLimits(w http.ResponseWriter, req *http.Request) {
	var l Limits
	if err := json.NewDecoder(req.Body).Decode(&l); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.limits = l.over(e.limits)
	harness.WriteJSON(w, http.StatusOK, e.limits)
}

// postRequired says which custom fields have to be filled to solve a ticket, from now on.
func (e *Emulator) postRequired(w http.ResponseWriter, req *http.Request) {
	var in struct{ Fields []int64 }
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opts.RequiredToSolve = in.Fields
	w.WriteHeader(http.StatusNoContent)
}

// postClose closes a ticket as the account's automation does: no agent acts.
func (e *Emulator) postClose(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	id, _ := strconv.ParseInt(req.PathValue("id"), 10, 64)
	t := e.st.Tickets[id]
	if t == nil || t.deleted() || t.Status == "closed" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _, events, err := e.updateTicket(author{e.st.Users[UserAda], "rule"}, t, map[string]any{"status": "closed"})
	if err == nil {
		err = e.save()
	}
	if err != nil {
		harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
		return
	}
	e.send(events)
	w.WriteHeader(http.StatusNoContent)
}
