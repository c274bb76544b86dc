package connectors

import (
	"fmt"
	"slices"
	"strings"

	"duplex/core"
)

// Pick is the option that v means: by id, then by name, then by name in another case; else why there is none, with what there is.
func Pick(options []core.Value, v core.Value) (option core.Value, why string) {
	if v.Kind() != core.KindOption {
		return v, fmt.Sprintf("it takes an option, not a %s", v.Kind())
	}
	for _, match := range []func(o core.Value) bool{
		func(o core.Value) bool { return v.ID() != "" && o.ID() == v.ID() },
		func(o core.Value) bool { return v.Name() != "" && o.Name() == v.Name() },
		func(o core.Value) bool { return v.Name() != "" && strings.EqualFold(o.Name(), v.Name()) },
	} {
		if i := slices.IndexFunc(options, match); i >= 0 {
			return options[i], ""
		}
	}
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name()
	}
	return v, fmt.Sprintf("there is no option %q; there are: %s", v, strings.Join(names, ", "))
}
