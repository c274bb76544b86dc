package storetest

import (
	"errors"
	"os"
	"testing"

	"duplex/core"
	"duplex/store"
)

func TestServerKeepsCommittedWorkThroughStopAndRestart(t *testing.T) {
	ctx := t.Context()
	server, err := NewServer(ctx)
	if errors.Is(err, ErrNoBinaries) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Remove(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(server.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder of the server is still there: %v", err)
		}
	})
	dsn, err := server.CreateDatabase(ctx, "kept")
	if err != nil {
		t.Fatal(err)
	}
	s := OpenAt(t, dsn, store.Options{})
	if err := s.PutCursor(ctx, "sweep", "42"); err != nil {
		t.Fatal(err)
	}

	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(ctx); err == nil {
		t.Error("a stopped server answered")
	}
	if _, _, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "1"}); err == nil {
		t.Error("a delivery was recorded on a stopped server")
	}
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Cursor(ctx, "sweep"); err != nil || got != "42" {
		t.Errorf("after a stop: cursor %q, %v; want 42 over the same open store", got, err)
	}
	if err := server.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if _, fresh, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "1"}); err != nil || !fresh {
		t.Errorf("after a restart: fresh %v, %v; want the delivery recorded once", fresh, err)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if _, fresh, err := s.RecordDelivery(ctx, core.Delivery{System: "jira", ID: "1"}); err != nil || fresh {
		t.Errorf("after a crash: fresh %v, %v; want the delivery recorded before", fresh, err)
	}
}
