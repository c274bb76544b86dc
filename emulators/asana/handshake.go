package asana

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
)

// postWebhook registers a webhook. While the call is open, and without the lock, the target has to give the secret back;
// the first heartbeat follows.
func (e *Emulator) postWebhook(w http.ResponseWriter, req *http.Request) {
	leave, ok := e.admit(w, req, 1)
	if !ok {
		return
	}
	defer leave()
	c := &call{e: e, w: w, req: req}
	var h *webhook
	err := c.read()
	if err == nil {
		err = c.serve(func(c *call) (err error) {
			if h, err = c.newWebhook(); err == nil {
				h.Secret = c.e.secret("hook")
			}
			return err
		})
	}
	if err == nil {
		err = e.shake(req.Context(), h.Target, h.Secret)
	}
	if err == nil {
		err = c.serve(func(c *call) error {
			if err := c.e.duplicate(h); err != nil { // another call may have been faster
				return err
			}
			h.GID = c.e.st.id()
			c.e.st.Webhooks[h.GID] = h
			c.dirty = true
			c.e.deliver(h, nil)
			view := c.webhookView(h)
			view["active"] = false // until the first answer, as the vendor's own example shows
			c.out = object{"data": c.shown(view, false), "X-Hook-Secret": h.Secret}
			return nil
		})
	}
	if err != nil {
		c.fail(err)
		return
	}
	write(w, http.StatusCreated, c.out)
}

// shake asks the target to give the secret back in the same header.
func (e *Emulator) shake(ctx context.Context, target, secret string) error {
	failed := bad("The remote server which is intended to receive the webhook did not respond with the handshake secret.")
	ctx, cancel := context.WithTimeout(ctx, e.opts.WebhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader([]byte("{}")))
	if err != nil {
		return failed
	}
	req.Header.Set("X-Hook-Secret", secret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := e.client.Do(req)
	if err != nil {
		return failed
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent || resp.Header.Get("X-Hook-Secret") != secret {
		return failed
	}
	return nil
}

// registerTarget makes one webhook of the integration account per project of both workspaces, for everything, without a
// handshake: both sides know the secret already.
func (e *Emulator) registerTarget(target, secret string) error {
	if _, err := url.ParseRequestURI(target); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for _, p := range projects {
		if p.members != nil {
			continue
		}
		h := &webhook{GID: e.st.id(), Resource: p.gid, ResourceType: "project", Target: target, Secret: secret, User: UserSync, Created: now, Beat: now}
		if e.duplicate(h) != nil {
			continue
		}
		e.st.Webhooks[h.GID] = h
	}
	return e.save()
}
