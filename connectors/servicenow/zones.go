package servicenow

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"duplex/connectors"
)

// zone is the time zone in which the instance reads the times of the account's queries (vendor page "GlideSystem"). An account without one is
// in the instance's own, which it does not tell.
func (c *Connector) zone(ctx context.Context) (*time.Location, error) {
	a, err := c.account(ctx)
	if err != nil {
		return nil, err
	}
	loc, err := time.LoadLocation(a.timeZone)
	if err != nil || a.timeZone == "" || a.timeZone == "Local" {
		return nil, fmt.Errorf("the instance reads times in the account's time zone (%s): an administrator has to set the time zone of %s to GMT: %w",
			cmp.Or(a.timeZone, "the instance's own"), c.username, connectors.ErrDenied)
	}
	return loc, nil
}

// at is a time in a query, as the wall clock of the account's zone shows it.
func at(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	return fmt.Sprintf("javascript:gs.dateGenerate('%s','%s')", t.Format(time.DateOnly), t.Format(time.TimeOnly))
}

// fold is the time around t whose wall clock shows everything twice, when clocks are set back: from the first time to after the second.
func fold(t time.Time, loc *time.Location) (from, to time.Time, ok bool) {
	start, end := t.In(loc).ZoneBounds()
	for _, set := range []time.Time{start, end} {
		if set.IsZero() {
			continue
		}
		_, before := set.Add(-time.Second).In(loc).Zone()
		_, after := set.In(loc).Zone()
		back := time.Duration(before-after) * time.Second
		if back > 0 && !t.Before(set.Add(-back)) && t.Before(set.Add(back)) {
			return set.Add(-back).UTC(), set.Add(back).UTC(), true
		}
	}
	return time.Time{}, time.Time{}, false
}

// plainly is t, or the last time before it that the wall clock shows once.
func plainly(t time.Time, loc *time.Location) time.Time {
	if from, _, ok := fold(t, loc); ok {
		return from.Add(-time.Second)
	}
	return t
}
