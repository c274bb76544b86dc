package pairs_test

import (
	"testing"

	"duplex/standalone/kinds"
)

// TestVariants plays each further profile of a kind with itself, with its kind's first profile and with a help desk, both ways: the
// matrix has one profile of each kind.
func TestVariants(t *testing.T) {
	for _, v := range kinds.Variants() {
		for _, name := range []string{v.Called(), v.Kind, "zendesk"} {
			other, err := kinds.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			ways := [][2]kinds.Profile{{v, other}, {other, v}}
			if name == v.Called() {
				ways = ways[:1]
			}
			for _, both := range ways {
				t.Run(both[0].Called()+"-"+both[1].Called(), func(t *testing.T) {
					t.Parallel()
					got := live(newWorld(t, both))
					for _, f := range features {
						for _, err := range got[f] {
							t.Errorf("%s: %v", f, err)
						}
					}
				})
			}
		}
	}
}
