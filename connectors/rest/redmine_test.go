package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness/tenant"
)

// redmine is a Redmine to run the suite on.
type redmine struct {
	url       string
	project   string
	key       func(who string) string // sync or ada
	mark      string                  // ids of the two custom fields for marks
	note      string
	transport http.RoundTripper
	now       func() time.Time
	tick      func()
	custom    map[string]int // ids of custom fields that a person edits who may not list them
}

var redmineCapabilities = []string{"Deleter", "Commenter", "CommentEditor", "CommentDeleter", "CommentNarrower", "CommentFinder", "AttachmentOpener", "Attacher",
	"AttachmentDeleter", "AttachmentFinder", "Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter"}

var redmineSkips = map[string]string{
	"Changes/ShowADeletion": "Redmine's lists do not show deleted issues",
}

func (r redmine) system(t *testing.T, who, readers string) core.System {
	t.Helper()
	src, err := os.ReadFile("../../examples/manifests/redmine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return core.System{Name: "redmine", Kind: "rest", BaseURL: r.url, Auth: map[string]string{"token": r.key(who)},
		Settings: map[string]string{"manifest": "redmine.yaml", "mark_field": r.mark, "note_field": r.note, "readers": readers},
		Files:    map[string]string{"redmine.yaml": string(src)}}
}

func (r redmine) connector(t *testing.T, who, readers string, over http.RoundTripper) *rest.Connector {
	t.Helper()
	c, err := rest.New(connectors.Config{System: r.system(t, who, readers), HTTP: &http.Client{Transport: over}, Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*rest.Connector)
}

func markdown(text string) core.Value {
	s, _ := richtext.Convert(richtext.Plain, richtext.Markdown, text)
	return core.Text("markdown", s)
}

func (r redmine) instance(t *testing.T) conformance.Instance {
	faulty := &conformance.Faulty{Next: r.transport}
	c, ada := r.connector(t, "sync", "team", faulty), r.connector(t, "ada", "team", r.transport)
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day := func(s string) core.Value { v, err := core.Date(s); check(t, err); return v }
	scope := map[string]string{"project": r.project, "tracker": "Bug"}
	person := func(mail, name string) core.Value { return core.Person("", mail+"@acme.example", name) }
	samples := map[string][2]core.Value{
		"subject":         {core.String("one"), core.String("two")},
		"description":     {markdown("first"), markdown("second\nline")},
		"status":          {core.Option("2", "In Progress"), core.Option("1", "New")},
		"priority":        {core.Option("3", "High"), core.Option("1", "Low")},
		"assignee":        {person("linus", "Linus Pauling"), person("triage", "Triage Desk")},
		"due_date":        {day("2027-05-01"), day("2027-06-02")},
		"estimated_hours": {core.Int(4), core.Int(2)},
		"done_ratio":      {core.Int(20), core.Int(40)},
		"private":         {core.Bool(true), core.Bool(false)},
		"area":            {core.Option("Web", "Web"), core.Option("API", "API")},
		"platforms":       {core.Set(core.Option("iOS", "iOS")), core.Set(core.Option("Android", "Android"))},
		"points":          {core.Int(3), core.Int(5)},
		"vip":             {core.Bool(true), core.Bool(false)},
	}
	asPerson := conformance.By(ada, markdown)
	edit := asPerson.Edit
	asPerson.Edit = func(t *testing.T, id string, fields map[string]core.Value) {
		for name, v := range fields {
			if n := r.custom[name]; n != 0 {
				r.putCustom(t, id, n, v)
				return
			}
		}
		edit(t, id, fields)
	}
	return conformance.Instance{
		Connector: c, Type: connectors.ItemType{Type: "issue", Scope: scope},
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "issue", Scope: scope, Fields: map[string]core.Value{
				"subject": core.String(fmt.Sprintf("printer %d on fire", n)), "description": markdown("It began at noon.\nNow it smokes."),
				"priority": core.Option("3", "High"),
			}}
		},
		Samples: samples, Title: "subject", Cleared: "due_date", Body: markdown,
		Plain: func(v core.Value) string { return richtext.PlainText(richtext.Markdown, v.Source()) },
		Known: person("grace", "Grace Hopper"),
		Search: conformance.Search{Query: func(w string) string { return "subject=$" + w + "&status_id=*" }, Wrong: "due_date=%3E%3Dyesterday",
			PageOf: 100, Fields: []string{"subject"}, Refused: "description", Elsewhere: map[string]string{"project": r.project, "tracker": "Feature"}},
		Person:  asPerson,
		Tick:    func(*testing.T) { r.tick() },
		Settle:  func(*testing.T) { r.tick() },
		Fault:   func(_ *testing.T, f conformance.Fault) { faulty.Fail(f) },
		Secrets: []string{r.key("sync")},
	}
}

// putCustom changes a custom set as ada.
func (r redmine) putCustom(t *testing.T, id string, field int, set core.Value) {
	t.Helper()
	values := []string{}
	for _, e := range set.Items() {
		values = append(values, e.Name())
	}
	b, _ := json.Marshal(map[string]any{"issue": map[string]any{"custom_fields": []any{map[string]any{"id": field, "value": values}}}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, r.url+"/issues/"+id+".json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Redmine-API-Key", r.key("ada"))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode > 299 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}

// TestConformanceOfARealRedmine runs the suite on a real one.
func TestConformanceOfARealRedmine(t *testing.T) {
	found := tenant.NeedRedmine(t)
	r := redmine{url: found.URL, project: tenant.ProjectSuite, mark: found.Mark, note: found.Note, now: time.Now,
		key:  func(who string) string { return found.Keys[who] },
		tick: func() { time.Sleep(1100 * time.Millisecond) }, // a real system's clock cannot be moved
	}
	t.Run("PrivateNotes", func(t *testing.T) {
		i := r.instance(t)
		o, err := i.Connector.Create(t.Context(), i.Draft(1))
		if err != nil {
			t.Fatal(err)
		}
		r.privateNotes(t, o.Ref.ID)
	})
	conformance.Run(t, conformance.Suite{Name: "redmine", Capabilities: redmineCapabilities, New: r.instance, Skips: redmineSkips})
}
