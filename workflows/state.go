package workflows

import (
	"fmt"
	"strings"
	"time"

	"duplex/core"
)

// PairState is everything a pair workflow carries from run to run. It holds no content and can be rebuilt from the
// store's row.
type PairState struct {
	ID         string               `json:"id"`
	Connection string               `json:"connection"`
	Entered    bool                 `json:"entered"` // the trigger was met and the pair exists
	Origin     core.Side            `json:"origin"`
	Sides      [2]SideState         `json:"sides"`
	Version    int                  `json:"version"`
	Status     core.PairStatus      `json:"status"`
	Problem    string               `json:"problem,omitempty"` // class of the gravest
	Problems   int                  `json:"problems,omitempty"`
	Paused     bool                 `json:"paused,omitempty"`
	Unlink     bool                 `json:"unlink,omitempty"`
	Retry      bool                 `json:"retry,omitempty"`   // try parked things again at the next sync
	Resolve    map[string]core.Side `json:"resolve,omitempty"` // operator's choices not yet carried out
	Failures   int                  `json:"failures,omitempty"`
	Turns      Turns                `json:"turns,omitzero"` // tell automations that answer each other
	Last       string               `json:"last,omitempty"` // what happened last, for people
	LastAt     time.Time            `json:"last_at,omitzero"`
	Tells      [2]bool              `json:"tells,omitzero"`     // the mapping tells problems to the people of the side
	Told       [2]bool              `json:"told,omitzero"`      // something is told there
	Heard      time.Time            `json:"heard,omitzero"`     // when the newest hint was taken, an echo included
	Urgency    core.Urgency         `json:"urgency,omitempty"`  // of the most urgent hint since the last sync that ended well
	Runs       []string             `json:"runs,omitempty"`     // batch runs that wait for what becomes of the pair
	Delivery   string               `json:"delivery,omitempty"` // the newest delivery that the next sync answers
	Syncs      int                  `json:"syncs"`
	Writes     int                  `json:"writes"`
	Echoes     int                  `json:"echoes"`
}

// SideState is one side of a pair.
type SideState struct {
	Name     string   `json:"name"`
	Ref      core.Ref `json:"ref"`
	Seen     string   `json:"seen,omitempty"`     // hash of the newest observation
	Revision string   `json:"revision,omitempty"` // of the newest observation
	Precise  bool     `json:"precise,omitempty"`
	Own      []string `json:"own,omitempty"` // revisions after the sync's own newest writes
	Dirty    bool     `json:"dirty,omitempty"`
	Full     bool     `json:"full,omitempty"` // the next fetch takes nothing from the last one
	Gone     bool     `json:"gone,omitempty"`
	Missing  int      `json:"missing,omitempty"` // reads in a row that did not find it
	Deleted  bool     `json:"deleted,omitempty"` // the system said that it was deleted
}

// FromPair rebuilds the state from the store's row. Both sides are dirty, because nobody knows what was missed.
func FromPair(p core.Pair) PairState {
	s := PairState{ID: p.ID, Connection: p.Connection, Entered: true, Origin: p.Origin, Version: p.Version, Status: p.Status,
		Paused: p.Status == core.PairPaused, Problems: len(p.Parked)}
	for _, side := range core.Sides {
		ps := p.Sides[side]
		s.Sides[side] = SideState{Name: ps.Name, Ref: ps.Ref, Seen: ps.Seen, Own: ps.Own, Dirty: !ps.Ref.IsZero(), Full: true}
	}
	s.Urgency = core.Backfill // the hint that begins it says more
	return s
}

// FromItem is the state of a pair that an item may begin.
func FromItem(connection string, names, systems [2]string, side core.Side, ref core.Ref) PairState {
	s := PairState{ID: core.PairID(connection, names[side], ref.ID), Connection: connection, Origin: side, Status: core.PairPending}
	for _, i := range core.Sides {
		s.Sides[i] = SideState{Name: names[i], Ref: core.Ref{System: systems[i]}}
	}
	s.Sides[side].Ref = ref
	s.Sides[side].Dirty = true
	s.Urgency = core.Backfill // the hint that begins it says more
	return s
}

// take notes a hint and reports whether it asks for work. An echo of the sync's own write does not, nor does a hint
// about a state that was already seen, where the system's revisions tell any two states apart.
func (s *PairState) take(h Hint) bool {
	side := &s.Sides[h.Side]
	s.asksFor(h.Run)
	if h.Retry {
		s.Retry, s.Urgency = true, min(s.Urgency, h.Urgency)
		s.touch(true)
		return true
	}
	if h.Kind != core.HintDeleted && h.Revision != "" {
		if h.Own && contains(side.Own, h.Revision) {
			s.Echoes++
			return false
		}
		if side.Precise && h.Revision == side.Revision && !side.Gone {
			return false
		}
	}
	s.Urgency = min(s.Urgency, h.Urgency)
	s.Delivery = h.Delivery
	side.Dirty = true
	side.Deleted = side.Deleted || h.Kind == core.HintDeleted
	// What only a sweep found, no webhook told: it may be that a comment was made private, which leaves the number of comments as it was.
	side.Full = side.Full || h.Kind == core.HintComments || h.Kind == core.HintDeleted || h.Urgency == core.Sweep
	return true
}

// wrote notes the revision after an own write.
func (s *SideState) wrote(revision string) {
	if revision == "" {
		return
	}
	s.Own, s.Revision = core.WithOwn(s.Own, revision), revision
}

// touch makes every side that has an item dirty.
func (s *PairState) touch(full bool) {
	for i := range s.Sides {
		if !s.Sides[i].Ref.IsZero() {
			s.Sides[i].Dirty, s.Sides[i].Full = true, full
		}
	}
}

// Dirty reports that a side waits to be read.
func (s *PairState) Dirty() bool { return s.Sides[core.A].Dirty || s.Sides[core.B].Dirty }

// Details is what the Temporal UI shows about a pair now.
func (s *PairState) Details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** in connection **%s** (mapping version %d)\n\n", s.Status, s.Connection, s.Version)
	for _, side := range s.Sides {
		name := "not created yet"
		if !side.Ref.IsZero() {
			name = side.Ref.Key
			if name == "" {
				name = side.Ref.ID
			}
			if side.Ref.URL != "" {
				name = fmt.Sprintf("[%s](%s)", name, side.Ref.URL)
			}
		}
		fmt.Fprintf(&b, "- %s (%s): %s", side.Name, side.Ref.System, name)
		if side.Gone {
			b.WriteString(", deleted or out of sight")
		}
		b.WriteString("\n")
	}
	if s.Last != "" {
		fmt.Fprintf(&b, "\nLast, at %s: %s\n", s.LastAt.UTC().Format("2006-01-02 15:04:05 UTC"), s.Last)
	}
	if s.Problem != "" {
		fmt.Fprintf(&b, "\n%d parked, the gravest of class **%s**: `duplex show '%s'` says what to do\n", s.Problems, s.Problem, s.ID)
	}
	fmt.Fprintf(&b, "\n%d syncs, %d writes, %d echoes ignored\n", s.Syncs, s.Writes, s.Echoes)
	return b.String()
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
