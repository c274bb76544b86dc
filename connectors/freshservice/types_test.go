package freshservice_test

import (
	"errors"
	"fmt"
	"testing"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshservice"
)

// TestConformanceOfProblemsAndChanges runs the suite on the other two types, less what they do not have.
func TestConformanceOfProblemsAndChanges(t *testing.T) {
	doc := document(t)
	const (
		noFiles  = "notes of problems and changes take no files"
		noSearch = "the vendor searches tickets only"
	)
	skips := map[string]string{
		"Get/OfTheUnknownIsNotFound":        "a file is refused before the item is looked for: notes take none; the other calls are tested beside this",
		"Changes/ShowADeletion":             "deleted items are in no list that can be read from a time on",
		"Webhook/WithABadSignatureIsForged": "the vendor signs nothing",
		"Comments/CanBeWrittenAsAPerson":    "a note of a problem or change is written as the own account",
		"Update/OfASetKeepsOthersElements":  "problems and changes have no field that is a set",
	}
	for _, name := range []string{"RoundTrip", "OfAPersonAreNotOwn", "AreFoundAgain", "CanBeDeleted", "OfAnUnknownIDAreNotFound"} {
		skips["Attachments/"+name] = noFiles
	}
	for _, name := range []string{"FindsWhatTheQuerySays", "TellsTheRevisionOrNone", "GoesOnPastOnePage", "ACursorUsedTwiceLosesNothing", "KeepsToTheScope",
		"ThatFindsNothingIsNoError", "LeavesOutTheDeleted"} {
		skips["Search/"+name] = noSearch
	}
	for _, name := range []string{"FindsTheItemThatHoldsTheValue", "ThatFindsNothingIsNoError", "TakesValuesAsTheyAre", "ListsEveryItemThatHoldsTheValue",
		"IsNotHiddenByThoseThatHoldMore", "FindsTheSameCase", "KeepsToTheScope", "LeavesOutTheDeleted", "OfSignsAloneIsExactOrRefused"} {
		skips["Match/"+name] = noSearch
	}
	for typ, samples := range map[string]map[string][2]core.Value{
		"problem": {"known_error": {core.Bool(true), core.Bool(false)}, "status": {core.Option("2", "Change Requested"), core.Option("1", "Open")}},
		"change":  {"risk": {core.Option("2", "Medium"), core.Option("4", "Very High")}, "status": {core.Option("2", "Planning"), core.Option("1", "Open")}},
	} {
		t.Run(typ, func(t *testing.T) {
			conformance.Run(t, conformance.Suite{
				Name: "freshservice", Capabilities: freshtest.Capabilities,
				New: func(t *testing.T) conformance.Instance {
					a := newAccount(t, doc)
					in := a.Instance(profile(t))
					c := a.Connector(emulator.TokenSync, "mark_field", "sync_key", "object_notes", "internal")
					ada := a.Connector(emulator.TokenAda, "mark_field", "sync_key", "object_notes", "internal")
					in.Connector, in.Type, in.Title, in.Cleared = c, connectors.ItemType{Type: typ}, "subject", "agent"
					in.Person = conformance.By(ada, freshtest.HTML)
					in.Draft = func(n int) core.Draft {
						d := draft(typ, nil)
						d.Fields["subject"], d.Mark = core.String(fmt.Sprintf("%s %d", typ, n)), ""
						return d
					}
					in.Samples = map[string][2]core.Value{
						"subject":     {core.String("one"), core.String("two")},
						"description": {freshtest.HTML("the first"), freshtest.HTML("the second")},
						"priority":    {core.Option("4", "Urgent"), core.Option("1", "Low")},
						"impact":      {core.Option("3", "High"), core.Option("1", "Low")},
						"agent":       {freshtest.Person(emulator.UserGrace, "grace", "Grace Hopper"), freshtest.Person(emulator.UserLinus, "linus", "Linus Pauling")},
						"group":       {core.Option(fmt.Sprint(emulator.GroupService), "Service Desk"), core.Option(fmt.Sprint(emulator.GroupNetworks), "Networks")},
					}
					for name, v := range samples {
						in.Samples[name] = v
					}
					in.Search = conformance.Search{Fields: []string{"subject"}, Refused: "description", Wrong: "status:2"}
					return in
				},
				Skips: skips,
			})
		})
	}
}

// TestNotesWhoseReadersNobodyNamed: what an agent writes on a problem is shown to no customer elsewhere, and what is internal elsewhere
// is not written where customers may read, until an admin says who reads there.
func TestNotesWhoseReadersNobodyNamed(t *testing.T) {
	for _, tt := range []struct {
		reason, setting string
		read            core.Audience
		writes          bool // an internal comment
	}{
		{"nobody said it", "", core.Internal, false},
		{"agents alone", "internal", core.Internal, true},
		{"requesters too", "public", core.Public, false},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			a := newAccount(t, document(t))
			c := a.Connector(emulator.TokenSync, "mark_field", "sync_key", "object_notes", tt.setting)
			o := freshtest.Must[core.Observation](t)(c.Create(t.Context(), draft("problem", nil)))
			freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("html", "<p>one</p>"), Visibility: core.Visibility{Audience: core.Public}}))
			o = freshtest.Must[core.Observation](t)(c.Get(t.Context(), o.Ref.ID, everything))
			if len(o.Comments) != 1 || o.Comments[0].Visibility.Audience != tt.read {
				t.Errorf("read as %+v, want one for %v", o.Comments, tt.read)
			}
			_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("html", "<p>two</p>"), Visibility: core.Visibility{Audience: core.Internal}})
			if tt.writes && err != nil || !tt.writes && !errors.Is(err, connectors.ErrUnsupported) {
				t.Errorf("an internal comment: %v", err)
			}
		})
	}
}
