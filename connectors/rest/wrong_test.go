package rest_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/internal/config"
)

const right = `manifest: tracker
title: Tracker
auth: {method: bearer}
settings:
  mark_field: {help: Where marks are kept.}
items:
  ticket:
    headline: title
    id: string(item.id)
    updated: item.updated_at
    scope: [queue]
    fields:
      queue: {kind: string, at: queue, list: queue}
      title: {kind: string, at: title}
      state: {kind: option, at: state, options: [open, closed]}
    get: {path: "/tickets/{id}", item: body}
    changes: {path: /tickets, query: {since: "{since}"}, items: body.tickets}
    mark: {at: "fields[id={settings.mark_field}].value"}
`

// TestMistakesHaveAPlace: what is wrong with a manifest is told with file, line, column, path and the nearest right word.
func TestMistakesHaveAPlace(t *testing.T) {
	if _, ds := rest.Parse("m.yaml", []byte(right)); len(ds) > 0 {
		t.Fatal(ds.Err())
	}
	for _, c := range []struct{ reason, old, new, want string }{
		{"a word nobody knows", "headline: title", "headlin: title", `m.yaml:8:5: items.ticket.headlin: there is no such key here (did you mean "headline"?)`},
		{"a value nobody knows", "method: bearer", "method: baerer", `m.yaml:3:16: auth.method: "baerer" is not one of: header, bearer, basic, oauth2, query, none (did you mean "bearer"?)`},
		{"something is missing", "    updated: item.updated_at\n", "", "m.yaml:8:5: items.ticket: updated is missing: When it changed last"},
		{"a field nobody knows", "headline: title", "headline: tilte", `m.yaml:8:5: items.ticket.headline: there is no field tilte (did you mean "title"?)`},
		{"a scope nobody knows", "scope: [queue]", "scope: [queues]", `m.yaml:11:5: items.ticket.scope: there is no field queues (did you mean "queue"?)`},
		{"an expression that names what is not there", "id: string(item.id)", "id: string(itme.id)", "m.yaml:9:5: items.ticket.id: itme is not known here; an expression here knows item, settings"},
		{"an expression that ends too early", "id: string(item.id)", "id: string(item.id", "m.yaml:9:5: items.ticket.id: the expression ends too early"},
		{"a setting nobody knows", "settings.mark_field}", "settings.mark_feld}", `m.yaml:18:12: items.ticket.mark.at: there is no setting mark_feld; name it under settings, with its help (did you mean "mark_field"?)`},
		{"one item is named by its scope", `"/tickets/{id}"`, `"/{scope.queue}/{id}"`, "m.yaml:16:11: items.ticket.get.path: one item is named by its id alone; let id_is say of which parts the id is made"},
		{"a place that is none", "at: title}", "at: title[}", "m.yaml:14:"},
		{"where the list is", ", items: body.tickets", "", "m.yaml:17:14: items.ticket.changes: items is missing"},
		{"a mark that is nowhere", `at: "fields[id={settings.mark_field}].value"`, "lag: 2m", "m.yaml:18:5: items.ticket.mark: at, read or hidden is missing: where the mark is"},
	} {
		text := strings.Replace(right, c.old, c.new, 1)
		if text == right {
			t.Fatalf("%s: the manifest has no %q", c.reason, c.old)
		}
		_, ds := rest.Parse("m.yaml", []byte(text))
		if len(ds) == 0 || !strings.HasPrefix(ds[0].Error(), c.want) || ds[0].Code == "" {
			t.Errorf("%s: told %v\nwant %s", c.reason, ds.Err(), c.want)
		}
	}
}

// TestASystemIsHeldAgainstItsManifest: what a manifest asks of the system's file is an option like any other.
func TestASystemIsHeldAgainstItsManifest(t *testing.T) {
	sys := func(auth, settings map[string]string, manifest string) core.System {
		s := core.System{Name: "s", Kind: "rest", BaseURL: "https://acme.example", Auth: auth, Settings: settings}
		if manifest != "" {
			s.Files = map[string]string{"m.yaml": manifest}
		}
		return s
	}
	token := map[string]string{"token": "${env:T}"}
	asks := strings.Replace(right, "{help: Where marks are kept.}", "{help: Where marks are kept., required: true, oneof: [a, b]}", 1)
	for _, c := range []struct {
		reason string
		system core.System
		want   string
	}{
		{"complete", sys(token, map[string]string{"manifest": "m.yaml", "mark_field": "7"}, right), ""},
		{"without a manifest", sys(token, nil, ""), "system s: settings.manifest: is missing: Name of the manifest's file, beside the system's file."},
		{"the manifest is not there", sys(token, map[string]string{"manifest": "m.yaml"}, ""), `system s: settings.manifest: the file "m.yaml" cannot be read; it is looked for from the folder of the system's file on`},
		{"a setting mistyped", sys(token, map[string]string{"manifest": "m.yaml", "mark_feld": "7"}, right),
			`system s: settings.mark_feld: a system of kind rest has no such option; under settings there are: manifest, mark_field, text (did you mean "mark_field"?)`},
		{"a setting that is asked for", sys(token, map[string]string{"manifest": "m.yaml"}, asks), "system s: settings.mark_field: is missing: Where marks are kept."},
		{"a value the manifest does not know", sys(token, map[string]string{"manifest": "m.yaml", "mark_field": "c"}, asks), `system s: settings.mark_field: "c" is not one of: a, b`},
		{"without the credential", sys(nil, map[string]string{"manifest": "m.yaml", "mark_field": "7"}, right), "system s: auth.token: is missing: the manifest signs in by bearer"},
		{"a literal secret", sys(map[string]string{"token": "hush"}, map[string]string{"manifest": "m.yaml"}, right), "system s: auth.token: is a secret and must be a reference: ${env:NAME} or ${file:PATH}"},
		{"a wrong manifest is told where it is wrong", sys(token, map[string]string{"manifest": "m.yaml"}, strings.Replace(right, "headline", "headlin", 1)),
			`m.yaml:8:5: items.ticket.headlin: there is no such key here (did you mean "headline"?)`},
	} {
		if got := config.CheckSystem(c.system).Error(); got != c.want {
			t.Errorf("%s: told %q\nwant %q", c.reason, got, c.want)
		}
	}
	if _, err := rest.New(connectors.Config{System: sys(token, map[string]string{"manifest": "m.yaml"}, "")}); err == nil || !strings.Contains(err.Error(), "apply it again from its folder") {
		t.Errorf("a system whose manifest was lost: %v", err)
	}
}
