package connectors

import (
	"strings"
	"testing"

	"duplex/core"
)

func TestPick(t *testing.T) {
	options := []core.Value{core.Option("1", "High"), core.Option("2", "high"), core.Option("3", "Low")}
	for _, c := range []struct {
		v      core.Value
		id     string
		why    string
		reason string
	}{
		{core.Option("3", "gone"), "3", "", "an id is surer than a name"},
		{core.Option("", "high"), "2", "", "the name as it is written before one in another case"},
		{core.Option("", "LOW"), "3", "", "a name in another case"},
		{core.Option("9", "Low"), "3", "", "an id that is not there leaves the name"},
		{core.Option("", "None"), "", "there are: High, high, Low", "what there is is told"},
		{core.String("High"), "", "not a string", "a text is no option"},
	} {
		got, why := Pick(options, c.v)
		if why != "" && !strings.Contains(why, c.why) || (c.why == "") != (why == "") || why == "" && got.ID() != c.id {
			t.Errorf("%s: %v, %q", c.reason, got, why)
		}
	}
}
