package chaos

import (
	"net/url"
	"slices"
	"time"

	"duplex/core"
)

// edit is a person's change of one field.
type edit struct {
	seq   int // of the act
	side  side
	was   string
	value string
	at    time.Time // by the system's clock
}

// same is the correspondence of the two systems' words, written down here once more.
func same(field, ticket, issue string) bool {
	switch field {
	case fieldPriority:
		return map[string]string{"Highest": "urgent", "High": "high", "Medium": "normal", "Low": "low", "Lowest": "low"}[issue] == ticket
	case fieldStatus:
		return slices.Contains(map[string][]string{"To Do": {"new", "open"}, "In Progress": {"pending", "hold"}, "In Review": {"pending", "hold"},
			"Done": {"solved", "closed"}}[issue], ticket)
	}
	return ticket == issue
}

func alike(field string, s side, value, other string) bool {
	if s == engineering {
		value, other = other, value
	}
	return same(field, value, other)
}

// order puts the systems' histories of what people changed into the order in which they did it. The help desk names the
// audit of an act; the tracker tells the time to the millisecond, and people do one thing at a time to an item.
func (c *matter) order() {
	audits := map[string]int{}
	for _, a := range c.item.acts {
		if a.Audit != "" {
			audits[a.Audit] = a.Seq
		}
	}
	for _, s := range []side{support, engineering} {
		v := c.seen[s]
		if v == nil {
			continue
		}
		if c.item.origin == s && s == engineering { // the tracker's history does not tell what an issue was made with
			for _, f := range append(slices.Clone(singles), fieldLabels) {
				c.edits[f] = append(c.edits[f], edit{0, s, "", v.first(f), time.Time{}})
			}
		}
		for _, h := range v.history {
			if h.own {
				continue
			}
			seq, known := audits[h.audit]
			if h.created {
				seq, known = 0, true
			} else if s == engineering || !known {
				seq = c.actAt(s, h.at)
			}
			c.edits[h.field] = append(c.edits[h.field], edit{seq, s, h.from, h.to, h.at})
		}
	}
	for f := range c.edits {
		slices.SortStableFunc(c.edits[f], func(a, b edit) int { return a.seq - b.seq })
	}
}

// first is what a field was made with.
func (v *shown) first(field string) string {
	for _, h := range v.history {
		if h.field == field {
			return h.from
		}
	}
	return v.values[field]
}

// actAt finds the act that was under way at that moment of the side's clock.
func (c *matter) actAt(s side, at time.Time) int {
	t, best, seq := c.real(s, at), time.Hour, 0
	for _, a := range c.item.acts {
		if a.Side != s.String() {
			continue
		}
		away := max(a.Begun.Sub(t), t.Sub(a.Ended), 0)
		if away < best {
			best, seq = away, a.Seq
		}
	}
	return seq
}

// single judges a field whose value moves as a whole: both sides mean the same, the last edit stands or has lost by the
// policy and is in the ledger, and no edit was written over without a trace.
func (c *matter) single(f string) error {
	now := [2]string{c.seen[support].values[f], c.seen[engineering].values[f]}
	if !same(f, now[support], now[engineering]) {
		c.find(&c.Unconverged, c, "%s is %q in support and %q in engineering", f, now[support], now[engineering])
	}
	edits := c.edits[f]
	if len(edits) == 0 {
		return nil
	}
	if last := edits[len(edits)-1]; now[last.side] != last.value {
		ok, why, err := c.byPolicy(f, last, now)
		if err != nil {
			return err
		}
		if !ok && c.setBack(f, last, now) {
			c.excuse(c, "%s was set back in %s to what both sides had agreed on, which is no change, while somebody changed it in %s", f, last.side, last.side.other())
			return nil
		}
		if !ok {
			c.find(&c.LostEdits, c, "the last edit of %s (act %d, %q in %s) is lost: %s", f, last.seq, last.value, last.side, why)
			return nil
		}
		c.Conflicts++
	}
	for _, s := range []side{support, engineering} {
		if err := c.overwritten(f, s); err != nil {
			return err
		}
	}
	return nil
}

// byPolicy tells whether an edit lost to another person's by the written policy, and is kept in the ledger.
func (c *matter) byPolicy(f string, e edit, now [2]string) (bool, string, error) {
	kept, err := c.inLedger(f, e.side, e.value)
	if err != nil || !kept {
		return false, "the ledger does not hold it as the loser of a conflict", err
	}
	var winner *edit
	for i := range c.edits[f] {
		if w := &c.edits[f][i]; w.side != e.side && w.value == now[w.side] {
			winner = w
		}
	}
	switch {
	case winner == nil:
		return false, "what stands now is nobody's edit on the other side", nil
	case f == fieldPriority && winner.side != support:
		return false, "the policy lets support win, and it lost there", nil
	case f == fieldPriority:
		return true, "", nil
	case winner.side == engineering && winner.at.Before(e.at): // the ticket's time is in whole seconds, and at least that of its edit
		return false, "the policy lets the later edit win, and this was the later one by the systems' clocks", nil
	case winner.side == support && c.latestAudit().Before(e.at.Truncate(time.Second)):
		return false, "the policy lets the later edit win, and the ticket was not touched after this one", nil
	}
	return true, "", nil
}

// setBack tells an edit that restored what the other side's last editor still saw there: between two syncs that is no change,
// so the other side is the only one that changed.
func (c *matter) setBack(f string, e edit, now [2]string) bool {
	return slices.ContainsFunc(c.edits[f], func(w edit) bool { return w.side != e.side && w.value == now[w.side] }) && c.agreedBefore(f, e.side, e.value)
}

// agreedBefore tells whether somebody on the other side changed the field from the counterpart of a value.
func (c *matter) agreedBefore(f string, s side, value string) bool {
	return slices.ContainsFunc(c.edits[f], func(w edit) bool { return w.side != s && alike(f, s, value, w.was) })
}

// latestAudit is when the ticket changed last: where a system keeps no time per field, the policy takes the item's.
func (c *matter) latestAudit() (t time.Time) {
	for _, h := range c.seen[support].history {
		if h.at.After(t) {
			t = h.at
		}
	}
	for _, n := range c.seen[support].comments {
		if n.at.After(t) {
			t = n.at
		}
	}
	return t
}

// overwritten holds that whatever the sync wrote over a person's value, that value had reached the other side or is in the
// ledger.
func (c *matter) overwritten(f string, s side) error {
	var last *change
	for i := range c.seen[s].history {
		h := &c.seen[s].history[i]
		if h.field != f {
			continue
		}
		was := last
		last = h
		if !h.own || was == nil || was.own || h.from == h.to {
			continue
		}
		if c.reached(f, s, was.to, c.real(s, was.at), c.real(s, h.at)) {
			continue
		}
		kept, err := c.inLedger(f, s, was.to)
		if err != nil {
			return err
		}
		if !kept && c.agreedBefore(f, s, was.to) {
			c.excuse(c, "%s was set back in %s to what both sides had agreed on, which is no change, while somebody changed it in %s", f, s, s.other())
			continue
		}
		if !kept {
			c.find(&c.LostEdits, c, "the sync wrote %q over %q, which a person had set as %s in %s, and which neither reached the other side nor is in the ledger",
				h.to, was.to, f, s)
		}
	}
	return nil
}

// reached tells whether the other side showed a value's counterpart at some time between two moments, or had it already.
func (c *matter) reached(f string, s side, value string, from, to time.Time) bool {
	other := c.seen[s.other()]
	shows := other.first(f)
	for _, h := range other.history {
		if h.field != f {
			continue
		}
		at := c.real(s.other(), h.at)
		if at.Before(from.Add(-2 * time.Second)) {
			shows = h.to
			continue
		}
		if at.After(to.Add(2*time.Second)) && alike(f, s, value, shows) {
			return true
		}
		if alike(f, s, value, h.to) && !at.After(to.Add(2*time.Second)) {
			return true
		}
	}
	return alike(f, s, value, shows)
}

var ledgerFields = map[string][2]string{fieldTitle: {"subject", "summary"}, fieldPriority: {"priority", "priority"}, fieldStatus: {"status", "status"},
	fieldAssignee: {"assignee", "assignee"}}

// inLedger tells whether a plan of the pair keeps the value as the loser of a conflict.
func (c *matter) inLedger(f string, s side, value string) (bool, error) {
	if err := c.readLedger(); err != nil {
		return false, err
	}
	for _, d := range c.lost {
		loser := d.Loser.Source()
		switch d.Loser.Kind() {
		case core.KindOption:
			loser = d.Loser.Name()
		case core.KindUser:
			loser = d.Loser.Email()
		}
		if d.Fields == ledgerFields[f] && int(d.LoserOf) == int(s) && loser == value {
			return true, nil
		}
	}
	return false, nil
}

func (c *matter) readLedger() error {
	if c.read || c.pair.ID == "" {
		return nil
	}
	var history struct{ Plans []struct{ ID string } }
	if err := c.s.ask(c.ctx, "/api/v1/pairs/"+url.PathEscape(c.pair.ID)+"/history?limit=1000", &history); err != nil {
		return err
	}
	for _, p := range history.Plans {
		var full core.Plan
		if err := c.s.ask(c.ctx, "/api/v1/plans/"+url.PathEscape(p.ID), &full); err != nil {
			return err
		}
		for _, d := range full.Decisions {
			if d.Conflict {
				c.lost = append(c.lost, d)
			}
		}
	}
	c.read = true
	return nil
}
