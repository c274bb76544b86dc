package chaos

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
)

// matter is one item before the judge.
type matter struct {
	*judging
	item  *item
	seen  [2]*shown
	pair  pairRow
	edits map[string][]edit // by field, in the order in which people made them
	parks []string          // what is parked in the pair
	lost  []core.Decision   // the ledger's conflicts, read when they are needed
	read  bool
}

// pairRow is a pair as the admin API lists it.
type pairRow struct {
	ID, Status string
	Sides      []struct{ System, Item string }
}

type judging struct {
	*verdict
	ctx    context.Context
	s      *site
	emails map[string]string
	pairs  map[string]pairRow // by system and item
	said   map[string]*said   // by wording
}

// judge reads everything from outside and holds it against what people did. quiet tells what still moved, if anything.
func judge(ctx context.Context, s *site, p plan, rec *record, w *watch, quiet string) *verdict {
	v := &verdict{Seed: s.o.Seed, Seconds: s.o.Storm.Seconds(), Store: s.o.Store, Edits: rec.count(), Acts: rec.kinds, Kills: s.procs.kills, Restarted: s.procs.again}
	j := &judging{verdict: v, ctx: ctx, s: s, pairs: map[string]pairRow{}, said: map[string]*said{}}
	if quiet != "" {
		v.find(&v.Unconverged, nil, "it did not become quiet within %v: %s", s.o.Patience, quiet)
	}
	for _, f := range s.procs.brokenDown() {
		v.find(&v.Unconverged, nil, "%s", f)
	}
	_, before, _ := w.counts()
	v.Arrived = max(0, w.lastWrite().Sub(rec.lastAct()).Round(100*time.Millisecond).Seconds())
	if most := 2 * s.o.Sweep.Seconds(); !s.o.Webhooks && v.Arrived > most {
		v.find(&v.Unconverged, nil, "without webhooks the last edit arrived after %.0f s, which is more than two sweeps of %v", v.Arrived, s.o.Sweep)
	}
	if missed := w.forgotten(); missed > 0 {
		v.find(&v.Unconverged, nil, "%d calls came too fast to be counted: not every write is known", missed)
	}
	if err := j.all(rec); err != nil {
		v.find(&v.Unconverged, nil, "the judge could not read everything: %v", err)
	}
	sleep(ctx, restFor)
	w.look(ctx)
	var writes []string
	v.Calls, writes, v.Faults = w.counts()
	v.Writes = len(writes)
	if more := writes[len(before):]; len(more) > 0 && quiet == "" {
		v.find(&v.Loops, nil, "%d writes of the sync after everything was quiet and nobody did anything: %s", len(more), strings.Join(more, ", "))
	}
	if most := 4*v.Edits + 8*v.Items; v.Writes > most {
		v.find(&v.Loops, nil, "%d writes of the sync for %d acts of people and %d items: more than %d is a loop", v.Writes, v.Edits, v.Items, most)
	}
	v.countPlanned(p)
	return v
}

// countPlanned adds the faults that are no calls.
func (v *verdict) countPlanned(p plan) {
	for _, m := range p.modes {
		if m.mode != "normal" {
			v.Faults["webhooks-"+m.mode]++
		}
	}
	if p.window.at > 0 {
		v.Faults["window"]++
	}
	for _, s := range p.skews {
		v.Faults["clock"] += len(s)
	}
}

func (j *judging) all(rec *record) error {
	if err := j.listPairs(); err != nil {
		return err
	}
	var err error
	if j.emails, err = j.s.agents()[0].emails(j.ctx); err != nil {
		return err
	}
	items := map[string]*item{}
	for _, i := range rec.all() {
		items[i.token] = i
		for _, c := range i.said {
			for _, words := range c.wordings {
				j.said[words] = c
			}
		}
	}
	if err := j.census(items); err != nil {
		return err
	}
	for _, i := range rec.all() {
		if err := j.one(i); err != nil {
			return err
		}
	}
	return nil
}

func (j *judging) listPairs() error {
	return j.s.eachPair(j.ctx, func(p pairRow) {
		for _, s := range p.Sides {
			if s.Item != "" {
				j.pairs[s.System+" "+s.Item] = p
			}
		}
	})
}

// eachPair lists all pairs.
func (s *site) eachPair(ctx context.Context, do func(pairRow)) error {
	for after := ""; ; {
		var page struct {
			Pairs []pairRow
			Next  string
		}
		if err := s.ask(ctx, "/api/v1/pairs?limit=1000&after="+url.QueryEscape(after), &page); err != nil {
			return err
		}
		for _, p := range page.Pairs {
			do(p)
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

var tokenForm = regexp.MustCompile(`\bk[0-9a-f]{8}\b`)

// census counts what there is of each token on each side: one, wherever it was not deleted.
func (j *judging) census(items map[string]*item) error {
	tickets, err := j.s.agents()[0].Pages(j.ctx, "/api/v2/tickets.json", "tickets")
	if err != nil {
		return err
	}
	issues, err := j.s.engineers()[0].Search(j.ctx, "project = ENG ORDER BY created ASC", 0, "summary", "description")
	if err != nil {
		return err
	}
	there := [2]map[string][]string{{}, {}}
	for _, t := range tickets {
		token := tokenForm.FindString(rig.Text(t, "description") + " " + rig.Text(t, "subject"))
		there[support][token] = append(there[support][token], rig.Text(t, "id"))
	}
	for _, t := range issues {
		token := tokenForm.FindString(rig.Plain(rig.At(t, "fields", "description")) + " " + rig.Text(t, "fields", "summary"))
		there[engineering][token] = append(there[engineering][token], rig.Text(t, "id"))
	}
	for _, s := range []side{support, engineering} {
		for token, ids := range there[s] {
			i := items[token]
			if i == nil {
				j.find(&j.Duplicates, nil, "%d items of %s that nobody made: %v", len(ids), s, ids)
				continue
			}
			if len(ids) > 1 {
				j.find(&j.Duplicates, nil, "%s has %d items in %s: %v", token, len(ids), s, ids)
			}
			i.find(s, ids[0])
		}
	}
	return nil
}

// one judges an item.
func (j *judging) one(i *item) error {
	c := &matter{judging: j, item: i, edits: map[string][]edit{}}
	j.Items++
	if err := c.look(); err != nil {
		return err
	}
	c.parked()
	c.order()
	c.comments()
	c.files()
	if i.dead() {
		c.deletion()
		return nil
	}
	for _, s := range []side{support, engineering} {
		if c.seen[s] == nil {
			j.find(&j.Unconverged, c, "there is nothing in %s", s)
			return nil
		}
	}
	for _, f := range singles {
		if err := c.single(f); err != nil {
			return err
		}
	}
	c.labels()
	return nil
}

// look reads both sides.
func (c *matter) look() (err error) {
	for s, system := range []string{zendeskSystem, jiraSystem} {
		if p, ok := c.pairs[system+" "+c.item.ids[s]]; ok && c.item.ids[s] != "" {
			c.pair = p
		}
	}
	if id := c.item.ids[support]; id != "" {
		if c.seen[support], err = c.s.agents()[0].seeTicket(c.ctx, id, c.emails); err != nil {
			return fmt.Errorf("ticket %s: %w", id, err)
		}
	}
	if id := c.item.ids[engineering]; id != "" {
		if c.seen[engineering], err = c.s.engineers()[0].seeIssue(c.ctx, id); err != nil {
			return fmt.Errorf("issue %s: %w", id, err)
		}
	}
	return nil
}

// deletion holds that the item that is left is there, and says once what became of the other one where the policy asks for that.
func (c *matter) deletion() {
	for _, s := range []side{support, engineering} {
		if c.item.gone[s] || c.item.gone[s.other()] && c.item.ids[s] == "" {
			continue
		}
		if c.seen[s] == nil {
			c.find(&c.Unconverged, c, "the item in %s is gone, and nobody deleted it", s)
			continue
		}
		if s != support {
			continue
		}
		notes := slices.DeleteFunc(slices.Clone(c.seen[s].comments), func(n comment) bool { return !n.own || !deletionNote.MatchString(n.text) })
		switch {
		case len(notes) == 0:
			c.find(&c.Unconverged, c, "the issue was deleted and no note says so in the ticket")
		case len(notes) > 1:
			c.find(&c.Duplicates, c, "%d notes about one deletion", len(notes))
		case notes[0].audience != "internal":
			c.find(&c.Leaks, c, "the note about the deletion is public")
		}
	}
}

var deletionNote = regexp.MustCompile(`was deleted`)

// real is the true time of a moment by a side's clock.
func (c *matter) real(s side, at time.Time) time.Time { return c.s.shift[s].real(at) }

// parked reads what waits in the pair, for the reader of a finding.
func (c *matter) parked() {
	var out struct {
		Parked []struct{ Rule, Class, Text string }
	}
	if c.pair.Status != "problem" || c.s.ask(c.ctx, "/api/v1/pairs/"+url.PathEscape(c.pair.ID), &out) != nil {
		return
	}
	for _, p := range out.Parked {
		c.parks = append(c.parks, fmt.Sprintf("parked: %s (%s): %s", p.Rule, p.Class, p.Text))
	}
	if !c.item.dead() && len(c.parks) > 0 {
		c.find(&c.Unconverged, c, "the pair has a problem: %s", c.parks[0])
	}
}
