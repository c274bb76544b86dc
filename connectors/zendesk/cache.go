package zendesk

import (
	"sync"
	"time"
)

// cache keeps values for a while. When it is full it starts over.
type cache[K comparable, V any] struct {
	now func() time.Time
	ttl time.Duration
	max int
	*entries[K, V]
}

type entries[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]entry[V]
}

type entry[V any] struct {
	value V
	at    time.Time
}

func newCache[K comparable, V any](now func() time.Time, ttl time.Duration, max int) cache[K, V] {
	return cache[K, V]{now: now, ttl: ttl, max: max, entries: &entries[K, V]{m: map[K]entry[V]{}}}
}

// get is the value kept under k and its age; ok is false when there is none or it is too old.
func (c cache[K, V]) get(k K) (v V, age time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[k]
	age = c.now().Sub(e.at)
	if !ok || age > c.ttl || age < 0 {
		return v, 0, false
	}
	return e.value, age, true
}

func (c cache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.m[k]; !ok && len(c.m) >= c.max {
		c.m = map[K]entry[V]{}
	}
	c.m[k] = entry[V]{v, c.now()}
}
