package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/erasure"
	"duplex/store"
	"duplex/store/storetest"
)

// The canaries: whatever may be left of nothing.
const (
	email, fullName, account = "canary.ada@acme.example", "Canary Lovelace", "canary-5b10"
	wrote                    = "my canary blood pressure is 180"
)

// sealings runs a test per dialect, with and without a seal key.
func sealings(t *testing.T, test func(t *testing.T, s *store.Store)) {
	for _, dialect := range storetest.Dialects {
		for name, key := range map[string][]byte{"open": nil, "sealed": bytes.Repeat([]byte{7}, 32)} {
			t.Run(dialect+"/"+name, func(t *testing.T) {
				now := retentionStart
				test(t, clocked(t, dialect, &now, key))
			})
		}
	}
}

// canaryPair stores a pair about which everything the store can hold mentions the person, and one about others.
func canaryPair(t *testing.T, s *store.Store) core.Pair {
	t.Helper()
	ctx := t.Context()
	ada := [2]core.Value{core.Person("7", email, fullName), core.Person(account, "", fullName)}
	other := [2]core.Value{core.Person("8", "grace@acme.example", "Grace Hopper"), core.Person("acc-8", "", "Grace Hopper")}
	p := core.Pair{ID: "pair:c:a:1", Connection: "c", Status: core.PairInSync, SyncedAt: retentionStart,
		Parked: map[string]core.Parked{"title~summary": {Problem: core.Problem{Class: core.ProblemConflict, Text: "differs", Value: "ask " + email}, Fingerprint: "f"}}}
	var step core.Step
	var seen [2]core.Observation
	for i, system := range []string{"left", "right"} {
		o := core.Observation{Ref: core.Ref{System: system, Type: "item", ID: "1", Key: "K-1"}, Revision: "1", CreatedBy: ada[i], UpdatedBy: other[i], UpdatedAt: retentionStart,
			Fields: map[string]core.Value{"assignee": ada[i], "reviewer": other[i], "title": core.String("printer"), "text": core.Text("plain", "call "+strings.ToUpper(fullName)+" today"),
				"watchers": core.Set(ada[i], other[i])},
			Comments: []core.Comment{{ID: fmt.Sprintf("c%d", i), Author: [2]core.Value{ada[0], core.Person("bot", "", "duplex")}[i], Body: core.Text("plain", wrote)},
				{ID: "x", Author: other[i], Body: core.Text("plain", "good morning")}},
			Attachments: []core.Attachment{{ID: fmt.Sprintf("f%d", i), Name: wrote + ".pdf", Author: ada[i]}}, Complete: true}
		base := o
		base.Comments, base.Attachments, base.Complete = nil, nil, false
		p.Sides[i] = core.PairSide{Name: system, Ref: o.Ref, Base: base.Hash(), Seen: o.Hash()}
		step.Observations = append(step.Observations, o, base)
		seen[i] = o
	}
	_, _, err := s.ClaimPair(ctx, p)
	ok(t, err)
	step.Pair = p
	step.Links = []core.Link{{Pair: p.ID, Kind: core.EntryComment, IDs: [2]string{"c0", "c1"}, Origin: core.A},
		{Pair: p.ID, Kind: core.EntryAttachment, IDs: [2]string{"f0", "f1"}, Origin: core.A}}
	step.Plan = &core.Plan{ID: "plan", Pair: p.ID, Connection: "c", At: retentionStart, Now: [2]string{seen[0].Hash(), seen[1].Hash()},
		Decisions: []core.Decision{{Rule: "assignee~assignee", Action: core.ActionWrite, To: core.B, Value: ada[1], Loser: other[1], LoserOf: core.B, Conflict: true, Reason: "only one side changed"},
			{Rule: "watchers", To: core.B, Sets: [2]core.SetChange{{}, {Add: core.Set(ada[1])}}}},
		Update:  [2]*core.Patch{nil, {Fields: map[string]core.Value{"assignee": ada[1]}, Sets: map[string]core.SetChange{"watchers": {Add: core.Set(ada[1])}}}},
		Entries: []core.EntryDecision{{Kind: core.EntryComment, To: core.B, Source: "c0", Comment: &core.CommentDraft{Body: core.Text("plain", "Ada (left): "+wrote)}}}}
	step.Outcomes = []core.Outcome{{Pair: p.ID, Plan: "plan", Act: "update", Result: "ok", Detail: "refused: " + email + " is unknown"}}
	ok(t, s.SaveStep(ctx, step))
	return p
}

// everything is all that the store holds, unsealed.
func everything(t *testing.T, s *store.Store) string {
	t.Helper()
	dump, err := s.Dump(context.Background())
	ok(t, err)
	return dump
}

func person(t *testing.T, s *store.Store, texts ...string) erasure.Person {
	t.Helper()
	p, named := erasure.Named(texts...)
	if !named {
		t.Fatalf("%v names nobody", texts)
	}
	for learnt := true; learnt; {
		var err error
		_, learnt, err = s.LearnPerson(t.Context(), &p, "", 0)
		ok(t, err)
	}
	return p
}

func TestErasePerson(t *testing.T) {
	sealings(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		pair := canaryPair(t, s)
		if text := everything(t, s); !strings.Contains(text, email) || !strings.Contains(text, wrote) {
			t.Fatal("the dump does not show what is stored: it would show nothing afterwards either")
		}
		before, err := s.Observation(ctx, pair.Sides[0].Base)
		ok(t, err)
		p := person(t, s, email, "right:"+account)
		dry, _, err := s.ErasePerson(ctx, p, "", 0, true)
		ok(t, err)
		if text := everything(t, s); !strings.Contains(text, wrote) {
			t.Error("a dry run erased")
		}
		r, next, err := s.ErasePerson(ctx, p, "", 0, false)
		ok(t, err)
		if fmt.Sprint(dry.Rows) != fmt.Sprint(r.Rows) || r.Rows["observations"] != 4 || r.Rows["plans"] != 1 || r.Rows["pairs"] != 1 || r.Rows["outcomes"] != 1 {
			t.Errorf("the dry run tells %v, erased are %v", dry.Rows, r.Rows)
		}
		if next != "" || len(r.Again) != 1 {
			t.Errorf("report %+v, next %q", r, next)
		}
		text := strings.ToLower(everything(t, s))
		for _, canary := range []string{email, fullName, account, wrote} {
			if i := strings.Index(text, strings.ToLower(canary)); i >= 0 {
				t.Errorf("%q is left: …%s…", canary, text[max(0, i-120):min(len(text), i+80)])
			}
		}
		for _, kept := range []string{"grace hopper", "printer", "good morning"} {
			if !strings.Contains(text, kept) {
				t.Errorf("%q of others is gone", kept)
			}
		}
		base, err := s.Observation(ctx, pair.Sides[0].Base)
		ok(t, err)
		for name, v := range before.Fields {
			if !core.Equal(base.Field(name), v) {
				t.Errorf("the merge base takes an unchanged %s for changed", name)
			}
		}
		if core.Equal(base.Field("assignee"), core.Person("8", "", "")) || !base.Erased {
			t.Error("the merge base does not see a change of the assignee, or does not say that it was erased from")
		}
		again, _, err := s.ErasePerson(ctx, p, "", 0, false)
		ok(t, err)
		if len(again.Rows) != 0 {
			t.Errorf("erasing twice found %v", again.Rows)
		}
		hash, err := s.PutObservation(ctx, pair.ID, before)
		ok(t, err)
		if o, err := s.Observation(ctx, hash); err != nil || o.Erased {
			t.Errorf("what the system still shows is not stored again: %v", err)
		}
	})
}

func TestErasePersonLeavesACreateUnderWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		pair := canaryPair(t, s)
		_, err := s.BeginIntent(t.Context(), core.Intent{Mark: "m", Pair: pair.ID, Side: core.B, Kind: "item", Source: "plan"})
		ok(t, err)
		r, _, err := s.ErasePerson(t.Context(), person(t, s, email), "", 0, false)
		ok(t, err)
		if len(r.Waiting) != 1 || len(r.Rows) != 0 || !strings.Contains(everything(t, s), wrote) {
			t.Errorf("report %+v: the create goes back to what it planned", r)
		}
	})
}

func TestEraseItem(t *testing.T) {
	sealings(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		pair := canaryPair(t, s)
		r, err := s.EraseItem(ctx, "left", "1", false)
		ok(t, err)
		if len(r.Linked) != 1 || len(r.Rows) != 0 || !strings.Contains(everything(t, s), wrote) {
			t.Errorf("the pair is linked: %+v", r)
		}
		ok(t, s.UnlinkPair(ctx, pair.ID))
		dry, err := s.EraseItem(ctx, "left", "k-1", true) // people know keys
		ok(t, err)
		r, err = s.EraseItem(ctx, "left", "1", false)
		ok(t, err)
		if fmt.Sprint(dry) != fmt.Sprint(r) || r.Rows["observations"] != 4 || r.Rows["plans"] != 1 || r.Rows["pairs"] != 1 {
			t.Errorf("the dry run tells %+v, erased are %+v", dry, r)
		}
		text := strings.ToLower(everything(t, s))
		for _, canary := range []string{email, fullName, account, wrote, "grace", "printer", "good morning"} {
			if strings.Contains(text, strings.ToLower(canary)) {
				t.Errorf("%q is left", canary)
			}
		}
		if r, err = s.EraseItem(ctx, "left", "1", false); err != nil || len(r.Rows) != 0 {
			t.Errorf("erasing twice found %v, %v", r.Rows, err)
		}
		_, err = s.Plan(ctx, "plan")
		if err == nil || !strings.Contains(err.Error(), "erased on request on 2026-01-01") {
			t.Errorf("the plan says %v", err)
		}
		if plans, err := s.Plans(ctx, pair.ID, 0); err != nil || len(plans) != 1 || !plans[0].Erased {
			t.Errorf("the list of plans: %+v, %v", plans, err)
		}
		links, err := s.Links(ctx, pair.ID)
		ok(t, err)
		if len(links) != 2 {
			t.Error("links are gone: linked again, everything would be copied twice")
		}
		ok(t, s.RelinkPair(ctx, pair.ID))
		if got, err := s.Pair(ctx, pair.ID); err != nil || got.Sides[0].Base != "" || len(got.Parked) != 0 {
			t.Errorf("linked again: %+v, %v", got, err)
		}
	})
}

// TestEraseItemTellsWhatAnotherPairHolds: the merge base of a linked pair of another connection stays, and the report says so.
func TestEraseItemTellsWhatAnotherPairHolds(t *testing.T) {
	sealings(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ok(t, s.UnlinkPair(ctx, canaryPair(t, s).ID))
		o := core.Observation{Ref: core.Ref{System: "right", Type: "item", ID: "1"}, Fields: map[string]core.Value{"title": core.String("theirs")}}
		p := core.Pair{ID: "pair:other:a:9", Connection: "other", Status: core.PairInSync}
		p.Sides[0] = core.PairSide{Name: "a", Ref: core.Ref{System: "left", Type: "item", ID: "9"}}
		p.Sides[1] = core.PairSide{Name: "b", Ref: o.Ref}
		_, _, err := s.ClaimPair(ctx, p)
		ok(t, err)
		p.Sides[1].Base, p.Sides[1].Seen = o.Hash(), o.Hash()
		ok(t, s.SaveStep(ctx, core.Step{Pair: p, Observations: []core.Observation{o}}))
		r, err := s.EraseItem(ctx, "left", "1", false)
		ok(t, err)
		if len(r.Remains) != 1 || !strings.Contains(r.Remains[0], p.ID) {
			t.Errorf("it does not tell what is left: %v", r.Remains)
		}
		if got, err := s.Observation(ctx, o.Hash()); err != nil || got.Field("title").IsAbsent() {
			t.Errorf("the other pair's merge base: %v", err)
		}
	})
}

// TestErasureKnowsEveryContentColumn fails when a table gets a column of content that erasure does not know.
func TestErasureKnowsEveryContentColumn(t *testing.T) {
	known := []string{"observations.body", "plans.body", "pairs.parked", "resolutions.body",
		"credentials.body",                     // of systems, not of people
		"systems.source", "connections.source"} // named in the report
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		columns, err := s.ContentColumns(t.Context())
		ok(t, err)
		if strings.Join(columns, " ") == "" {
			t.Fatal("no columns found")
		}
		for _, c := range columns {
			if !strings.Contains(" "+strings.Join(known, " ")+" ", " "+c+" ") {
				t.Errorf("%s holds content: teach store/erase.go and store/eraseperson.go to erase it, then list it here", c)
			}
		}
	})
}
