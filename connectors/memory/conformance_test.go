package memory_test

import (
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/richtext"
)

var capabilities = []string{
	"Deleter", "Commenter", "InlineCommenter", "InlineCreator", "CommentEditor", "CommentDeleter", "CommentNarrower", "CommentRedactor", "CommentFinder", "Worklogger", "WorklogEditor", "WorklogDeleter", "WorklogFinder", "AttachmentOpener", "Attacher", "AttachmentDeleter",
	"AttachmentFinder", "Finder", "Searcher", "FieldFinder", "UserResolver", "NameResolver", "Identifier", "BatchGetter", "Starter", "WebhookParser", "WebhookRegistrar",
}

func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Suite{Name: "memory", Capabilities: capabilities, New: instance, Skips: map[string]string{
		"Attachments/GoWithTheCommentThatShowsThem": "plain text shows no pictures; TestConformanceOfRichText runs it",
		"Attachments/GoWithTheNewItemThatShowsThem": "plain text shows no pictures; TestConformanceOfRichText runs it",
	}})
}

// TestConformanceOfRichText is the suite over a system whose texts are HTML, and over one whose texts are ADF.
func TestConformanceOfRichText(t *testing.T) {
	for _, format := range []richtext.Format{richtext.HTML, richtext.ADF} {
		t.Run(string(format), func(t *testing.T) {
			conformance.Run(t, conformance.Suite{Name: "memory", Capabilities: capabilities,
				New: func(t *testing.T) conformance.Instance { return speaking(t, format) }})
		})
	}
}

func instance(t *testing.T) conformance.Instance { return speaking(t, richtext.Plain) }

func speaking(t *testing.T, format richtext.Format) conformance.Instance {
	facts := memory.New(memory.Options{}).Connector().Facts()
	facts.RichText = string(format)
	s := memory.New(memory.Options{Name: "mem", Secret: "signing-key", Facts: &facts})
	body := func(text string) core.Value {
		source, _ := richtext.Convert(richtext.Plain, format, text)
		return core.Text(string(format), source)
	}
	const ada = "u-ada"
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	parent, err := s.CreateAs(ada, core.Draft{Type: "item", Scope: map[string]string{"project": "OPS"}, Fields: map[string]core.Value{
		"title": core.String("the parent"), "status": core.Option("open", "open")}})
	check(t, err)
	starts := time.Date(2026, 5, 1, 9, 30, 0, 0, time.UTC)
	return conformance.Instance{
		Connector: s.Connector(),
		Type:      connectors.ItemType{Type: "item", Scope: map[string]string{"project": "ENG"}},
		Draft: func(n int) core.Draft {
			return core.Draft{Type: "item", Scope: map[string]string{"project": "ENG"}, Fields: map[string]core.Value{
				"title": core.String("item " + string(rune('a'+n))), "description": body("how it began"),
				"assignee": memory.DefaultUsers()[1], "parent": core.Reference(parent.ID, parent.Key),
			}}
		},
		Samples: map[string][2]core.Value{
			"title":    {core.String("one"), core.String("two")},
			"status":   {core.Option("done", "done"), core.Option("open", "open")},
			"priority": {core.Option("high", "high"), core.Option("low", "low")},
			"assignee": {memory.DefaultUsers()[0], memory.DefaultUsers()[1]},
			"labels":   {core.Strings("a", "b"), core.Strings("c")},
			"estimate": {core.Int(3), core.Int(5)},
			"starts":   {core.DateTime(starts), core.DateTime(starts.Add(time.Hour))},
			"urgent":   {core.Bool(true), core.Bool(false)},
			"related":  {core.Set(core.Reference("1", "M-1"), core.Reference("2", "M-2")), core.Set(core.Reference("2", "M-2"))},
			"parent":   {core.Reference("1", "M-1"), core.Reference("2", "M-2")},
		},
		Title: "title", Cleared: "assignee",
		Body:       body,
		Plain:      func(v core.Value) string { return richtext.PlainText(format, v.Source()) },
		Attributes: []string{"assignee.email", "assignee.name", "parent.title", "parent.status"},
		Known:      memory.DefaultUsers()[2],
		Search: conformance.Search{
			Query: func(word string) string { return "title=" + word }, Wrong: "title of the item", PageOf: 100,
			Fields: []string{"title", "labels"}, Elsewhere: map[string]string{"project": "OPS"},
		},
		Person: conformance.Person{
			Create: func(t *testing.T, d core.Draft) string {
				ref, err := s.CreateAs(ada, d)
				check(t, err)
				return ref.ID
			},
			Edit: func(t *testing.T, id string, fields map[string]core.Value) { check(t, s.EditAs(ada, id, fields)) },
			Comment: func(t *testing.T, id, text string, a core.Audience) {
				_, err := s.CommentAs(ada, id, body(text).Source(), a)
				check(t, err)
			},
			Work: func(t *testing.T, id string, started time.Time, seconds int64, text string) {
				_, err := s.WorkAs(ada, id, started, seconds, body(text).Source(), core.Internal)
				check(t, err)
			},
			Attach: func(t *testing.T, id, name string, content []byte) {
				_, err := s.AttachAs(ada, id, name, "text/plain", content, core.Internal)
				check(t, err)
			},
			Delete: func(t *testing.T, id string) { check(t, s.DeleteAs(ada, id)) },
		},
		Fault: func(_ *testing.T, f conformance.Fault) {
			if f == conformance.LostAnswer {
				s.FailNext(memory.OpCreate, memory.AfterCommit)
				s.FailNext(memory.OpAddComment, memory.AfterCommit)
				s.FailNext(memory.OpAddWorklog, memory.AfterCommit)
				return
			}
			err := map[conformance.Fault]error{
				conformance.Denied:    connectors.ErrDenied,
				conformance.Throttled: &connectors.BusyError{After: conformance.ThrottledFor * time.Second},
				conformance.Failing:   &connectors.BusyError{Text: "internal error"},
				conformance.TimesOut:  &connectors.BusyError{Text: "no answer"},
			}[f]
			for _, op := range []memory.Op{
				memory.OpGet, memory.OpChanges, memory.OpCreate, memory.OpUpdate, memory.OpFind, memory.OpAddComment, memory.OpDelete,
			} {
				s.FailNextWith(op, memory.Before, err)
			}
		},
		WebhookBody: func(id string) []byte {
			return s.Webhook("d1", core.Hint{Ref: core.Ref{System: "mem", ID: id}, Kind: core.HintChanged}, time.Now()).Body
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return s.Sign(body, time.Now()) },
		Secrets:    []string{"signing-key"},
	}
}
