package core

import (
	"strings"
	"time"
)

// End is when the window that contains now ends; false when now is in none. Times of day are read in the window's zone: a
// time that a change to summer time leaves out means the moment after the gap, and one that occurs twice its first
// occurrence. A zone that cannot be read makes no window. The result is UTC.
func (w Window) End(now time.Time) (time.Time, bool) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil || w.Zone == "" {
		return time.Time{}, false
	}
	local := now.In(zone)
	for _, back := range []int{1, 0} { // a window that began yesterday may reach into today
		day := time.Date(local.Year(), local.Month(), local.Day()-back, 12, 0, 0, 0, zone)
		begins, ends, ok := w.on(day)
		if ok && !now.Before(begins) && now.Before(ends) {
			return ends.UTC(), true
		}
	}
	return time.Time{}, false
}

// on is the window that begins on a day.
func (w Window) on(day time.Time) (begins, ends time.Time, ok bool) {
	if len(w.Days) > 0 {
		name, listed := strings.ToLower(day.Weekday().String()[:3]), false
		for _, d := range w.Days {
			listed = listed || strings.ToLower(d) == name
		}
		if !listed {
			return begins, ends, false
		}
	}
	begins, ok = clockOn(day, 0, w.From)
	if !ok {
		return begins, ends, false
	}
	over := 0
	if w.To <= w.From {
		over = 1
	}
	ends, ok = clockOn(day, over, w.To)
	return begins, ends, ok
}

// clockOn is a time of day on a day, or days later.
func clockOn(day time.Time, later int, clock string) (time.Time, bool) {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day()+later, at.Hour(), at.Minute(), 0, 0, day.Location()), true
}

// InWindow is when the last of the windows that contain now ends, and that window; false when now is in none.
func InWindow(windows []Window, now time.Time) (w Window, until time.Time, in bool) {
	for _, each := range windows {
		if end, ok := each.End(now); ok && end.After(until) {
			w, until, in = each, end, true
		}
	}
	return w, until, in
}
