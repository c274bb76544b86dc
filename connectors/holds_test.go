package connectors

import (
	"testing"

	"duplex/core"
)

func TestHolds(t *testing.T) {
	for _, tc := range []struct {
		reason string
		field  core.Value
		value  string
		want   bool
	}{
		{"the same text", core.String("ENG-7"), "ENG-7", true},
		{"another case is another text", core.String("eng-7"), "ENG-7", false},
		{"more words are another text", core.String("ENG-7 and ENG-8"), "ENG-7", false},
		{"spaces count", core.String("ENG-7 "), "ENG-7", false},
		{"an element of a set", core.Strings("x", "ENG-7"), "ENG-7", true},
		{"no element of a set", core.Strings("x", "ENG-77"), "ENG-7", false},
		{"a number however it is written", core.Int(5), "5.0", true},
		{"another number", core.Int(5), "50", false},
		{"a number is not a text", core.Int(5), "five", false},
		{"a reference by its id", core.Reference("10001", "ENG-7"), "10001", true},
		{"a reference not by its name", core.Reference("10001", "ENG-7"), "ENG-7", false},
		{"an option names no item", core.Option("ENG-7", "ENG-7"), "ENG-7", false},
		{"an empty field does not hold nothing", core.Empty(core.KindString), "", false},
		{"nothing is known", core.Absent(), "ENG-7", false},
	} {
		if got := Holds(tc.field, tc.value); got != tc.want {
			t.Errorf("%s: %v", tc.reason, got)
		}
	}
}
