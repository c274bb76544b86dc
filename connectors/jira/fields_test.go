package jira

import (
	"encoding/json"
	"testing"
	"time"

	"duplex/core"
)

func TestCustomFieldsAreNamedOnce(t *testing.T) {
	c := newCatalogue(cloud, []field{{id: "customfield_1", label: "Severity"}, {id: "customfield_2", label: "Team"}, {id: "customfield_3", label: "Team"},
		{id: "customfield_4", label: "summary"}}, nil, time.Time{})
	cases := []struct{ name, id, reason string }{
		{"Severity", "customfield_1", "a unique name"},
		{"Severity (customfield_1)", "customfield_1", "the long form always works"},
		{"customfield_1", "customfield_1", "so does the id"},
		{"Team", "", "an ambiguous name is refused, not guessed"},
		{"Team (customfield_3)", "customfield_3", "one of two of that name"},
		{"summary", "summary", "a custom field never hides a system field"},
		{"summary (customfield_4)", "customfield_4", "and is reached by its long form"},
		{"Nothing", "", "there is none"},
	}
	for _, tt := range cases {
		if f, why := c.find(tt.name); f.id != tt.id || (why == "") != (tt.id != "") {
			t.Errorf("%q is %q (%s), want %q: %s", tt.name, f.id, why, tt.id, tt.reason)
		}
	}
}

func TestValuesOfEveryShape(t *testing.T) {
	number, _ := core.Number("1.5")
	date, _ := core.Date("2026-05-11")
	at, _ := parseTime("2026-05-11T10:00:00.000+0200")
	cases := []struct {
		f      field
		in     string
		want   core.Value
		out    string
		reason string
	}{
		{field{shape: shapeString}, `"x"`, core.String("x"), `"x"`, "text"},
		{field{shape: shapeString}, `null`, core.Empty(core.KindString), `null`, "an empty field is empty, not absent"},
		{field{shape: shapeNumber}, `1.50`, number, `1.5`, "an exact number"},
		{field{shape: shapeDate}, `"2026-05-11"`, date, `"2026-05-11"`, "a day"},
		{field{shape: shapeDateTime}, `"2026-05-11T10:00:00.000+0200"`, core.DateTime(at), `"2026-05-11T10:00:00.000+0200"`, "an instant keeps its zone"},
		{field{shape: shapeUser}, `{"accountId":"a","displayName":"Ada"}`, core.Person("a", "", "Ada"), `{"accountId":"a"}`, "a hidden e-mail"},
		{field{shape: shapeOption}, `{"id":"1","value":"red"}`, core.Option("1", "red"), `{"id":"1"}`, "a select list"},
		{field{shape: shapeCascade}, `{"id":"1","value":"a","child":{"id":"2","value":"b"}}`, core.Option("1 > 2", "a > b"), `{"child":{"id":"2"},"id":"1"}`, "two levels"},
		{field{shape: shapeGroup}, `{"name":"g","groupId":"x"}`, core.Option("x", "g"), `{"name":"g"}`, "a group is written by name"},
		{field{shape: shapeNamed, multi: true}, `[{"id":"2","name":"b"},{"id":"1","name":"a"}]`, core.Set(core.Option("1", "a"), core.Option("2", "b")), "", "components"},
		{field{shape: shapeNamed, multi: true}, `[{"id":7,"name":"Sprint 7"}]`, core.Set(core.Option("7", "Sprint 7")), "", "sprints have numbers for ids"},
		{field{shape: shapeString, multi: true}, `null`, core.Set(), "", "an empty set"},
		{field{shape: shapeIssue}, `{"id":"5","key":"ENG-5"}`, core.Reference("5", "ENG-5"), `{"id":"5"}`, "a parent"},
		{field{shape: shapeUser}, `"just text"`, core.Absent(), "", "what is not understood is not known"},
		{field{shape: shapeNumber}, `{"a":1}`, core.Absent(), "", "nor is this"},
	}
	for _, tt := range cases {
		got := tt.f.read(json.RawMessage(tt.in))
		if got.Kind() != tt.want.Kind() || !core.Equal(got, tt.want) {
			t.Errorf("%s: %s reads as %v, want %v", tt.reason, tt.in, got, tt.want)
		}
		if tt.out == "" {
			continue
		}
		x, why := tt.f.write(got)
		b, _ := json.Marshal(x)
		if string(b) != tt.out || why != "" {
			t.Errorf("%s: writes %s (%s), want %s", tt.reason, b, why, tt.out)
		}
	}
}

func TestTextsInOtherFormatsBecomeDocuments(t *testing.T) {
	for _, v := range []core.Value{core.Text("html", "<p>one</p>"), core.Text("plain", "one"), core.Text("markdown", "one"), core.String("one")} {
		got := cloud.text(cloud.send(v).(json.RawMessage))
		if got.Format() != "adf" || plain(got) != "one" {
			t.Errorf("%s %q became %q", v.Format(), v.Source(), got.Source())
		}
	}
	if got := cloud.send(core.Empty(core.KindText)); got != nil {
		t.Errorf("an empty text is sent as %s", got)
	}
	if f := (field{id: "summary"}); plainSummary(f, "one\ntwo") != "one two" {
		t.Errorf("a summary of two lines is sent as %q", plainSummary(f, "one\ntwo"))
	}
}

func plainSummary(f field, s string) string {
	x, _ := f.write(core.String(s))
	return x.(string)
}
