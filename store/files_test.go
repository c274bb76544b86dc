package store_test

import (
	"bytes"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

func TestSystems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		in, out := zoned()
		put := func(reason, name, source string, version int, changed bool) {
			t.Helper()
			v, ch, err := s.PutSystem(ctx, core.SystemVersion{Name: name, Source: []byte(source), FileName: name + ".yaml", AppliedAt: in})
			ok(t, err)
			if v.Version != version || ch != changed || string(v.Source) != source {
				t.Errorf("%s: version %d, changed %v, source %q", reason, v.Version, ch, v.Source)
			}
			same(t, "AppliedAt", v.AppliedAt, out)
		}
		put("a first file", "zendesk", "a", 1, true)
		put("the same bytes again", "zendesk", "a", 1, false)
		put("other bytes", "zendesk", "b", 2, true)
		put("bytes of an older version are a new version", "zendesk", "a", 3, true)
		put("another system counts for itself", "jira", "", 1, true)
		put("an empty file again", "jira", "", 1, false)
		for i, c := range []struct {
			reason, manifest string
			version          int
			changed          bool
		}{{"a file it names", "m1", 1, true}, {"the same file again", "m1", 1, false}, {"another text of that file", "m2", 2, true}} {
			v, ch, err := s.PutSystem(ctx, core.SystemVersion{Name: "a-manifest", Source: []byte("x"), Files: map[string]string{"m.yaml": c.manifest}})
			ok(t, err)
			kept, err := s.System(ctx, "a-manifest")
			ok(t, err)
			if v.Version != c.version || ch != c.changed || kept.Files["m.yaml"] != c.manifest {
				t.Errorf("%d, %s: version %d, changed %v, files %v", i, c.reason, v.Version, ch, kept.Files)
			}
		}

		all, err := s.Systems(ctx)
		ok(t, err)
		if len(all) != 3 || all[1].Name != "jira" || all[2].Name != "zendesk" || all[2].Version != 3 {
			t.Errorf("the systems are %+v", all)
		}
		got, err := s.System(ctx, "zendesk")
		ok(t, err)
		if string(got.Source) != "a" || got.FileName != "zendesk.yaml" || got.Version != 3 {
			t.Errorf("the system is %+v", got)
		}
		same(t, "AppliedAt", got.AppliedAt, out)
	})
}

func TestConnections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		put := func(reason, source string, version int, changed bool) {
			t.Helper()
			v, ch, err := s.PutConnection(ctx, core.ConnectionVersion{Name: "c", Source: []byte(source), FileName: "c.yaml", AppliedBy: "ada"})
			ok(t, err)
			if v.Version != version || ch != changed || !v.Active {
				t.Errorf("%s: version %d, changed %v, active %v", reason, v.Version, ch, v.Active)
			}
			active(t, s, "c", version)
		}
		put("a first file", "a", 1, true)
		put("the same bytes again", "a", 1, false)
		put("other bytes", "b", 2, true)
		ok(t, s.ActivateConnection(ctx, "c", 1))
		active(t, s, "c", 1)
		ok(t, s.ActivateConnection(ctx, "c", 1))
		put("after a roll back the active bytes change nothing", "a", 1, false)
		put("after a roll back the newest bytes are a new version", "b", 3, true)
		if err := s.ActivateConnection(ctx, "c", 9); err == nil {
			t.Error("a version that does not exist was activated")
		}
		active(t, s, "c", 3)

		versions, err := s.ConnectionVersions(ctx, "c")
		ok(t, err)
		if len(versions) != 3 || versions[0].Version != 3 || versions[2].Version != 1 {
			t.Errorf("the versions are %+v", versions)
		}
		old, err := s.Connection(ctx, "c", 2)
		ok(t, err)
		if string(old.Source) != "b" || old.Active || old.AppliedBy != "ada" || old.AppliedAt.IsZero() {
			t.Errorf("version 2 is %+v", old)
		}
	})
}

// The tables a connection names are part of its version.
func TestConnectionTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cases := []struct {
			reason  string
			files   map[string]string
			version int
			changed bool
		}{
			{"a connection without tables", nil, 1, true},
			{"no tables and an empty list of tables are the same", map[string]string{}, 1, false},
			{"a table more", map[string]string{"people.yaml": "ada: 7\n"}, 2, true},
			{"the same table again", map[string]string{"people.yaml": "ada: 7\n"}, 2, false},
			{"another person in it", map[string]string{"people.yaml": "ada: 8\n"}, 3, true},
		}
		for _, c := range cases {
			v, changed, err := s.PutConnection(t.Context(), core.ConnectionVersion{Name: "c", Source: []byte("a"), Files: c.files})
			ok(t, err)
			got, err := s.Connection(t.Context(), "c", 0)
			ok(t, err)
			if v.Version != c.version || changed != c.changed || got.Version != c.version || !maps.Equal(got.Files, c.files) {
				t.Errorf("%s: version %d, changed %v, stored %+v", c.reason, v.Version, changed, got)
			}
		}
	})
}

// active checks that exactly this version is the active one, whichever way it is asked for.
func active(t *testing.T, s *store.Store, name string, version int) {
	t.Helper()
	got, err := s.Connection(t.Context(), name, 0)
	ok(t, err)
	all, err := s.Connections(t.Context())
	ok(t, err)
	if got.Version != version || !got.Active || len(all) != 1 || all[0].Version != version {
		t.Errorf("active is version %d, listed %+v; want %d", got.Version, all, version)
	}
}

// Admins who apply files at the same moment each get a version of their own, without gaps, and one is active.
func TestFilesAppliedAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 8
		var changed atomic.Int32
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				source := []byte(fmt.Sprint("file ", i))
				if _, _, err := s.PutConnection(t.Context(), core.ConnectionVersion{Name: "c", Source: source}); err != nil {
					t.Errorf("connection: %v", err)
				}
				if _, _, err := s.PutSystem(t.Context(), core.SystemVersion{Name: "s", Source: source}); err != nil {
					t.Errorf("system: %v", err)
				}
				if _, ch, err := s.PutSystem(t.Context(), core.SystemVersion{Name: "same", Source: []byte("x")}); err != nil {
					t.Errorf("same system: %v", err)
				} else if ch {
					changed.Add(1)
				}
			})
		}
		wg.Wait()
		active(t, s, "c", n)
		if v, err := s.System(t.Context(), "s"); err != nil || v.Version != n {
			t.Errorf("the system is at version %d, %v; want %d", v.Version, err, n)
		}
		if changed.Load() != 1 {
			t.Errorf("%d callers were told that the same bytes changed something; want 1", changed.Load())
		}
	})
}

func TestLargeFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		source := bytes.Repeat([]byte("rules:\n\x00\xff"), 230_000) // about 2 MB, and not even text
		_, _, err := s.PutConnection(t.Context(), core.ConnectionVersion{Name: "c", Source: source})
		ok(t, err)
		got, err := s.Connection(t.Context(), "c", 0)
		ok(t, err)
		if !bytes.Equal(got.Source, source) {
			t.Errorf("%d bytes came back as %d others", len(source), len(got.Source))
		}
	})
}
