package connectors

import (
	"errors"
	"fmt"
	"time"
)

// The error classes say who must act. A connector wraps exactly one of them, or one of the types below, in every
// error it returns, with what was being attempted.
var (
	ErrNotFound    = errors.New("not found")                // the item is gone or out of sight
	ErrStale       = errors.New("changed meanwhile")        // nobody: read again
	ErrDenied      = errors.New("access denied")            // the admin: credentials or rights
	ErrUnsupported = errors.New("not supported")            // the author of the mapping
	ErrTooLarge    = errors.New("too large")                // the author of the content
	ErrForged      = errors.New("signature does not match") // whoever sends the webhooks
	ErrMalformed   = errors.New("cannot be read")           // whoever sends the webhooks
)

// ErrUnauthenticated is the ErrDenied of a system that does not accept the credentials, as by HTTP status 401: it is about
// the account and not about what was asked for.
var ErrUnauthenticated = fmt.Errorf("%w: the credentials are not accepted", ErrDenied)

// BusyError means that nobody must act: the system is throttling, in maintenance or failing, try again after After.
type BusyError struct {
	After       time.Duration // 0: not told
	Maintenance bool          // the system says it is in maintenance
	Text        string
}

func (e *BusyError) Error() string {
	if e.After > 0 {
		return fmt.Sprintf("busy for %s: %s", e.After, e.Text)
	}
	return "busy: " + e.Text
}

// ThisSide stands, in what an InvalidError says, for the name of the side that the connection gives the system.
const ThisSide = "<this side>"

// InvalidError means that the system refuses a value: the author of the mapping must act. It parks the field and is not
// tried again until something changes.
type InvalidError struct {
	Fields map[string]string // field name -> the system's reason; a field "" when the system does not tell
}

func (e *InvalidError) Error() string {
	s := "refused"
	for f, why := range e.Fields {
		if f == "" {
			s += ": " + why
		} else {
			s += ": " + f + ": " + why
		}
	}
	return s
}

// Busy wraps a BusyError with what was attempted.
func Busy(attempt, text string, after time.Duration) error {
	return fmt.Errorf("%s: %w", attempt, &BusyError{After: after, Text: text})
}

// Invalid wraps an InvalidError about one field with what was attempted.
func Invalid(attempt, field, why string) error {
	return fmt.Errorf("%s: %w", attempt, &InvalidError{Fields: map[string]string{field: why}})
}

// Class is the name of an error's class, for logs and metrics: not-found, stale, denied, unsupported, too-large, forged,
// malformed, busy, invalid; "failed" for everything else, "" for nil.
func Class(err error) string {
	var busy *BusyError
	var invalid *InvalidError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &busy):
		return "busy"
	case errors.As(err, &invalid):
		return "invalid"
	}
	for _, c := range []struct {
		err  error
		name string
	}{
		{ErrNotFound, "not-found"}, {ErrStale, "stale"}, {ErrDenied, "denied"}, {ErrUnsupported, "unsupported"},
		{ErrTooLarge, "too-large"}, {ErrForged, "forged"}, {ErrMalformed, "malformed"},
	} {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	return "failed"
}
