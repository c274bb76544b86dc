package salesforce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// relay is a program of the customer's that subscribes to change events and posts each one on.
type relay struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
	Form   string `json:"form"`   // cometd or pubsub
	Target string `json:"target"` // as it was registered, before the secret was put into it
}

// send lets the webhooks of a call's changes go: one change event per record, but for several records of one object that
// were changed alike in one transaction one event with several ids (vendor page "Change Event Message Structure").
func (e *Emulator) send(changes []change) {
	if len(changes) == 0 {
		return
	}
	key, joined := e.uuid(), [][]change{}
	for _, ch := range changes {
		if !ch.object.events {
			continue
		}
		at := slices.IndexFunc(joined, func(g []change) bool { return alike(g[0], ch) })
		if at >= 0 {
			joined[at] = append(joined[at], ch)
		} else {
			joined = append(joined, []change{ch})
		}
	}
	for i, group := range joined {
		e.postEvent(group, key, i+1)
	}
	e.queueMessages(changes)
}

func alike(a, b change) bool {
	if a.kind != b.kind || a.kind == "CREATE" || a.object != b.object || !slices.Equal(a.fields, b.fields) || a.after.ID == b.after.ID {
		return false
	}
	return !slices.ContainsFunc(a.fields, func(f string) bool { return a.after.Values[f] != b.after.Values[f] })
}

func eventName(o *object) string {
	if base, ok := strings.CutSuffix(o.name, "__c"); ok {
		return base + "__ChangeEvent"
	}
	return o.name + "ChangeEvent"
}

func schemaID(o *object) string {
	sum := sha256.Sum256([]byte(o.name))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// eventFields are those that change events carry: no formulas, no IsDeleted, no SystemModstamp.
func (o *object) eventFields() []*field {
	return slices.DeleteFunc(slices.Clone(o.fields), func(f *field) bool {
		return f.formula || f.kind == "base64" || f.name == "Comments" || slices.Contains([]string{"Id", "IsDeleted", "SystemModstamp"}, f.name)
	})
}

func (e *Emulator) postEvent(group []change, key string, sequence int) {
	replay := e.st.number("replay")
	for _, r := range e.st.Relays {
		body, _ := json.Marshal(e.event(group, key, sequence, replay, r.Form == "pubsub"))
		head := http.Header{"Content-Type": {"application/json"}}
		secret := r.Secret
		e.sender.Send(harness.Delivery{ID: strconv.FormatInt(replay, 10), URL: r.URL, Header: head, Body: body,
			Event: group[0].object.name + "." + group[0].kind, Item: group[0].after.ID,
			Sign: func(head http.Header, body []byte, at time.Time) {
				when := strconv.FormatInt(at.Unix(), 10)
				head.Set("X-Duplex-Timestamp", when)
				head.Set("X-Duplex-Signature", Sign(secret, when, body))
			}})
	}
}

// Sign is the relay's signature over the timestamp as it is written and the raw body.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// event is a change event as CometD shows it, or as the Pub/Sub API's payload is after decoding: bare, with the lists
// of nulled and diffed fields, and times in milliseconds.
func (e *Emulator) event(group []change, key string, sequence int, replay int64, pubsub bool) row {
	ch := group[0]
	var ids []string
	for _, one := range group {
		ids = append(ids, one.after.ID)
	}
	changed, nulled := []string{}, []string{}
	payload := row{}
	for _, f := range ch.object.eventFields() {
		if ch.kind == "DELETE" || strings.HasPrefix(ch.kind, "GAP") || ch.kind == "UPDATE" && !slices.Contains(ch.fields, f.name) {
			continue
		}
		v := ch.after.Values[f.name]
		if ch.kind == "UPDATE" {
			changed = append(changed, f.name)
			if v == nil {
				nulled = append(nulled, f.name)
				payload[f.name] = nil
			}
		}
		if v == nil {
			continue
		}
		if text, ok := v.(string); ok && f.kind == "datetime" {
			v = unstamp(text).Format("2006-01-02T15:04:05.000Z")
			if pubsub {
				v = unstamp(text).UnixMilli()
			}
		}
		payload[f.name] = v
	}
	at := unstamp(ch.after.text("SystemModstamp"))
	head := row{"entityName": ch.object.name, "recordIds": ids, "changeType": ch.kind, "changeOrigin": ch.origin, "transactionKey": key,
		"sequenceNumber": sequence, "commitTimestamp": at.UnixMilli(), "commitNumber": 10_000_000_000_000 + replay, "commitUser": ch.user, "changedFields": changed}
	payload["ChangeEventHeader"] = head
	if pubsub {
		head["nulledFields"], head["diffFields"] = nulled, []string{}
		return payload
	}
	return row{"schema": schemaID(ch.object), "payload": payload, "event": row{"replayId": replay}}
}

func (e *Emulator) uuid() string {
	sum := sha256.Sum256([]byte(fmt.Sprint(e.opts.Seed, "/", e.st.number("message"))))
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// registerTarget makes a relay of all change events, which also shows the secret in its address, as outbound messages
// have to: url?token=secret. The same url again only changes the secret.
func (e *Emulator) registerTarget(target, secret string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("token", secret)
	u.RawQuery = q.Encode()
	return e.addRelay(relay{URL: u.String(), Secret: secret, Form: "cometd", Target: target})
}

func (e *Emulator) addRelay(r relay) error {
	for _, known := range e.st.Relays {
		if known.URL == r.URL || r.Target != "" && known.Target == r.Target {
			*known = r
			return e.save()
		}
	}
	e.st.Relays = append(e.st.Relays, &r)
	return e.save()
}

// retryPolicy tries anything that was not taken again, after a pause that doubles up to two hours, for 24 hours (vendor
// page "Outbound Messaging Notifications").
func retryPolicy(unit time.Duration) harness.Retry {
	if unit == 0 {
		unit = time.Second
	}
	return func(attempt, _ int, _ time.Duration) (time.Duration, bool) {
		var spent, pause time.Duration
		for i := range attempt {
			pause = min(unit<<min(i, 20), 2*time.Hour)
			spent += pause
		}
		return pause, spent < 24*time.Hour
	}
}
