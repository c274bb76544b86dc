package merge

import "duplex/core"

// worklogs are the decisions about worklogs. They follow comments, but that an edit is never carried as a further one: time would
// be counted twice.
func (e Entries) worklogs() []core.EntryDecision {
	if e.Worklogs.Flow == "" {
		return nil
	}
	var ds []core.EntryDecision
	for _, from := range core.Sides {
		if e.Now[from] == nil {
			continue
		}
		links := e.linked(core.EntryWorklog, from)
		if e.Worklogs.Flow.Allows(from.Other()) {
			for _, w := range e.Now[from].Worklogs {
				if d, ok := e.worklog(w, links[w.ID], from); ok {
					ds = append(ds, d)
				}
			}
		}
		ds = append(ds, e.vanished(core.EntryWorklog, from)...)
	}
	return ds
}

// worklog decides about one worklog of side from; false when there is nothing to do. One that only some of the team may read stays
// where it is, and its copy is taken back.
func (e Entries) worklog(w core.Worklog, link *core.Link, from core.Side) (core.EntryDecision, bool) {
	to := from.Other()
	print := WorklogPrint(w)
	d := core.EntryDecision{Kind: core.EntryWorklog, To: to, Source: w.ID, Print: print, Was: w.Visibility}
	switch {
	case link == nil && (w.Own || w.Mark != ""):
		return d, false
	case link != nil && (link.Dropped || link.Origin != from || link.Print == print):
		return d, false
	case e.parkedStill(core.EntryWorklog, w.ID, print):
		return d, false
	}
	if (core.Visibility{Audience: core.Internal}).WiderThan(w.Visibility) {
		return e.hidden(d, link)
	}
	if link != nil && !e.Worklogs.Edits {
		return d, false
	}
	draft := e.Work(to, w)
	draft.Mark = e.Mark(core.EntryWorklog, to, w.ID)
	d.Worklog = &draft
	switch {
	case link == nil && !e.Can[to].AddWorklog:
		return e.park(d, core.ProblemUnsupported, "the other system cannot take worklogs"), true
	case link == nil:
		d.Action, d.Reason = core.EntryAdd, "new worklog"
		return d, true
	case !e.Can[to].EditWorklog:
		return e.park(d, core.ProblemUnsupported, "the worklog was edited and the other system cannot edit its copy: correct it by hand"), true
	}
	d.Action, d.Target, d.Reason = core.EntryEdit, link.IDs[to], "the worklog was edited"
	return d, true
}

func (e Entries) hidden(d core.EntryDecision, link *core.Link) (core.EntryDecision, bool) {
	if link == nil {
		return d, false
	}
	if d.Target = link.IDs[d.To]; !e.Can[d.To].DeleteWorklog {
		return e.park(d, core.ProblemUnsupported, "the worklog was kept to some of the team and its copy is still seen by all of it: delete the copy by hand"), true
	}
	d.Action, d.Reason = core.EntryDelete, "the worklog was kept to some of the team: its copy is taken back"
	return d, true
}

// WorklogPrint identifies what a worklog says: when, how long, the text and who reads it.
func WorklogPrint(w core.Worklog) string {
	return fingerprint(core.DateTime(w.Started.UTC()), core.Int(w.Seconds), w.Body, core.String(w.Visibility.String()))
}
