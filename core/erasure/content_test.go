package erasure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/erasure"
)

// TestNoPartOfAPlanNamesThePerson: every place of a plan that can hold a user or a text, what was written in the end included.
func TestNoPartOfAPlanNamesThePerson(t *testing.T) {
	p, _ := erasure.Named("ada@acme.example", "left:7", "right:8")
	ada := [2]core.Value{core.Person("7", "ada@acme.example", "Ada"), core.Person("8", "ada@acme.example", "Ada")}
	text := core.Text("plain", "ask ada@acme.example")
	plan := core.Plan{
		Decisions: []core.Decision{{Rule: "assignee", Fields: [2]string{"assignee", "assignee"}, Action: core.ActionWrite, To: core.B, Value: core.Person("", "ada@acme.example", ""),
			Fallback: ada[1], Wrote: ada[1], Conflict: true, LoserOf: core.A, Loser: ada[0], Reason: "for ada@acme.example",
			Problem: &core.Problem{Text: "no ada@acme.example", Value: "ada@acme.example"},
			Sets:    [2]core.SetChange{{Add: core.Set(ada[0])}, {Remove: core.Set(ada[1])}}}},
		Create: [2]*core.Draft{{Fields: map[string]core.Value{"requester": ada[0]}}},
		Update: [2]*core.Patch{nil, {Fields: map[string]core.Value{"assignee": ada[1]}, Sets: map[string]core.SetChange{"watchers": {Add: core.Set(ada[1])}}}},
		Entries: []core.EntryDecision{{Kind: core.EntryComment, To: core.B, Source: "1", Comment: &core.CommentDraft{Body: text}},
			{Kind: core.EntryAttachment, To: core.B, Source: "2", Attachment: &core.AttachmentDraft{Name: "ada@acme.example.txt"}}},
	}
	got, n := p.Plan(plan, [2]string{"left", "right"}, erasure.Written{}, "salt")
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, tell := range []string{"ada", `"7"`, `"8"`} {
		if strings.Contains(strings.ToLower(string(b)), tell) {
			t.Errorf("%s is left in %s", tell, b)
		}
	}
	if !core.Equal(got.Decisions[0].Wrote, ada[1]) || !got.Erased || n == 0 {
		t.Errorf("the digest of what was written no longer equals it, or nothing is said to be erased: %d in %s", n, b)
	}
	if _, again := p.Plan(got, [2]string{"left", "right"}, erasure.Written{}, "salt"); again != 0 {
		t.Errorf("erasing again finds %d more", again)
	}
}

// TestFurtherCopiesAreTheirs: where an edit was added as a further comment, that one goes too.
func TestFurtherCopiesAreTheirs(t *testing.T) {
	w := erasure.Written{core.A: {"comment:1": true}, core.B: {}}
	w.Copies([]core.Link{{Kind: core.EntryComment, IDs: [2]string{"1", "2"}, Copies: []string{"3"}}, {Kind: core.EntryComment, IDs: [2]string{"4", "5"}, Copies: []string{"6"}}})
	if !w[core.B]["comment:2"] || !w[core.B]["comment:3"] || w[core.B]["comment:5"] || w[core.B]["comment:6"] {
		t.Errorf("written on the other side: %v", w[core.B])
	}
}
