package memory

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

func draft(title string) core.Draft {
	return core.Draft{Fields: map[string]core.Value{"title": core.String(title)}, Mark: "dx-" + title}
}

func TestFaultsAfterTheCommitKeepWhatWasWritten(t *testing.T) {
	s := New(Options{})
	c := s.Connector()
	s.FailNext(OpCreate, AfterCommit)
	if _, err := c.Create(t.Context(), draft("one")); connectors.Class(err) != "busy" {
		t.Fatalf("a lost answer came out as %v", err)
	}
	refs, err := c.Find(t.Context(), connectors.ItemType{}, "dx-one")
	if err != nil || len(refs) != 1 {
		t.Fatalf("the item behind the lost answer: %v, %v", refs, err)
	}
	s.FailNext(OpCreate, Before)
	if _, err := c.Create(t.Context(), draft("two")); err == nil {
		t.Fatal("the scripted fault did not strike")
	}
	if n := len(s.Items()); n != 1 {
		t.Errorf("%d items after a create that failed before its commit, want 1", n)
	}
	if n := s.Calls()[OpCreate]; n != 2 {
		t.Errorf("%d creates counted, want 2", n)
	}
}

func TestNastinessRepeatsWithItsSeed(t *testing.T) {
	run := func() string {
		s := New(Options{Nasty: Nasty{Seed: 7, FailBefore: 20, FailAfterCommit: 20, Busy: 20, Stale: 20}})
		c := s.Connector()
		var log strings.Builder
		for range 50 {
			_, err := c.Create(context.Background(), draft("x"))
			log.WriteString(connectors.Class(err) + " ")
		}
		return log.String()
	}
	first := run()
	if first != run() {
		t.Error("the same seed gave another run")
	}
	if !strings.Contains(first, "busy") || !strings.Contains(first, "  ") {
		t.Errorf("neither only failures nor only successes were expected: %q", first)
	}
}

func TestFindLagHidesNewItems(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := New(Options{Clock: func() time.Time { return now }, Nasty: Nasty{FindLag: time.Minute}})
	c := s.Connector()
	if _, err := c.Create(t.Context(), draft("one")); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {time.Minute, 1}} {
		now = now.Add(step.after)
		if refs, _ := c.Find(t.Context(), connectors.ItemType{}, "dx-one"); len(refs) != step.want {
			t.Errorf("after %s %d items are found, want %d", step.after, len(refs), step.want)
		}
	}
	if c.Facts().FindLag != time.Minute {
		t.Error("the facts hide the lag")
	}
}

func TestAnUnguardedUpdateCanBeOvertaken(t *testing.T) {
	for _, guarded := range []bool{true, false} {
		s := New(Options{Facts: &connectors.Facts{Revisions: true, Precondition: guarded, RichText: "plain"}})
		c := s.Connector()
		o, err := c.Create(t.Context(), draft("one"))
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		s.OnCall(func(op Op, id string) {
			if calls++; op == OpUpdate && (guarded || calls == 2) {
				if err := s.EditAs("u-ada", id, map[string]core.Value{"title": core.String("by a person")}); err != nil {
					t.Error(err)
				}
			}
		})
		_, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"title": core.String("by the sync")}}, o.Revision, connectors.Want{})
		if guarded != errors.Is(err, connectors.ErrStale) {
			t.Errorf("guarded %v: the overtaken update came out as %v", guarded, err)
		}
	}
}

func TestStatusTakesEveryHop(t *testing.T) {
	s := New(Options{Transitions: map[string][]string{"open": {"in progress"}, "in progress": {"done"}, "done": nil}})
	c := s.Connector()
	d := draft("one")
	d.Fields["status"] = core.Option("", "open")
	o, err := c.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	status := func(name string) core.Patch {
		return core.Patch{Fields: map[string]core.Value{"status": core.Option("", name)}}
	}
	after, err := c.Update(t.Context(), o.Ref.ID, status("done"), o.Revision, connectors.Want{})
	if err != nil || after.Field("status").Name() != "done" || after.Revision != "3" {
		t.Fatalf("two hops: %v at revision %s, %v", after.Field("status"), after.Revision, err)
	}
	_, err = c.Update(t.Context(), o.Ref.ID, status("open"), "", connectors.Want{})
	if connectors.Class(err) != "invalid" {
		t.Errorf("a way that does not exist came out as %v", err)
	}
}

func TestTheOpeningIsTheFirstComment(t *testing.T) {
	s := New(Options{Opening: "description"})
	c := s.Connector()
	d := draft("one")
	d.Fields["description"] = core.Text("plain", "hello")
	o, err := c.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := s.Item(o.Ref.ID)
	if len(seen.Comments) != 1 || !seen.Comments[0].Opening || seen.Comments[0].Body.Source() != "hello" {
		t.Errorf("the opening is shown as %+v", seen.Comments)
	}
	_, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"description": core.Text("plain", "x")}}, "", connectors.Want{})
	if connectors.Class(err) != "invalid" {
		t.Errorf("writing the opening came out as %v", err)
	}
}

func TestACommentIsNarrowedNeverWidened(t *testing.T) {
	cases := []struct {
		reason string
		has    []core.Audience
		asked  core.Visibility
		want   core.Audience // 0: refused
	}{
		{"as asked", []core.Audience{core.Public, core.Internal}, core.Visibility{Audience: core.Public}, core.Public},
		{"a smaller audience will do", []core.Audience{core.Internal}, core.Visibility{Audience: core.Public}, core.Internal},
		{"a wider one never", []core.Audience{core.Public}, core.Visibility{Audience: core.Internal}, 0},
		{"the invalid zero is the smallest", []core.Audience{core.Public, core.Internal}, core.Visibility{}, 0},
	}
	for _, tc := range cases {
		s := New(Options{Audiences: tc.has})
		c := s.Connector()
		o, err := c.Create(t.Context(), draft("one"))
		if err != nil {
			t.Fatal(err)
		}
		cm, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: tc.asked})
		if tc.want == 0 != errors.Is(err, connectors.ErrUnsupported) || cm.Visibility.Audience != tc.want {
			t.Errorf("%s: got %v, %v", tc.reason, cm.Visibility, err)
		}
	}
}

func TestPeopleAreToldOfAndNotCounted(t *testing.T) {
	s := New(Options{Nasty: Nasty{FailBefore: 100}})
	var hints []core.Hint
	s.OnChange(func(h core.Hint) { hints = append(hints, h) })
	ref, err := s.CreateAs("ada@acme.example", draft("one"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EditAs("u-ada", ref.ID, map[string]core.Value{"title": core.String("one")}); err != nil {
		t.Fatal(err)
	}
	if len(hints) != 1 || hints[0].Kind != core.HintCreated || hints[0].Own {
		t.Errorf("one change was made, told: %+v", hints)
	}
	if len(s.Calls()) != 0 {
		t.Errorf("people were counted: %v", s.Calls())
	}
	if _, err := s.CreateAs("nobody", draft("x")); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("an unknown person: %v", err)
	}
}

func TestSystemsAreSharedByName(t *testing.T) {
	t.Cleanup(func() { Forget("shared-test") })
	k, err := connectors.Lookup("memory")
	if err != nil {
		t.Fatal(err)
	}
	open := func() connectors.Connector {
		c, err := k.New(connectors.Config{System: core.System{Name: "shared-test"}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	o, err := open().Create(t.Context(), draft("one"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open().Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil {
		t.Errorf("a second connector does not see the item: %v", err)
	}
}
