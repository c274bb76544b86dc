package httpx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
)

// Class is the error class of a refusal by its status alone: 401 ErrUnauthenticated, 403 ErrDenied, 404 and 410 ErrNotFound, 409 and
// 412 ErrStale, 413 ErrTooLarge, 400 and 422 an InvalidError about no field, 429 and every 5xx a BusyError that carries
// Retry-After; a 503 with Retry-After is maintenance. Text says what the system answered.
func Class(status int, header http.Header, now time.Time, text string) error {
	said := fmt.Sprintf("status %d", status)
	if text != "" {
		said += ": " + text
	}
	after := RetryAfter(header, now)
	switch {
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", connectors.ErrUnauthenticated, said)
	case status == http.StatusForbidden:
		return fmt.Errorf("%w: %s", connectors.ErrDenied, said)
	case status == http.StatusNotFound || status == http.StatusGone:
		return fmt.Errorf("%w: %s", connectors.ErrNotFound, said)
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %s", connectors.ErrStale, said)
	case status == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %s", connectors.ErrTooLarge, said)
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return &connectors.InvalidError{Fields: map[string]string{"": said}}
	case status >= 300 && status < 400:
		return fmt.Errorf("%w: %s: the system redirects elsewhere; check base_url", connectors.ErrDenied, said)
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &connectors.BusyError{After: after, Maintenance: status == http.StatusServiceUnavailable && after > 0, Text: said}
	}
	return fmt.Errorf("%w: %s", connectors.ErrUnsupported, said)
}

// RetryAfter reads the header of that name, seconds or a date: a day at most, 0 when it is missing or in the past.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	const most = 24 * time.Hour
	if s, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(s) {
		return time.Duration(max(0, min(s, most.Seconds())) * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, min(at.Sub(now), most))
	}
	return 0
}

func (c *Client) refusal(call *call, resp *Response) error {
	if c.Classify != nil && resp.Status >= 400 {
		if err := c.Classify(&http.Response{StatusCode: resp.Status, Header: resp.Header}, resp.Body); err != nil {
			return fmt.Errorf("%s: %w", call.op, err)
		}
	}
	return fmt.Errorf("%s: %w", call.op, Class(resp.Status, resp.Header, c.now(), ""))
}

// network classes a call that got no answer: the caller's context, an error that already has a class, else a BusyError.
// The address is left out, it may hold content.
func (c *Client) network(ctx context.Context, call *call, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", call.op, ctx.Err())
	}
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if connectors.Class(err) != "failed" {
		return fmt.Errorf("%s: %w", call.op, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return connectors.Busy(call.op, "no answer in time", 0)
	}
	return connectors.Busy(call.op, "no answer: "+err.Error(), 0)
}

// redacted is an error whose text has no secrets, of the same class as the one it stands for, whose own chain is
// dropped because its texts do have them.
type redacted struct {
	text  string
	class error
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.class }

// Redact blots secrets out of an error, also out of the typed errors inside it.
func Redact(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	var busy *connectors.BusyError
	if errors.As(err, &busy) {
		busy.Text = blot(busy.Text, secrets)
	}
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) {
		for f, why := range invalid.Fields {
			invalid.Fields[f] = blot(why, secrets)
		}
	}
	text := err.Error()
	clean := blot(text, secrets)
	switch {
	case clean == text:
		return err
	case busy != nil:
		return &redacted{clean, busy}
	case invalid != nil:
		return &redacted{clean, invalid}
	}
	for _, class := range []error{connectors.ErrNotFound, connectors.ErrStale, connectors.ErrUnauthenticated, connectors.ErrDenied, connectors.ErrUnsupported,
		connectors.ErrTooLarge, connectors.ErrForged, connectors.ErrMalformed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, class) {
			return &redacted{clean, class}
		}
	}
	return errors.New(clean)
}

func (c *Client) redact(err error) error { return Redact(err, c.Secrets...) }

func blot(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "[secret]")
			text = strings.ReplaceAll(text, url.QueryEscape(s), "[secret]")
		}
	}
	return text
}
