package servicenow

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"duplex/emulators/harness"
)

// target is an endpoint that the business rules call, with the secret they sign with.
type target struct{ URL, Secret string }

// pushEvent is a change that the business rule of its table tells of.
type pushEvent struct {
	class, operation, id string
	row                  record // as it was; the body shows the newest where there is one
}

// tell notes a change of a work item. The rule runs asynchronously: it is called after the answer is written.
func (c *call) tell(t *table, r record, operation string) {
	if t.tasks() {
		c.events = append(c.events, pushEvent{t.name, operation, c.e.st.id(), r})
	}
}

// push sends what was noted, or keeps it while calls are held. The caller holds the lock, so that calls leave in order.
func (e *Emulator) push(events []pushEvent) {
	e.held = append(e.held, events...)
	if e.play.hold {
		return
	}
	events, e.held = e.held, nil
	for _, ev := range events {
		for _, to := range e.st.Targets {
			e.sender.Send(e.delivery(to, ev))
		}
	}
}

// delivery is one outbound call. The script of the rule reads the record when it runs, so that quick changes all show the
// newest one (vendor page "Business rules").
func (e *Emulator) delivery(to target, ev pushEvent) harness.Delivery {
	r := ev.row
	if _, newest := e.find(ev.class, r["sys_id"]); newest != nil {
		r = newest
	}
	body, _ := json.Marshal(map[string]string{"table": ev.class, "sys_id": r["sys_id"], "number": r["number"], "operation": ev.operation,
		"sys_updated_on": r["sys_updated_on"], "sys_updated_by": r["sys_updated_by"], "sys_mod_count": r["sys_mod_count"],
		"correlation_id": r["correlation_id"], "event_id": ev.id})
	return harness.Delivery{ID: ev.id, URL: to.URL, Header: http.Header{"Content-Type": {"application/json"}}, Body: body,
		Event: ev.operation, Item: r["sys_id"],
		Sign: func(head http.Header, body []byte, at time.Time) {
			seconds := strconv.FormatInt(at.Unix(), 10)
			head.Set("X-Duplex-Timestamp", seconds)
			head.Set("X-Duplex-Signature", Sign(to.Secret, seconds, body))
		}}
}

// Sign is the signature of an outbound call: sha256= and the HMAC-SHA256 of "<timestamp>.<body>" in hex, keyed by the secret.
// timestamp is in Unix seconds.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// registerTarget installs the business rules for an endpoint. The same endpoint again only changes the secret.
func (e *Emulator) registerTarget(endpoint, secret string) error {
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" {
		return fmt.Errorf("the endpoint %q is not an absolute URL", endpoint)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st.Targets = slices.DeleteFunc(e.st.Targets, func(t target) bool { return t.URL == endpoint })
	e.st.Targets = append(e.st.Targets, target{endpoint, secret})
	return e.save()
}
