package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) draft() *cobra.Command {
	return &cobra.Command{
		Use: "draft PATH…", Short: "Store files of connections as versions that are not in force yet", Args: cobra.MinimumNArgs(1),
		Long: "Store files of connections as versions that are not in force yet, checked against the live systems as apply does.\n" +
			"duplex diff tells how a draft differs, duplex plan what it would do, duplex publish puts it in force. Files of systems are only checked.",
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := check(paths, nil)
			if err != nil {
				return err
			}
			if v := c.verdict(); !v.Valid {
				return e.judge(v)
			}
			if len(c.connections) == 0 {
				return fail(ExitUsage, "there is no file of a connection under %s", strings.Join(paths, ", "))
			}
			var results []result
			for _, f := range c.connections {
				var a gateway.Applied
				req := gateway.ApplyRequest{FileName: f.Path, Source: string(f.Source), Files: f.tables, Draft: true}
				if len(f.tables) == 0 {
					req.Files = nil
				}
				if err := e.call(cmd.Context(), "PUT", "/connections"+segment(f.Name), req, &a); err != nil {
					return e.stopped(results, err)
				}
				results = append(results, result{What: "connection", Applied: a})
			}
			return e.print(map[string]any{"drafts": results}, func(t *table) {
				for _, r := range results {
					switch {
					case r.Changed:
						t.line("%s: version %d is a draft; see duplex diff %s, duplex plan %s --version %d, duplex publish %s", r.Name, r.Version, r.Name, r.Name, r.Version, r.Name)
					case r.Draft:
						t.line("%s: this is version %d already, a draft", r.Name, r.Version)
					default:
						t.line("%s: this is version %d already, in force", r.Name, r.Version)
					}
					t.tell(findings(&lines{}, severityWarning, r.Warnings))
				}
			})
		},
	}
}

func (e *env) publish() *cobra.Command {
	var req gateway.PublishRequest
	cmd := &cobra.Command{Use: "publish CONNECTION [VERSION]", Short: "Put a draft in force: the newest, or the one named", Args: cobra.RangeArgs(1, 2),
		Long: "Put a draft in force: the newest, or the one named. A draft that was made from a version which is no longer in force is refused, because it would\n" +
			"undo what came since, unless --force is given. Pairs follow at their next sync, with --follow at once.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) == 2 {
				if req.Version, err = versionOf(args[1]); err != nil {
					return err
				}
			}
			return e.do(cmd, "/connections"+segment(args[0])+"/publish", req)
		}}
	cmd.Flags().BoolVar(&req.Force, "force", false, "also when another version came in force since the draft was made")
	cmd.Flags().BoolVar(&req.Follow, "follow", false, "let all pairs follow at once, not at their next sync")
	return cmd
}

func (e *env) rollback() *cobra.Command {
	var req gateway.RollbackRequest
	cmd := &cobra.Command{Use: "rollback CONNECTION", Short: "Put the version in force again that was in force before; done again, the one before that", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.do(cmd, "/connections"+segment(args[0])+"/rollback", req)
		}}
	cmd.Flags().BoolVar(&req.Follow, "follow", false, "let all pairs follow at once, not at their next sync")
	return cmd
}

func versionOf(arg string) (int, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 {
		return 0, fail(ExitUsage, "%q is no version", arg)
	}
	return n, nil
}

func (e *env) diff() *cobra.Command {
	var req gateway.DiffRequest
	var file string
	cmd := &cobra.Command{Use: "diff CONNECTION [A] [B]", Short: "Tell in words how two versions of a connection differ, and for how many pairs", Args: cobra.RangeArgs(1, 3),
		Long: "Tell in words how two versions of a connection differ: B from A; A from the version in force; without either, the newest draft from the version in\n" +
			"force, or that from the one before it. --file takes a file in the place of B.\n\n" +
			"For how many pairs that makes a difference is found out by planning, under both, the newest that is recorded of their items: no system is called.\n" +
			"Of more than 1,000 pairs a part is planned, the same one each time, and its share is said.",
		Example: "  duplex diff support-escalation\n  duplex diff support-escalation 3 5\n  duplex diff support-escalation --file support.yaml",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) > 1 {
				if req.After, err = versionOf(args[1]); err != nil {
					return err
				}
			}
			if len(args) > 2 {
				req.Before = req.After
				if req.After, err = versionOf(args[2]); err != nil {
					return err
				}
			}
			if file != "" {
				if len(args) > 2 {
					return fail(ExitUsage, "give one version beside --file")
				}
				req.Before, req.After = req.After, 0
				if req.File, err = e.draftFile(args[0], file); err != nil || req.File == nil {
					return err
				}
			}
			var d gateway.Diff
			if err := e.call(cmd.Context(), "POST", "/connections"+segment(args[0])+"/diff", req, &d); err != nil {
				return e.stopped(nil, err)
			}
			return e.print(d, func(t *table) { showDiff(t, d) })
		}}
	cmd.Flags().StringVar(&file, "file", "", "compare this file, which is stored nowhere")
	cmd.Flags().IntVar(&req.Limit, "limit", 0, fmt.Sprintf("so many pairs at most are planned under both (default %d)", core.TrialPairs))
	cmd.Flags().BoolVar(&req.Words, "words", false, "only the words: no pairs are planned")
	return cmd
}

func showDiff(t *table, d gateway.Diff) {
	t.line("%s: %s against %s", d.Connection, d.After, d.Before)
	if len(d.Changes) == 0 {
		t.line("they are the same")
	}
	for _, c := range d.Changes {
		for i, line := range wrapped(clipped(oneLine(c.Text), 600), planWidth-4) {
			if i == 0 {
				line = "- " + line
			} else {
				line = "  " + line
			}
			t.line("  %s", line)
		}
	}
	p := d.Pairs
	if p == nil {
		return
	}
	text := fmt.Sprintf("%s differ", counted(p.Differ, "pair"))
	if p.Differ == 1 {
		text = "1 pair differs"
	}
	switch {
	case p.Of == 0:
		t.line("there are no pairs yet")
		return
	case p.Of > p.Looked:
		text += fmt.Sprintf(" of the %s that were planned, out of %s", grouped(p.Looked), grouped(p.Of))
	default:
		text += fmt.Sprintf(" of %s", grouped(p.Of))
	}
	if p.Unlike > 0 {
		text += fmt.Sprintf("; to %s of them nothing is written before one side changes", grouped(p.Unlike))
	}
	if p.Unknown > 0 {
		text += fmt.Sprintf("; of %s nothing is recorded any more", counted(p.Unknown, "pair"))
	}
	t.line("%s", text)
	if len(p.Examples) > 0 {
		t.line("for instance %s", strings.Join(p.Examples, ", "))
	}
}
