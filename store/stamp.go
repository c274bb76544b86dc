package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// stampForm sorts as text in the order of time, and Postgres reads it as an instant.
const stampForm = "2006-01-02T15:04:05.000000Z"

// stamp is an instant as the store keeps it: UTC, microseconds, NULL for the zero time.
type stamp struct{ time.Time }

func stamped(t time.Time) stamp { return stamp{micros(t)} }

// micros is t in UTC, cut to microseconds.
func micros(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Value writes the instant.
func (s stamp) Value() (driver.Value, error) {
	if s.IsZero() {
		return nil, nil
	}
	return micros(s.Time).Format(stampForm), nil
}

// Scan reads a TIMESTAMPTZ of Postgres or the text SQLite holds.
func (s *stamp) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		s.Time = time.Time{}
		return nil
	case time.Time:
		s.Time = micros(v)
		return nil
	case string:
		t, err := time.Parse(stampForm, v)
		s.Time = t
		return err
	case []byte:
		return s.Scan(string(v))
	}
	return fmt.Errorf("a time cannot be read from %T", v)
}
