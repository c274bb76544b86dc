package core_test

import (
	"strings"
	"testing"
	"time"

	"duplex/core"
)

func TestParseRetention(t *testing.T) {
	const day = 24 * time.Hour
	r, err := core.ParseRetention(" observations=8w, plans = keep,outcomes=0,deliveries=1d ")
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]time.Duration{"observations": 56 * day, "plans": 0, "outcomes": 0, "deliveries": day, "runs": 90 * day, "pairs": 0} {
		if got := r.Of(table); got != want {
			t.Errorf("%s is kept %v, want %v", table, got, want)
		}
	}
	if again, err := core.ParseRetention(r.String()); err != nil || again != r {
		t.Errorf("%s is read as %s, %v", r, again, err)
	}
	if d, err := core.ParseRetention(""); err != nil || d != core.DefaultRetention() {
		t.Errorf("nothing said is %s, %v", d, err)
	}
	for _, c := range []struct{ reason, text, want string }{
		{"no time", "plans", `"plans" is no entry: write table=time, like observations=90d`},
		{"a table that always stays", "pairs=1d", `there is no table "pairs" to retain`},
		{"a table twice", "plans=1d,plans=2d", "plans is named twice"},
		{"less than a day", "plans=0d", `plans: "0d" is no time`},
		{"months are of no certain length", "plans=3m", `plans: "3m" is no time`},
		{"more than the clock holds", "plans=99999999d", `plans: "99999999d" is no time`},
		{"a sign", "plans=-1d", `plans: "-1d" is no time`},
		{"everything at once", "x=1d,plans=y", `there is no table "x" to retain; there are: deliveries, observations, plans, outcomes, runs, gate_log` + "\nplans: \"y\" is no time"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if _, err := core.ParseRetention(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q is told %v, want %s", c.text, err, c.want)
			}
		})
	}
}
