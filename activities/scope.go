package activities

import (
	"context"
	"encoding/json"
	"strings"
)

// firstRound marks a scope under which not all items of the pairs were looked at yet.
const firstRound = "first round: "

// scopeRound tells an item that left the scope from a scope that left the item: until every item was looked at under the
// scope in force, what is outside is noted and not counted.
type scopeRound struct {
	noted string // what the store is to say after this pass
	anew  bool   // the scope changed since the last pass: pairs are looked at from the first one on
	count bool   // every item was looked at under this scope before
}

func (s *sweep) scopeCursor() string {
	return "scope:" + s.conn.Name + ":" + s.side.Name + ":" + s.side.System
}

// scopeRound compares the scope in force with the one of the last pass.
func (s *sweep) scopeRound(ctx context.Context) (scopeRound, error) {
	now, err := json.Marshal(s.side.Scope)
	if err != nil {
		return scopeRound{}, err
	}
	was, _, err := s.Store.Position(ctx, s.scopeCursor())
	first := firstRound + string(now)
	r := scopeRound{noted: first, count: was == string(now), anew: was != string(now) && was != first}
	if r.count {
		r.noted = was
	}
	return r, err
}

// ended notes that the pass has reached the last pair.
func (r *scopeRound) ended() { r.noted = strings.TrimPrefix(r.noted, firstRound) }
