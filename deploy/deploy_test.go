// Package deploy_test holds what is shipped for running duplex against the metrics that its code registers.
package deploy_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/internal/service"
	"duplex/store"
	"duplex/store/storetest"
)

// registered are the labels of every metric that a gateway and a worker register, by name.
func registered(t *testing.T) map[string][]string {
	t.Helper()
	s := storetest.Open(t, store.SQLite)
	registry := prometheus.NewRegistry()
	log := slog.New(slog.DiscardHandler)
	systems := service.NewSystems(s, log, registry)
	_, err := gateway.New(gateway.Options{Store: s, Systems: systems, AdminToken: "a-long-random-token", Registry: registry,
		Check: func(context.Context, core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
			return nil, nil, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	service.NewMetrics(registry)
	service.NewStuck(s, nil, "default", log, registry)
	descs := make(chan *prometheus.Desc)
	go func() { registry.Describe(descs); close(descs) }()
	form := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	out := map[string][]string{}
	for d := range descs {
		m := form.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("%s is not understood", d)
		}
		out[m[1]] = nil
		if m[2] != "" {
			out[m[1]] = strings.Split(m[2], ",")
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d metrics: %v", len(out), out)
	}
	return out
}

// check holds an expression against the metrics, and notes which it shows.
func check(t *testing.T, where, text string, metrics map[string][]string, shown map[string]bool) {
	t.Helper()
	q, err := parse(text)
	if err != nil {
		t.Errorf("%s: %s: %v", where, text, err)
		return
	}
	all := []string{"le", "job", "instance"}
	for _, s := range q.selectors {
		name, labels := s.metric, []string{"job", "instance"}
		if name != "up" {
			base := regexp.MustCompile(`_(bucket|count|sum)$`).ReplaceAllString(name, "")
			if _, ok := metrics[name]; !ok && strings.HasSuffix(base, "_seconds") {
				name, labels = base, append(labels, "le")
			}
			own, ok := metrics[name]
			if !ok {
				t.Errorf("%s: nothing registers %s", where, s.metric)
			}
			shown[name] = true
			labels = append(labels, own...)
		}
		all = append(all, labels...)
		for _, l := range s.labels {
			if !slices.Contains(labels, l) {
				t.Errorf("%s: %s has no label %s; it has %v", where, s.metric, l, labels)
			}
		}
	}
	for _, l := range q.groupings {
		if !slices.Contains(all, l) {
			t.Errorf("%s: groups by %s, which none of its metrics has", where, l)
		}
	}
}

type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Definition string }
	}
	Panels []struct {
		ID         int
		Type       string
		Title      string
		Datasource struct{ Type, UID string }
		GridPos    struct{ H, W, X, Y int }
		Targets    []struct {
			Expr, LegendFormat, RefID string
			Datasource                struct{ Type, UID string }
		}
	}
}

type alerts struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

func TestDashboardsAndAlertsShowWhatTheCodeRegisters(t *testing.T) {
	metrics := registered(t)
	shown := map[string]bool{}
	files, _ := filepath.Glob("grafana/*.json")
	if len(files) != 2 {
		t.Fatalf("dashboards: %v, want two", files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		shape(t, file, d)
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				check(t, file+" "+p.Title, target.Expr, metrics, shown)
			}
		}
		for _, v := range d.Templating.List {
			if m := regexp.MustCompile(`^label_values\((\w+), (\w+)\)$`).FindStringSubmatch(v.Definition); v.Type == "query" && (m == nil || !slices.Contains(metrics[m[1]], m[2])) {
				t.Errorf("%s: the variable %s asks for %q, which nothing registers", file, v.Name, v.Definition)
			}
		}
	}
	text, err := os.ReadFile("prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var a alerts
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	docs := headings(t)
	for _, g := range a.Groups {
		for _, r := range g.Rules {
			check(t, r.Alert, r.Expr, metrics, shown)
			path, anchor, _ := strings.Cut(r.Annotations["runbook"], "#")
			if path != "docs/operations.md" || !docs[anchor] {
				t.Errorf("%s: its runbook %q is no section of docs/operations.md", r.Alert, r.Annotations["runbook"])
			}
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || !slices.Contains([]string{"page", "warn"}, r.Labels["severity"]) {
				t.Errorf("%s says too little: %+v %+v", r.Alert, r.Labels, r.Annotations)
			}
			q, _ := parse(r.Expr)
			for _, m := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(r.Annotations["summary"]+r.Annotations["description"], -1) {
				if !slices.Contains(q.groupings, m[1]) {
					t.Errorf("%s speaks of the label %s, which its expression drops", r.Alert, m[1])
				}
			}
		}
	}
	for name := range metrics {
		if !shown[name] {
			t.Errorf("%s is on no dashboard and in no alert: show it, or do not collect it", name)
		}
	}
}

// shape holds a dashboard against what Grafana needs to show it.
func shape(t *testing.T, file string, d dashboard) {
	t.Helper()
	if d.UID == "" || d.Title == "" || d.SchemaVersion == 0 || len(d.Templating.List) == 0 || d.Templating.List[0].Type != "datasource" {
		t.Errorf("%s lacks its uid, title, schema version or a variable for the data source", file)
	}
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("%s: two panels have the id %d", file, p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x > 23 {
					t.Fatalf("%s: %s lies on %s or outside", file, p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type != "row" && (len(p.Targets) == 0 || p.Datasource.UID != "${datasource}") {
			t.Errorf("%s: %s asks nothing, or not the data source that was chosen", file, p.Title)
		}
	}
}

// headings are the anchors of the sections of docs/operations.md.
func headings(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for line := range strings.SplitSeq(string(text), "\n") {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			out[strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(title), ""), " ", "-")] = true
		}
	}
	return out
}

func TestOperationsDocListsEveryMetric(t *testing.T) {
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	metrics := registered(t)
	row := regexp.MustCompile("(?m)^\\| `(duplex_\\w+)` \\| \\w+(?:; ([^|]*?))? \\|")
	listed := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		if _, twice := listed[m[1]]; twice {
			t.Errorf("docs/operations.md lists %s twice", m[1])
		}
		listed[m[1]] = m[2]
	}
	for name, labels := range metrics {
		told, ok := listed[name]
		if want := strings.Join(labels, ", "); !ok || !strings.HasPrefix(told, want) {
			t.Errorf("%s with labels %q is listed as %q in docs/operations.md", name, want, told)
		}
	}
	for name := range listed {
		if _, ok := metrics[name]; !ok {
			t.Errorf("docs/operations.md lists %s, which nothing registers", name)
		}
	}
}

func TestQueriesAreRead(t *testing.T) {
	for _, text := range []string{"sum(x", "x{a=b}", "frobnicate(x)", "x y", "", "sum without (a) (x)", "x / ignoring (a) y"} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is taken for a query that can be checked", text)
		}
	}
	q, err := parse(`sum by (a, b) (rate(m_count{c=~"$system",d!="e"}[$__rate_interval])) / 2 > 1 unless on (f) max(n offset 1h) by (g)`)
	slices.Sort(q.groupings)
	if err != nil || len(q.selectors) != 2 || strings.Join(q.selectors[0].labels, "") != "cd" || strings.Join(q.groupings, "") != "abfg" {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestPrometheusAndGrafanaFilesParse(t *testing.T) {
	for _, pattern := range []string{"prometheus/*", "grafana/provisioning/*/*.yaml", "../docker-compose.yml"} {
		files, _ := filepath.Glob(pattern)
		if len(files) == 0 {
			t.Errorf("nothing at %s", pattern)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var any map[string]any
			if err := yaml.Unmarshal(text, &any); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}
