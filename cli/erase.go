package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core/erasure"
	"duplex/gateway"
)

func (e *env) erase() *cobra.Command {
	var req gateway.ErasureRequest
	cmd := &cobra.Command{Use: "erase (--item SYSTEM:ID | --person EMAIL|SYSTEM:USERID)", Short: "Erase the content of one item, or one person, from the store", Args: cobra.NoArgs,
		Long: "Erase the content of one item, or one person, from the store. Only hashes remain.\n\n" +
			"Erase in the systems first: what a system still shows is read and stored again. An item's pair must be unlinked before.\n" +
			"A person who is known by an address in one system and only by an account in another is named by both: --person may be repeated.",
		Example: "  duplex erase --person ada@acme.example --person jira-acme:5b10a2844c20165700ede21g --dry-run\n  duplex erase --item zendesk-acme:35436",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (req.Item == "") == (len(req.Person) == 0) {
				return fail(ExitUsage, "name either --item or --person")
			}
			known, err := e.look(cmd.Context(), req)
			if err != nil {
				return err
			}
			report, err := e.erasePages(cmd.Context(), req, known)
			if err != nil {
				return err
			}
			return e.print(gateway.ErasureStep{Report: report, Known: known}, func(t *table) { showErasure(t, req, known, report) })
		}}
	cmd.Flags().StringVar(&req.Item, "item", "", "SYSTEM:ID or SYSTEM:KEY")
	cmd.Flags().StringArrayVar(&req.Person, "person", nil, "an e-mail address, or SYSTEM:USERID; may be repeated")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "only tell what would be erased")
	return cmd
}

// look learns by what else a person is known. It goes over all pairs again while that leads further.
func (e *env) look(ctx context.Context, req gateway.ErasureRequest) (erasure.Person, error) {
	for again := len(req.Person) > 0; again; {
		again, req.After = false, ""
		for {
			req.Look = true
			var step gateway.ErasureStep
			if err := e.call(ctx, "POST", "/erasures", req, &step); err != nil {
				return erasure.Person{}, err
			}
			again = again || step.Learnt
			if req.Known, req.After = step.Known, step.Next; step.Next == "" {
				break
			}
		}
	}
	return req.Known, nil
}

func (e *env) erasePages(ctx context.Context, req gateway.ErasureRequest, known erasure.Person) (erasure.Report, error) {
	var all erasure.Report
	for req.Known = known; ; {
		var step gateway.ErasureStep
		if err := e.call(ctx, "POST", "/erasures", req, &step); err != nil {
			return all, err
		}
		all.Add(step.Report)
		if req.After = step.Next; step.Next == "" {
			return all, nil
		}
	}
}

func showErasure(t *table, req gateway.ErasureRequest, known erasure.Person, r erasure.Report) {
	if len(known.Users) > 0 {
		var accounts []string
		for _, u := range known.Users {
			accounts = append(accounts, u.System+":"+u.ID)
		}
		t.row("known as", strings.Join(append(append(known.Names, known.Emails...), accounts...), ", "))
	}
	t.row("pairs looked at", fmt.Sprint(r.Pairs))
	verb := "erased in"
	if req.DryRun {
		verb = "would be erased in"
	}
	for _, name := range slices.Sorted(maps.Keys(r.Rows)) {
		t.row(verb+" "+name, count(r.Rows[name], "row"))
	}
	if len(r.Rows) == 0 {
		t.line("nothing was found")
	}
	for _, p := range r.Linked {
		t.line("to do: duplex unlink '%s', then erase again: a linked pair needs the content", p)
	}
	for _, p := range r.Waiting {
		t.line("to do: %s is being created and was left: erase again when it is in sync, or unlink it", p)
	}
	for _, text := range r.Remains {
		t.line("to do: %s", text)
	}
	if len(r.Again) > 0 {
		t.line("%s linked; what their items still show is read and stored again", count(len(r.Again), "pair"))
	}
	t.line("to do in the systems: duplex erases nothing there. Temporal's history holds ids and names of fields and the names operators gave;")
	t.line("it goes by the namespace's retention. Backups made before hold the content until they are replaced.")
}
