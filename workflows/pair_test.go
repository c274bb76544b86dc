package workflows_test

import (
	"testing"
	"time"

	"duplex/core"
)

func TestTriggerCreatesTheTwin(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var twin core.Observation
	w.at(time.Minute, func() { twin = w.twin() })
	w.run(item, 2*time.Minute)
	for name, want := range map[string]core.Value{"title": core.String("printer on fire"), "priority": core.Option("", "high"),
		"labels": core.Strings("hot"), "description": core.Text("plain", "it burns")} {
		if got := twin.Field(name); !core.Equal(got, want) {
			t.Errorf("%s of the twin is %v, want %v", name, got, want)
		}
	}
}
