package cli

import (
	"context"

	"github.com/spf13/cobra"

	"duplex/connectors"
	"duplex/gateway"
)

func (e *env) system() *cobra.Command {
	cmd := &cobra.Command{Use: "system", Short: "Look at one system", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(e.systemCheck())
	return cmd
}

func (e *env) systemCheck() *cobra.Command {
	var typ string
	var scope []string
	cmd := &cobra.Command{
		Use: "check SYSTEM | FILE", Short: "Test a system's credentials, rights, clock and webhooks, and say what an admin must mend", Args: cobra.ExactArgs(1),
		Long: "Test whether duplex can work with a system: credentials, rights, fields, changes, the system's clock, and whether webhooks arrive.\n" +
			"Nothing is written. A system is asked through the gateway by its name, or directly by its file, with the secrets of this environment;\n" +
			"whether webhooks arrive only the gateway knows.",
		Example: "  duplex system check jira-acme\n  duplex system check systems/jira-acme.yaml --type issue --scope project=ENG",
		RunE: func(cmd *cobra.Command, args []string) error {
			narrowed, err := scopeOf(scope)
			if err != nil {
				return err
			}
			got, err := e.checked(cmd.Context(), wanted{target: args[0], typ: typ, scope: narrowed})
			if err != nil {
				return err
			}
			if err := e.print(got, func(t *table) { t.check(got) }); err != nil {
				return err
			}
			if got.Wrong() {
				return fail(ExitWrong, "")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&typ, "type", "", "type of item (default: the first the kind of system has)")
	cmd.Flags().StringArrayVar(&scope, "scope", nil, "narrow it as a side's scope does: project=ENG; may be repeated")
	return cmd
}

func (e *env) checked(ctx context.Context, w wanted) (got gateway.SystemCheck, err error) {
	if !isFile(w.target) {
		return got, e.call(ctx, "GET", "/systems"+segment(w.target)+"/check?"+w.query(), nil, &got)
	}
	sys, err := systemFile(w.target)
	if err != nil {
		return got, err
	}
	c, err := e.connector(sys)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	return gateway.Check(ctx, sys.Name, sys.Kind, c, connectors.ItemType{Type: w.typ, Scope: w.scope}, e.now()), nil
}

// check shows what was found, each with what is to be done about it.
func (t *table) check(got gateway.SystemCheck) {
	wrong, doubts := 0, 0
	for _, f := range got.Findings {
		t.row(string(f.State), f.What, f.Saw)
		switch f.State {
		case connectors.Wrong:
			wrong++
		case connectors.Doubt:
			doubts++
		}
	}
	for _, f := range got.Findings {
		if f.Mend == "" {
			continue
		}
		t.line("")
		t.line("%s: %s", f.What, f.Mend)
		if f.Where != "" {
			t.line("  %s", f.Where)
		}
	}
	t.line("")
	switch {
	case wrong > 0:
		t.line("%s has to be mended before %s can be synced", count(wrong, "thing"), got.System)
	case doubts > 0:
		t.line("%s can be synced; %s to look at", got.System, count(doubts, "thing"))
	default:
		t.line("%s can be synced", got.System)
	}
}

func (e *env) webhooks() *cobra.Command {
	cmd := &cobra.Command{Use: "webhooks", Short: "Make systems send their webhooks here", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(e.ensureWebhook())
	return cmd
}

func (e *env) ensureWebhook() *cobra.Command {
	var req gateway.WebhookRequest
	cmd := &cobra.Command{
		Use: "ensure SYSTEM", Short: "Register a system's webhook, or print how an admin does it by hand", Args: cobra.ExactArgs(1),
		Long: "Register the webhook at the system, with the secret of its file, where the product has an API for it and the account may use it;\n" +
			"else print the steps that an admin of the product takes. Doing it again changes nothing.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var got gateway.WebhookResult
			if err := e.call(cmd.Context(), "PUT", "/systems"+segment(args[0])+"/webhook", req, &got); err != nil {
				return err
			}
			return e.print(got, func(t *table) {
				t.line("%s", got.Text)
				for i, s := range got.Steps {
					t.line("")
					t.line("%d. %s", i+1, s)
				}
			})
		}}
	cmd.Flags().StringVar(&req.URL, "url", "", "where the system is to send them (default: the gateway's own DUPLEX_PUBLIC_URL)")
	return cmd
}
