package azuredevops

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// secretHeader may bring the password instead, for who cannot use Basic authentication.
const secretHeader = "X-Duplex-Secret"

// hookUser is the user name that service hooks sign in with.
const hookUser = "duplex"

// event is the body of a service hook (vendor page "Service hooks events").
type event struct {
	ID       string
	Type     string `json:"eventType"`
	Created  string `json:"createdDate"`
	Resource struct {
		ID        int64
		Item      int64 `json:"workItemId"` // of an update, whose own number is ID
		Rev       int64
		RevisedBy identity `json:"revisedBy"`
		Fields    map[string]json.RawMessage
		Revision  struct {
			ID     int64
			Rev    int64
			Fields map[string]json.RawMessage
		}
	}
}

// ParseWebhook checks the password of Basic authentication, or of a header of its own: the vendor signs nothing. A body is a hint only.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	if len(c.secrets) == 0 {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: no password to check it with; an admin must set webhook.secret: %w", c.name, connectors.ErrForged)
	}
	r := http.Request{Header: call.Header}
	_, password, ok := r.BasicAuth()
	if !ok {
		password = call.Header.Get(secretHeader)
	}
	if !signature.Shared(password, c.secrets...) {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, connectors.ErrForged)
	}
	var e event
	if err := json.Unmarshal(call.Body, &e); err != nil || e.Type == "" {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: the body is not the vendor's JSON: %w", c.name, connectors.ErrMalformed)
	}
	w := connectors.Webhook{ID: e.ID}
	if !strings.HasPrefix(e.Type, "workitem.") {
		w.Note = "the event is not about a work item"
		return w, nil
	}
	hint := core.Hint{Kind: core.HintChanged, At: instant(e.Created)}
	item, rev, fields := e.Resource.ID, e.Resource.Rev, e.Resource.Fields
	switch e.Type {
	case "workitem.created":
		hint.Kind = core.HintCreated
	case "workitem.commented":
		hint.Kind = core.HintComments
	case "workitem.deleted":
		hint.Kind, rev = core.HintDeleted, 0 // the revision of a deletion is not told
	case "workitem.restored":
		rev = 0
	case "workitem.updated": // the id is the update's number
		item = max(e.Resource.Item, e.Resource.Revision.ID)
		rev, fields = max(e.Resource.Revision.Rev, rev), e.Resource.Revision.Fields
	}
	if item <= 0 {
		w.Note = "it names no work item: a test"
		return w, nil
	}
	hint.Ref = c.ref(item)
	if rev > 0 {
		hint.Revision = strconv.FormatInt(rev, 10)
	}
	if at := instant(scalar(fields[refChangedDate])); !at.IsZero() {
		hint.At = at
	}
	hint.Own = c.isSelf(self, e.Resource.RevisedBy, readIdentity(fields[refChangedBy]))
	w.Hints = []core.Hint{hint}
	return w, nil
}

// isSelf tells whether the actor is the integration account: by the id, or by the unique name where the event has no ids.
func (c *Connector) isSelf(self string, by, changed identity) bool {
	if by.ID != "" {
		return sameID(by.ID, self)
	}
	if changed.ID != "" {
		return sameID(changed.ID, self)
	}
	c.mu.Lock()
	known := c.self
	c.mu.Unlock()
	return self != "" && sameID(known.ID(), self) && changed.UniqueName != "" && strings.EqualFold(changed.UniqueName, known.Email())
}

func sameID(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
