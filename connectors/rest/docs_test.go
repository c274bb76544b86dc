package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/emulators/github"
	"duplex/internal/config"
	"duplex/schemas"
)

const handbook = "../../docs/connectors/rest.md"

// block is the fenced YAML of that name in the handbook.
func block(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile("(?s)```yaml " + name + "\n(.*?)```").FindStringSubmatch(manifestOf(t, handbook))
	if m == nil {
		t.Fatalf("%s has no block %q", handbook, name)
	}
	return m[1]
}

// TestTheHandbooksManifestWorks: the manifest that is written from nothing is right, and speaks with the tracker it is written for.
func TestTheHandbooksManifestWorks(t *testing.T) {
	s := httptest.NewServer(tracker())
	defer s.Close()
	sys, ds := mapping.ParseSystem("tracker-acme.yaml", []byte(block(t, "system")))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	sys.Files = map[string]string{"tracker.yaml": block(t, "manifest")}
	if err := config.CheckSystem(sys).Err(); err != nil {
		t.Fatal(err)
	}
	sys.BaseURL, sys.Auth["token"], sys.Webhook = s.URL, "tracker-token", map[string]string{"secret": hookSecret}
	c, err := rest.New(connectors.Config{System: sys})
	if err != nil {
		t.Fatal(err)
	}
	con := c.(*rest.Connector)
	const mark = "dx-abcdefghijklmnopqrstuvwxyz"
	o, err := con.Create(t.Context(), core.Draft{Type: "ticket", Mark: mark, Fields: map[string]core.Value{"title": core.String("Printer on fire"), "text": core.Text("markdown", "It *smokes*."),
		"state": core.Option("", "open"), "owner": core.Person("", "grace@acme.example", "")}})
	if err != nil || o.Mark != mark || !o.OwnItem || o.Field("owner").Email() != "grace@acme.example" || o.Field("state").Name() != "open" || o.Ref.Key != "T-7" {
		t.Fatalf("%+v, %v", o, err)
	}
	if refs, err := con.Find(t.Context(), connectors.ItemType{Type: "ticket"}, mark); err != nil || len(refs) != 1 {
		t.Errorf("found %v, %v", refs, err)
	}
	o, err = con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"title": core.String("Printer out")}}, o.Revision, connectors.Want{})
	if err != nil || o.Field("title").Source() != "Printer out" {
		t.Errorf("%+v, %v", o, err)
	}
	m, err := con.AddComment(t.Context(), "7", core.CommentDraft{Body: core.Text("markdown", "for us"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if err != nil || m.Visibility.Audience != core.Internal {
		t.Errorf("%+v, %v", m, err)
	}
	page, err := con.Changes(t.Context(), connectors.ItemType{Type: "ticket"}, con.CursorAt(time.Now().Add(-time.Hour)), 10)
	if err != nil || len(page.Items) != 1 || page.Items[0].Revision != o.Revision {
		t.Errorf("%+v, %v", page, err)
	}
	call := connectors.WebhookCall{Header: http.Header{}, Body: []byte(`{"delivery":"d1","ticket":{"id":7,"changed":"2026-05-02T08:30:00Z"},"user":{"id":5}}`), Now: time.Now()}
	call.Header.Set("X-Tracker-Signature", github.Sign(hookSecret, call.Body))
	if w, err := con.ParseWebhook(call, "5"); err != nil || w.ID != "d1" || len(w.Hints) != 1 || !w.Hints[0].Own {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestTheHandbooksMappingIsRight: the snippet for Redmine is part of a right connection.
func TestTheHandbooksMappingIsRight(t *testing.T) {
	text := "connection: c\nsides:\n  tracker: {system: redmine-acme, type: issue, scope: {project: eng, tracker: Bug}, start: true}\n  engineering: {system: jira-acme, type: issue}\n" + block(t, "mapping")
	if _, ds := mapping.Compile("c.yaml", []byte(text), mapping.Env{}); len(ds) > 0 {
		t.Error(ds.Err())
	}
}

// tracker is the handbook's system, with one ticket.
func tracker() http.HandlerFunc {
	grace := map[string]any{"id": 5, "name": "Grace"}
	ticket := map[string]any{}
	var notes []any
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tracker-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var in struct{ Ticket, Note map[string]any }
		_ = json.NewDecoder(r.Body).Decode(&in)
		for k, v := range in.Ticket {
			switch k {
			case "state_id":
				ticket["state"] = map[string]any{"id": 2, "name": "open"}
			case "owner_id":
				ticket["owner"] = grace
			default:
				ticket[k] = v
			}
			ticket["id"], ticket["created"], ticket["author"] = 7, "2026-05-01T10:00:00Z", map[string]any{"id": 1, "name": "Sync"}
			ticket["changed"] = time.Now().UTC().Format(time.RFC3339)
		}
		out := map[string]any{"ticket": ticket}
		switch p := r.URL.Path; {
		case p == "/me":
			out = map[string]any{"user": map[string]any{"id": 1, "name": "Sync", "email": "sync@acme.example"}}
		case p == "/users/5":
			out = map[string]any{"user": map[string]any{"id": 5, "name": "Grace", "email": "grace@acme.example"}}
		case p == "/users":
			out = map[string]any{"users": []any{map[string]any{"id": 5, "name": "Grace", "email": r.FormValue("email")}}}
		case p == "/states":
			out = map[string]any{"states": []any{map[string]any{"id": 2, "name": "open"}}}
		case strings.HasSuffix(p, "/notes") && r.Method == http.MethodPost:
			in.Note["id"], in.Note["author"], in.Note["created"] = len(notes)+1, map[string]any{"id": 1}, "2026-05-01T11:00:00Z"
			notes = append(notes, in.Note)
			out = map[string]any{"note": in.Note}
		case strings.HasSuffix(p, "/notes"):
			out = map[string]any{"notes": notes}
		case p == "/tickets" && r.Method == http.MethodGet:
			out = map[string]any{"tickets": []any{ticket}}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

const everyWord = "## Every word\n"

// TestEveryWordIsInTheHandbook: the handbook lists every word of the schema with its meaning and an example.
func TestEveryWordIsInTheHandbook(t *testing.T) {
	text := manifestOf(t, handbook)
	head := text[:strings.Index(text, everyWord)]
	intro := text[len(head):]
	intro = intro[:strings.Index(intro, "place.\n\n")+len("place.\n\n")]
	want := head + intro + vocabulary(t)
	if text == want {
		return
	}
	if !*update {
		t.Fatalf("%s does not list the schema's words: run this test with -update", handbook)
	}
	if err := os.WriteFile(handbook, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ordered is a JSON object whose keys keep their order.
type ordered struct {
	keys   []string
	values map[string]json.RawMessage
}

func (o *ordered) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &o.values); err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	_, err := d.Token()
	for err == nil && d.More() {
		var key json.Token
		var skip json.RawMessage
		if key, err = d.Token(); err == nil {
			o.keys = append(o.keys, key.(string))
			err = d.Decode(&skip)
		}
	}
	return err
}

type property struct {
	Description string
	Ref         string `json:"$ref"`
	Type        any
	Enum        []any
	Examples    []json.RawMessage
	Properties  *ordered
	Additional  json.RawMessage `json:"additionalProperties"`
}

// vocabulary writes the schema as tables, one for each block of words.
func vocabulary(t *testing.T) string {
	t.Helper()
	var doc struct {
		Properties *ordered
		Defs       map[string]property `json:"$defs"`
	}
	if err := json.Unmarshal(schemas.Manifest, &doc); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var table func(title string, words *ordered)
	table = func(title string, words *ordered) {
		fmt.Fprintf(&b, "### %s\n\n| Word | Meaning | Example |\n|---|---|---|\n", title)
		type inner struct {
			title string
			words *ordered
		}
		var later []inner
		for _, name := range words.keys {
			var p property
			if err := json.Unmarshal(words.values[name], &p); err != nil {
				t.Fatal(err)
			}
			def := doc.Defs[strings.TrimPrefix(p.Ref, "#/$defs/")]
			kind, shown := "", name
			switch {
			case strings.HasSuffix(p.Ref, "/cel"), strings.HasPrefix(strings.TrimPrefix(p.Ref, "#/$defs/"), "answer_"):
				kind = "CEL. "
			case strings.HasSuffix(p.Ref, "/request"):
				kind = "A call. "
			case p.Properties != nil:
				later = append(later, inner{title + " → " + name, p.Properties})
				shown += " …"
			}
			if p.Description == "" {
				p.Description = def.Description
			}
			if len(p.Enum) == 0 {
				p.Enum = def.Enum
			}
			if len(p.Examples) == 0 {
				p.Examples = def.Examples
			}
			example := ""
			for i, e := range p.Examples {
				if i > 0 {
					example += " "
				}
				var s string
				if json.Unmarshal(e, &s) != nil {
					s = string(e)
				}
				example += "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
			}
			for i, e := range p.Enum {
				if i > 0 {
					example += " "
				}
				example += fmt.Sprintf("`%v`", e)
			}
			fmt.Fprintf(&b, "| `%s` | %s%s | %s |\n", shown, kind, strings.ReplaceAll(p.Description, "|", `\|`), example)
		}
		b.WriteString("\n")
		for _, in := range later {
			table(in.title, in.words)
		}
	}
	table("A manifest", doc.Properties)
	for _, part := range [][2]string{{"item", "items.TYPE"}, {"field", "A field"}, {"request", "A call"}, {"paging", "paging"}, {"setting", "A setting"}} {
		table(part[1], doc.Defs[part[0]].Properties)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// TestEveryExampleIsRight: what the schema gives as an example of an expression can be read, with what it knows at that place.
func TestEveryExampleIsRight(t *testing.T) {
	for _, file := range []string{"../../examples/manifests/redmine.yaml", "../../schemas/examples/manifest/valid/desk.yaml", "../../schemas/examples/manifest/valid/smallest.yaml", "testdata/github.yaml"} {
		if _, ds := rest.Parse(file, []byte(manifestOf(t, file))); len(ds) > 0 {
			t.Error(ds.Err())
		}
	}
}
