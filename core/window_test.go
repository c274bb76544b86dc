package core

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestWindows(t *testing.T) {
	berlin := Window{Days: []string{"sat"}, From: "22:00", To: "02:30", Zone: "Europe/Berlin"}
	daily := Window{From: "02:15", To: "03:30", Zone: "Europe/Berlin"}
	cases := []struct {
		w      Window
		at     string
		until  string // "" means outside
		reason string
	}{
		{berlin, "2026-01-10T20:59:59Z", "", "one second before it begins"},
		{berlin, "2026-01-10T21:00:00Z", "2026-01-11T01:30:00Z", "it begins at 22:00 in Berlin, an hour ahead of UTC in winter"},
		{berlin, "2026-01-11T00:30:00Z", "2026-01-11T01:30:00Z", "past midnight it is still Saturday's window"},
		{berlin, "2026-01-11T01:30:00Z", "", "the end is outside"},
		{berlin, "2026-01-11T21:30:00Z", "", "Sunday is no day of its own"},
		{berlin, "2026-07-11T20:00:00Z", "2026-07-12T00:30:00Z", "two hours ahead in summer"},
		{berlin, "2026-10-24T20:00:00Z", "2026-10-25T01:30:00Z", "02:30 occurs twice that night: the second ends it"},
		{daily, "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "clocks jump from 02:00 to 03:00: it is 03:00 and the window has begun"},
		{daily, "2026-03-29T00:14:00Z", "", "before it can have begun"},
		{Window{From: "01:00", To: "02:30", Zone: "Europe/Berlin"}, "2026-03-29T01:15:00Z", "2026-03-29T01:30:00Z", "02:30 is left out that night: the later reading ends it"},
		{Window{From: "00:00", To: "23:59", Zone: "UTC"}, "2026-05-05T12:00:00Z", "2026-05-05T23:59:00Z", "no days means every day"},
		{Window{Days: []string{"MON"}, From: "10:00", To: "11:00", Zone: "UTC"}, "2026-01-12T10:30:00Z", "2026-01-12T11:00:00Z", "days are read in any case"},
		{Window{From: "10:00", To: "11:00", Zone: "Nowhere/Here"}, "2026-01-12T10:30:00Z", "", "a zone nobody knows makes no window"},
		{Window{From: "ten", To: "11:00", Zone: "UTC"}, "2026-01-12T10:30:00Z", "", "a time nobody can read makes no window"},
	}
	for _, c := range cases {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		end, in := c.w.End(at)
		got := ""
		if in {
			got = end.Format(time.RFC3339)
		}
		if got != c.until {
			t.Errorf("%+v at %s: until %q, want %q: %s", c.w, c.at, got, c.until, c.reason)
		}
	}
}

func TestTheLastWindowCounts(t *testing.T) {
	at := time.Date(2026, 1, 12, 10, 30, 0, 0, time.UTC)
	long := Window{From: "09:00", To: "12:00", Zone: "UTC", Comments: "upgrade"}
	w, until, in := InWindow([]Window{{From: "10:00", To: "11:00", Zone: "UTC"}, long, {From: "08:00", To: "09:00", Zone: "UTC"}}, at)
	if !in || w.Comments != "upgrade" || !until.Equal(at.Add(90*time.Minute)) {
		t.Errorf("in %v until %v by %+v, want the upgrade's end", in, until, w)
	}
}

// TestWindowLaws: whoever is in a window is outside at its end, and at every moment before.
func TestWindowLaws(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham"}
	days := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	clock := func() string { return fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(60)) }
	for range 20_000 {
		w := Window{From: clock(), To: clock(), Zone: zones[r.IntN(len(zones))]}
		if w.From == w.To {
			continue
		}
		if r.IntN(2) == 0 {
			w.Days = []string{days[r.IntN(7)]} // a single day, so that two windows never touch
		}
		at := time.Unix(1_767_225_600+r.Int64N(365*86400), 0)
		end, in := w.End(at)
		if !in {
			continue
		}
		if !end.After(at) || end.Sub(at) > 26*time.Hour {
			t.Fatalf("seed %d: %+v at %v ends at %v", seed, w, at.UTC(), end)
		}
		if len(w.Days) == 0 {
			continue
		}
		if _, still := w.End(end); still {
			t.Fatalf("seed %d: %+v: still in the window at its end %v", seed, w, end)
		}
		between := at.Add(time.Duration(r.Int64N(int64(end.Sub(at)))))
		if until, in := w.End(between); !in || !until.Equal(end) {
			t.Fatalf("seed %d: %+v: at %v in %v until %v, want %v", seed, w, between.UTC(), in, until, end)
		}
	}
}
