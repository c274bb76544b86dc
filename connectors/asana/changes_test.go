package asana_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/asana"
)

// TestSections: a move shows in the revision although modified_at stands still, and is found by the feed.
func TestSections(t *testing.T) {
	s := newSite(t, oauth)
	id := s.task(t, nil).Ref.ID
	cursor := s.drain(t, "", nil)
	before := s.get(t, id)
	s.pass(10 * time.Minute)
	s.as(t, emulator.TokenAda, "POST", "/sections/"+emulator.SectionDone+"/addTask", map[string]string{"task": id})
	after := s.get(t, id)
	if after.Field("section").Name() != "Done" || after.Revision == before.Revision || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("section %v, revision %s to %s, time %v to %v", after.Field("section"), before.Revision, after.Revision, before.UpdatedAt, after.UpdatedAt)
	}
	_, err := s.conn.Update(t.Context(), id, core.Patch{Fields: map[string]core.Value{"name": core.String("x")}}, before.Revision, connectors.Want{Type: bugs})
	if !errors.Is(err, connectors.ErrStale) {
		t.Errorf("an update over the move: %v", err)
	}
	seen := map[string]connectors.Change{}
	s.drain(t, cursor, seen)
	if seen[id].Revision != after.Revision {
		t.Errorf("the feed shows %+v", seen[id])
	}
}

// drain reads the feed to its end.
func (s *site) drain(t *testing.T, cursor connectors.Cursor, seen map[string]connectors.Change) connectors.Cursor {
	t.Helper()
	for range 1000 {
		page, err := s.conn.Changes(t.Context(), bugs, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			if seen != nil {
				seen[c.Ref.ID] = c
			}
		}
		cursor = page.Next
		if !page.More {
			return cursor
		}
	}
	t.Fatal("the feed does not end")
	return ""
}

// TestFeedAfterSilence: when the place in the feed of events has expired, everything is listed once, so that a move and a deletion that only
// events tell of are not lost, and the feed goes on from the new place.
func TestFeedAfterSilence(t *testing.T) {
	s := newSite(t, oauth)
	var ids []string
	for range 5 {
		ids = append(ids, s.task(t, nil).Ref.ID)
	}
	cursor := s.drain(t, "", nil)
	s.pass(3 * 24 * time.Hour)
	s.as(t, emulator.TokenAda, "POST", "/sections/"+emulator.SectionDone+"/addTask", map[string]string{"task": ids[1]})
	s.control(t, "expire_sync", "")
	seen := map[string]connectors.Change{}
	cursor = s.drain(t, cursor, seen)
	if _, ok := seen[ids[1]]; !ok || len(seen) != 5 {
		t.Errorf("after a place that expired %d tasks are listed, want all five", len(seen))
	}
	s.as(t, emulator.TokenAda, "DELETE", "/tasks/"+ids[2], nil)
	seen = map[string]connectors.Change{}
	s.drain(t, cursor, seen)
	if !seen[ids[2]].Deleted {
		t.Errorf("the feed went on with %+v", seen)
	}
}

// TestFeedWithOldOffset: a place in a list that has expired begins the list anew.
func TestFeedWithOldOffset(t *testing.T) {
	s := newSite(t, oauth)
	for range 5 {
		s.task(t, nil)
	}
	page, err := s.conn.Changes(t.Context(), bugs, "", 2)
	if err != nil || !page.More {
		t.Fatal(page, err)
	}
	seen := map[string]connectors.Change{}
	for _, c := range page.Items {
		seen[c.Ref.ID] = c
	}
	s.pass(16 * time.Minute)
	s.drain(t, page.Next, seen)
	if len(seen) != 5 {
		t.Errorf("%d tasks of five are listed", len(seen))
	}
}

// TestFeedWithAPageThatIsRefused: where a page is refused that was told of just now, the list is not begun anew for ever. Later it is.
func TestFeedWithAPageThatIsRefused(t *testing.T) {
	s := newSite(t, oauth)
	for range 5 {
		s.task(t, nil)
	}
	page, err := s.conn.Changes(t.Context(), bugs, "", 2)
	if err != nil || !page.More {
		t.Fatal(page, err)
	}
	seen := map[string]connectors.Change{}
	for _, c := range page.Items {
		seen[c.Ref.ID] = c
	}
	s.control(t, "expire_offsets", "")
	if _, err := s.conn.Changes(t.Context(), bugs, page.Next, 2); connectors.Class(err) != "invalid" || !strings.Contains(err.Error(), "to its end") {
		t.Errorf("%v", err)
	}
	s.pass(20 * time.Minute)
	s.drain(t, page.Next, seen)
	if len(seen) != 5 {
		t.Errorf("when pages are given again %d tasks of five are listed", len(seen))
	}
}
