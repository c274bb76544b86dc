package store_test

import (
	"errors"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// TestVersions: a draft rests until it is published; a draft of a version that was overtaken is not published unless forced; rolling
// back goes to what was in force before, and further when done again.
func TestVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		file := func(source string) core.ConnectionVersion {
			return core.ConnectionVersion{Name: "c", Source: []byte(source), FileName: "c.yaml", AppliedBy: "ada"}
		}
		draft := func(reason, source string, version int, changed bool) {
			t.Helper()
			v, ch, err := s.DraftConnection(ctx, file(source))
			ok(t, err)
			if v.Version != version || ch != changed {
				t.Errorf("%s: version %d, changed %v", reason, v.Version, ch)
			}
		}
		publish := func(reason string, version int, force bool, is, was int) {
			t.Helper()
			gotIs, gotWas, err := s.PublishConnection(ctx, "c", version, force)
			if ok(t, err); gotIs != is || gotWas != was {
				t.Errorf("%s: %d in the place of %d", reason, gotIs, gotWas)
			}
			active(t, s, "c", is)
		}
		refused := func(reason string, is error, err error) {
			t.Helper()
			var overtaken *store.OvertakenError
			if err == nil || is != nil && !errors.Is(err, is) || is == nil && !errors.As(err, &overtaken) {
				t.Errorf("%s: %v", reason, err)
			}
		}
		back := func(reason string, is int) {
			t.Helper()
			got, _, err := s.RollbackConnection(ctx, "c")
			if ok(t, err); got != is {
				t.Errorf("%s: version %d", reason, got)
			}
			active(t, s, "c", is)
		}
		draft("the first version of all may be a draft", "a", 1, true)
		if _, err := s.Connection(ctx, "c", 0); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a draft is in force: %v", err)
		}
		publish("it is published", 0, false, 1, 0)
		_, _, err := s.RollbackConnection(ctx, "c")
		refused("nothing was in force before the first", store.ErrNotFound, err)
		draft("what is in force is no draft", "a", 1, false)
		draft("a draft", "b", 2, true)
		draft("the same draft", "b", 2, false)
		active(t, s, "c", 1)
		_, _, err = s.PutConnection(ctx, file("c"))
		ok(t, err)
		active(t, s, "c", 3)
		_, _, err = s.PublishConnection(ctx, "c", 2, false)
		refused("the draft was made from version 1", nil, err)
		active(t, s, "c", 3)
		_, _, err = s.PublishConnection(ctx, "c", 0, false)
		refused("the newest version is no draft", store.ErrNotFound, err)
		_, _, err = s.PublishConnection(ctx, "c", 9, false)
		refused("a version there is not", store.ErrNotFound, err)
		publish("by force", 2, true, 2, 3)
		publish("what is in force stays", 2, false, 2, 2)
		back("to version 3", 3)
		back("further, to version 1", 1)
		_, _, err = s.RollbackConnection(ctx, "c")
		refused("there is nothing further", store.ErrNotFound, err)
		ok(t, s.ActivateConnection(ctx, "c", 3))
		back("an activated version remembers as well", 1)
		v, err := s.Connection(ctx, "c", 2)
		if ok(t, err); v.Draft || v.BasedOn != 1 {
			t.Errorf("version 2 was in force once and was made from 1: %+v", v)
		}
		_, _, err = s.RollbackConnection(ctx, "nowhere")
		refused("no such connection", store.ErrNotFound, err)
	})
}
