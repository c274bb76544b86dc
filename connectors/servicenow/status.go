package servicenow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// A record goes from any state to any other in one write (vendor page "Incident management state model"); what a customer's rules
// forbid is refused or left out, which Update tells. On its way a state may need further fields in the same call.

// needed tells what a write lacks. Where it moves the state, the state is what cannot be written, and the reason says how to give the rest.
func (s *schema) needed(missing []string, fields map[string]core.Value, labels string) error {
	slices.Sort(missing)
	if state, moves := fields["state"]; moves && !slices.Contains(missing, "state") {
		return &connectors.InvalidError{Fields: map[string]string{"state": fmt.Sprintf("%s needs %s; give it beside the state, with also: {%s: {%s: …}}",
			cmp.Or(state.Name(), state.ID()), strings.Join(missing, ", "), connectors.ThisSide, missing[0])}}
	}
	refused := map[string]string{}
	for _, name := range missing {
		refused[name] = "the instance's data policy needs it (" + labels + ")"
	}
	return &connectors.InvalidError{Fields: refused}
}
