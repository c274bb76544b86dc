package mapping

import (
	"testing"
	"time"

	"duplex/core"
)

func TestRoundedNumbers(t *testing.T) {
	for _, c := range []struct {
		reason, number string
		decimals       int
		want           string
	}{
		{"half goes away from zero", "2.5", 0, "3"},
		{"below zero too", "-2.5", 0, "-3"},
		{"a half that a float cannot hold", "1.005", 2, "1.01"},
		{"less than half", "1.00499999", 2, "1"},
		{"fewer decimals than allowed", "1.5", 2, "1.5"},
		{"a carry", "9.995", 2, "10"},
		{"nothing is left of it", "-0.004", 2, "0"},
	} {
		if got := rounded(num(c.number), &c.decimals); got.Source() != c.want {
			t.Errorf("%s: %s becomes %s, want %s", c.reason, c.number, got, c.want)
		}
	}
}

func TestRoundIsForWhatIsWritten(t *testing.T) {
	points := "{support: Story points, engineering: Story Points, round: 1}"
	text := "{support: Story points, engineering: summary, flow: to-engineering, round: 1}"
	computed := "{engineering: Story Points, set: 'item[\"Story points\"] / 3.0', round: 2}"
	for _, c := range []struct {
		reason, rule  string
		to            core.Side
		value, target core.Value
		want          core.Value
	}{
		{"a number", points, core.B, num("1.25"), core.Absent(), num("1.3")},
		{"what it was rounded from stays", points, core.A, num("1.3"), num("1.25"), num("1.25")},
		{"another number is written", points, core.A, num("1.4"), num("1.25"), num("1.4")},
		{"a number in a text", text, core.B, num("1.25"), core.Absent(), core.String("1.3")},
		{"an expression's result", computed, core.B, core.Absent(), core.Absent(), num("3.33")},
		{"cleared stays cleared", points, core.B, core.Empty(core.KindNumber), num("1"), core.Empty(core.KindNumber)},
	} {
		item := &core.Observation{Fields: map[string]core.Value{"Story points": num("10")}}
		got, err := oneRule(t, c.rule).Convert[c.to](core.ConvertInput{Value: c.value, Target: c.target, Item: item})
		if err != nil || !core.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.reason, got, err, c.want)
		}
	}
}

// TestDaysInAZone crosses changes of clocks both ways: a day that was written as a time is that day again when it is read.
func TestDaysInAZone(t *testing.T) {
	for _, c := range []struct{ reason, zone, at, day, want string }{
		{"an ordinary day", "Europe/Berlin", "17:00", "2026-01-15", "2026-01-15T16:00:00Z"},
		{"in summer", "Europe/Berlin", "17:00", "2026-07-15", "2026-07-15T15:00:00Z"},
		{"the hour that spring leaves out", "Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00:00Z"},
		{"the hour that autumn has twice", "Europe/Berlin", "02:30", "2026-10-25", ""},
		{"a midnight that is left out", "Africa/Cairo", "00:00", "2026-04-24", "2026-04-23T22:00:00Z"},
		{"a day that is left out whole", "Pacific/Apia", "12:00", "2011-12-31", "2011-12-30T22:00:00Z"},
		{"without a zone, in UTC", "", "17:00", "2026-01-15", "2026-01-15T17:00:00Z"},
	} {
		rule := "{support: due_at, engineering: duedate, at: \"" + c.at + "\""
		if c.zone != "" {
			rule += ", zone: " + c.zone
		}
		r := oneRule(t, rule+"}")
		got, err := r.Convert[core.A](core.ConvertInput{Value: day(c.day)})
		if err != nil || c.want != "" && !got.Time().Equal(instant(c.want).Time()) {
			t.Errorf("%s: %v, %v; want %s", c.reason, got, err, c.want)
		}
		shown := core.DateTime(got.Time().In(time.FixedZone("elsewhere", -11*3600)))
		back, err := r.Convert[core.B](core.ConvertInput{Value: shown})
		if err != nil || !core.Equal(back, day(c.day)) {
			t.Errorf("%s: comes back as %v, %v", c.reason, back, err)
		}
		if kept, err := r.Convert[core.A](core.ConvertInput{Value: day(c.day), Target: shown}); err != nil || !core.Equal(kept, shown) {
			t.Errorf("%s: the time within the day is not kept: %v, %v", c.reason, kept, err)
		}
	}
}

// docsValueFields are further fields of the page's systems.
var docsValueFields = map[string][]Field{
	"zendesk-acme": {{Name: "Hours", Kind: core.KindNumber}},
	"jira-acme": {{Name: "Effort", Kind: core.KindNumber}, {Name: "Assigned to", Kind: core.KindString},
		{Name: "resolution", Kind: core.KindOption, Options: options("Fixed", "Answered")}},
}
