package kinds

import (
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// File is a system file as an admin writes it, with a reference in the place of each secret, and the environment that the references need.
func File(sys core.System) (source string, env []string, err error) {
	kind, err := connectors.Lookup(sys.Kind)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "system: %s\nkind: %s\nbase_url: %s\n", quote(sys.Name), quote(sys.Kind), quote(sys.BaseURL))
	for _, section := range []struct {
		name    string
		entries map[string]string
	}{{"auth", sys.Auth}, {"webhook", sys.Webhook}, {"settings", sys.Settings}} {
		if len(section.entries) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", section.name)
		for _, name := range slices.Sorted(keys(section.entries)) {
			value := section.entries[name]
			if secret(kind, section.name, name) {
				variable := "DUPLEX_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(sys.Name+"_"+section.name+"_"+name))
				env = append(env, variable+"="+value)
				value = fmt.Sprintf("${env:%s}", variable)
			}
			fmt.Fprintf(&b, "  %s: %s\n", name, quote(value))
		}
	}
	if l := sys.Limits; l != (core.Limits{}) {
		fmt.Fprintf(&b, "limits: {requests_per_second: %g, concurrency: %d}\n", l.RequestsPerSecond, l.Concurrency)
	}
	return b.String(), env, nil
}

func secret(kind connectors.Kind, section, name string) bool {
	for _, o := range kind.Options {
		if o.Section == section && o.Name == name {
			return o.Secret
		}
	}
	return false
}
