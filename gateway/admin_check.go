package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/store"
)

// WebhookRequest asks for the webhook of a system. URL "" is the address this gateway knows of itself.
type WebhookRequest struct {
	URL string `json:"url,omitempty"`
}

// WebhookResult tells whether the system will send its webhooks, or what an admin has to do for it.
type WebhookResult struct {
	System     string   `json:"system"`
	URL        string   `json:"url"`
	Registered bool     `json:"registered"`
	Text       string   `json:"text"`
	Steps      []string `json:"steps,omitempty"` // by hand, one after the other
}

// checkSystem looks at a system now, and at whether its webhooks arrive.
func (g *Gateway) checkSystem(r *http.Request) (any, error) {
	name, kind, c, err := g.requested(r)
	if err != nil {
		return nil, err
	}
	t, err := itemType(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	out := Check(ctx, name, kind, c, t, g.o.Now())
	last, err := g.lastWebhook(ctx, name)
	if err != nil {
		return nil, err
	}
	url := g.webhookURL(name)
	out.Findings = append(out.Findings, webhookFinding(c, url, last, g.answersAt(ctx, url), g.o.Now()))
	return out, nil
}

// ensureWebhook makes a system send its webhooks here, or says how an admin does it. Doing it again changes nothing.
func (g *Gateway) ensureWebhook(r *http.Request) (any, error) {
	name, _, c, err := g.requested(r)
	if err != nil {
		return nil, err
	}
	var req WebhookRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	out := WebhookResult{System: name, URL: req.URL}
	if out.URL == "" {
		out.URL = g.webhookURL(name)
	}
	switch {
	case out.URL == "":
		return nil, refuse(classRequest, "url", "this gateway does not know the address at which systems reach it: set DUPLEX_PUBLIC_URL, or name the address")
	case !strings.HasPrefix(out.URL, "https://") && !strings.HasPrefix(out.URL, "http://"):
		return nil, refuse(classRequest, "url", "the address must begin with https:// or http://")
	}
	if _, ok := connectors.As[connectors.WebhookParser](c); !ok {
		out.Text = "this kind of system sends no webhooks; sweeps find its changes"
		return out, nil
	}
	registrar, can := connectors.As[connectors.WebhookRegistrar](c)
	guide, guides := connectors.As[connectors.WebhookGuide](c)
	if guides {
		out.Steps = guide.WebhookSteps(out.URL)
	}
	if !can {
		out.Text = "this kind of system has no way for duplex to register a webhook: an admin of it takes these steps"
		return out, nil
	}
	secret := ""
	if g.o.WebhookSecret != nil {
		if secret, err = g.o.WebhookSecret(r.Context(), name); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	err = registrar.EnsureWebhook(ctx, out.URL, secret)
	switch {
	case err == nil:
		out.Registered, out.Steps = true, nil
		out.Text = "the system sends its webhooks to " + out.URL
		return out, nil
	case guides && (errors.Is(err, connectors.ErrDenied) || errors.Is(err, connectors.ErrUnsupported)):
		out.Text = fmt.Sprintf("duplex may not register the webhook (%v): an admin of the system takes these steps", err)
		return out, nil
	}
	return nil, err
}

// lastWebhook is when the newest webhook of a system arrived, zero when none is kept.
func (g *Gateway) lastWebhook(ctx context.Context, system string) (time.Time, error) {
	newest, err := g.o.Store.Deliveries(ctx, store.DeliveryFilter{System: system, Calls: true, Limit: 1})
	if err != nil || len(newest) == 0 {
		return time.Time{}, err
	}
	return newest[0].ReceivedAt, nil
}

// answersAt asks an address whether this gateway answers there, as it does to whoever does not send with POST.
func (g *Gateway) answersAt(ctx context.Context, url string) error {
	if url == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return errors.New("it is no address")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("no answer")
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // what is not ours is not looked at
	if resp.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(string(b), postOnly) {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
