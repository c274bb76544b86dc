package asana

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// Headers of a webhook's calls ("Webhooks").
const (
	secretHeader    = "X-Hook-Secret"
	signatureHeader = "X-Hook-Signature"
)

// ParseWebhook answers the handshake of a webhook that is being made, and verifies and reads what it sends afterwards.
//
// Asana chooses the secret and sends it in the handshake, which nothing signs. The address it goes to proves that duplex asked for it: it
// carries the project and a token that only who knows webhook.secret can make. A webhook that somebody made by hand is believed where its
// secret is webhook.secret itself.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	q, _ := url.ParseQuery(call.Query)
	project := q.Get("project")
	mine := c.secret != "" && isGID(project) && signature.Shared(q.Get("token"), c.token(project))
	if given := call.Header.Get(secretHeader); given != "" {
		if !mine && !signature.Shared(given, c.secret) {
			return connectors.Webhook{}, fmt.Errorf("%s: webhook: a handshake nobody asked for: %w", c.system, connectors.ErrForged)
		}
		if mine {
			c.handshook.Put(project, given)
		}
		return connectors.Webhook{Note: "the handshake of a webhook", Answer: &connectors.WebhookAnswer{Header: map[string]string{secretHeader: given}}}, nil
	}
	given, err := hex.DecodeString(call.Header.Get(signatureHeader))
	secrets, lost := c.hookSecrets(project)
	good := err == nil && signature.Signed(given, secrets, call.Body)
	if !good && lost != nil && mine {
		return connectors.Webhook{}, connectors.Busy(c.system+": webhook", "the kept secret cannot be read", 0)
	}
	if !good {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.system, connectors.ErrForged)
	}
	var told struct {
		Events *[]event `json:"events"`
	}
	if err := json.Unmarshal(call.Body, &told); err != nil || told.Events == nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.system, connectors.ErrMalformed)
	}
	w := connectors.Webhook{Hints: c.hints(*told.Events, self)}
	switch {
	case len(*told.Events) == 0:
		w.Note = "a heartbeat"
	case len(w.Hints) == 0:
		w.Note = "no event is about a task"
	}
	return w, nil
}

// hookSecrets are the secrets a call may be signed with: those of the project's webhook, of the one being made, and the administrator's.
func (c *Connector) hookSecrets(project string) ([]string, error) {
	shaken, _ := c.handshook.Get(project)
	kept, err := c.kept(project)
	return []string{c.secret, shaken, kept}, err
}

// hints are one for each task that events are about. Several events are one hint: it is own where all are.
func (c *Connector) hints(events []event, self string) []core.Hint {
	var out []core.Hint
	at := map[string]int{}
	for _, e := range events {
		gid := c.taskOf(e)
		if gid == "" {
			continue
		}
		h := core.Hint{Ref: core.Ref{System: c.system, Type: itemType, ID: gid}, Kind: core.HintChanged, At: e.at(),
			Own: self != "" && e.User != nil && e.User.GID == self}
		switch {
		case e.Resource.Type != "task":
			h.Kind = core.HintComments
		case e.Action == "deleted":
			h.Kind = core.HintDeleted
		}
		i, again := at[gid]
		if !again {
			at[gid] = len(out)
			out = append(out, h)
			continue
		}
		was := &out[i]
		was.Own = was.Own && h.Own
		if h.At.After(was.At) {
			was.At = h.At
		}
		if h.Kind == core.HintDeleted || was.Kind != h.Kind && was.Kind != core.HintDeleted {
			was.Kind = h.Kind
			if h.Kind == core.HintComments {
				was.Kind = core.HintChanged
			}
		}
	}
	return out
}

// token proves that a webhook's address was made by who knows the secret.
func (c *Connector) token(project string) string {
	return hex.EncodeToString(signature.SHA256(c.secret, []byte("webhook of project "), []byte(project)))[:40]
}

func secretName(project string) string { return "webhook-" + project }

// kept is the secret of a project's webhook, "" for none.
func (c *Connector) kept(project string) (string, error) {
	if known, ok := c.secrets.Get(project); ok || c.load == nil || !isGID(project) {
		return known, nil
	}
	s, err := c.load(secretName(project))
	if err == nil && s != "" {
		c.secrets.Put(project, s)
	}
	return s, err
}

// hook is a webhook as the API shows it.
type hook struct {
	GID      string `json:"gid"`
	Active   bool   `json:"active"`
	Target   string `json:"target"`
	Resource named  `json:"resource"`
}

// EnsureWebhook makes a webhook for each project of settings.projects, unless there is one that works and whose secret is kept ("Establish a
// webhook"). Asana deletes a webhook whose calls fail for a day, so that this is worth repeating.
func (c *Connector) EnsureWebhook(ctx context.Context, address, _ string) error {
	attempt := c.system + ": make webhook"
	switch {
	case len(c.projects) == 0:
		return c.unsupported("make webhook", "Asana has webhooks of projects: name them in settings.projects")
	case c.save == nil || c.load == nil:
		return c.unsupported("make webhook", "Asana chooses the secret of a webhook, and there is no place to keep it")
	case c.secret == "":
		return c.unsupported("make webhook", "webhook.secret is not set")
	}
	at, err := url.Parse(address)
	if err != nil {
		return connectors.Invalid(attempt, "", "the address cannot be read")
	}
	for _, project := range c.projects {
		if err := c.ensure(ctx, *at, project); err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) ensure(ctx context.Context, at url.URL, project string) error {
	q := at.Query()
	q.Set("project", project)
	q.Set("token", c.token(project))
	at.RawQuery = q.Encode()
	workspace, err := c.workspaceOf(ctx, project)
	if err != nil {
		return err
	}
	asked := optFields("active", "target", "resource.gid")
	asked.Set("workspace", workspace)
	asked.Set("resource", project)
	all, err := list[hook](ctx, c, "/webhooks", asked)
	if err != nil {
		return err
	}
	kept, err := c.kept(project)
	if err != nil {
		return connectors.Busy(c.system+": make webhook", "the kept secret cannot be read", 0)
	}
	address, _, _ := strings.Cut(at.String(), "?")
	for _, h := range all {
		if there, _, _ := strings.Cut(h.Target, "?"); there != address {
			continue
		}
		if h.Active && h.Target == at.String() && kept != "" {
			return nil
		}
		if err := c.send(ctx, http.MethodDelete, "/webhooks/"+url.PathEscape(h.GID), nil); err != nil {
			return err
		}
	}
	// The answer may be lost: then what is kept is not the secret of the webhook there is, and the next attempt makes another.
	if err := c.keep(project, ""); err != nil {
		return err
	}
	var made struct {
		Data   hook   `json:"data"`
		Secret string `json:"X-Hook-Secret"`
	}
	body := map[string]any{"data": map[string]string{"resource": project, "target": at.String()}}
	resp, err := c.http.JSON(ctx, http.MethodPost, api+"/webhooks", body, &made)
	if err != nil {
		return fmt.Errorf("%s: %w", c.system, err)
	}
	chosen := cmp.Or(made.Secret, resp.Header.Get(secretHeader))
	if chosen == "" {
		if shaken, ok := c.handshook.Get(project); ok {
			chosen = shaken
		}
	}
	if chosen == "" {
		return connectors.Busy(c.system+": make webhook", "the answer tells no secret", 0)
	}
	return c.keep(project, chosen)
}

// keep has a secret take the place of the one that is kept; "" is none.
func (c *Connector) keep(project, secret string) error {
	c.secrets.Forget(project)
	if err := c.save(secretName(project), secret); err != nil {
		return connectors.Busy(c.system+": make webhook", "its secret cannot be kept", 0)
	}
	return nil
}
