// Package cache remembers what can be asked for again.
package cache

import (
	"sync"
	"time"
)

// Cache keeps values for a while, safe for concurrent use. It is bounded: when it is full it forgets what is too old, or
// else everything, because everything in it can be asked for again.
type Cache[K comparable, V any] struct {
	size int
	life time.Duration
	now  func() time.Time

	mu sync.Mutex
	m  map[K]kept[V]
}

type kept[V any] struct {
	value V
	at    time.Time
}

// New makes a cache of at most size values that are believed for life by the clock now.
func New[K comparable, V any](size int, life time.Duration, now func() time.Time) *Cache[K, V] {
	return &Cache[K, V]{size: size, life: life, now: now, m: map[K]kept[V]{}}
}

// Get finds a value that is younger than the cache's life.
func (c *Cache[K, V]) Get(k K) (V, bool) { return c.Younger(k, c.life) }

// Younger finds a value that was put less than age ago. A value of the future, after the clock was set back, is not believed.
func (c *Cache[K, V]) Younger(k K, age time.Duration) (V, bool) {
	v, at, ok := c.Peek(k)
	if d := c.now().Sub(at); !ok || d >= age || d < 0 {
		var none V
		return none, false
	}
	return v, true
}

// Peek finds a value of any age, and when it was put.
func (c *Cache[K, V]) Peek(k K) (v V, at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[k]
	return e.value, e.at, ok
}

// Put remembers a value from now on.
func (c *Cache[K, V]) Put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if _, there := c.m[k]; !there && len(c.m) >= c.size {
		for old, e := range c.m {
			if now.Sub(e.at) >= c.life {
				delete(c.m, old)
			}
		}
		if len(c.m) >= c.size {
			clear(c.m)
		}
	}
	c.m[k] = kept[V]{v, now}
}

// Forget drops a value.
func (c *Cache[K, V]) Forget(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, k)
}
