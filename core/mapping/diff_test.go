package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"duplex/schemas"
)

const diffBase = `connection: desk
sides:
  support:     {system: zendesk-acme, type: ticket, start: '"bug" in item.tags'}
  engineering: {system: jira-acme, type: issue, scope: {project: ENG}}
conflicts: latest
rules:
  - {support: subject, engineering: summary}
  - {support: priority, engineering: priority, values: {P1: Highest, P2: Medium}}
  - {support: due_at, engineering: duedate, zone: UTC}
comments: {flow: both, private: keep}
`

// TestDiff: what people change most is told in sentences.
func TestDiff(t *testing.T) {
	for _, c := range []struct {
		reason   string
		was, now string // replaced in the base
		want     []string
	}{
		{"an entry of a table", "P2: Medium", "P2: High", []string{"priority: P2 now maps to High, was Medium"}},
		{"an entry more", "P2: Medium", "P2: Medium, P3: Low", []string{"priority: P3 now maps to Low, had no entry"}},
		{"an entry less", ", P2: Medium", "", []string{"priority: P2 has no entry any more, was Medium"}},
		{"an entry that leaves alone", "P2: Medium", "P2: ~", []string{"priority: P2 now maps to nothing, which leaves the other side alone, was Medium"}},
		{"a table per side", "values: {P1: Highest, P2: Medium}", "values: {engineering: {P1: Highest}}",
			[]string{"priority towards engineering: P1 now maps to Highest, had no entry", "priority: P1 has no entry any more, was Highest", "priority: P2 has no entry any more, was Medium"}},
		{"a named table", "values: {P1: Highest, P2: Medium}", "values: priorities", []string{"priority: values: now priorities, was {P1: Highest, P2: Medium}"}},
		{"a rule more", "comments:", "  - {support: status, engineering: status}\ncomments:", []string{"rule status was added: {engineering: status, support: status}"}},
		{"a rule less", "  - {support: subject, engineering: summary}\n", "", []string{"rule subject ↔ summary was removed: {engineering: summary, support: subject}"}},
		{"a key without words of its own", "zone: UTC", "zone: Europe/Berlin", []string{"due_at ↔ duedate: zone: now Europe/Berlin, was UTC"}},
		{"a key that is new", "zone: UTC", "zone: UTC, flow: to-engineering", []string{"due_at ↔ duedate: flow: now to-engineering, was not said (both)"}},
		{"the start", `'"bug" in item.tags'`, "true", []string{`start of support: now true, was "bug" in item.tags`}},
		{"the scope", "ENG", "OPS", []string{"sides: engineering scope project: now OPS, was ENG"}},
		{"the system", "jira-acme", "jira-new", []string{"system of engineering: now jira-new, was jira-acme"}},
		{"private comments", "private: keep", "private: stop", []string{"comments: private comments now stay where they are, before they were carried"}},
		{"comments at all", "comments: {flow: both, private: keep}\n", "", []string{"comments: comments no longer travel, did by {flow: both, private: keep}"}},
		{"files at all", "comments:", "attachments: {flow: both}\ncomments:", []string{"attachments: files now travel: {flow: both}"}},
		{"the order of rules", "  - {support: subject, engineering: summary}\n", "", nil},
		{"comments of YAML", "conflicts: latest", "conflicts:   latest # the later edit", []string{"nothing that counts: comments, order or spelling"}},
		{"nothing", "", "", nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			after := strings.Replace(diffBase, c.was, c.now, 1)
			if c.reason == "the order of rules" {
				after = strings.Replace(after, "comments:", "  - {support: subject, engineering: summary}\ncomments:", 1)
				c.want = []string{"rules: now in another order"}
			}
			got, err := Diff(Source{Text: []byte(diffBase)}, Source{Text: []byte(after)})
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, g := range got {
				texts = append(texts, g.Text)
			}
			if !slices.Equal(texts, c.want) {
				t.Errorf("got  %q\nwant %q", texts, c.want)
			}
		})
	}
}

// TestDiffOfFiles: tables and included files that came along count.
func TestDiffOfFiles(t *testing.T) {
	source := func(files map[string]string) Source { return Source{Text: []byte(diffBase), Files: files} }
	got, err := Diff(source(map[string]string{"people.yaml": "- {support: a, engineering: b}\n- {support: c, engineering: d}\n", "old.yaml": "x: 1\n", "same.yaml": "y: 1\n", "more.yaml": "rules:\n  - {support: a, engineering: b}\n"}),
		source(map[string]string{"people.yaml": "- {support: a, engineering: z}\n- {support: c, engineering: d}\n", "new.yaml": "x: 1\n", "same.yaml": "y: 1\n", "more.yaml": "rules:\n  - {support: a, engineering: b, flow: to-support}\n"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a ↔ b: flow: now to-support, was not said", "new.yaml was added", "people.yaml: {engineering: b, support: a} was removed", "people.yaml: {engineering: z, support: a} was added", "old.yaml was removed"}
	var texts []string
	for _, g := range got {
		texts = append(texts, g.Text)
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q", texts)
	}
}

// TestDiffLeavesNothingOut walks every key of every schema and holds that saying it, changing it and no longer saying it each yields a
// line with the value.
func TestDiffLeavesNothingOut(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(schemas.Connection, &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(path []string, schema map[string]any)
	walk = func(path []string, schema map[string]any) {
		if ref, ok := schema["$ref"].(string); ok {
			walk(path, asMap(walkTo(doc, ref)))
		}
		for _, part := range []string{"then", "else"} {
			if sub := asMap(schema[part]); sub != nil {
				walk(path, sub)
			}
		}
		for _, part := range []string{"oneOf", "anyOf", "allOf"} {
			if subs, ok := schema[part].([]any); ok {
				for _, sub := range subs {
					walk(path, asMap(sub))
				}
			}
		}
		props := asMap(schema["properties"])
		for _, key := range slices.Sorted(maps.Keys(props)) {
			walk(append(slices.Clone(path), key), asMap(props[key]))
		}
		if more := asMap(schema["additionalProperties"]); more != nil {
			walk(append(slices.Clone(path), "support"), more)
		}
		if items := asMap(schema["items"]); items != nil {
			walk(append(slices.Clone(path), "[]"), items)
		}
		if len(path) == 0 || path[0] == "connection" && len(path) > 1 || len(path) > 8 {
			return
		}
		seen++
		for _, c := range [][2]string{{"", "one"}, {"one", "other"}, {"one", ""}} {
			was, is := document(path, c[0]), document(path, c[1])
			changes, err := Diff(Source{Text: []byte(was)}, Source{Text: []byte(is)})
			if err != nil {
				t.Fatalf("%v: %v\n%s\n%s", path, err, was, is)
			}
			text := fmt.Sprint(changes)
			for _, word := range c {
				if word != "" && !strings.Contains(text, word) {
					t.Errorf("%s from %q to %q is told as %q", strings.Join(path, "."), c[0], c[1], text)
				}
			}
		}
	}
	walk(nil, doc)
	doc = nil // what an included file may say counts in the same way
	if err := json.Unmarshal(schemas.Include, &doc); err != nil {
		t.Fatal(err)
	}
	walk(nil, doc)
	if seen < 60 {
		t.Errorf("only %d keys were looked at", seen)
	}
}

// document is a file in which the key at path has the value, or is not said.
func document(path []string, value string) string {
	build := func() any {
		var v any = value
		for i := len(path) - 1; i > 0; i-- {
			if path[i] == "[]" {
				v = []any{v}
				if path[0] == "rules" && i == 1 {
					v = []any{ruleOf(v.([]any)[0])}
				}
				continue
			}
			v = map[string]any{path[i]: v}
		}
		return v
	}
	doc := map[string]any{"connection": "desk", "sides": map[string]any{"support": map[string]any{"system": "a"}, "engineering": map[string]any{"system": "b"}},
		"rules": []any{ruleOf(map[string]any{})}}
	if value != "" {
		doc[path[0]] = build()
		if path[0] == "sides" {
			sides, _ := doc["sides"].(map[string]any)
			if sides == nil || len(path) == 1 {
				sides = map[string]any{"support": value}
			}
			if path[0] == "sides" && sides["engineering"] == nil {
				sides["engineering"] = map[string]any{"system": "b"}
			}
			doc["sides"] = sides
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// ruleOf is a rule about the same two fields, with what it says more.
func ruleOf(more any) any {
	rule := map[string]any{"support": "f", "engineering": "g"}
	m, ok := more.(map[string]any)
	if !ok {
		return more
	}
	maps.Copy(rule, m)
	return rule
}

// walkTo is the part of a schema that a reference names.
func walkTo(doc any, ref string) any {
	_, pointer, _ := strings.Cut(ref, "#")
	for _, step := range strings.Split(strings.Trim(pointer, "/"), "/") {
		doc = asMap(doc)[step]
	}
	return doc
}
