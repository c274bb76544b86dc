package mapping

import (
	"time"
	_ "time/tzdata" // a stored mapping means the same on every machine, also on one without a list of zones

	"duplex/core"
)

// days says how a rule's days and times become each other; nil: a time's day is the one it was shown in, a day's time is its
// midnight in UTC.
type days struct {
	zone *time.Location
	at   time.Duration // since midnight
}

// convert makes a day of a time or a time of a day; false for every other value.
func (d *days) convert(v core.Value, to core.Kind) (core.Value, bool) {
	if d == nil || v.IsEmpty() {
		return core.Value{}, false
	}
	switch {
	case v.Kind() == core.KindDateTime && to == core.KindDate:
		day, err := core.Date(v.Time().In(d.zone).Format(time.DateOnly))
		return day, err == nil
	case v.Kind() == core.KindDate && to == core.KindDateTime:
		return core.DateTime(d.time(v.Time())), true
	}
	return core.Value{}, false
}

// time is the moment of a day. Where a change of clocks leaves that time out, it is the first one after it, and never one of
// another day.
func (d *days) time(day time.Time) time.Time {
	y, m, n := day.Date()
	at := func(of time.Duration) time.Time {
		return time.Date(y, m, n, int(of/time.Hour), int(of%time.Hour/time.Minute), 0, 0, d.zone)
	}
	for of := d.at; of < 24*time.Hour; of += time.Minute {
		t := at(of)
		if t.Day() == n && clock(t) == of {
			return t
		}
	}
	return at(12 * time.Hour) // a day whose evening was left out
}

func clock(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// days reads zone and at for a rule between a day and a time.
func (c *compiler) days(n *node, fields [2]Field) *days {
	zone, at := n.get("zone"), n.get("at")
	if zone == nil && at == nil {
		return nil
	}
	place, word := zone, "zone"
	if zone == nil {
		place, word = at, "at"
	}
	d := &days{zone: time.UTC}
	if zone != nil {
		l, err := time.LoadLocation(zone.text)
		if err != nil || zone.text == "" || zone.text == "Local" {
			c.r.atf(zone, "%q is no IANA time zone; write one like Europe/Berlin or UTC", zone.text)
			c.r.code(CodeWrongValue)
			return nil
		}
		d.zone = l
	}
	if at != nil {
		t, err := time.Parse("15:04", at.text)
		if err != nil {
			c.r.atf(at, "%q is no time of day like 17:00", at.text)
			c.r.code(CodeWrongValue)
			return nil
		}
		d.at = clock(t)
	}
	a, b := fields[core.A].one().Kind, fields[core.B].one().Kind
	if a != "" && b != "" && !(a == core.KindDate && b == core.KindDateTime) && !(a == core.KindDateTime && b == core.KindDate) {
		c.facts.atf(place, "%s is for a rule between a day and a time; %s of %s is %s, %s of %s is %s", word,
			fields[core.A].Name, c.names[core.A], kindText(fields[core.A]), fields[core.B].Name, c.names[core.B], kindText(fields[core.B]))
		c.facts.code(CodeNoMeaning)
	}
	return d
}
