package jira

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"

	"github.com/golang-jwt/jwt/v5"
)

// event is a webhook's body, as far as it is read. It has the shape of API version 2, so nothing in it is compared with
// an observation.
type event struct {
	Timestamp int64  `json:"timestamp"` // milliseconds since the epoch
	Event     string `json:"webhookEvent"`
	User      *user  `json:"user"`
	Issue     *struct {
		ID     json.RawMessage            `json:"id"`
		Key    string                     `json:"key"`
		Fields map[string]json.RawMessage `json:"fields"`
	} `json:"issue"`
	Comment *struct {
		Self         string `json:"self"`
		Author       *user  `json:"author"`
		UpdateAuthor *user  `json:"updateAuthor"`
	} `json:"comment"`
	Worklog *struct {
		IssueID      json.RawMessage `json:"issueId"`
		Author       *user           `json:"author"`
		UpdateAuthor *user           `json:"updateAuthor"`
	} `json:"worklog"`
	Changelog *struct {
		Items []struct {
			Field string `json:"field"`
		} `json:"items"`
	} `json:"changelog"`
}

// UnmarshalJSON reads a user; the forms in webhooks differ, and only the account id counts there, or the user name where there are no account ids.
func (u *user) UnmarshalJSON(b []byte) error {
	var w struct {
		AccountID    string `json:"accountId"`
		Name         string `json:"name"` // Data Center
		AccountType  string `json:"accountType"`
		EmailAddress string `json:"emailAddress"`
		DisplayName  string `json:"displayName"`
		Active       any    `json:"active"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*u = user{AccountID: cmp.Or(w.AccountID, w.Name), AccountType: w.AccountType, EmailAddress: w.EmailAddress, DisplayName: w.DisplayName}
	if active, ok := w.Active.(bool); ok {
		u.Active = &active
	}
	return nil
}

// ParseWebhook verifies a call and reads what it says. A webhook that an administrator registered is signed over its
// body with webhook.secret (header X-Hub-Signature, sha256 only); one that an OAuth app registered carries a token
// signed with the app's client secret. The delivery id is the header X-Atlassian-Webhook-Identifier, the same on
// retries ("Webhooks").
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	if err := c.verify(call); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.system, err)
	}
	w := connectors.Webhook{ID: call.Header.Get("X-Atlassian-Webhook-Identifier")}
	var e event
	if err := json.Unmarshal(call.Body, &e); err != nil {
		return w, fmt.Errorf("%s: webhook: %w: the body is not the JSON of a webhook", c.system, connectors.ErrMalformed)
	}
	if e.Event == "" {
		w.Note = "the body names no event; a webhook registered without body cannot be used"
		return w, nil
	}
	w.Hints, w.Note = c.hints(e, self)
	return w, nil
}

func (c *Connector) verify(call connectors.WebhookCall) error {
	signature := call.Header.Get("X-Hub-Signature")
	switch {
	case c.webhookSecret == "" && c.clientSecret == "":
		return fmt.Errorf("%w: no secret is configured; the administrator must set webhook.secret", connectors.ErrForged)
	case signature != "":
		if c.webhookSecret == "" {
			return fmt.Errorf("%w: the call is signed and no secret is configured; the administrator must set webhook.secret", connectors.ErrForged)
		}
		return verifySignature(signature, call.Body, c.webhookSecret)
	case c.clientSecret != "":
		return verifyToken(call.Header.Get("Authorization"), c.clientSecret, call.Now)
	}
	return fmt.Errorf("%w: the call is not signed; the webhook in Jira needs a secret", connectors.ErrForged)
}

func verifySignature(header string, body []byte, secret string) error {
	method, given, _ := strings.Cut(header, "=")
	if method != "sha256" {
		return fmt.Errorf("%w: the method is not sha256", connectors.ErrForged)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	got, err := hex.DecodeString(given)
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return fmt.Errorf("%w: webhook.secret is not the one the sender uses", connectors.ErrForged)
	}
	return nil
}

// verifyToken takes HS256 only and honours the token's times, with a minute for clocks that differ.
func verifyToken(header, secret string, now time.Time) error {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		token, ok = strings.CutPrefix(header, "JWT ")
	}
	if !ok {
		return fmt.Errorf("%w: the call carries neither a signature nor a token", connectors.ErrForged)
	}
	_, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return []byte(secret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithLeeway(time.Minute),
		jwt.WithTimeFunc(func() time.Time { return now }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: the token has expired; the call is replayed or a clock is wrong", connectors.ErrForged)
	case err != nil:
		return fmt.Errorf("%w: webhook.client_secret is not the one that signed the token", connectors.ErrForged)
	}
	return nil
}

// issueInPath finds the issue's id in a comment's address, which is all that some comment events tell.
var issueInPath = regexp.MustCompile(`/issue/(\d+)/comment/`)

// hints is what an event may mean for an issue. It is pure but for the connector's name.
func (c *Connector) hints(e event, self string) ([]core.Hint, string) {
	h := core.Hint{Ref: core.Ref{System: c.system, Type: itemType}}
	switch {
	case e.Event == "jira:issue_created":
		h.Kind = core.HintCreated
	case e.Event == "jira:issue_deleted":
		h.Kind = core.HintDeleted
	case e.Event == "jira:issue_updated":
		h.Kind = core.HintChanged
		if e.onlyFiles() {
			h.Kind = core.HintComments
		}
	case strings.HasPrefix(e.Event, "comment_"), strings.HasPrefix(e.Event, "worklog_"):
		h.Kind = core.HintComments
	default:
		return nil, "an event of kind " + httpx.Short(e.Event) + ", which is not about the content of an issue"
	}
	if e.Issue != nil {
		h.Ref = c.ref(strings.Trim(string(e.Issue.ID), `"`), e.Issue.Key)
		var updated string
		if json.Unmarshal(e.Issue.Fields["updated"], &updated) == nil {
			if t, ok := parseTime(updated); ok {
				h.Revision = revision(t)
			}
		}
	} else if e.Comment != nil {
		if m := issueInPath.FindStringSubmatch(e.Comment.Self); m != nil {
			h.Ref.ID = m[1]
		}
	}
	if h.Ref.ID == "" && e.Worklog != nil {
		h.Ref.ID = strings.Trim(string(e.Worklog.IssueID), `"`)
	}
	if h.Ref.ID == "" {
		return nil, "an event of kind " + httpx.Short(e.Event) + " that names no issue"
	}
	if e.Timestamp > 0 {
		h.At = time.UnixMilli(e.Timestamp).UTC()
	}
	h.Own = self != "" && e.actor() == self
	return []core.Hint{h}, ""
}

// actor is the account that did it, "" where the event does not tell: a deleted comment names its writers, not who
// deleted it.
func (e event) actor() string {
	switch {
	case e.User != nil:
		return e.User.AccountID
	case e.Event == "worklog_created" && e.Worklog != nil && e.Worklog.Author != nil:
		return e.Worklog.Author.AccountID
	case e.Event == "worklog_updated" && e.Worklog != nil && e.Worklog.UpdateAuthor != nil:
		return e.Worklog.UpdateAuthor.AccountID
	case e.Comment == nil || e.Event == "comment_deleted":
		return ""
	case e.Comment.UpdateAuthor != nil:
		return e.Comment.UpdateAuthor.AccountID
	case e.Comment.Author != nil && e.Event == "comment_created":
		return e.Comment.Author.AccountID
	}
	return ""
}

// onlyFiles reports an update that changed attachments or comments and nothing else.
func (e event) onlyFiles() bool {
	if e.Changelog == nil || len(e.Changelog.Items) == 0 {
		return e.Comment != nil
	}
	for _, it := range e.Changelog.Items {
		if it.Field != "Attachment" && it.Field != "Comment" {
			return false
		}
	}
	return true
}

// events are those the sync needs. A new or deleted file comes as jira:issue_updated.
var events = []string{"jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated", "comment_deleted"}

// helpful are events that a webhook is registered with as well; one without them is left as it is. What they tell of shows in the
// issue's time too, and so is found by the next sweep.
var helpful = []string{"worklog_created", "worklog_updated", "worklog_deleted"}

const pathWebhooks = "/rest/webhooks/1.0/webhook"

// EnsureWebhook registers a webhook as a Jira administrator ("Webhooks", register via the REST API), unless an enabled
// and signed one for that URL is there already. The account needs the right to administer Jira; where it has not,
// ErrDenied tells the administrator to register the webhook by hand.
func (c *Connector) EnsureWebhook(ctx context.Context, url, secret string) error {
	if c.on == dataCenter {
		return c.ensureAtHome(ctx, url, secret)
	}
	var all []struct {
		URL      string   `json:"url"`
		Enabled  *bool    `json:"enabled"`
		IsSigned *bool    `json:"isSigned"`
		Events   []string `json:"events"`
	}
	if err := c.do(ctx, http.MethodGet, pathWebhooks, nil, &all); err != nil {
		return err
	}
	for _, w := range all {
		if w.URL == url && (w.Enabled == nil || *w.Enabled) && (w.IsSigned == nil || *w.IsSigned) && subset(events, w.Events) {
			return nil
		}
	}
	return httpx.Redact(c.do(ctx, http.MethodPost, pathWebhooks, map[string]any{
		"name": "duplex " + c.system, "url": url, "events": slices.Concat(events, helpful), "excludeBody": false, "secret": secret,
	}, nil), secret)
}

const pathHooksAtHome = "/rest/jira-webhook/1.0/webhooks"

// ensureAtHome is EnsureWebhook on Data Center 10 and later. Earlier versions do not sign their webhooks, so none is registered there.
func (c *Connector) ensureAtHome(ctx context.Context, url, secret string) error {
	var all []struct {
		URL    string   `json:"url"`
		Active *bool    `json:"active"`
		Events []string `json:"events"`
	}
	err := c.do(ctx, http.MethodGet, pathHooksAtHome, nil, &all)
	if errors.Is(err, connectors.ErrNotFound) {
		return unsupported(c.system+": register webhook", "this Jira is older than version 10 and does not sign webhooks; sweeps find its changes")
	}
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.URL == url && (w.Active == nil || *w.Active) && subset(events, w.Events) {
			return nil
		}
	}
	return httpx.Redact(c.do(ctx, http.MethodPost, pathHooksAtHome, map[string]any{
		"name": "duplex " + c.system, "url": url, "events": slices.Concat(events, helpful), "active": true,
		"configuration": map[string]string{"SECRET": secret, "EXCLUDE_BODY": "false"},
	}, nil), secret)
}

func subset(part, all []string) bool {
	for _, p := range part {
		if !contains(all, p) {
			return false
		}
	}
	return true
}
