package merge

import (
	"testing"

	"duplex/core"
)

// TestEntries decides about one comment of side A under one circumstance each.
func TestEntries(t *testing.T) {
	public, internal := core.Visibility{Audience: core.Public}, core.Visibility{Audience: core.Internal}
	role := core.Visibility{Audience: core.Restricted, Group: "leads"}
	said := func(v core.Visibility) core.Comment {
		return core.Comment{ID: "1", Body: core.Text("plain", "words"), Visibility: v}
	}
	linked := func(c core.Comment) []core.Link {
		return []core.Link{{Kind: core.EntryComment, IDs: [2]string{"1", "2"}, Origin: core.A, Print: CommentPrint(c)}}
	}
	edited := said(public)
	edited.Body = core.Text("plain", "other words")
	own, marked, opening := said(public), said(public), said(public)
	own.Own, marked.Mark, opening.Opening = true, "dx-1", true
	dropped := linked(said(public))
	dropped[0].Dropped = true
	all := EntryAbilities{AddComment: true, EditComment: true, DeleteComment: true, Attach: true}

	for _, c := range []struct {
		reason string
		now    []core.Comment
		copies []core.Comment // on side B
		links  []core.Link
		change func(*Entries)
		want   core.EntryAction // "" = left alone
		vis    core.Audience
	}{
		{reason: "a public comment is carried as public", now: []core.Comment{said(public)}, want: core.EntryAdd, vis: core.Public},
		{reason: "an internal comment stays internal", now: []core.Comment{said(internal)}, want: core.EntryAdd, vis: core.Internal},
		{reason: "publish widens an internal comment", now: []core.Comment{said(internal)}, want: core.EntryAdd, vis: core.Public,
			change: func(e *Entries) { e.Comments.Publish[core.A] = true }},
		{reason: "publish of the other side widens nothing here", now: []core.Comment{said(internal)}, want: core.EntryAdd, vis: core.Internal,
			change: func(e *Entries) { e.Comments.Publish[core.B] = true }},
		{reason: "private: stop keeps internal comments at home", now: []core.Comment{said(internal)},
			change: func(e *Entries) { e.Comments.Private = core.PrivateStop }},
		{reason: "a role means nothing on the other side: it stays, even with publish", now: []core.Comment{said(role)},
			change: func(e *Entries) { e.Comments.Publish[core.A] = true }},
		{reason: "a comment without a visibility is taken for restricted", now: []core.Comment{said(core.Visibility{})}},
		{reason: "the sync's own comment is never a source", now: []core.Comment{own}},
		{reason: "a marked comment is never a source, whoever it names as author", now: []core.Comment{marked}},
		{reason: "the description is no comment", now: []core.Comment{opening}},
		{reason: "the rule flows the other way", now: []core.Comment{said(public)}, change: func(e *Entries) { e.Comments.Flow = core.FlowToA }},
		{reason: "nothing changed since it was copied", now: []core.Comment{said(public)}, links: linked(said(public))},
		{reason: "an edit reaches the copy", now: []core.Comment{edited}, links: linked(said(public)), want: core.EntryEdit, vis: core.Public},
		{reason: "an edit is added where comments cannot be edited", now: []core.Comment{edited}, links: linked(said(public)), want: core.EntryAdd, vis: core.Public,
			change: func(e *Entries) { e.Can[core.B].EditComment = false }},
		{reason: "edits: false leaves the copy", now: []core.Comment{edited}, links: linked(said(public)), change: func(e *Entries) { e.Comments.Edits = false }},
		{reason: "a comment made private, with a public copy, asks for a person", now: []core.Comment{said(internal)}, copies: []core.Comment{{ID: "2", Visibility: public, Own: true}},
			links: linked(said(public)), want: core.EntryPark, change: func(e *Entries) { e.Can[core.B] = EntryAbilities{AddComment: true, EditComment: true} }},
		{reason: "its copy is shown to fewer people where that can be", now: []core.Comment{said(internal)}, copies: []core.Comment{{ID: "2", Visibility: public, Own: true}},
			links: linked(said(public)), want: core.EntryNarrow, change: func(e *Entries) { e.Can[core.B].NarrowComment = true }},
		{reason: "else its copy is deleted", now: []core.Comment{said(internal)}, copies: []core.Comment{{ID: "2", Visibility: public, Own: true}},
			links: linked(said(public)), want: core.EntryWithdraw},
		{reason: "a copy that may be read by nobody there any more is taken back, not narrowed", now: []core.Comment{said(role)}, copies: []core.Comment{{ID: "2", Visibility: internal, Own: true}},
			links: linked(said(internal)), want: core.EntryWithdraw, change: func(e *Entries) { e.Can[core.B].NarrowComment = true }},
		{reason: "edits: false does not keep a copy public", now: []core.Comment{said(internal)}, copies: []core.Comment{{ID: "2", Visibility: public, Own: true}},
			links: linked(said(public)), want: core.EntryWithdraw, change: func(e *Entries) { e.Comments.Edits = false }},
		{reason: "a further copy that an edit brought is concealed too", now: []core.Comment{said(internal)},
			copies: []core.Comment{{ID: "2", Visibility: internal, Own: true}, {ID: "3", Visibility: public, Own: true}},
			links:  linked(said(public)), want: core.EntryWithdraw, change: func(e *Entries) { e.Links[0].Copies = []string{"3"} }},
		{reason: "a list that is not whole: who the copy was written for counts", now: []core.Comment{said(internal)}, links: linked(said(public)), want: core.EntryWithdraw,
			change: func(e *Entries) {
				e.Now[core.B].Comments, e.Now[core.B].Complete = nil, false
				e.Links[0].Seen = public
			}},
		{reason: "what was taken back and may be read again is copied anew", now: []core.Comment{said(public)}, links: linked(said(internal)), want: core.EntryAdd, vis: core.Public,
			change: func(e *Entries) { e.Links[0].Withdrawn = true }},
		{reason: "a group goes to the group that corresponds", now: []core.Comment{said(role)}, want: core.EntryAdd, vis: core.Restricted,
			change: func(e *Entries) { e.Comments.Groups = [][2]string{{"leads", "tier-2"}}; e.Can[core.B].Restrict = true }},
		{reason: "a group goes nowhere where no comment can be kept to one", now: []core.Comment{said(role)}, want: core.EntryPark,
			change: func(e *Entries) { e.Comments.Groups = [][2]string{{"leads", "tier-2"}} }},
		{reason: "publish in words opens a group's comments to the team", now: []core.Comment{said(role)}, want: core.EntryAdd, vis: core.Internal,
			change: func(e *Entries) { e.Comments.Open[core.A] = core.Internal }},
		{reason: "not a comment of whose readers nothing is known", now: []core.Comment{said(core.Visibility{Audience: core.Restricted})},
			change: func(e *Entries) { e.Comments.Open[core.A] = core.Public }},
		{reason: "a deleted comment takes its copy along by policy", links: linked(said(public)), want: core.EntryDelete, copies: []core.Comment{{ID: "2", Own: true}},
			change: func(e *Entries) { e.Comments.Deletes = true }},
		{reason: "a deleted comment leaves its copy by default", links: linked(said(public)), want: core.EntryForget, copies: []core.Comment{{ID: "2", Own: true}}},
		{reason: "an incomplete list is never read as deletion", links: linked(said(public)), copies: []core.Comment{{ID: "2", Own: true}},
			change: func(e *Entries) { e.Comments.Deletes, e.Now[core.A].Complete = true, false }},
		{reason: "a copy that somebody deleted is not made again", now: []core.Comment{said(public)}, links: dropped},
		{reason: "the other system takes no comments", now: []core.Comment{said(public)}, want: core.EntryPark, change: func(e *Entries) { e.Can[core.B].AddComment = false }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			e := Entries{Comments: core.CommentPolicy{Flow: core.FlowBoth, Private: core.PrivateKeep, Edits: true}, Links: c.links, Can: [2]EntryAbilities{all, all},
				Now: [2]*core.Observation{{Complete: true, Comments: c.now}, {Complete: true, Comments: c.copies}},
				Draft: func(_ core.Side, c core.Comment, _ core.Visibility) core.CommentDraft {
					return core.CommentDraft{Body: c.Body}
				},
				Mark: func(kind core.EntryKind, _ core.Side, source string) string { return string(kind) + source }}
			if len(c.copies) == 0 && len(c.links) > 0 {
				e.Now[core.B].Comments = []core.Comment{{ID: "2", Own: true, Visibility: internal}}
			}
			if c.change != nil {
				c.change(&e)
			}
			ds := e.Decide()
			if c.want == "" {
				if len(ds) != 0 {
					t.Fatalf("decided %+v, want nothing", ds)
				}
				return
			}
			if len(ds) != 1 || ds[0].Action != c.want {
				t.Fatalf("decided %+v, want one %s", ds, c.want)
			}
			if c.vis != 0 && ds[0].Comment.Visibility.Audience != c.vis {
				t.Errorf("visibility %v, want %v", ds[0].Comment.Visibility, c.vis)
			}
		})
	}
}

// TestPolicies walks the truth table of the package comment, one field at a time.
func TestPolicies(t *testing.T) {
	direct := func(in core.ConvertInput) (core.Value, error) { return in.Value, nil }
	s := core.String
	for _, c := range []struct {
		reason           string
		baseA, baseB     core.Value
		a, b             core.Value
		flow             core.Flow
		policy           core.Policy
		want             core.Action
		to               core.Side
		conflict, noBase bool
	}{
		{"neither changed", s("x"), s("x"), s("x"), s("x"), core.FlowBoth, core.PolicyLatest, core.ActionNone, 0, false, false},
		{"A changed", s("x"), s("x"), s("y"), s("x"), core.FlowBoth, core.PolicyLatest, core.ActionWrite, core.B, false, false},
		{"B changed", s("x"), s("x"), s("x"), s("y"), core.FlowBoth, core.PolicyLatest, core.ActionWrite, core.A, false, false},
		{"A was cleared", s("x"), s("x"), s(""), s("x"), core.FlowBoth, core.PolicyLatest, core.ActionWrite, core.B, false, false},
		{"A is no longer shown: not a change", s("x"), s("x"), core.Absent(), s("x"), core.FlowBoth, core.PolicyLatest, core.ActionNone, 0, false, false},
		{"B changed and may not flow", s("x"), s("x"), s("x"), s("y"), core.FlowToB, core.PolicyLatest, core.ActionKeep, core.B, false, false},
		{"both changed to the same", s("x"), s("x"), s("y"), s("y"), core.FlowBoth, core.PolicyPark, core.ActionAgree, 0, false, false},
		{"both changed, A named", s("x"), s("x"), s("y"), s("z"), core.FlowBoth, core.PolicyA, core.ActionWrite, core.B, true, false},
		{"both changed, B named", s("x"), s("x"), s("y"), s("z"), core.FlowBoth, core.PolicyB, core.ActionWrite, core.A, true, false},
		{"both changed, park", s("x"), s("x"), s("y"), s("z"), core.FlowBoth, core.PolicyPark, core.ActionPark, 0, true, false},
		{"both changed, one way", s("x"), s("x"), s("y"), s("z"), core.FlowToB, core.PolicyPark, core.ActionWrite, core.B, true, false},
		{"first sync, one empty", core.Absent(), core.Absent(), s("y"), s(""), core.FlowBoth, core.PolicyPark, core.ActionWrite, core.B, false, true},
		{"first sync, same", core.Absent(), core.Absent(), s("y"), s("y"), core.FlowBoth, core.PolicyPark, core.ActionAgree, 0, false, true},
		{"first sync, different", core.Absent(), core.Absent(), s("y"), s("z"), core.FlowBoth, core.PolicyPark, core.ActionPark, 0, true, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			obs := func(v core.Value) *core.Observation {
				return &core.Observation{Fields: map[string]core.Value{"f": v}}
			}
			in := Input{Rules: []core.Rule{{ID: "r", Fields: [2]string{"f", "f"}, Flow: c.flow, Conflict: c.policy,
				Convert: [2]func(core.ConvertInput) (core.Value, error){direct, direct}}},
				Base: [2]*core.Observation{obs(c.baseA), obs(c.baseB)}, Now: [2]*core.Observation{obs(c.a), obs(c.b)}}
			if c.noBase {
				in.Base = [2]*core.Observation{}
			}
			d := Fields(in)[0]
			if d.Action != c.want || d.Conflict != c.conflict {
				t.Fatalf("decided %s, conflict %v (%s); want %s, conflict %v", d.Action, d.Conflict, d.Reason, c.want, c.conflict)
			}
			if (d.Action == core.ActionWrite || d.Action == core.ActionKeep) && d.To != c.to {
				t.Errorf("towards side %d, want %d", d.To, c.to)
			}
			if d.Conflict && d.Action == core.ActionWrite && d.Loser.IsAbsent() {
				t.Error("the losing value is not kept")
			}
		})
	}
}
