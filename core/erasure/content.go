package erasure

import (
	"maps"

	"duplex/core"
)

// Gone stands in texts for what was erased.
const Gone = "(erased)"

// Written are the comments and files of a pair that a person wrote, with their copies, by their ids on each side.
type Written [2]map[string]bool

// Wrote lists what the person wrote on one side, as an observation shows it.
func (p *Person) Wrote(o *core.Observation, into map[string]bool) {
	for _, c := range o.Comments {
		if p.Is(c.Author, o.Ref.System) {
			into[string(core.EntryComment)+":"+c.ID] = true
		}
	}
	for _, w := range o.Worklogs {
		if p.Is(w.Author, o.Ref.System) {
			into[string(core.EntryWorklog)+":"+w.ID] = true
		}
	}
	for _, f := range o.Attachments {
		if p.Is(f.Author, o.Ref.System) {
			into[string(core.EntryAttachment)+":"+f.ID] = true
		}
	}
}

// Copies adds the copies of what the person wrote, and the originals of copies.
func (w Written) Copies(links []core.Link) {
	for _, l := range links {
		a, b := string(l.Kind)+":"+l.IDs[core.A], string(l.Kind)+":"+l.IDs[core.B]
		if w[l.Origin][string(l.Kind)+":"+l.IDs[l.Origin]] {
			w[core.A][a], w[core.B][b] = true, true
			for _, id := range l.Copies {
				w[l.Origin.Other()][string(l.Kind)+":"+id] = true
			}
		}
	}
}

// eraser replaces values and counts them.
type eraser struct {
	p    *Person
	salt string
	n    int
}

// Observation is the observation without the person: users become digests, what they wrote loses text and author, and any
// value that mentions them becomes a digest. n is how many values went; with 0 the observation is as it was.
func (p *Person) Observation(o core.Observation, written map[string]bool, salt string) (core.Observation, int) {
	e := eraser{p: p, salt: salt}
	o.CreatedBy, o.UpdatedBy = e.value(o.CreatedBy, o.Ref.System), e.value(o.UpdatedBy, o.Ref.System)
	o.Fields = e.fields(o.Fields, o.Ref.System)
	if o.Held != nil {
		o.Held = e.fields(o.Held, o.Ref.System)
	}
	comments := append([]core.Comment(nil), o.Comments...)
	for i := range comments {
		c := &comments[i]
		c.Author = e.value(c.Author, o.Ref.System)
		if written[string(core.EntryComment)+":"+c.ID] {
			c.Author, c.Body = e.gone(c.Author), e.gone(c.Body)
		} else {
			c.Body = e.value(c.Body, o.Ref.System)
		}
	}
	worklogs := append([]core.Worklog(nil), o.Worklogs...)
	for i := range worklogs {
		w := &worklogs[i]
		w.Author = e.value(w.Author, o.Ref.System)
		if written[string(core.EntryWorklog)+":"+w.ID] {
			w.Author, w.Body = e.gone(w.Author), e.gone(w.Body)
		} else {
			w.Body = e.value(w.Body, o.Ref.System)
		}
	}
	o.Worklogs = worklogs
	files := append([]core.Attachment(nil), o.Attachments...)
	for i := range files {
		f := &files[i]
		f.Author = e.value(f.Author, o.Ref.System)
		if p.Mentions(f.Name) || written[string(core.EntryAttachment)+":"+f.ID] && f.Name != Gone {
			f.Name, e.n = Gone, e.n+1
		}
	}
	o.Comments, o.Attachments = comments, files
	people := append([]core.Value(nil), o.People...)
	for i, v := range people {
		people[i] = e.value(v, o.Ref.System)
	}
	o.People = people
	o.Erased = o.Erased || e.n > 0
	return o, e.n
}

// Plan is the plan without the person, as Observation does it. systems are those of the pair's sides.
func (p *Person) Plan(plan core.Plan, systems [2]string, written Written, salt string) (core.Plan, int) {
	e := eraser{p: p, salt: salt}
	decisions := append([]core.Decision(nil), plan.Decisions...)
	for i := range decisions {
		d := &decisions[i]
		d.Value, d.Fallback, d.Wrote = e.value(d.Value, systems[d.To]), e.value(d.Fallback, systems[d.To]), e.value(d.Wrote, systems[d.To])
		d.Loser = e.value(d.Loser, systems[d.LoserOf])
		d.Also, d.Parts = e.fields(d.Also, systems[d.To]), e.fields(d.Parts, systems[d.To])
		for _, s := range core.Sides {
			d.Sets[s] = e.set(d.Sets[s], systems[s])
		}
		d.Reason, d.Problem = e.text(d.Reason), e.problem(d.Problem)
	}
	plan.Decisions = decisions
	for _, s := range core.Sides {
		if c := plan.Create[s]; c != nil {
			draft := *c
			draft.Fields = e.fields(c.Fields, systems[s])
			plan.Create[s] = &draft
		}
		if u := plan.Update[s]; u != nil {
			patch := core.Patch{Fields: e.fields(u.Fields, systems[s]), Sets: maps.Clone(u.Sets)}
			for name, set := range patch.Sets {
				patch.Sets[name] = e.set(set, systems[s])
			}
			plan.Update[s] = &patch
		}
	}
	entries := append([]core.EntryDecision(nil), plan.Entries...)
	for i := range entries {
		d := &entries[i]
		wrote := written[d.To.Other()][string(d.Kind)+":"+d.Source]
		if d.Comment != nil {
			c := *d.Comment
			c.Body, c.Bare, c.Author = e.value(c.Body, systems[d.To]), e.value(c.Bare, systems[d.To]), e.value(c.Author, systems[d.To])
			if wrote {
				c.Body = e.gone(c.Body)
				if !c.Bare.IsAbsent() {
					c.Bare = e.gone(c.Bare)
				}
			}
			d.Comment = &c
		}
		if d.Worklog != nil {
			w := *d.Worklog
			if w.Body = e.value(w.Body, systems[d.To]); wrote {
				w.Body = e.gone(w.Body)
			}
			d.Worklog = &w
		}
		if d.Attachment != nil && d.Attachment.Name != Gone && (wrote || p.Mentions(d.Attachment.Name)) {
			f := *d.Attachment
			f.Name, e.n = Gone, e.n+1
			d.Attachment = &f
		}
		d.Reason, d.Problem = e.text(d.Reason), e.problem(d.Problem)
	}
	plan.Entries = entries
	plan.Erased = plan.Erased || e.n > 0
	return plan, e.n
}

// Parked is what is parked without the person. Texts and values that mention them go; what is parked stays parked.
func (p *Person) Parked(parked map[string]core.Parked) (map[string]core.Parked, int) {
	e := eraser{p: p}
	out := maps.Clone(parked)
	for rule, k := range out {
		k.Problem = *e.problem(&k.Problem)
		out[rule] = k
	}
	return out, e.n
}

func (e *eraser) problem(p *core.Problem) *core.Problem {
	if p == nil {
		return nil
	}
	out := *p
	out.Text, out.Value = e.text(p.Text), e.text(p.Value)
	return &out
}

func (e *eraser) text(s string) string {
	if e.p.Mentions(s) {
		e.n++
		return Gone
	}
	return s
}

func (e *eraser) fields(fields map[string]core.Value, system string) map[string]core.Value {
	out := maps.Clone(fields)
	for name, v := range out {
		out[name] = e.value(v, system)
	}
	return out
}

func (e *eraser) set(s core.SetChange, system string) core.SetChange {
	return core.SetChange{Add: e.value(s.Add, system), Remove: e.value(s.Remove, system)}
}

// value is v, or its digest where it is or mentions the person. Of sets and lists the elements are replaced.
func (e *eraser) value(v core.Value, system string) core.Value {
	switch v.Kind() {
	case core.KindSet, core.KindList:
		items := append([]core.Value(nil), v.Items()...)
		if len(items) == 0 {
			return v
		}
		before := e.n
		for i := range items {
			items[i] = e.value(items[i], system)
		}
		switch {
		case e.n == before:
			return v
		case v.Kind() == core.KindSet:
			return core.Set(items...)
		}
		return core.List(items...)
	case core.KindErased:
		return v
	}
	if e.p.Is(v, system) || e.p.Mentions(v.Source()) || e.p.Mentions(v.Name()) || e.p.Mentions(v.Email()) || e.p.Mentions(v.ID()) {
		return e.gone(v)
	}
	return v
}

// gone is the digest of a value that holds something.
func (e *eraser) gone(v core.Value) core.Value {
	if v.IsAbsent() || v.IsEmpty() || v.Kind() == core.KindErased {
		return v
	}
	e.n++
	return core.Erased(v, e.salt)
}
