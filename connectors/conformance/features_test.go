package conformance

import (
	"strings"
	"testing"

	"duplex/connectors/memory"
)

func TestMergeKeepsOtherConnectors(t *testing.T) {
	first := merge("", Features{Name: "zebra", Has: []string{"Finder"}, Skips: map[string]string{"Get/X": "it cannot"}})
	both := merge(first, Features{Name: "ant", Has: []string{"Deleter"}})
	for _, line := range []string{
		"| Capability | ant | zebra |", "| Finder | no | yes |", "| Deleter | yes | no |", "- zebra, Get/X: it cannot",
	} {
		if !strings.Contains(both, line+"\n") {
			t.Errorf("the table has no line %q:\n%s", line, both)
		}
	}
	if again := merge(both, Features{Name: "ant", Has: []string{"Deleter"}}); again != both {
		t.Errorf("the same run changed the table:\n%s", again)
	}
	if less := merge(both, Features{Name: "zebra", Has: []string{"Finder"}}); strings.Contains(less, "it cannot") {
		t.Error("a skip that is gone stays in the file")
	}
}

func TestCapabilitiesAreThoseImplemented(t *testing.T) {
	if got := Capabilities(memory.New(memory.Options{}).Connector()); len(got) != len(capabilities) {
		t.Errorf("the reference implements %v, want all", got)
	}
	if got := Capabilities(nil); len(got) != 0 {
		t.Errorf("nothing implements %v", got)
	}
}
