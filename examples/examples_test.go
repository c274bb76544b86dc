// Package examples_test holds the example files against the products they are written for, as far as their emulators
// show them.
package examples_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	_ "duplex/connectors/all"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/emulators/jira"
	"duplex/emulators/zendesk"
	"duplex/internal/config"
)

// products are the emulated systems by kind, and the token that each knows.
var products = map[string]string{"zendesk": "zd-token-sync", "jira": "sync-api-token"}

// addresses starts one emulator of each kind.
func addresses(t *testing.T) map[string]string {
	t.Helper()
	z, err := zendesk.New(zendesk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j, err := jira.New(jira.Options{})
	if err != nil {
		t.Fatal(err)
	}
	zs, js := httptest.NewServer(z.Handler()), httptest.NewServer(j.Handler())
	t.Cleanup(func() { zs.Close(); z.Close() })
	t.Cleanup(func() { js.Close(); j.Close() })
	z.SetBaseURL(zs.URL)
	j.SetBaseURL(js.URL)
	return map[string]string{"zendesk": zs.URL, "jira": js.URL}
}

// environment is what the references of the systems' files need; each is named after the system's role: X_URL, X_TOKEN,
// X_WEBHOOK_SECRET.
func environment(files config.Files, at map[string]string) map[string]string {
	env := map[string]string{}
	for _, f := range files.Systems {
		role := strings.TrimSuffix(strings.TrimPrefix(f.System.BaseURL, "${env:"), "_URL}")
		env[role+"_URL"], env[role+"_TOKEN"], env[role+"_WEBHOOK_SECRET"] = at[f.System.Kind], products[f.System.Kind], "a webhook secret"
	}
	return env
}

// world connects the systems of a folder and describes them to mappings.
func world(t *testing.T, files config.Files, env map[string]string) mapping.Env {
	t.Helper()
	kinds, conns := map[string]string{}, map[string]connectors.Connector{}
	for _, f := range files.Systems {
		if err := config.CheckSystem(f.System).Err(); err != nil {
			t.Error(err)
		}
		s, err := config.Resolve(f.System, func(n string) (string, bool) { v, ok := env[n]; return v, ok }, os.ReadFile)
		if err != nil {
			t.Fatal(err)
		}
		kind, err := connectors.Lookup(s.Kind)
		if err != nil {
			t.Fatal(err)
		}
		if conns[s.Name], err = kind.New(connectors.Config{System: s}); err != nil {
			t.Fatal(err)
		}
		kinds[s.Name] = s.Kind
	}
	return mapping.Env{
		Systems: kinds,
		Formats: func(system string) string { return conns[system].Facts().RichText },
		Describe: func(system, typ string, scope map[string]string) (*mapping.Description, bool) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d, err := conns[system].Describe(ctx, connectors.ItemType{Type: typ, Scope: scope})
			if err != nil {
				t.Errorf("%s: %v", system, err)
				return nil, false
			}
			out := &mapping.Description{}
			for _, f := range d.Fields {
				out.Fields = append(out.Fields, mapping.Field{Name: f.Name, Kind: f.Kind, Of: f.Of, Options: f.Options, ReadOnly: f.ReadOnly, Required: f.Required, OnCreate: f.OnCreate})
			}
			return out, true
		},
	}
}

func TestExamples(t *testing.T) {
	folders, err := filepath.Glob("*/connection.yaml")
	if err != nil || len(folders) == 0 {
		t.Fatal("no examples", err)
	}
	at := addresses(t)
	for _, f := range folders {
		folder := filepath.Dir(f)
		t.Run(folder, func(t *testing.T) {
			files, err := config.Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			if len(files.Systems) != 2 || len(files.Connections) != 1 {
				t.Fatalf("%d systems, %d connections", len(files.Systems), len(files.Connections))
			}
			c := files.Connections[0]
			w := world(t, files, environment(files, at))
			w.Read = c.Read
			m, ds := mapping.Compile(c.Path, c.Source, w)
			if err := ds.Err(); err != nil {
				t.Fatal(err)
			}
			for _, warning := range m.Warnings {
				t.Errorf("warned: %v", warning)
			}
		})
	}
}

func TestSupportEscalation(t *testing.T) {
	files, err := config.Load("support-escalation")
	if err != nil {
		t.Fatal(err)
	}
	c := files.Connections[0]
	w := world(t, files, environment(files, addresses(t)))
	w.Read = c.Read
	m, ds := mapping.Compile(c.Path, c.Source, w)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	ticket := func(tags ...string) *core.Observation {
		return &core.Observation{Ref: core.Ref{Type: "ticket"}, Fields: map[string]core.Value{"tags": core.Strings(tags...)}}
	}
	if ok, why, err := m.Starts(core.A, ticket("bug")); !ok || err != nil {
		t.Errorf("a ticket tagged bug does not start: %s %v", why, err)
	}
	if ok, _, _ := m.Starts(core.A, ticket("question")); ok {
		t.Error("a ticket without the tag starts")
	}
	status := rule(t, m, "status~status")
	for _, c := range []struct {
		reason       string
		to           core.Side
		value, there string
		want         string
	}{
		{"work begins", core.A, "In Progress", "open", "pending"},
		{"a ticket on hold is being worked on", core.A, "In Progress", "hold", "hold"},
		{"a review is not in the table", core.A, "In Review", "open", "pending"},
		{"solved", core.B, "solved", "In Progress", "Done"},
	} {
		got, err := status.Convert[c.to](core.ConvertInput{Value: core.Option("", c.value), Target: core.Option("", c.there)})
		if err != nil || got.Name() != c.want {
			t.Errorf("%s: %v, %v; want %s", c.reason, got, err, c.want)
		}
	}
	linus, err := rule(t, m, "assignee~assignee").Convert[core.B](core.ConvertInput{Value: core.Person("4", "linus@acme.example", "Linus")})
	if err != nil || linus.ID() == "" {
		t.Errorf("linus, who hides his address, is %v (%v), not the account of people.yaml", linus, err)
	}
}

func rule(t *testing.T, m *mapping.Mapping, id string) core.Rule {
	t.Helper()
	for _, r := range m.Rules {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no rule %s", id)
	return core.Rule{}
}
