package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"duplex/connectors"
	"duplex/schemas"
)

func (e *env) newSystem() *cobra.Command {
	var kind, name, url, out string
	cmd := &cobra.Command{
		Use: "system --kind KIND", Short: "Draft a system file with every option of its kind explained", Args: cobra.NoArgs,
		Long: "Draft a system file. What a kind of system wants to be told stands in it with its meaning; what may be left out is a\n" +
			"comment. Secrets are references to the environment.",
		RunE: func(*cobra.Command, []string) error {
			k, err := connectors.Lookup(kind)
			if err != nil {
				return fail(ExitUsage, "%v", err)
			}
			if name == "" {
				name = kind + "-acme"
			}
			if !connectionName.MatchString(name) {
				return fail(ExitUsage, "a system's name is lower-case letters, digits and hyphens, at most 63, not %q", name)
			}
			schema := ""
			if out != "" {
				schema = catalogueFolder + "/system.schema.json"
			}
			text := systemYAML(k, name, url, schema)
			if out == "" {
				_, err := e.Out.Write(text)
				return err
			}
			if _, err := os.Lstat(out); err == nil {
				return fail(ExitUsage, "%s is there already; nothing is overwritten", out)
			}
			if err := os.WriteFile(out, text, 0o644); err != nil {
				return fail(ExitUsage, "the file cannot be written: %v", err)
			}
			if err := writeWhole(filepath.Join(filepath.Dir(out), schema), schemas.System); err != nil {
				fmt.Fprintf(e.Err, "duplex: the schema for editors is not written: %v\n", err)
			}
			return e.print(map[string]string{"file": out}, func(t *table) {
				t.line("%s: fill in what it asks for, and then: duplex describe %s", out, shell(out))
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "", "kind of system: "+strings.Join(kindNames(), ", "))
	f.StringVar(&name, "name", "", "what connections call it (default: KIND-acme)")
	f.StringVar(&url, "url", "", "address of the product, such as https://acme.zendesk.com")
	f.StringVar(&out, "out", "", "file to write; nothing is overwritten (default: print it)")
	_ = cmd.MarkFlagRequired("kind")
	return cmd
}

func kindNames() (names []string) {
	for _, k := range connectors.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// systemYAML writes a system file from the options of its kind: the required ones and the secrets of the usual way of
// signing in in force, the rest as comments.
func systemYAML(k connectors.Kind, name, url, schema string) []byte {
	y := &yamlFile{}
	if schema != "" {
		y.line("# yaml-language-server: $schema=%s", schema)
	}
	y.comment("", fmt.Sprintf("%s. Items it syncs: %s. A value like ${env:NAME} is read from the environment where duplex runs, ${file:PATH} from a file "+
		"there; secrets are never written here.", k.Title, strings.Join(k.Types, ", ")))
	y.line("system: %s", word(name))
	y.line("kind: %s", word(k.Name))
	if url == "" {
		url = "https://" + name + ".example"
		y.comment("", "CHANGE this: scheme and host of the product, without a slash at the end")
	}
	y.line("base_url: %s", word(url))
	for _, section := range []string{"auth", "webhook", "settings"} {
		y.section(k, name, section)
	}
	y.comment("", "the budget duplex keeps to: calls per second of all processes together, calls at once of each")
	y.line("# limits: {requests_per_second: 5, concurrency: 8}")
	y.comment("", "recurring windows in which the system is left alone; its work waits")
	y.line("# maintenance:")
	y.line("#   - {days: [sat, sun], from: '22:00', to: '02:00', zone: Europe/Berlin, comments: database work}")
	return []byte(y.b.String())
}

func (y *yamlFile) section(k connectors.Kind, name, section string) {
	var options []connectors.Option
	inForce := false
	for _, o := range k.Options {
		if o.Section == section {
			options = append(options, o)
			inForce = inForce || needed(k, o)
		}
	}
	if len(options) == 0 {
		return
	}
	hash := ""
	if !inForce {
		hash = "# "
	}
	y.line("%s%s:", hash, section)
	for _, o := range options {
		help := o.Help
		if len(o.Oneof) > 0 {
			help += " One of: " + strings.Join(o.Oneof, ", ") + "."
		}
		if o.Default != "" {
			help += " Default: " + o.Default + "."
		}
		if o.Required {
			help += " Required."
		}
		y.comment("  ", help)
		value := word(firstOf(o.Default, "…"))
		if o.Secret {
			value = word("${env:" + envName(name, o) + "}")
		}
		if needed(k, o) {
			y.line("  %s: %s", o.Name, value)
		} else {
			y.line("  # %s: %s", o.Name, value)
		}
	}
}

// needed tells the options that a draft has in force: what must be told, the way of signing in with its secrets, and the secret of webhooks.
func needed(k connectors.Kind, o connectors.Option) bool {
	if o.Required {
		return true
	}
	if o.Section == "webhook" { // the first secret: the usual way
		for _, first := range k.Options {
			if first.Section == "webhook" && first.Secret {
				return o.Name == first.Name
			}
		}
	}
	if o.Section != "auth" {
		return false
	}
	if o.Name == "method" {
		return o.Default != ""
	}
	for _, m := range k.Options {
		if m.Section == "auth" && m.Name == "method" && m.Default != "" {
			return strings.Contains(o.Help, "("+m.Default+")") && !strings.Contains(o.Name, "url")
		}
	}
	return o.Secret
}

// envName is the variable a secret is read from.
func envName(system string, o connectors.Option) string {
	text := system + "_" + o.Name
	if o.Section == "webhook" {
		text = system + "_webhook_" + o.Name
	}
	return strings.ToUpper(strings.ReplaceAll(text, "-", "_"))
}
