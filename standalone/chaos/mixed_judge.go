package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
)

// assize is the judging of a mixed site.
type assize struct {
	*crew
	*verdict
	ctx   context.Context
	there [2]map[string][]core.Observation // by token
}

// judge reads everything as ada and holds both sides against each other and against what people did.
func (c *crew) judge(ctx context.Context, p plan, quiet string) *verdict {
	s := c.s
	v := &verdict{Seed: s.o.Seed, Seconds: s.o.Storm.Seconds(), Store: s.o.Store, Kinds: s.ends[0].kind + "," + s.ends[1].kind, Edits: c.rec.count(), Acts: c.rec.kinds,
		Kills: s.procs.kills, Restarted: s.procs.again, Faults: map[string]int{}}
	j := &assize{crew: c, verdict: v, ctx: ctx}
	if quiet != "" {
		v.find(&v.Unconverged, nil, "it did not become quiet within %v: %s", s.o.Patience, quiet)
	}
	for _, f := range s.procs.brokenDown() {
		v.find(&v.Unconverged, nil, "%s", f)
	}
	for _, e := range p.faults {
		v.Faults[e.fault.Kind]++
	}
	v.countPlanned(p)
	if err := j.all(); err != nil {
		v.find(&v.Unconverged, nil, "the judge could not read everything: %v", err)
	}
	return v
}

func (j *assize) all() (err error) {
	for side, d := range j.desks {
		if j.there[side], err = j.read(d); err != nil {
			return err
		}
	}
	made := map[string]bool{}
	for _, i := range j.rec.all() {
		made[i.token] = true
		j.Items++
		if err := j.one(i); err != nil {
			return err
		}
	}
	for side, d := range j.desks {
		for token, all := range j.there[side] {
			if !made[token] {
				j.find(&j.Duplicates, nil, "%d items of %s with the token %s, which nobody made", len(all), d.Kind, token)
			}
		}
	}
	return j.rests()
}

// read gives all items that people's tokens name.
func (j *assize) read(d *desk) (map[string][]core.Observation, error) {
	refs, err := kinds.List(j.ctx, d.list, d.Type)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Kind, err)
	}
	all := map[string][]core.Observation{}
	for _, r := range refs {
		o, err := d.ada.Get(j.ctx, r.ID, connectors.Want{Type: d.Type, Comments: true, Attachments: true, Full: true})
		if errors.Is(err, connectors.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", d.Kind, r, err)
		}
		if token := tokenForm.FindString(o.Field(d.Title).Source()); token != "" {
			all[token] = append(all[token], o)
		}
	}
	return all, nil
}

func (j *assize) one(i *item) error {
	fault := func(count *int, format string, args ...any) {
		j.find(count, nil, "%s: %s%s", i.token, fmt.Sprintf(format, args...), j.describe(i))
	}
	for side, d := range j.desks {
		if n := len(j.there[side][i.token]); n > 1 {
			fault(&j.Duplicates, "%d items in %s", n, d.Kind)
		}
	}
	if i.dead() {
		j.deletion(i, fault)
		return nil
	}
	var now [2]core.Observation
	for side, d := range j.desks {
		all := j.there[side][i.token]
		if len(all) == 0 {
			fault(&j.Unconverged, "there is nothing in %s", d.Kind)
			return nil
		}
		now[side] = all[0]
	}
	if err := j.titles(i, now, fault); err != nil {
		return err
	}
	j.values(i, now, fault)
	for _, s := range core.Sides {
		j.comments(i, s, now, fault)
		if err := j.files(i, s, now, fault); err != nil {
			return err
		}
	}
	return nil
}

// titles holds that both are the same, and that the last one that people set stands, or lost to another person's and is in the ledger.
func (j *assize) titles(i *item, now [2]core.Observation, fault func(*int, string, ...any)) error {
	a, b := now[0].Field(j.desks[0].Title).Source(), now[1].Field(j.desks[1].Title).Source()
	if a != b {
		fault(&j.Unconverged, "the titles are %q and %q", a, b)
	}
	wishes := j.wishes[i]
	last := wishes[len(wishes)-1]
	if a == last.value || b == last.value {
		return nil
	}
	kept, err := j.inLedger(i, last)
	if err != nil {
		return err
	}
	lost := slices.ContainsFunc(wishes, func(w wish) bool { return w.value == a && w.side != last.side })
	if !kept || !lost {
		fault(&j.LostEdits, "the last title that people set, %q in %s, is lost: it is %q, and the ledger holds it as the loser of a conflict: %v", last.value, j.desks[last.side].Kind, a, kept)
		return nil
	}
	j.Conflicts++
	return nil
}

// inLedger tells whether a plan of the item's pair keeps a title as the loser of a conflict.
func (j *assize) inLedger(i *item, w wish) (bool, error) {
	id := ""
	err := j.s.eachPair(j.ctx, func(p pairRow) {
		for n, s := range p.Sides {
			if s.Item == i.ids[n] && s.Item != "" {
				id = p.ID
			}
		}
	})
	if err != nil || id == "" {
		return false, err
	}
	m := &matter{judging: &judging{ctx: j.ctx, s: j.s}, item: i, pair: pairRow{ID: id}}
	if err := m.readLedger(); err != nil {
		return false, err
	}
	return slices.ContainsFunc(m.lost, func(d core.Decision) bool { return int(d.LoserOf) == int(w.side) && d.Loser.Source() == w.value }), nil
}

// values holds that what both sides have means the same.
func (j *assize) values(i *item, now [2]core.Observation, fault func(*int, string, ...any)) {
	a, b := j.desks[0], j.desks[1]
	choice := func(name string, words []string, one, two kinds.Choice) {
		if one.None != "" || two.None != "" {
			return
		}
		x, y := now[0].Field(one.Field), now[1].Field(two.Field)
		if p, q := one.Word(x.Name()+x.Source()), two.Word(y.Name()+y.Source()); p != q && kinds.Nearest(two, words, p) != q && kinds.Nearest(one, words, q) != p {
			fault(&j.Unconverged, "the %s is %s in %s and %s in %s", name, x, a.Kind, y, b.Kind)
		}
	}
	choice("priority", kinds.Priorities, a.Priority, b.Priority)
	choice("status", kinds.Statuses, a.Status, b.Status)
	if a.Assignee.None == "" && b.Assignee.None == "" {
		if p, q := j.email(a, now[0]), j.email(b, now[1]); p != q {
			fault(&j.Unconverged, "the assignee is %s in %s and %s in %s", p, a.Kind, q, b.Kind)
		}
	}
	if a.Labels.None != "" || b.Labels.None != "" {
		return
	}
	p, q := labels(now[0].Field(a.Labels.Field)), labels(now[1].Field(b.Labels.Field))
	if !slices.Equal(p, q) {
		fault(&j.Unconverged, "the labels are %v in %s and %v in %s", p, a.Kind, q, b.Kind)
	}
	for l := range i.labels {
		if !slices.Contains(p, l) {
			fault(&j.LostEdits, "label %s, which people added, is not there", l)
		}
	}
}

// email is the address of whoever is assigned, "" for nobody and for somebody whom people did not assign.
func (j *assize) email(d *desk, o core.Observation) string {
	v := o.Field(d.Assignee.Field)
	for email, who := range d.emails {
		if core.Equal(v, who) || len(v.Items()) == 1 && v.Has(who) {
			return email
		}
	}
	return ""
}

func labels(v core.Value) []string {
	all := []string{}
	for _, l := range v.Items() {
		all = append(all, l.Name()+l.Source())
	}
	slices.Sort(all)
	return all
}

func (j *assize) comments(i *item, s core.Side, now [2]core.Observation, fault func(*int, string, ...any)) {
	from, to := j.desks[s], j.desks[s.Other()]
	for _, c := range i.said {
		if int(c.side) != int(s) {
			continue
		}
		j.Comments++
		n, _ := strconv.Atoi(c.audience)
		most, carried := kinds.Reach(core.Audience(n), from.Comments, to.Comments)
		copies := 0
		for _, o := range now[s.Other()].Comments {
			if !strings.Contains(richtext.PlainText(richtext.Format(o.Body.Format()), o.Body.Source()), c.wordings[0]) {
				continue
			}
			copies++
			if !carried || o.Visibility.WiderThan(core.Visibility{Audience: most}) {
				fault(&j.Leaks, "comment %s of audience %s is %s in %s", c.wordings[0], c.audience, o.Visibility, to.Kind)
			}
		}
		switch {
		case carried && copies == 0:
			fault(&j.Unconverged, "comment %s of %s has no copy in %s", c.wordings[0], from.Kind, to.Kind)
		case copies > 1:
			fault(&j.Duplicates, "comment %s of %s has %d copies in %s", c.wordings[0], from.Kind, copies, to.Kind)
		}
	}
}

func (j *assize) files(i *item, s core.Side, now [2]core.Observation, fault func(*int, string, ...any)) error {
	from, to := j.desks[s], j.desks[s.Other()]
	if from.Files.None != "" || to.Files.None != "" || len(now[s.Other()].Attachments) == 0 && len(i.filed) == 0 {
		return nil
	}
	count := map[string]int{}
	for _, a := range now[s.Other()].Attachments {
		r, err := to.ada.(connectors.AttachmentOpener).OpenAttachment(j.ctx, now[s.Other()].Ref.ID, a)
		if err != nil {
			return fmt.Errorf("%s: a file of %s: %w", i.token, to.Kind, err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return err
		}
		count[hash(b)]++
	}
	for _, f := range i.filed {
		if int(f.side) != int(s) {
			continue
		}
		j.Attachments++
		switch n := count[f.hash]; {
		case n == 0:
			fault(&j.Unconverged, "%s of %s has no copy in %s", f.name, from.Kind, to.Kind)
		case n > 1:
			fault(&j.Duplicates, "%s of %s has %d copies in %s", f.name, from.Kind, n, to.Kind)
		}
	}
	return nil
}

// deletion holds that the policy of the side that is left was carried out.
func (j *assize) deletion(i *item, fault func(*int, string, ...any)) {
	for side, d := range j.desks {
		all := j.there[side][i.token]
		if i.gone[side] || i.gone[1-side] && i.ids[side] == "" {
			continue
		}
		switch policy := kinds.Deletes(d.Profile).DeletePolicy; {
		case policy == core.DeleteDelete && len(all) > 0:
			fault(&j.Unconverged, "the twin was deleted, and the item in %s is still there", d.Kind)
		case policy != core.DeleteDelete && len(all) == 0:
			fault(&j.Unconverged, "the item in %s is gone, and nobody deleted it", d.Kind)
		case policy == core.DeleteClose:
			if v := all[0].Field(d.Status.Field); d.Status.Word(v.Name()+v.Source()) != "done" {
				fault(&j.Unconverged, "the twin was deleted, and the item in %s is %s", d.Kind, v)
			}
		}
	}
}

// rests holds that nothing is written while nobody does anything.
func (j *assize) rests() error {
	sleep(j.ctx, j.s.o.Sweep+restFor)
	for side, d := range j.desks {
		again, err := j.read(d)
		if err != nil {
			return err
		}
		for token, all := range again {
			if was := j.there[side][token]; len(was) == 0 || len(all) != len(was) || was[0].Revision != all[0].Revision || !was[0].UpdatedAt.Equal(all[0].UpdatedAt) {
				j.find(&j.Loops, nil, "%s: the item in %s changed while nobody did anything", token, d.Kind)
			}
		}
	}
	return nil
}

// describe is what people did to an item and what both sides show, for the reader of a finding.
func (j *assize) describe(i *item) string {
	var b strings.Builder
	for _, a := range i.acts {
		fmt.Fprintf(&b, "\n  %s  %4d in %s: %s", a.Ended.UTC().Format("15:04:05.000"), a.Seq, a.Side, a.What)
		if a.Refused+a.Unsure != "" {
			fmt.Fprintf(&b, " [%s%s]", a.Refused, a.Unsure)
		}
	}
	for side, d := range j.desks {
		for _, o := range j.there[side][i.token] {
			fmt.Fprintf(&b, "\n  %s shows %s:", d.Kind, o.Ref)
			for _, f := range slices.Sorted(maps.Keys(o.Fields)) {
				if v := o.Fields[f]; !v.IsEmpty() && !v.IsAbsent() && v.Kind() != core.KindText {
					fmt.Fprintf(&b, " %s=%s", f, v)
				}
			}
			fmt.Fprintf(&b, "; %d comments, %d files", len(o.Comments), len(o.Attachments))
		}
	}
	_ = j.s.eachPair(j.ctx, func(p pairRow) {
		for n, s := range p.Sides {
			if s.Item != "" && s.Item == i.ids[n] {
				var out struct {
					Parked []struct{ Rule, Class, Text string }
				}
				_ = j.s.ask(j.ctx, "/api/v1/pairs/"+url.PathEscape(p.ID), &out) // a pair that cannot be read is told without what is parked
				fmt.Fprintf(&b, "\n  pair %s is %s %v", p.ID, p.Status, out.Parked)
				return
			}
		}
	})
	return b.String()
}
