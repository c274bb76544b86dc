package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"duplex/emulators/harness"
)

// webhookRetries is how often a failed delivery is tried again.
// Vendor source: "Webhooks" (retry policy).
const webhookRetries = 5

func newSender(opts Options, skew *harness.Skew) *harness.Sender {
	wait, timeout := opts.RetryWait, opts.WebhookTimeout
	if wait == 0 {
		wait = 5 * time.Minute
	}
	if timeout == 0 {
		timeout = 20 * time.Second
	}
	return harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: skew.Now, Timeout: timeout,
		Retry: func(attempt, status int, _ time.Duration) (time.Duration, bool) {
			switch {
			case attempt > webhookRetries:
				return 0, false
			case status == 0 || status >= 500, status == 408, status == 409, status == 425, status == 429:
				return wait + time.Duration(rand.Int64N(int64(2*wait)+1)), true
			}
			return 0, false
		}})
}

// webhookView renders bodies in the shape of API version 2, with nothing hidden by rights.
func (s *session) webhookView() view {
	return view{base: s.base, state: s.state, version: "2", dc: s.opts.DataCenter}
}

// sixFields are all the fields an issue has inside a comment event.
var sixFields = []string{"summary", "issuetype", "project", "assignee", "priority", "status"}

func (v view) webhookIssue(i *issue, only []string) object {
	shown := object{}
	if only != nil {
		for _, id := range only {
			shown[id] = v.fieldOf(i, findField(id))
		}
	} else {
		for _, f := range v.fields() {
			if v.dc && f.ID != "parent" || f.ID != "comment" && f.ID != "worklog" && f.ID != "parent" {
				shown[f.ID] = v.fieldOf(i, f)
			}
		}
		if parent := v.fieldOf(i, findField("parent")); parent != nil {
			shown["parent"] = parent
		}
	}
	return object{"id": i.ID, "self": v.self("/issue/" + i.ID), "key": i.Key, "fields": shown}
}

func (s *session) emitIssue(event, eventType string, i *issue, ch *change, with *comment) {
	v := s.webhookView()
	body := object{"user": v.user(s.user.AccountID), "issue": v.webhookIssue(i, nil)}
	if eventType != "" {
		body["issue_event_type_name"] = eventType
	}
	var changed []string
	if ch != nil {
		items := v.change(ch)["items"]
		body["changelog"] = object{"id": ch.ID, "items": items}
		for _, it := range ch.Items {
			changed = append(changed, it.FieldID)
		}
	}
	if event == "jira:issue_deleted" {
		shown := body["issue"].(object)["fields"].(object)
		page := v.fieldOf(i, findField("comment")).(object)
		delete(page, "self")
		shown["comment"], shown["worklog"] = page, v.fieldOf(i, findField("worklog"))
	}
	if with != nil {
		body["comment"] = v.comment(i, with)
	}
	s.emit(event, i, body, changed)
}

// emitComment tells of a comment. The body names no user: who deleted a comment is not said.
func (s *session) emitComment(event string, i *issue, c *comment) {
	v := s.webhookView()
	if v.dc {
		s.emitCommentTwice(event, i, c)
		return
	}
	s.emit(event, i, object{"comment": v.comment(i, c), "issue": v.webhookIssue(i, sixFields)}, nil)
}

func (s *session) emitAttachment(event string, i *issue, a *attachment) {
	s.emit(event, i, object{"attachment": s.webhookView().attachment(a)}, nil)
}

func (s *session) emitLink(event string, l *issueLink) {
	t := findLinkType(l.TypeID, "")
	s.emit(event, nil, object{"issueLink": object{"id": number(l.ID), "sourceIssueId": number(l.InwardID), "destinationIssueId": number(l.OutwardID),
		"issueLinkType": object{"id": number(t.ID), "name": t.Name, "outwardName": t.Outward, "inwardName": t.Inward, "isSubTaskLinkType": false, "isSystemLinkType": false},
		"systemLink":    false}}, nil)
}

func (s *session) emitProperty(event string, i *issue, key string, raw rawDoc) {
	v := s.webhookView()
	s.emit(event, i, object{"user": v.user(s.user.AccountID), "issue": v.webhookIssue(i, nil),
		"property": object{"key": key, "value": json.RawMessage(raw)}}, nil)
}

// emit queues one delivery for each hook that wants the event; they go out when the act is done.
func (s *session) emit(event string, i *issue, body object, changed []string) {
	m := matcher{state: s.state, user: s.user, now: s.now}
	for _, h := range s.state.Hooks {
		if !h.wants(event, i, changed, m) {
			continue
		}
		own := object{"timestamp": s.now.UnixMilli(), "webhookEvent": event}
		for k, v := range body {
			own[k] = v
		}
		if !h.Admin {
			own["matchedWebhookIds"] = []int64{h.ID}
		}
		s.outbox = append(s.outbox, s.delivery(h, event, i, own))
	}
}

func (s *session) delivery(h *hook, event string, i *issue, body object) harness.Delivery {
	var raw []byte
	if !h.ExcludeBody {
		raw, _ = json.Marshal(body)
	}
	item := ""
	target := h.URL
	if i != nil {
		item = i.ID
		target = strings.NewReplacer("${issue.id}", i.ID, "${issue.key}", i.Key, "${project.key}", i.project().Key).Replace(target)
	}
	s.changed = true // the delivery's id is taken from the site's counter
	id := fmt.Sprintf("%08x-0000-4000-8000-%012x", number(s.state.nextID()), s.now.UnixMilli())
	header := http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "User-Agent": {"Atlassian Webhook HTTP Client"},
		"X-Atlassian-Webhook-Identifier": {id}, "X-Atlassian-Webhook-Flow": {"Primary"}}
	if s.opts.DataCenter { // no page of the vendor names these for it
		header.Del("X-Atlassian-Webhook-Identifier")
		header.Del("X-Atlassian-Webhook-Flow")
	}
	return harness.Delivery{ID: id, URL: target, Header: header, Body: raw, Event: event, Item: item, Sign: h.signer()}
}

// signer adds what is said per attempt: the signature and, from the second on, the retry count.
func (h *hook) signer() func(http.Header, []byte, time.Time) {
	var attempts atomic.Int32
	admin, secret, owner := h.Admin, h.Secret, h.OwnerID
	return func(header http.Header, body []byte, at time.Time) {
		if n := attempts.Add(1); n > 1 {
			header.Set("X-Atlassian-Webhook-Retry", strconv.Itoa(int(n-1)))
		}
		switch {
		case !admin:
			header.Set("Authorization", "Bearer "+signedToken(owner, at))
		case secret != "":
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write(body)
			header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		}
	}
}

// signedToken is the JWT (HS256, client secret) a dynamic webhook carries.
func signedToken(owner string, at time.Time) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(object{"alg": "HS256", "typ": "JWT"}) + "." +
		part(object{"iss": OAuthClientID, "sub": owner, "iat": at.Unix(), "exp": at.Add(3 * time.Minute).Unix()})
	mac := hmac.New(sha256.New, []byte(OAuthClientSecret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
