package cli

import "time"

// moment reads a time as people write it: with a zone of its own, or in theirs. The result is UTC.
func (e *env) moment(text string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), true
	}
	for _, form := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(form, text, e.zone); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// when reads a time that has passed: a moment, or how long ago. "" is the zero time.
func (e *env) when(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, ok := e.moment(text); ok {
		return at, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return time.Now().Add(-d).UTC(), nil
	}
	return time.Time{}, fail(ExitUsage, "%q is no time: write 2026-01-31, 2026-01-31T09:00:00Z, or how long ago, such as 72h", text)
}
