package cache

import (
	"testing"
	"time"
)

func TestCache(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := New[string, int](2, time.Minute, func() time.Time { return now })
	has := func(k string, want int, there bool, reason string) {
		t.Helper()
		if v, ok := c.Get(k); v != want || ok != there {
			t.Errorf("%s: %d %v, want %d %v", reason, v, ok, want, there)
		}
	}
	has("a", 0, false, "nothing was put")
	c.Put("a", 1)
	now = now.Add(30 * time.Second)
	c.Put("b", 2)
	has("a", 1, true, "it is half a minute old")
	if _, ok := c.Younger("a", 10*time.Second); ok {
		t.Error("a value older than asked for was found")
	}
	now = now.Add(30 * time.Second)
	has("a", 0, false, "its life is over")
	c.Put("c", 3)
	has("b", 2, true, "only what was too old made room")
	c.Put("d", 4)
	has("b", 0, false, "a full cache starts over")
	has("d", 4, true, "what was put last is there")
	c.Forget("d")
	has("d", 0, false, "it was forgotten")
	c.Put("e", 5)
	now = now.Add(-time.Hour)
	has("e", 0, false, "the clock was set back")
	if v, at, ok := c.Peek("e"); v != 5 || !ok || !at.After(now) {
		t.Errorf("a look at any age: %d %v %v", v, at, ok)
	}
}
