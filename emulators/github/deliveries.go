package github

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// delivery is one webhook call that was made, or was to be made.
type delivery struct {
	ID, Hook, Repo            int64
	GUID, Event, Action, Item string
	URL                       string
	Body                      []byte // the JSON, also where it was sent as a form
	At                        time.Time
	Nth                       int // how many calls with this GUID went to this hook before
}

const keptDeliveries = 1000

// outcome is the receiver's status; 0 where it was not reached, did not answer in time, or is still being called.
func (e *Emulator) outcome(d *delivery) int {
	n := 0
	for _, s := range e.sender.Report().Sent {
		if s.ID == d.GUID && s.URL == d.URL {
			if n == d.Nth {
				return s.Status
			}
			n++
		}
	}
	return 0
}

func (c *call) deliveryView(d *delivery) object {
	code := c.e.outcome(d)
	status := "OK"
	switch {
	case code == 0:
		status = "failed to connect to host"
	case code > 299:
		status = "Invalid HTTP Response: " + strconv.Itoa(code)
	}
	out := object{"id": d.ID, "guid": d.GUID, "delivered_at": stamp(d.At), "redelivery": d.Nth > 0, "duration": 0.1, "status": status,
		"status_code": code, "event": d.Event, "action": orNull(d.Action), "installation_id": nil, "repository_id": nil, "throttled_at": nil}
	if d.Repo != 0 {
		out["repository_id"] = d.Repo
	}
	if d.Hook == appHook {
		out["installation_id"] = InstallationID
	}
	return out
}

// listDeliveries is newest first, paged by a cursor; status is success or failure.
func (c *call) listDeliveries() error {
	h, err := c.deliveringHook()
	if err != nil {
		return err
	}
	size := usualPage
	if n, err := strconv.Atoi(c.query("per_page")); err == nil && n > 0 {
		size = min(n, mostPage)
	}
	before := int64(1) << 62
	if text := c.query("cursor"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil {
			return refuse(http.StatusBadRequest, "Invalid cursor")
		}
	}
	out, next := []object{}, int64(0)
	for _, d := range slices.Backward(c.e.st.Deliveries) {
		if d.Hook != h.ID || d.ID >= before {
			continue
		}
		view := c.deliveryView(d)
		code := view["status_code"].(int)
		fine := code >= 200 && code < 300
		if s := c.query("status"); s == "success" && !fine || s == "failure" && fine {
			continue
		}
		if len(out) == size {
			break
		}
		out, next = append(out, view), d.ID
	}
	if len(out) == size {
		q := c.req.URL.Query()
		q.Set("cursor", strconv.FormatInt(next, 10))
		c.w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, c.e.base, c.req.URL.EscapedPath(), q.Encode()))
	}
	return c.answer(http.StatusOK, out)
}

func (c *call) delivery() (*delivery, *hook, error) {
	h, err := c.deliveringHook()
	if err != nil {
		return nil, nil, err
	}
	for _, d := range c.e.st.Deliveries {
		if d.ID == c.pathID("delivery_id") && d.Hook == h.ID {
			return d, h, nil
		}
	}
	return nil, nil, notFound()
}

func (c *call) getDelivery() error {
	d, h, err := c.delivery()
	if err != nil {
		return err
	}
	out := c.deliveryView(d)
	headers := object{}
	for name := range c.hookHeader(h, d) {
		headers[name] = c.hookHeader(h, d).Get(name)
	}
	out["url"] = d.URL
	out["request"] = object{"headers": headers, "payload": json.RawMessage(d.Body)}
	out["response"] = object{"headers": object{}, "payload": ""}
	return c.answer(http.StatusOK, out)
}

// redeliver sends the same body again under the same GUID.
func (c *call) redeliver() error {
	d, h, err := c.delivery()
	if err != nil {
		return err
	}
	again := *d
	again.ID, again.At, again.Nth = c.e.st.id(), c.now, 0
	c.resend, c.resendTo = &again, h
	return c.answer(http.StatusAccepted, object{})
}
