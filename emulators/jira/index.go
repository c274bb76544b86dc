package jira

import (
	"slices"
	"time"
)

// index is what search sees: every issue as it was a while (lag) ago. A search therefore misses the
// newest issues and shows old values, until the lag has passed.
// Vendor source: "Search and reconcile issues".
type index struct {
	lag      time.Duration
	versions map[string][]version
}

// version is an issue from a moment on; nil: deleted.
type version struct {
	from  time.Time
	issue *issue
}

// newIndex starts with everything indexed.
func newIndex(s *state, lag time.Duration) *index {
	x := &index{lag: lag, versions: map[string][]version{}}
	for id, i := range s.Issues {
		x.versions[id] = []version{{issue: i.copy()}}
	}
	return x
}

// put adds the issue's newest version; nil for a deleted one.
func (x *index) put(id string, i *issue, now time.Time) {
	v := version{from: now}
	if i != nil {
		v.issue = i.copy()
	}
	x.versions[id] = append(x.settled(id, now), v)
}

// settled are the versions of an issue a search may still need: the one visible now and all newer.
func (x *index) settled(id string, now time.Time) []version {
	all := x.versions[id]
	for len(all) > 1 && !all[1].from.Add(x.lag).After(now) {
		all = all[1:]
	}
	return all
}

// visible lists the issues as search sees them now, by id. Those named in fresh come from live,
// whatever the lag.
func (x *index) visible(now time.Time, live map[string]*issue, fresh []int64) []*issue {
	var out []*issue
	for id := range x.versions {
		all := x.settled(id, now)
		x.versions[id] = all
		if len(all) == 1 && all[0].issue == nil && !all[0].from.Add(x.lag).After(now) {
			delete(x.versions, id) // deleted, and search has seen it
			continue
		}
		if slices.Contains(fresh, number(id)) {
			continue
		}
		first := all[0]
		if first.from.Add(x.lag).After(now) || first.issue == nil {
			continue
		}
		out = append(out, first.issue)
	}
	for _, n := range fresh {
		for id, i := range live {
			if number(id) == n {
				out = append(out, i)
			}
		}
	}
	slices.SortFunc(out, func(a, b *issue) int { return int(number(a.ID) - number(b.ID)) })
	return out
}
