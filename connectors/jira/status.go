package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"duplex/connectors"
	"duplex/core"
)

// mostHops bounds the way to a status.
const mostHops = 6

// hop is one transition that may be taken ("Get transitions").
type hop struct {
	ID     string               `json:"id"`
	Name   string               `json:"name"`
	To     status               `json:"to"`
	Fields map[string]fieldMeta `json:"fields"`
}

// workflow is what is known of the transitions of an issue type in a project: for each status that an issue was seen
// in, where it led. It guides the search; only transitions that the issue offers now are taken.
type workflow struct {
	mu    sync.Mutex
	leads map[string][]string // status id -> status ids
}

func (w *workflow) learn(from string, hops []hop) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range hops {
		if !slices.Contains(w.leads[from], h.To.ID) {
			w.leads[from] = append(w.leads[from], h.To.ID)
		}
	}
	if w.leads[from] == nil {
		w.leads[from] = []string{}
	}
}

// forget drops what is known: it may have been learnt while somebody else moved the issue.
func (w *workflow) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leads = map[string][]string{}
}

// distance is the number of known hops between two statuses that avoids some, -1 when no way is known.
func (w *workflow) distance(from, to string, avoid map[string]bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]bool{from: true}
	for layer, n := []string{from}, 0; len(layer) > 0; n++ {
		var next []string
		for _, at := range layer {
			if at == to {
				return n
			}
			for _, s := range w.leads[at] {
				if !seen[s] && !avoid[s] {
					seen[s] = true
					next = append(next, s)
				}
			}
		}
		layer = next
	}
	return -1
}

func (w *workflow) explored(status string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.leads[status]
	return ok
}

// choose picks the next hop towards a status. It is pure but for what w knows:
//
//	a hop leads there                        the one that asks for the fewest fields that the patch does not give
//	a way there is known from a hop's end    the shortest
//	otherwise                                a hop to a status nobody has looked at yet, not behind the issue and not past the
//	                                         target in the order new, indeterminate, done; work in progress first, because
//	                                         passing through a closed status is what people notice. What is done may have to
//	                                         begin anew before it is in progress again
//
// Statuses already visited are never entered again. Not ok means that there is no way.
func choose(hops []hop, w *workflow, at, to status, visited map[string]bool, late map[string]any) (best hop, ok bool) {
	score := 1 << 20
	take := func(h hop, s int) {
		if s < score {
			best, ok, score = h, true, s
		}
	}
	low, high := min(rank(at), rank(to)), max(rank(at), rank(to))
	if rank(at) == 2 && rank(to) < 2 {
		low = 0
	}
	for _, h := range hops {
		switch {
		case h.To.is(to):
			take(h, required(h, late))
		case visited[h.To.ID]:
		default:
			if d := w.distance(h.To.ID, to.ID, visited); d > 0 {
				take(h, 1000*d+required(h, late))
			} else if r := rank(h.To); !w.explored(h.To.ID) && r >= low && r <= high {
				take(h, 100000+1000*[]int{1, 0, 2}[r]+required(h, late))
			}
		}
	}
	return best, ok
}

// required is how many fields the hop asks for that the patch does not give.
func required(h hop, late map[string]any) int {
	n := 0
	for id, m := range h.Fields {
		if _, given := late[id]; !given && m.Required && !m.HasDefault {
			n++
		}
	}
	return n
}

func rank(s status) int {
	switch s.Category.Key {
	case "new":
		return 0
	case "done":
		return 2
	}
	return 1
}

func (s status) is(other status) bool {
	if s.ID != "" && other.ID != "" {
		return s.ID == other.ID
	}
	return s.Name == other.Name
}

// transition moves an issue to a status, over several hops where needed. Late holds values, by field id, that a hop's
// screen may ask for; those that were sent are taken out of it. No way there is an InvalidError about status.
func (c *Connector) transition(ctx context.Context, is issue, target core.Value, late map[string]any) error {
	s := c.screenOf(is)
	var at status
	if err := is.decode("status", &at); err != nil {
		return connectors.Busy(c.system+": read issue", "the answer shows no status", 0)
	}
	to, err := c.statusOf(ctx, s, target)
	if err != nil {
		return err
	}
	w := c.workflow(s.project + "/" + s.typeID)
	start, visited, sure := at, map[string]bool{at.ID: true}, false
	var hops []hop
	for range mostHops {
		if hops, err = c.hops(ctx, is.ID); err != nil {
			return err
		}
		w.learn(at.ID, hops)
		h, ok := choose(hops, w, at, to, visited, late)
		if !ok && !sure { // somebody may move the issue too: then the transitions offered are not those of the status thought of
			if err := c.stillAt(ctx, is.ID, at); err != nil {
				return err
			}
			w.forget()
			w.learn(at.ID, hops)
			sure = true
			h, ok = choose(hops, w, at, to, visited, late)
		}
		if !ok {
			break
		}
		if err := c.takeOne(ctx, is.ID, hops, h, late); err != nil {
			var invalid *connectors.InvalidError
			if errors.As(err, &invalid) {
				if gone := c.stillAt(ctx, is.ID, at); gone != nil {
					return gone
				}
			}
			return err
		}
		if at = h.To; at.is(to) {
			return nil
		}
		visited[at.ID] = true
	}
	why := fmt.Sprintf("no transition leads from %q to %q", at.Name, cmp.Or(to.Name, to.ID))
	if at.ID != start.ID {
		why += fmt.Sprintf(" (the issue came from %q)", start.Name)
	}
	return connectors.Invalid(c.system+": move issue", "status", why+"; "+offered(hops)+"; the workflow needs one, or the account needs the right to use it")
}

// offered says where an issue may be moved.
func offered(hops []hop) string {
	if len(hops) == 0 {
		return "from there the account is offered none"
	}
	var names []string
	for _, h := range hops {
		if !slices.Contains(names, h.To.Name) {
			names = append(names, h.To.Name)
		}
	}
	return "from there the account may move it to " + strings.Join(names, ", ")
}

// stillAt is ErrStale when the issue is in another status by now.
func (c *Connector) stillAt(ctx context.Context, id string, at status) error {
	is, err := c.issue(ctx, id, []string{"status", "project"}, "")
	if err != nil {
		return err
	}
	var now status
	if err := is.decode("status", &now); err == nil && !now.is(at) {
		return fmt.Errorf("%s: issue %s: somebody moved it to %q: %w", c.system, id, now.Name, connectors.ErrStale)
	}
	return nil
}

func (c *Connector) workflow(key string) *workflow {
	if w, ok := c.workflows.Get(key); ok {
		return w
	}
	w := &workflow{leads: map[string][]string{}}
	c.workflows.Put(key, w)
	return w
}

// statusOf completes a status with its category.
func (c *Connector) statusOf(ctx context.Context, s *screen, v core.Value) (status, error) {
	to := status{ID: v.ID(), Name: v.Name()}
	all, err := c.statusesOf(ctx, s.project)
	if err != nil {
		return to, err
	}
	for _, st := range all[s.typeID] {
		if st.is(to) {
			return st, nil
		}
	}
	return to, nil
}

func (c *Connector) hops(ctx context.Context, id string) ([]hop, error) {
	var out struct {
		Transitions []hop `json:"transitions"`
	}
	err := c.get(ctx, c.issuePath(id, "transitions"), url.Values{"expand": {"transitions.fields"}}, &out)
	return out.Transitions, err
}
