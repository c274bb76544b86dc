package github

import (
	"time"
)

// searchIndex is what search sees: every issue as it was some time ago. It is not in the snapshot: an emulator that
// was started again has indexed everything.
type searchIndex struct {
	versions map[int64][]version
}

type version struct {
	at    time.Time
	issue issue
}

func (x *searchIndex) rebuild(st *state) {
	x.versions = map[int64][]version{}
	for _, i := range st.Issues {
		x.versions[i.ID] = []version{{issue: i.copied()}}
	}
}

// note takes over the issue as it is now. A search sees it once the lag has passed.
func (x *searchIndex) note(i *issue, now time.Time) {
	x.versions[i.ID] = append(x.versions[i.ID], version{now, i.copied()})
}

// seen is the issues as they were at that moment; versions older than that are forgotten.
func (x *searchIndex) seen(at time.Time) []*issue {
	var out []*issue
	for id, all := range x.versions {
		last := -1
		for n := range all {
			if !all[n].at.After(at) {
				last = n
			}
		}
		if last < 0 {
			continue
		}
		all = all[last:]
		x.versions[id] = all
		if !all[0].issue.Deleted {
			out = append(out, &all[0].issue)
		}
	}
	return out
}
