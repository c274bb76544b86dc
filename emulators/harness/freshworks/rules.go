package freshworks

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// SecretHeader carries the secret that POST /_control/webhook_target was given, unless the secret names a header itself: "Name: value".
const SecretHeader = "X-Webhook-Secret"

// Rule calls a webhook when something happens. Both vendors' rules are made by an administrator; they send no signature, no id and no
// time, only what the administrator wrote.
type Rule struct {
	ID         int64
	Name       string
	Kind       string // of records
	Type       int    // 1 for new records, 4 for changes
	Active     bool
	Workspace  int64   // 0: all
	Performers []int64 // only what these do; empty is anybody
	Except     []int64 // never what these do
	Events     []RuleEvent
	URL        string
	Method     string
	Headers    map[string]string
	User, Pass string // basic authentication
	Simple     bool   // the vendor's own shape instead of Body
	Body       string // with {{placeholders}}
	Created    time.Time
	Updated    time.Time
	Raw        Object // as the vendor's API shows it
}

// RuleEvent is one thing a rule looks for: a field that changed from and to something ("--" or nil is anything), or note_type, reply_sent,
// ticket_action with the value update, delete or restore.
type RuleEvent struct {
	Field    string
	From, To any
	Value    any
}

// event is something that happened in a call.
type event struct {
	kind    string
	id, by  int64
	action  string // created, updated, deleted, restored, moved, note, note_edited, reply
	changes []Change
	private bool
}

// fire sends a call for every rule that the event is for. The caller holds the lock.
func (a *Account) fire(e event) {
	r := a.State.Records[e.kind][e.id]
	if r == nil {
		return
	}
	ids := make([]int64, 0, len(a.State.Rules))
	for id := range a.State.Rules {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		rule := a.State.Rules[id]
		if told, ok := rule.matches(e, r); ok {
			a.sender.Send(a.delivery(rule, r, e, told))
		}
	}
}

// matches says whether the rule is for the event, and what the simple body tells as the event.
func (u *Rule) matches(e event, r *Record) (told string, ok bool) {
	switch {
	case !u.Active || u.Kind != e.kind || u.Workspace != 0 && u.Workspace != r.Workspace:
		return "", false
	case slices.Contains(u.Except, e.by) || len(u.Performers) > 0 && !slices.Contains(u.Performers, e.by):
		return "", false
	case u.Type == 1:
		return "{ticket_action:created}", e.action == "created"
	case e.action == "created":
		return "", false
	}
	for _, want := range u.Events {
		if told, ok := want.matches(e); ok {
			return told, true
		}
	}
	return "", false
}

func (w RuleEvent) matches(e event) (told string, ok bool) {
	anything := func(v any) bool { return v == nil || v == "--" || v == "" }
	switch w.Field {
	case "note_type":
		kind := "public"
		if e.private {
			kind = "private"
		}
		return "{note_type:" + kind + "}", e.action == "note" && (anything(w.Value) || w.Value == kind)
	case "reply_sent":
		return "{reply_sent:sent}", e.action == "reply"
	case "ticket_action":
		name := map[string]string{"updated": "update", "moved": "update", "deleted": "delete", "restored": "restore"}[e.action]
		if w.Value == "update" && e.action == "updated" && len(e.changes) > 0 {
			return said(e.changes[0]), true
		}
		return "{ticket_action:" + name + "}", name != "" && w.Value == name
	}
	for _, ch := range e.changes {
		if ch.Field == w.Field && (anything(w.From) || same(w.From, ch.From)) && (anything(w.To) || same(w.To, ch.To)) {
			return said(ch), true
		}
	}
	return "", false
}

func same(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// said is how the simple body tells a change; it is no JSON.
func said(ch Change) string {
	return fmt.Sprintf("{%s:{from:%s,to:%s}}", ch.Field, bare(ch.From), bare(ch.To))
}

func bare(v any) string {
	if v == nil {
		return "--"
	}
	return fmt.Sprint(v)
}

func (a *Account) delivery(u *Rule, r *Record, e event, told string) harness.Delivery {
	h := http.Header{"Content-Type": {"application/json"}}
	for name, value := range u.Headers {
		h.Set(name, value)
	}
	if u.User != "" {
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User+":"+u.Pass)))
	}
	var body []byte
	if u.Simple {
		body, _ = json.Marshal(Object{a.Vendor.Root: a.simple(r, told)})
	} else {
		body = []byte(a.Render(u.Body, r, told))
	}
	// The vendors send no id; this one only names the delivery in reports.
	return harness.Delivery{ID: a.Secret("delivery")[:16], URL: u.URL, Method: strings.ToUpper(u.Method), Header: h, Body: body, Event: e.action, Item: id(r.ID)}
}

// retry waits as the vendor does, or the option's wait times the attempt.
func (a *Account) retry(attempt, _ int, _ time.Duration) (time.Duration, bool) {
	if attempt > len(a.Vendor.Retries) {
		return 0, false
	}
	if a.opts.WebhookRetryWait > 0 {
		return a.opts.WebhookRetryWait * time.Duration(attempt), true
	}
	return a.Vendor.Retries[attempt-1], true
}

// AddRule keeps a rule. The caller holds the lock.
func (a *Account) AddRule(u *Rule) *Rule {
	u.ID, u.Created, u.Updated = a.State.ID(), a.Now(), a.Now()
	if u.Method == "" {
		u.Method = http.MethodPost
	}
	a.State.Rules[u.ID] = u
	return u
}

// AnyChange are the events of a rule for every change.
func AnyChange() []RuleEvent {
	return []RuleEvent{{Field: "ticket_action", Value: "update"}, {Field: "ticket_action", Value: "delete"}, {Field: "ticket_action", Value: "restore"},
		{Field: "note_type", Value: "--"}, {Field: "reply_sent", Value: "--"}}
}

// SecretHeaders is the header that carries a target's secret; "Name: value" names the header itself.
func SecretHeaders(secret string) map[string]string {
	if name, value, ok := strings.Cut(secret, ": "); ok {
		return map[string]string{name: value}
	}
	return map[string]string{SecretHeader: secret}
}
