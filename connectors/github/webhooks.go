package github

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
	"duplex/internal/signature"
)

// delivery is the body of a webhook call.
type delivery struct {
	Action     string
	Issue      *issue
	Comment    *note
	SubIssue   *issue      `json:"sub_issue"`
	Parent     *issue      `json:"parent_issue"`
	SubRepo    *repository `json:"sub_issue_repo"`
	ParentRepo *repository `json:"parent_issue_repo"`
	Repository *repository
	Sender     *account
}

// ParseWebhook verifies the signature over the raw body, then reads the event. Nothing signs a time (vendor page "Validating webhook deliveries"): a
// call that comes again has the same id.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	if err := c.verify(call); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, err)
	}
	body := call.Body
	if kind, _, _ := mime.ParseMediaType(call.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return connectors.Webhook{}, fmt.Errorf("%s: webhook: the form cannot be read: %w", c.name, connectors.ErrMalformed)
		}
		body = []byte(form.Get("payload"))
	}
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: the body is not the vendor's JSON: %w", c.name, connectors.ErrMalformed)
	}
	w := connectors.Webhook{ID: call.Header.Get("X-GitHub-Delivery")}
	w.Hints, w.Note = c.hints(call.Header.Get("X-GitHub-Event"), d)
	for i := range w.Hints {
		w.Hints[i].Own = self != "" && d.Sender != nil && fmt.Sprint(d.Sender.ID) == self
	}
	return w, nil
}

func (c *Connector) verify(call connectors.WebhookCall) error {
	if c.hook == "" {
		return fmt.Errorf("no secret to check it with; an admin must set webhook.secret: %w", connectors.ErrForged)
	}
	sum, _ := strings.CutPrefix(call.Header.Get("X-Hub-Signature-256"), "sha256=")
	given, err := hex.DecodeString(sum)
	if err != nil || !signature.Signed(given, []string{c.hook}, call.Body) {
		return connectors.ErrForged
	}
	return nil
}

// hints are what an event says, or a note why it says nothing.
func (c *Connector) hints(event string, d delivery) ([]core.Hint, string) {
	switch {
	case event == "ping":
		return nil, "a test call"
	case event == "sub_issues":
		return c.related(d)
	case event == "label" || event == "milestone":
		return nil, "a " + event + " was changed, which moves no issue: the next look at each issue shows it"
	case d.Issue == nil || d.Repository == nil || d.Issue.Number == 0:
		return nil, "the event " + httpx.Short(event) + " is not about an issue"
	case d.Issue.pull():
		return nil, "it is about a pull request"
	case !c.ours(d.Repository):
		return nil, "the repository is none of settings.repositories"
	}
	is := *d.Issue
	h := core.Hint{Ref: c.ref(d.Repository, is.Number, is.HTMLURL), Kind: core.HintChanged, Revision: is.revision(), At: is.UpdatedAt.UTC()}
	switch {
	case d.Comment != nil:
		h.Kind, h.At = core.HintComments, d.Comment.UpdatedAt.UTC()
		if d.Action != "created" { // an edit or a deletion leaves the issue's revision as it is
			h.Revision = ""
		}
	case d.Action == "opened":
		h.Kind = core.HintCreated
	case d.Action == "deleted":
		h.Kind, h.Revision = core.HintDeleted, ""
	case d.Action == "transferred" || strings.HasPrefix(d.Action, "field_"): // the issue shown does not tell
		h.Revision = ""
	}
	return []core.Hint{h}, ""
}

// related are the two ends of a change in the hierarchy, without revisions: the payload shows neither issue as it is read.
func (c *Connector) related(d delivery) ([]core.Hint, string) {
	var out []core.Hint
	for _, end := range []struct {
		is   *issue
		repo *repository
	}{{d.SubIssue, d.SubRepo}, {d.Parent, d.ParentRepo}} {
		if end.repo == nil {
			end.repo = d.Repository
		}
		if end.is != nil && end.is.Number != 0 && end.repo != nil && c.ours(end.repo) {
			out = append(out, core.Hint{Ref: c.ref(end.repo, end.is.Number, end.is.HTMLURL), Kind: core.HintChanged, At: end.is.UpdatedAt.UTC()})
		}
	}
	if len(out) == 0 {
		return nil, "the repository is none of settings.repositories"
	}
	return out, ""
}

// ours tells whether a repository is one of the settings, by its name there or one it got since.
func (c *Connector) ours(r *repository) bool {
	c.mu.Lock()
	_, known := c.known[r.ID]
	c.mu.Unlock()
	return r.ID != 0 && (known || slices.ContainsFunc(c.names, func(n string) bool { return strings.EqualFold(n, r.FullName) }))
}
