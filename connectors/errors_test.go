package connectors

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestClass(t *testing.T) {
	for _, c := range []struct {
		reason string
		err    error
		want   string
	}{
		{"nothing went wrong", nil, ""},
		{"a class wrapped twice", fmt.Errorf("read: %w", fmt.Errorf("item 7: %w", ErrNotFound)), "not-found"},
		{"stale", fmt.Errorf("update: %w", ErrStale), "stale"},
		{"busy with a wait", Busy("read", "slow down", time.Second), "busy"},
		{"a refused field", Invalid("update", "priority", "unknown option"), "invalid"},
		{"busy wins over what it wraps", errors.Join(Busy("read", "x", 0), ErrDenied), "busy"},
		{"denied", fmt.Errorf("read: %w", ErrDenied), "denied"},
		{"no class", errors.New("disk full"), "failed"},
	} {
		if got := Class(c.err); got != c.want {
			t.Errorf("%s: class %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestLookupNamesTheKinds(t *testing.T) {
	Register(Kind{Name: "kind-of-test"})
	if k, err := Lookup("kind-of-test"); err != nil || k.Name != "kind-of-test" {
		t.Errorf("%v, %v", k, err)
	}
	if _, err := Lookup("kind-of-tset"); err == nil || !strings.Contains(err.Error(), "kind-of-test") {
		t.Errorf("error %v does not name the kinds there are", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a kind can be registered twice")
		}
	}()
	Register(Kind{Name: "kind-of-test"})
}
