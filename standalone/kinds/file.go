package kinds

import (
	"encoding/json"
	"fmt"
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
	for section, entries := range map[string]map[string]string{"auth": sys.Auth, "webhook": sys.Webhook, "settings": sys.Settings} {
		shown := map[string]string{}
		for name, value := range entries {
			shown[name] = value
			if secret(kind, section, name) {
				variable := "DUPLEX_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(sys.Name+"_"+section+"_"+name))
				env = append(env, variable+"="+value)
				shown[name] = fmt.Sprintf("${env:%s}", variable)
			}
		}
		switch section {
		case "auth":
			sys.Auth = shown
		case "webhook":
			sys.Webhook = shown
		case "settings":
			sys.Settings = shown
		}
	}
	b, err := json.MarshalIndent(sys, "", "  ")
	return string(b), env, err
}

func secret(kind connectors.Kind, section, name string) bool {
	for _, o := range kind.Options {
		if o.Section == section && o.Name == name {
			return o.Secret
		}
	}
	return false
}
