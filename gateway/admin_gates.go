package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/store"
)

// GateList is the body of /gates.
type GateList struct {
	Gates []Gate `json:"gates"`
}

// Gate is a system's gate, and, of a single system, its newest changes.
type Gate struct {
	core.Gate
	ToDo string             `json:"to_do,omitempty"`
	Log  []store.GateChange `json:"log,omitempty"`
}

// CloseGateRequest closes a gate by hand. For counts from now; without Until and For it is closed until somebody opens it.
type CloseGateRequest struct {
	Until  time.Time `json:"until,omitzero"`
	For    string    `json:"for,omitempty"` // as 90m or 4h
	Reason string    `json:"reason,omitempty"`
}

// Probed is what a probe found.
type Probed struct {
	Gate Gate   `json:"gate"`
	Text string `json:"text"`
}

// gateToDo says what the person who must act can do.
var gateToDo = map[core.GateState]string{
	core.GateDenied: "mend the account's credentials or rights, then apply the system's file, or run duplex gates probe",
	core.GateDown:   "see whether the system runs and can be reached from here; it is probed, and work goes on by itself",
}

func shownGate(g core.Gate) Gate {
	out := Gate{Gate: g}
	if g.By == "" {
		out.ToDo = gateToDo[g.State]
	}
	return out
}

func (g *Gateway) listGates(r *http.Request) (any, error) {
	gates, err := g.gates(r.Context())
	return GateList{Gates: gates}, err
}

// gates are the gates of all configured systems, by name.
func (g *Gateway) gates(ctx context.Context) ([]Gate, error) {
	systems, err := g.o.Store.Systems(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := g.o.Store.Gates(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]core.Gate{}
	for _, s := range stored {
		byName[s.System] = s
	}
	out := make([]Gate, 0, len(systems))
	for _, s := range systems {
		one, ok := byName[s.Name]
		if !ok {
			one = core.Gate{System: s.Name, State: core.GateOpen}
		}
		out = append(out, shownGate(one))
	}
	return out, nil
}

// gateLines is how many changes of a gate are shown.
const gateLines = 20

func (g *Gateway) showGate(r *http.Request) (any, error) {
	name, err := g.systemOf(r)
	if err != nil {
		return nil, err
	}
	one, err := g.o.Store.Gate(r.Context(), name)
	if err != nil {
		return nil, err
	}
	out := shownGate(one)
	out.Log, err = g.o.Store.GateLog(r.Context(), name, gateLines)
	return out, err
}

// systemOf is the system named in the path, when there is one.
func (g *Gateway) systemOf(r *http.Request) (string, error) {
	name, err := variable(r, "name")
	if err != nil {
		return "", err
	}
	_, err = g.o.Store.System(r.Context(), name)
	return name, missing(err, "system", name)
}

// gateOf is the system named in the path, for an act.
func (g *Gateway) gateOf(r *http.Request) (string, error) {
	if g.o.Gates == nil {
		return "", refuse(classUnsupported, "gates", "this gateway keeps no gates")
	}
	return g.systemOf(r)
}

func (g *Gateway) closeGate(r *http.Request) (any, error) {
	name, err := g.gateOf(r)
	if err != nil {
		return nil, err
	}
	var req CloseGateRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	until, err := req.end(g.o.Now())
	if err != nil {
		return nil, err
	}
	got, err := g.o.Gates.CloseUntil(r.Context(), name, until, req.Reason, by(r))
	if err != nil {
		return nil, err
	}
	return Done{Text: fmt.Sprintf("the gate of %s is closed%s: within seconds no worker calls it; webhooks are still taken", name, untilText(got.Until))}, nil
}

// end is until when the request closes; zero: until somebody opens it.
func (c CloseGateRequest) end(now time.Time) (time.Time, error) {
	until := c.Until
	if c.For != "" {
		d, err := time.ParseDuration(c.For)
		if err != nil || d <= 0 {
			return until, refuse(classRequest, "for", fmt.Sprintf("%q is no time such as 90m or 4h", c.For))
		}
		if !until.IsZero() {
			return until, refuse(classRequest, "for", "give until or for, not both")
		}
		until = now.Add(d)
	}
	if !until.IsZero() && !until.After(now) {
		return until, refuse(classRequest, "until", "that time has passed")
	}
	return until, nil
}

// stands says how a gate is, and whose it is where a probe leaves it as it was.
func stands(g core.Gate) string {
	switch {
	case g.State == core.GateOpen:
		return "open"
	case g.By == core.ByWindow:
		return "closed by its maintenance window" + untilText(g.Until)
	case g.By != "":
		return "closed by " + g.By + untilText(g.Until) + ", and stays so"
	}
	return string(g.State)
}

func untilText(t time.Time) string {
	if t.IsZero() {
		return " until somebody opens it"
	}
	return " until " + t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func (g *Gateway) openGate(r *http.Request) (any, error) {
	name, err := g.gateOf(r)
	if err != nil {
		return nil, err
	}
	got, err := g.o.Gates.OpenNow(r.Context(), name, by(r))
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("the gate of %s is open: what waited goes on", name)
	if !got.Until.IsZero() {
		text += "; the maintenance window it is in does not close it again"
	}
	return Done{Text: text}, nil
}

// probeGate tells what the system answered; that it refuses is a result, not an error of the call.
func (g *Gateway) probeGate(r *http.Request) (any, error) {
	name, err := g.gateOf(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	got, err := g.o.Gates.Probe(ctx, name)
	if err != nil && ctx.Err() != nil {
		return nil, errors.Join(err, context.DeadlineExceeded)
	}
	out := Probed{Gate: shownGate(got), Text: fmt.Sprintf("%s answers and knows the account: its gate is %s", name, stands(got))}
	if err != nil {
		class := connectors.Class(err)
		if class == classFailed {
			g.o.Log.Error("probe failed", "system", name, "error", err)
			err = errors.New("it failed inside duplex; the log says more")
		}
		out.Text = fmt.Sprintf("%s was asked who the account is: %v; its gate is %s", name, err, stands(got))
	}
	return out, nil
}

// waitsFor tells which systems of a pair are not called now, and why.
func (g *Gateway) waitsFor(ctx context.Context, p core.Pair) ([]string, error) {
	var out []string
	for _, side := range core.Sides {
		one, err := g.o.Store.Gate(ctx, p.Sides[side].Ref.System)
		if err != nil {
			return nil, err
		}
		if one.Access(g.o.Now()) == core.AccessClosed {
			out = append(out, fmt.Sprintf("waits for %s: %s since %s%s: %s", one.System, one.State, one.Since.UTC().Format("2006-01-02 15:04:05 UTC"),
				openEnded(one.Until), one.Reason))
		}
	}
	waits, err := g.o.Store.AwaitedOf(ctx, p.ID)
	for _, w := range waits {
		out = append(out, fmt.Sprintf("a reference in %s waits until item %s of %s has a twin in %s; nobody has to act", p.Sides[w.Side].Name, w.Item, w.System, w.Other))
	}
	return out, err
}

func openEnded(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return untilText(t)
}
