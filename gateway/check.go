package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"duplex/connectors"
)

// SystemCheck is what looking at a system came to. It holds no content and no secret.
type SystemCheck struct {
	System   string               `json:"system"`
	Kind     string               `json:"kind"`
	Type     string               `json:"type"`
	Scope    map[string]string    `json:"scope,omitempty"`
	At       time.Time            `json:"at"` // UTC
	Findings []connectors.Finding `json:"findings"`
}

// Wrong tells whether an admin has to act before the system can be synced.
func (c SystemCheck) Wrong() bool {
	return slices.ContainsFunc(c.Findings, func(f connectors.Finding) bool { return f.State == connectors.Wrong })
}

// skewLimit is how far two clocks may be apart before signed webhooks are refused as too old, and times mislead conflict policies.
const skewLimit = time.Minute

// Check asks a system, without writing anything, whether duplex can work with it: credentials, clock, fields, changes, and what its
// connector knows to look at. It goes on after what is wrong.
func Check(ctx context.Context, system, kind string, c connectors.Connector, t connectors.ItemType, now time.Time) SystemCheck {
	if t.Type == "" {
		if k, err := connectors.Lookup(kind); err == nil && len(k.Types) > 0 {
			t.Type = k.Types[0]
		}
	}
	out := SystemCheck{System: system, Kind: kind, Type: t.Type, Scope: t.Scope, At: now.UTC()}
	add := func(f ...connectors.Finding) { out.Findings = append(out.Findings, f...) }
	if who, ok := connectors.As[connectors.Identifier](c); ok {
		self, err := who.Self(ctx)
		f := looked("sign in", err, "")
		if err == nil {
			f.Saw = "as " + cmp.Or(self.Name(), self.Email(), self.ID(), "an account without a name")
		}
		add(f)
		if errors.Is(err, connectors.ErrDenied) {
			return out // every other answer would be the same
		}
	}
	d, err := c.Describe(ctx, t)
	add(looked("read the fields of "+t.Type, err, fmt.Sprintf("%d fields", len(d.Fields))))
	var since connectors.Cursor
	if s, ok := connectors.As[connectors.Starter](c); ok {
		since = s.CursorAt(now.Add(-time.Hour))
	}
	_, err = c.Changes(ctx, t, since, 1)
	add(looked("list what changed", err, "sweeps will work"))
	if own, ok := connectors.As[connectors.Checker](c); ok {
		add(own.Check(ctx, t)...)
	}
	if clock, ok := connectors.As[connectors.ClockReader](c); ok {
		if ahead, told := clock.ClockSkew(); told {
			add(clockFinding(ahead))
		}
	}
	return out
}

// looked is the finding of a call.
func looked(what string, err error, saw string) connectors.Finding {
	f := connectors.Finding{What: what, State: connectors.Fine, Saw: saw}
	if err == nil {
		return f
	}
	f.State, f.Saw = connectors.Wrong, err.Error()
	switch connectors.Class(err) {
	case "denied":
		f.Mend = "give the account of duplex this right, or mend its credentials in the system file"
		if errors.Is(err, connectors.ErrUnauthenticated) {
			f.Mend = "mend the credentials that the system file refers to: they are not accepted"
		}
	case "busy":
		f.State, f.Mend = connectors.Doubt, "check again later: the system does not answer now"
	case "not-found", "invalid", "unsupported":
		f.Mend = "check the type and the scope: the system does not know them, or does not show them to this account"
	default:
		f.Mend = "check base_url in the system file, and whether this machine reaches it"
	}
	return f
}

func clockFinding(ahead time.Duration) connectors.Finding {
	f := connectors.Finding{What: "compare clocks", State: connectors.Fine, Saw: "within a minute of this machine's"}
	if ahead.Abs() > skewLimit {
		way := "ahead of"
		if ahead < 0 {
			way = "behind"
		}
		f.State, f.Saw = connectors.Wrong, fmt.Sprintf("the system's clock is %s %s this machine's", ahead.Abs(), way)
		f.Mend = "let this machine take its time from the network: signed webhooks are refused when clocks differ, and \"latest\" picks the wrong side"
	}
	return f
}

// webhookFinding tells whether webhooks arrive: by the newest one that did, and by whether the address answers.
func webhookFinding(c connectors.Connector, url string, last time.Time, reach error, now time.Time) connectors.Finding {
	f := connectors.Finding{What: "receive webhooks", State: connectors.Doubt, Where: url}
	_, parses := connectors.As[connectors.WebhookParser](c)
	switch {
	case !parses:
		return connectors.Finding{What: f.What, State: connectors.Fine, Saw: "this system sends none; sweeps find its changes"}
	case url == "":
		f.Saw, f.Mend = "this gateway does not know the address at which systems reach it", "set DUPLEX_PUBLIC_URL to it"
	case reach != nil:
		f.Saw = "nothing that is this gateway answers there: " + reach.Error()
		f.Mend = "let the proxy or tunnel lead there; if only the outside reaches it, a webhook that arrives is the proof"
	case last.IsZero():
		f.Saw, f.Mend = "the address answers, and no webhook has arrived yet", "run duplex webhooks ensure, then change an item"
	default:
		f.State, f.Saw = connectors.Fine, fmt.Sprintf("the newest arrived %s ago", now.Sub(last).Round(time.Second))
		if now.Sub(last) > 7*24*time.Hour {
			f.State, f.Mend = connectors.Doubt, "change an item: if no webhook arrives the registration is gone; run duplex webhooks ensure"
		}
	}
	return f
}
