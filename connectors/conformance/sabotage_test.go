package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/richtext"
)

// sabotage names, in the environment of a second test process, what is broken there.
const sabotage = "DUPLEX_SABOTAGE"

// broken is the reference connector with one thing wrong. It has no optional capability of its own.
type broken struct {
	*memory.Connector
	what string
}

func (b broken) Update(ctx context.Context, id string, p core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	fields := map[string]core.Value{}
	maps.Copy(fields, p.Fields)
	p.Fields = fields
	switch b.what {
	case "stale writes":
		revision = ""
	case "wiped fields":
		p.Fields["priority"] = core.Empty(core.KindOption)
	case "touching":
		p.Fields["estimate"] = core.Int(time.Now().UnixNano())
	case "lost sets":
		for name, c := range p.Sets {
			p.Fields, p.Sets = map[string]core.Value{name: c.Add}, nil
		}
	case "unnamed refusals":
		o, err := b.Connector.Update(ctx, id, p, revision, want)
		if connectors.Class(err) == "invalid" {
			err = errors.New("refused")
		}
		return o, err
	}
	return b.Connector.Update(ctx, id, p, revision, want)
}

func (b broken) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := b.Connector.Get(ctx, id, want)
	switch {
	case b.what == "no class" && err != nil:
		err = errors.New("no such item")
	case b.what == "a secret" && err != nil:
		err = fmt.Errorf("with key signing-key: %w", err)
	case b.what == "attributes everywhere" && err == nil:
		o = o.With("assignee.email", core.String("x"))
	case b.what == "believes what is known" && want.Known != nil:
		o.Comments = want.Known.Comments
	}
	return o, err
}

func (b broken) Create(ctx context.Context, d core.Draft) (core.Observation, error) {
	if b.what == "no marks" {
		d.Mark = ""
	}
	return b.Connector.Create(ctx, d)
}

func (b broken) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	p, err := b.Connector.Changes(ctx, t, since, limit)
	if b.what == "half pages" && len(p.Items) > 1 {
		p.Items = p.Items[1:]
	}
	return p, err
}

func (b broken) AddWorklog(ctx context.Context, id string, d core.WorklogDraft) (core.Worklog, error) {
	switch b.what {
	case "rounded work":
		d.Seconds -= d.Seconds % 3600
		d.Seconds += 3600
	case "work in one zone":
		d.Started = d.Started.Add(time.Hour)
	case "work is nobody's":
		d.Mark = ""
	}
	return b.Connector.AddWorklog(ctx, id, d)
}

func (b broken) AddComment(ctx context.Context, id string, d core.CommentDraft) (core.Comment, error) {
	if b.what == "wide comments" {
		d.Visibility = core.Visibility{Audience: core.Public}
	}
	if b.what == "writes as anybody and forgets it" && d.Author.ID() != "" {
		d.Mark = ""
	}
	if b.what == "writes as nobody" {
		d.Author = core.Absent()
	}
	return b.Connector.AddComment(ctx, id, d)
}

func (b broken) AddCommentWith(ctx context.Context, id string, d core.CommentDraft, files []connectors.InlineFile) (core.Comment, []core.Attachment, error) {
	if b.what == "pictures beside the text" {
		c, err := b.Connector.AddComment(ctx, id, d)
		var made []core.Attachment
		for _, f := range files {
			r, _ := f.Open(ctx)
			a, _ := b.Attach(ctx, id, f.File, r)
			made = append(made, a)
		}
		return c, made, err
	}
	return b.Connector.AddCommentWith(ctx, id, d, files)
}

func (b broken) NarrowComment(ctx context.Context, id, comment string, v core.Visibility) (core.Comment, error) {
	if b.what == "narrows in words only" {
		o, err := b.Connector.Get(ctx, id, connectors.Want{Comments: true})
		for _, c := range o.Comments {
			if c.ID == comment {
				c.Visibility = v
				return c, err
			}
		}
		return core.Comment{}, connectors.ErrNotFound
	}
	return b.Connector.NarrowComment(ctx, id, comment, v)
}

func (b broken) RedactComment(ctx context.Context, id, comment string) error {
	if b.what == "redacts nothing" {
		_, err := b.Connector.NarrowComment(ctx, id, comment, core.Visibility{Audience: core.Internal})
		return err
	}
	return b.Connector.RedactComment(ctx, id, comment)
}

func (b broken) DeleteAttachment(ctx context.Context, id, file string) error {
	if b.what == "keeps files" {
		return nil
	}
	return b.Connector.DeleteAttachment(ctx, id, file)
}

func (b broken) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	w, err := b.Connector.ParseWebhook(call, self)
	if b.what == "any signature" && errors.Is(err, connectors.ErrForged) {
		err = nil
	}
	return w, err
}

// TestSabotaged runs the suite on a broken connector; it does nothing unless the environment asks.
func TestSabotaged(t *testing.T) {
	what := os.Getenv(sabotage)
	if what == "" {
		t.Skip("runs in a process of its own, see TestTheSuiteFindsWhatIsBroken")
	}
	c := memory.New(memory.Options{}).Connector()
	declared := conformance.Capabilities(c)
	skips := map[string]string{}
	switch what {
	case "unknown skip":
		skips["Get/NoSuchTest"] = "no reason to"
	case "undeclared":
		declared = declared[1:]
	}
	conformance.Run(t, conformance.Suite{Name: "broken", Capabilities: declared, Skips: skips, New: func(t *testing.T) conformance.Instance {
		facts := memory.New(memory.Options{}).Connector().Facts()
		facts.RichText = "html"
		s := memory.New(memory.Options{Secret: "signing-key", Facts: &facts})
		in := instance(s, broken{s.Connector(), what})
		if what == "match by anything" {
			in.Search.Refused = "description"
		}
		return in
	}})
}

func TestTheSuiteFindsWhatIsBroken(t *testing.T) {
	for what, failing := range map[string]string{
		"nothing":                          "",
		"stale writes":                     "Update/OfAStaleRevisionIsRefused",
		"wiped fields":                     "Update/LeavesOtherFieldsAlone",
		"touching":                         "Update/ThatChangesNothingKeepsTheRevision",
		"lost sets":                        "Update/OfASetKeepsOthersElements",
		"unnamed refusals":                 "Update/OfAnUnknownOptionIsRefused",
		"no class":                         "Get/OfTheUnknownIsNotFound",
		"a secret":                         "Errors/RefusedCredentialsAreDenied",
		"believes what is known":           "Get/WithWhatIsKnownMissesNoComment",
		"no marks":                         "Create/IsFoundByItsMark",
		"half pages":                       "Changes/FromZeroListsAll",
		"wide comments":                    "Comments/KeepTheirVisibility",
		"narrows in words only":            "Comments/CanBeShownToFewer",
		"redacts nothing":                  "Comments/CanBeRedacted",
		"keeps files":                      "Attachments/CanBeDeleted",
		"pictures beside the text":         "Attachments/GoWithTheCommentThatShowsThem",
		"writes as anybody and forgets it": "Comments/CanBeWrittenAsAPerson",
		"writes as nobody":                 "Comments/CanBeWrittenAsAPerson",
		"rounded work":                     "Worklogs/RoundTrip",
		"work in one zone":                 "Worklogs/RoundTrip",
		"work is nobody's":                 "Worklogs/AreFoundByTheirMark",
		"attributes everywhere":            "Attributes/AreReadOnlyAndShownOnlyWhenAskedFor",
		"any signature":                    "Webhook/WithABadSignatureIsForged",
		"search is loose":                  "Search/FindsWhatTheQuerySays",
		"search misses":                    "Search/FindsWhatTheQuerySays",
		"search invents":                   "Search/TellsTheRevisionOrNone",
		"search ends early":                "Search/GoesOnPastOnePage",
		"search remembers":                 "Search/ACursorUsedTwiceLosesNothing",
		"search is everywhere":             "Search/KeepsToTheScope",
		"search wants results":             "Search/ThatFindsNothingIsNoError",
		"search is patient":                "Search/OfAWrongQueryIsInvalid",
		"search is silent":                 "Search/OfAWrongQueryIsInvalid",
		"search keeps":                     "Search/LeavesOutTheDeleted",
		"match misses":                     "Match/FindsTheItemThatHoldsTheValue",
		"match wants results":              "Match/ThatFindsNothingIsNoError",
		"match reads the value":            "Match/TakesValuesAsTheyAre",
		"match drops signs":                "Match/OfSignsAloneIsExactOrRefused",
		"match takes the first":            "Match/ListsEveryItemThatHoldsTheValue",
		"match counts too soon":            "Match/IsNotHiddenByThoseThatHoldMore",
		"match folds":                      "Match/FindsTheSameCase",
		"match is everywhere":              "Match/KeepsToTheScope",
		"match keeps":                      "Match/LeavesOutTheDeleted",
		"match knows all":                  "Match/ByAnUnknownFieldIsRefused",
		"match by anything":                "Match/ByAFieldThatCannotBeSearchedIsRefused",
		"unknown skip":                     "TestSabotaged",
		"undeclared":                       "Capabilities",
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSabotaged$")
		cmd.Env = append(slices.Clone(os.Environ()), sabotage+"="+what)
		out, err := cmd.CombinedOutput()
		if failing == "" {
			if err != nil {
				t.Errorf("the whole reference connector fails:\n%s", out)
			}
			continue
		}
		if err == nil || !strings.Contains(string(out), "--- FAIL: ") || !strings.Contains(string(out), failing+" (") {
			t.Errorf("%s: the suite says %v, it should fail in %s:\n%s", what, err, failing, out)
		}
	}
}

func html(text string) core.Value {
	source, _ := richtext.Convert(richtext.Plain, richtext.HTML, text)
	return core.Text("html", source)
}

// instance is the smallest description of a system that the suite accepts.
func instance(s *memory.System, c connectors.Connector) conformance.Instance {
	must := func(t *testing.T, err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return conformance.Instance{
		Connector: c, Type: connectors.ItemType{Type: "item"},
		Draft: func(n int) core.Draft {
			return core.Draft{Fields: map[string]core.Value{"title": core.String(fmt.Sprint("item ", n)), "description": html("how it began")}}
		},
		Samples: map[string][2]core.Value{
			"title": {core.String("one"), core.String("two")}, "priority": {core.Option("high", "high"), core.Option("low", "low")},
			"labels": {core.Strings("a", "b"), core.Strings("c")}, "assignee": {memory.DefaultUsers()[0], memory.DefaultUsers()[1]},
		},
		Title: "title", Cleared: "assignee", Known: memory.DefaultUsers()[2],
		Search: conformance.Search{
			Query: func(word string) string { return "title=" + word }, Wrong: "title of the item", PageOf: 100,
			Fields: []string{"title", "labels"}, Elsewhere: map[string]string{"project": "OPS"},
		},
		Body: html, Plain: func(v core.Value) string { return richtext.PlainText(richtext.HTML, v.Source()) },
		Person: conformance.Person{
			Create: func(t *testing.T, d core.Draft) string {
				ref, err := s.CreateAs("u-ada", d)
				must(t, err)
				return ref.ID
			},
			Edit: func(t *testing.T, id string, fields map[string]core.Value) { must(t, s.EditAs("u-ada", id, fields)) },
			Work: func(t *testing.T, id string, started time.Time, seconds int64, text string) {
				_, err := s.WorkAs("u-ada", id, started, seconds, html(text).Source(), core.Internal)
				must(t, err)
			},
			Comment: func(t *testing.T, id, text string, a core.Audience) {
				_, err := s.CommentAs("u-ada", id, html(text).Source(), a)
				must(t, err)
			},
			Attach: func(t *testing.T, id, name string, content []byte) {
				_, err := s.AttachAs("u-ada", id, name, "text/plain", content, core.Internal)
				must(t, err)
			},
		},
		Fault: func(_ *testing.T, f conformance.Fault) {
			faults := map[conformance.Fault]error{
				conformance.Denied: connectors.ErrDenied, conformance.Throttled: &connectors.BusyError{After: conformance.ThrottledFor * time.Second},
				conformance.Failing: &connectors.BusyError{}, conformance.TimesOut: &connectors.BusyError{},
			}
			if f == conformance.LostAnswer {
				s.FailNext(memory.OpCreate, memory.AfterCommit)
				s.FailNext(memory.OpAddComment, memory.AfterCommit)
				s.FailNext(memory.OpAddWorklog, memory.AfterCommit)
				return
			}
			for _, op := range []memory.Op{memory.OpGet, memory.OpChanges, memory.OpCreate, memory.OpUpdate, memory.OpFind, memory.OpAddComment, memory.OpDelete} {
				s.FailNextWith(op, memory.Before, faults[f])
			}
		},
		WebhookBody: func(id string) []byte {
			return s.Webhook("d1", core.Hint{Ref: core.Ref{System: "memory", ID: id}}, time.Now()).Body
		},
		SignedCall: func(body []byte) connectors.WebhookCall { return s.Sign(body, time.Now()) },
		Secrets:    []string{"signing-key"},
	}
}
