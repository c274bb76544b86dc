package core

import (
	"slices"
	"strings"
	"time"
)

// End is when the window that contains now ends; false when now is in none. Times of day are read in the window's zone. A
// time that a change of clocks leaves out, or that occurs twice, is read so that the window is the longer. A zone that
// cannot be read makes no window. The result is UTC.
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
	over := 0
	if w.To <= w.From {
		over = 1
	}
	begins, _, ok = clockOn(day, 0, w.From)
	_, ends, fine := clockOn(day, over, w.To)
	return begins, ends, ok && fine
}

// clockOn is a time of day on a day, or days later: the earliest and the latest moment that it may mean.
func clockOn(day time.Time, later int, clock string) (first, last time.Time, ok bool) {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return first, last, false
	}
	shown := time.Date(day.Year(), day.Month(), day.Day()+later, at.Hour(), at.Minute(), 0, 0, time.UTC)
	var real, all []time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := shown.Add(near).In(day.Location()).Zone()
		moment := shown.Add(-time.Duration(offset) * time.Second)
		all = append(all, moment)
		if l := moment.In(day.Location()); l.Hour() == at.Hour() && l.Minute() == at.Minute() {
			real = append(real, moment)
		}
	}
	if len(real) == 0 { // the clocks leave it out
		real = all
	}
	return slices.MinFunc(real, time.Time.Compare), slices.MaxFunc(real, time.Time.Compare), true
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
