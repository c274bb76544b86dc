package cli

import (
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core/mapping"
	"duplex/schemas"
)

func (e *env) schema() *cobra.Command {
	names := schemaNames()
	return &cobra.Command{
		Use: "schema " + strings.Join(names, "|"), Short: "Print the schema of a kind of file, for editors", Args: cobra.ExactArgs(1), ValidArgs: names,
		Long: "Print the JSON Schema of a kind of file. Keep it beside your files and begin each with a line that names it, and an editor\n" +
			"with a YAML language server completes keys and explains them:\n\n" +
			"  duplex schema connection > connection.schema.json\n" +
			"  # yaml-language-server: $schema=connection.schema.json",
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := schemas.Files.ReadFile(args[0] + schemaEnding)
			if err != nil {
				text := "there is no schema " + args[0] + "; there are: " + strings.Join(names, ", ")
				if near := mapping.Nearest(args[0], names); near != "" {
					text += "; did you mean " + near + "?"
				}
				return fail(ExitUsage, "%s", text)
			}
			_, err = e.Out.Write(b)
			return err
		},
	}
}

const schemaEnding = ".schema.json"

// schemaNames are the kinds of files that have a schema.
func schemaNames() (names []string) {
	files, _ := fs.Glob(schemas.Files, "*"+schemaEnding)
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f, schemaEnding))
	}
	return names
}
