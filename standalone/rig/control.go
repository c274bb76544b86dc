package rig

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Control is the control API of one emulated system.
type Control string

// Controls are those of both systems.
func (w *World) Controls() []Control { return []Control{Control(w.ZendeskURL), Control(w.JiraURL)} }

// Call is one call that a system answered, or did not answer on purpose.
type Call struct {
	Seq                                   int
	Time                                  time.Time
	Method, Path, Operation, Fault, Actor string
	Status                                int
}

// Own tells whether duplex made the call. Where a fault came before the system knew who calls, nobody is named.
func (c Call) Own() bool { return strings.Contains(c.Actor, Account) || c.Actor == "" && c.Fault != "" }

// Read tells whether the call changes nothing.
func (c Call) Read() bool {
	return c.Method == "GET" || strings.HasSuffix(c.Path, "/search/jql") || strings.HasSuffix(c.Path, "/issue/bulkfetch")
}

// Calls gives the calls behind a sequence number; the system remembers its last ten thousand.
func (c Control) Calls(ctx context.Context, since int) ([]Call, error) {
	var out struct{ Calls []Call }
	err := c.do(ctx, "GET", fmt.Sprintf("/calls?since=%d", since), nil, &out)
	return out.Calls, err
}

// Fault is a rule by which a system misbehaves; see the emulators' documentation of faults.
type Fault struct {
	Kind       string  `json:"kind"`
	Method     string  `json:"method,omitempty"`
	Path       string  `json:"path,omitempty"`
	Account    string  `json:"account,omitempty"` // whose calls; "" is everybody's
	Spare      string  `json:"spare,omitempty"`   // whose calls never; see harness.HandHeader
	Percent    float64 `json:"percent,omitempty"` // of the calls; 0 is all
	Times      int     `json:"times,omitempty"`   // 0 is until it is mended
	Status     int     `json:"status,omitempty"`
	Delay      string  `json:"delay,omitempty"`
	RetryAfter int     `json:"retry_after,omitempty"`
}

// Break makes a system misbehave until Mend with the id.
func (c Control) Break(ctx context.Context, f Fault) (id string, err error) {
	var out struct{ ID string }
	err = c.do(ctx, "POST", "/faults", f, &out)
	return out.ID, err
}

// Mend removes a fault, or all of them for "".
func (c Control) Mend(ctx context.Context, id string) error {
	if id == "" {
		return c.do(ctx, "DELETE", "/faults", nil, nil)
	}
	return c.do(ctx, "DELETE", "/faults/"+url.PathEscape(id), nil, nil)
}

// Webhooks sets how a system delivers: normal, drop, duplicate, reorder, or pause, which holds everything back. percent is of
// the deliveries, 0 is all.
func (c Control) Webhooks(ctx context.Context, mode string, percent float64) error {
	return c.do(ctx, "PATCH", "/webhooks", Object{"mode": mode, "percent": percent}, nil)
}

// Skew puts a system's clock off.
func (c Control) Skew(ctx context.Context, by time.Duration) error {
	return c.do(ctx, "POST", "/clock", Object{"skew": by.String()}, nil)
}

// Throttle is what a system reports of the pauses for which its faults asked, and of the calls that began inside one.
type Throttle struct {
	Windows, Calls, Inside int
	OnTheWire              int `json:"on_the_wire"` // of Inside, those that were perhaps sent before the pause was asked for
}

// Throttle gives that report.
func (c Control) Throttle(ctx context.Context) (t Throttle, err error) {
	err = c.do(ctx, "GET", "/throttle", nil, &t)
	return t, err
}

// Sent is one attempt to deliver a webhook.
type Sent struct {
	Seq, Attempt, Status int
	Time                 time.Time
	Item, Event, Outcome string
}

// Deliveries gives the attempts so far and how many deliveries still wait; the system remembers its last ten thousand.
func (c Control) Deliveries(ctx context.Context) (sent []Sent, waiting int, err error) {
	var out struct {
		Sent    []Sent
		Waiting int
	}
	err = c.do(ctx, "GET", "/webhooks", nil, &out)
	return out.Sent, out.Waiting, err
}

func (c Control) do(ctx context.Context, method, path string, in, out any) error {
	return Person{Base: string(c)}.Call(ctx, method, "/_control"+path, in, out)
}

// OwnCalls lists the calls that duplex made at both systems since the last ResetCalls.
func (w *World) OwnCalls(ctx context.Context) (own []Call, err error) {
	for _, c := range w.Controls() {
		all, err := c.Calls(ctx, 0)
		if err != nil {
			return nil, err
		}
		for _, call := range all {
			if call.Own() {
				own = append(own, call)
			}
		}
	}
	return own, nil
}

// ResetCalls makes both systems forget the calls so far.
func (w *World) ResetCalls(ctx context.Context) error {
	var errs []error
	for _, c := range w.Controls() {
		errs = append(errs, c.do(ctx, "DELETE", "/calls", nil, nil))
	}
	return errors.Join(errs...)
}

// Deliver sets how both systems deliver webhooks; see Control.Webhooks.
func (w *World) Deliver(ctx context.Context, mode string) error {
	var errs []error
	for _, c := range w.Controls() {
		errs = append(errs, c.Webhooks(ctx, mode, 0))
	}
	return errors.Join(errs...)
}
