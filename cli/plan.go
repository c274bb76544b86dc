package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

// tried is what a test run told, as --json prints it.
type tried struct {
	Begun core.TrialBegun   `json:"begun"`
	Items []core.TrialItem  `json:"items"`
	Done  core.TrialSummary `json:"done"`
	// Stopped tells why the run did not come to its end; Items are then those it had told of.
	Stopped string `json:"stopped,omitempty"`
}

func (e *env) plan() *cobra.Command {
	var req gateway.TrialRequest
	var file, page string
	cmd := &cobra.Command{Use: "plan CONNECTION (--items ID,ID… | --sample N | --failing | --recorded)", Short: "Show what a sync would do, on real items, and write nothing", Args: cobra.ExactArgs(1),
		Long: "Show what a sync of real items would do: what would be written, old and new and why, conflicts and their outcome, what a conversion loses, what\n" +
			"would be parked, comments and files that would go, and which items would get a new twin. Nothing is written: the run can only read.\n\n" +
			"With --file or --version that draft is tried, and only what it would do otherwise than the version in force is shown: - is what the version in\n" +
			"force would do, + what the draft would. --all shows every item.\n\n" +
			"  --items     these items, by id or key of either side (SIDE=ID where both have one)\n" +
			"  --sample    the items of each side that were changed last, paired or not\n" +
			"  --failing   the pairs that have something parked now\n" +
			"  --recorded  what was stored of pairs, without a call to any system: - is what their last plan did then, + what would be done now\n\n" +
			"The exit code is 7 when something would be parked or could not be found out. With the id of a stored decision alone: duplex decision ID.",
		Example: "  duplex plan support-escalation --sample 50\n  duplex plan support-escalation --file support.yaml --sample 500 --html draft.html\n" +
			"  duplex plan support-escalation --items ENG-7,35436\n  duplex plan support-escalation --version 4 --failing",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(req.Items) == 0 && req.Sample == 0 && !req.Failing && !req.Recorded {
				if file == "" && req.Version == 0 {
					return e.oldPlan(cmd.Context(), args[0])
				}
				req.Sample = 50
			}
			if file != "" {
				var err error
				if req.File, err = e.draftFile(args[0], file); err != nil || req.File == nil {
					return err
				}
			}
			return e.try(cmd.Context(), args[0], req, page)
		}}
	f := cmd.Flags()
	f.StringSliceVar(&req.Items, "items", nil, "ids or keys of items")
	f.IntVar(&req.Sample, "sample", 0, "so many items of each side; with --recorded so many pairs")
	f.BoolVar(&req.Failing, "failing", false, "pairs that have something parked")
	f.BoolVar(&req.Recorded, "recorded", false, "what was stored of pairs; no system is called")
	f.StringVar(&file, "file", "", "try this file, which is stored nowhere")
	f.IntVar(&req.Version, "version", 0, "try this stored version")
	f.IntVar(&req.Against, "against", 0, "compare with this version (default: the one in force)")
	f.BoolVar(&req.All, "all", false, "also items for which nothing would be done, or nothing otherwise")
	f.BoolVar(&req.Whole, "whole", false, "read every item with its comments and files, a call each, also when there are more than 100")
	f.IntVar(&req.Limit, "limit", 0, fmt.Sprintf("with --failing and --recorded: so many pairs at most (default %d)", core.TrialPairs))
	f.StringVar(&page, "html", "", "write the result to this file, a page to read in a browser")
	cmd.MarkFlagsMutuallyExclusive("file", "version")
	cmd.MarkFlagsMutuallyExclusive("items", "sample", "failing")
	cmd.MarkFlagsMutuallyExclusive("failing", "recorded")
	return cmd
}

// oldPlan shows a stored decision: what "plan ID" was before there were test runs. A connection without a word about what to
// look at is told what to say.
func (e *env) oldPlan(ctx context.Context, id string) error {
	err := e.showDecision(ctx, id)
	var r *remote
	if errors.As(err, &r) && r.told.Class == "not-found" {
		return fail(ExitUsage, "say what to look at: --items, --sample, --failing or --recorded; and there is no decision %s\nrun: duplex plan --help", id)
	}
	return err
}

// draftFile reads a connection's file with what it names. What is wrong with it is printed; the file is then nil.
func (e *env) draftFile(name, path string) (*gateway.TrialFile, error) {
	c, err := check([]string{path}, nil)
	if err != nil {
		return nil, err
	}
	if v := c.verdict(); !v.Valid {
		return nil, e.judge(v)
	}
	for _, f := range c.connections {
		if f.Name == name {
			return &gateway.TrialFile{FileName: f.Path, Source: string(f.Source), Files: f.tables}, nil
		}
	}
	return nil, fail(ExitWrong, "%s holds no connection %s", path, name)
}

// try makes a test run, shows how far it is, and prints what it told.
func (e *env) try(ctx context.Context, name string, req gateway.TrialRequest, page string) error {
	out := tried{Items: []core.TrialItem{}}
	progress := e.progressOn()
	err := e.stream(ctx, "/connections"+segment(name)+"/plan", req, func(l gateway.TrialLine) error {
		switch {
		case l.Begun != nil:
			out.Begun = *l.Begun
		case l.Item != nil:
			out.Items = append(out.Items, *l.Item)
		case l.Said != "":
			progress.say(l.Said)
		case l.Progress != nil:
			progress.at(*l.Progress, out.Begun.Against != "")
		case l.Done != nil:
			out.Done = *l.Done
		}
		return nil
	})
	progress.end()
	switch {
	case err != nil && ctx.Err() != nil:
		out.Stopped = "it was stopped by hand"
	case err != nil && out.Begun.Connection == "":
		return e.stopped(nil, err)
	case err != nil:
		out.Stopped = err.Error()
	}
	if page != "" {
		if err := e.writePage(page, out); err != nil {
			return err
		}
	}
	if page == "" || e.json {
		if err := e.print(out, func(t *table) { showTried(t, out) }); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.Out, "%s\n%s\n", summed(out), page)
	}
	switch {
	case out.Stopped != "":
		return fail(ExitRefused, "the test run did not come to its end: %s; nothing was written", out.Stopped)
	case out.Done.Fails():
		return fail(ExitParks, "")
	}
	return nil
}

// progressLine shows how far something is: in place on a terminal, else a line now and then.
type progressLine struct {
	e       *env
	inPlace bool
	shown   bool
	last    string
}

func (e *env) progressOn() *progressLine {
	p := &progressLine{e: e}
	if f, ok := e.Err.(*os.File); ok {
		if s, err := f.Stat(); err == nil {
			p.inPlace = s.Mode()&os.ModeCharDevice != 0
		}
	}
	return p
}

func (p *progressLine) at(t core.TrialProgress, compared bool) {
	text := fmt.Sprintf("%s of %s items", grouped(t.Done), grouped(t.Total))
	if compared {
		text += fmt.Sprintf(", %s differ", grouped(t.Differ))
	} else {
		text += fmt.Sprintf(", %s to write", grouped(t.Written))
	}
	if t.Parked > 0 {
		text += fmt.Sprintf(", %s parked", grouped(t.Parked))
	}
	switch {
	case p.e.json || text == p.last:
	case p.inPlace:
		fmt.Fprintf(p.e.Err, "\r\033[K%s", text)
		p.shown = true
	default:
		fmt.Fprintln(p.e.Err, text)
	}
	p.last = text
}

func (p *progressLine) say(text string) {
	p.end()
	if !p.e.json {
		fmt.Fprintln(p.e.Err, clean(text))
	}
}

func (p *progressLine) end() {
	if p.shown {
		fmt.Fprint(p.e.Err, "\r\033[K")
		p.shown = false
	}
}

// grouped writes 7300 as 7,300.
func grouped(n int) string {
	s := fmt.Sprint(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}
