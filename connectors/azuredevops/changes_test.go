package azuredevops_test

import (
	"fmt"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

// TestATokenThatIsNotKnownAnyMoreLosesNothing: after a restore of the server the feed begins anew at a time before the last change that was listed.
func TestATokenThatIsNotKnownAnyMoreLosesNothing(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	old := a.create(c, bug.Scope, title("old"))
	a.pass(3 * time.Hour)
	seen := a.create(c, bug.Scope, title("seen"))
	a.pass(time.Minute)
	page, err := c.Changes(t.Context(), bug, "", 100)
	check(t, err)
	var at struct{ Token, Start string }
	check(t, connectors.DecodeCursor(page.Next, &at))
	missed := a.create(c, bug.Scope, title("missed"))
	a.pass(time.Minute)
	got := map[string]bool{}
	page, err = c.Changes(t.Context(), bug, connectors.EncodeCursor(map[string]string{"token": "not;a;token", "start": at.Start}), 100)
	for _, change := range page.Items {
		got[change.Ref.ID] = true
	}
	if err != nil || !got[missed.Ref.ID] || !got[seen.Ref.ID] || got[old.Ref.ID] {
		t.Errorf("listed %v, %v; want %s and %s and nothing older", got, err, seen.Ref.ID, missed.Ref.ID)
	}
	if page.Next == "" || page.More {
		t.Errorf("the page goes on: %+v", page)
	}
}

func TestCommentsOfManyPages(t *testing.T) {
	limits := emulator.NoLimits()
	limits.Comments = 2
	a := newAccount(t, vendor(t), emulator.Options{Limits: limits})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	for i := range 5 {
		a.pass(time.Second)
		_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf(fmt.Sprint("number ", i)), Visibility: core.Visibility{Audience: core.Internal}})
		check(t, err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, all)
	if err != nil || len(got.Comments) != 5 || plainOf(got.Comments[0].Body) != "number 0" || plainOf(got.Comments[4].Body) != "number 4" {
		t.Errorf("%d comments, %v: %+v", len(got.Comments), err, got.Comments)
	}
}
