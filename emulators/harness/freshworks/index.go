package freshworks

import (
	"slices"
	"time"
)

// index is what searches see: every record as it was a while ago. Only the last states are kept.
type index struct {
	versions map[string]map[int64][]version // by kind and record, oldest first
}

type version struct {
	from   time.Time
	record *Record
}

func (x *index) rebuild(st *State) {
	x.versions = map[string]map[int64][]version{}
	for kind, records := range st.Records {
		x.versions[kind] = map[int64][]version{}
		for id, r := range records {
			x.versions[kind][id] = []version{{record: r}}
		}
	}
}

// add makes a state visible from then on, and forgets those that nobody can see any more.
func (x *index) add(r *Record, from, now time.Time) {
	list := x.versions[r.Kind][r.ID]
	for len(list) > 1 && !list[1].from.After(now) {
		list = list[1:]
	}
	x.versions[r.Kind][r.ID] = append(slices.Clip(list), version{from, r})
}

// at gives the records of a kind as the index knows them at a moment, newest first.
func (x *index) at(kind string, now time.Time) []*Record {
	var out []*Record
	for _, list := range x.versions[kind] {
		var seen *Record
		for _, v := range list {
			if !v.from.After(now) {
				seen = v.record
			}
		}
		if seen != nil {
			out = append(out, seen)
		}
	}
	slices.SortFunc(out, func(a, b *Record) int {
		if !a.Created.Equal(b.Created) {
			return b.Created.Compare(a.Created)
		}
		return int(b.ID - a.ID)
	})
	return out
}
