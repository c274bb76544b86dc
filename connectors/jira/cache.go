package jira

import (
	"sync"
	"time"
)

// cache remembers answers for a while. It is bounded: when full it forgets what is old, or else everything, because
// everything in it can be asked for again.
type cache[T any] struct {
	size int
	ttl  time.Duration
	now  func() time.Time

	mu sync.Mutex
	m  map[string]remembered[T]
}

type remembered[T any] struct {
	value T
	at    time.Time
}

func newCache[T any](size int, ttl time.Duration, now func() time.Time) *cache[T] {
	return &cache[T]{size: size, ttl: ttl, now: now, m: map[string]remembered[T]{}}
}

// get finds a value that is younger than the cache's time to live.
func (c *cache[T]) get(key string) (T, bool) { return c.younger(key, c.ttl) }

// younger finds a value that was put less than age ago.
func (c *cache[T]) younger(key string, age time.Duration) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.m[key]
	if !ok || c.now().Sub(r.at) >= age {
		var none T
		return none, false
	}
	return r.value, true
}

func (c *cache[T]) put(key string, value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if len(c.m) >= c.size {
		for k, r := range c.m {
			if now.Sub(r.at) >= c.ttl {
				delete(c.m, k)
			}
		}
		if len(c.m) >= c.size {
			clear(c.m)
		}
	}
	c.m[key] = remembered[T]{value, now}
}
