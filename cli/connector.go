package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/internal/config"
)

func (e *env) connectorCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "connector", Short: "Try out a manifest", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(e.connectorCheck())
	return cmd
}

// trial is what the command line says of a live system.
type trial struct {
	manifest, url, typ              string
	auth, person, settings          []string
	scope, elsewhere, leave, groups []string
	query                           string
	keep                            bool
}

func (e *env) connectorCheck() *cobra.Command {
	var w trial
	cmd := &cobra.Command{
		Use: "check MANIFEST --against URL", Short: "Run the connector's suite on a live system, and say what a manifest lacks", Args: cobra.ExactArgs(1),
		Long: "Run the suite that every connector passes on a live system, by a manifest. It makes items whose titles begin with \"duplex check\", and\n" +
			"some with odd titles to search for; it deletes what it made, or tells what is left. Use a project of its own.\n" +
			"Credentials are references, as in a system file. A second account plays somebody who works there without duplex.\n" +
			"Refused credentials, throttling, time-outs and lost answers are played on the way; the system itself is left alone.",
		Example: "  duplex connector check redmine.yaml --against https://redmine.acme.example --auth 'token=${env:REDMINE_TOKEN}' \\\n" +
			"    --person 'token=${env:ADA_TOKEN}' --setting mark_field=8 --setting note_field=9 --scope project=trial --scope tracker=Bug",
		RunE: func(cmd *cobra.Command, args []string) error {
			w.manifest = args[0]
			return e.tryOut(cmd.Context(), w)
		},
	}
	f := cmd.Flags()
	f.StringVar(&w.url, "against", "", "address of the system")
	f.StringVar(&w.typ, "type", "", "type of item (default: the manifest's only one)")
	f.StringArrayVar(&w.auth, "auth", nil, "an entry of the system file's auth: 'token=${env:NAME}'; may be repeated")
	f.StringArrayVar(&w.person, "person", nil, "the same of a second account, of somebody who works without duplex")
	f.StringArrayVar(&w.settings, "setting", nil, "an entry of the system file's settings; may be repeated")
	f.StringArrayVar(&w.scope, "scope", nil, "where items are made: project=TRIAL; may be repeated")
	f.StringArrayVar(&w.elsewhere, "elsewhere", nil, "a scope of the same type that is not part of --scope, for searches")
	f.StringArrayVar(&w.leave, "leave", nil, "a field that the suite does not write; may be repeated")
	f.StringVar(&w.query, "query", "", "a query in the system's words for items whose title is {word}")
	f.StringArrayVar(&w.groups, "only", nil, "this group of tests only, such as Comments; may be repeated")
	f.BoolVar(&w.keep, "keep", false, "leave what was made where it is")
	_ = cmd.MarkFlagRequired("against")
	return cmd
}

// outcome is what was found of one capability.
type outcome struct {
	Capability string               `json:"capability"` // "" for what every connector does
	State      string               `json:"state"`      // passed | failed | missing | untried
	Passed     int                  `json:"passed"`
	Tests      []conformance.Result `json:"tests"`          // that did not pass
	Mend       string               `json:"mend,omitempty"` // what to do
}

// tryResult is what check prints for scripts.
type tryResult struct {
	Manifest     string    `json:"manifest"`
	Against      string    `json:"against"`
	Capabilities []outcome `json:"capabilities"`
	Left         []string  `json:"left,omitempty"` // ids of items that are still there
}

func (e *env) tryOut(ctx context.Context, w trial) error {
	sys, err := w.system("sync", w.auth)
	if err != nil {
		return err
	}
	if ds := config.InFile(config.CheckSystem(sys), w.manifest, nil); len(ds) > 0 {
		return fail(ExitWrong, "%v", ds.Err())
	}
	m, _ := rest.Parse(w.manifest, []byte(sys.Files[sys.Settings["manifest"]]))
	s := &site{env: e, trial: w, manifest: m, faulty: &conformance.Faulty{Spare: func(r *http.Request) bool {
		return m.Auth.TokenURL != "" && strings.HasSuffix(r.URL.Path, m.Auth.TokenURL)
	}}, made: map[string]bool{}}
	if s.own, err = e.connect(sys, s.faulty); err != nil {
		return err
	}
	if len(w.person) > 0 {
		other, err := w.system("person", w.person)
		if err != nil {
			return err
		}
		if s.other, err = e.connect(other, nil); err != nil {
			return err
		}
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	skips := map[string]string{}
	if w.query == "" {
		skips["Search"] = "no query is known: give --query"
	}
	groups := map[string]bool{}
	got := tryResult{Manifest: w.manifest, Against: w.url}
	var results []conformance.Result
	conformance.Check(ctx, s.setup, s.skips(skips), func(r conformance.Result) {
		group, _, _ := strings.Cut(r.Test, "/")
		if !e.json && !groups[group] {
			groups[group] = true
			fmt.Fprintln(e.Err, "trying "+group)
		}
		results = append(results, r)
	})
	s.faulty.Fail("")
	got.Left = s.clear(context.WithoutCancel(ctx))
	got.Capabilities = outcomes(results, conformance.Capabilities(s.own))
	if err := e.print(got, func(t *table) { t.showTry(got) }); err != nil {
		return err
	}
	if slices.ContainsFunc(got.Capabilities, func(o outcome) bool { return o.State == conformance.Failed }) {
		return fail(ExitWrong, "")
	}
	return nil
}

// system is a system of the manifest, signed in with some credentials.
func (w trial) system(name string, auth []string) (core.System, error) {
	sys := core.System{Name: name, Kind: "rest", BaseURL: strings.TrimRight(w.url, "/"), Auth: map[string]string{}, Settings: map[string]string{"manifest": filepath.Base(w.manifest)}}
	for _, list := range []struct {
		flag string
		in   []string
		to   map[string]string
	}{{"auth", auth, sys.Auth}, {"setting", w.settings, sys.Settings}} {
		for _, one := range list.in {
			k, v, ok := strings.Cut(one, "=")
			if !ok {
				return sys, fail(ExitUsage, "--%s is written name=value, not %q", list.flag, k)
			}
			list.to[k] = v
		}
	}
	b, err := os.ReadFile(w.manifest)
	if err != nil {
		return sys, fail(ExitUsage, "the manifest cannot be read: %v", err)
	}
	sys.Files = map[string]string{sys.Settings["manifest"]: string(b)}
	return sys, nil
}

// connect makes a connector of a system whose secrets are references.
func (e *env) connect(sys core.System, over http.RoundTripper) (connectors.Connector, error) {
	resolved, err := config.Resolve(sys, func(name string) (string, bool) { v := e.getenv(name); return v, v != "" }, os.ReadFile)
	if err != nil {
		return nil, fail(ExitUsage, "%v", err)
	}
	client := &http.Client{Transport: over, Timeout: time.Minute}
	if over == nil {
		client = nil
	}
	c, err := rest.New(connectors.Config{System: resolved, HTTP: client})
	if err != nil {
		return nil, fail(ExitWrong, "%v", err)
	}
	return c, nil
}

// outcomes groups results by what they are about.
func outcomes(results []conformance.Result, has []string) []outcome {
	by := map[string]*outcome{}
	order := append([]string{""}, conformance.AllCapabilities()...)
	for _, name := range order {
		o := &outcome{Capability: name, State: conformance.Passed, Tests: []conformance.Result{}}
		if name != "" && !slices.Contains(has, name) {
			o.State, o.Mend = "missing", rest.Wanted(name)
		}
		by[name] = o
	}
	for _, r := range results {
		o := by[r.Needs]
		switch {
		case r.State == conformance.Passed:
			o.Passed++
			continue
		case o.State == "missing" || slices.Contains(r.Texts, leftOut):
			continue
		case r.State == conformance.Failed:
			o.State = conformance.Failed
		}
		o.Tests = append(o.Tests, r)
	}
	var out []outcome
	for _, name := range order {
		o := by[name]
		if o.State == conformance.Passed && o.Passed == 0 {
			o.State = "untried"
		}
		if o.State == "missing" && o.Mend == "" {
			continue // no manifest can say it
		}
		out = append(out, *o)
	}
	return out
}

func (t *table) showTry(got tryResult) {
	t.row("CAPABILITY", "STATE", "PASSED", "WHAT TO DO")
	for _, o := range got.Capabilities {
		name, do := firstOf(o.Capability, "read and write"), o.Mend
		if o.State == conformance.Failed {
			do = "see below"
		}
		t.row(name, o.State, fmt.Sprint(o.Passed), do)
	}
	for _, o := range got.Capabilities {
		for _, r := range o.Tests {
			t.line("")
			t.line("%s %s", r.State, r.Test)
			for _, text := range r.Texts {
				t.line("  %s", text)
			}
		}
	}
	if len(got.Left) > 0 {
		t.line("")
		t.line("still there, to be deleted by hand: %s", strings.Join(got.Left, ", "))
	}
}
