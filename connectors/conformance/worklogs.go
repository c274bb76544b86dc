package conformance

import (
	"time"

	"duplex/connectors"
	"duplex/core"
)

var worklogTests = []test{
	{"Worklogs/RoundTrip", "Worklogger", func(t *T) {
		id := t.made(t.draft())
		d := t.work("looked at it")
		w := t.worked(id, d)
		got, ok := worklogOf(t.get(id), w.ID)
		if !ok || !t.says(got, d) || !got.Own || got.Author.IsEmpty() {
			t.Errorf("shown as %+v (%v), want what was written by the own account: %+v", got, ok, d)
		}
		if got.Visibility.Audience != core.Internal {
			t.Errorf("it is for %v, want the team alone", got.Visibility)
		}
		bare := t.work("")
		w = t.worked(id, bare)
		if got, ok := worklogOf(t.get(id), w.ID); !ok || !t.says(got, bare) {
			t.Errorf("without a text it is shown as %+v (%v), want %+v", got, ok, bare)
		}
	}},
	{"Worklogs/APersonsAreNotOwnAndInOrder", "Worklogger", func(t *T) {
		if t.Person.Work == nil {
			t.Fatal("the instance cannot play a person who works: give it Person.Work, or skip this test with a reason")
		}
		id := t.made(t.draft())
		d := t.work("by a person")
		t.Person.Work(t.TB, id, d.Started, d.Seconds, "by a person")
		t.tick()
		own := t.worked(id, t.work("by the sync"))
		o := t.get(id)
		if len(o.Worklogs) != 2 || o.Worklogs[0].Own || o.Worklogs[0].Mark != "" || o.Worklogs[1].ID != own.ID || !o.AllWorklogs {
			t.Fatalf("shown: %+v, all: %v", o.Worklogs, o.AllWorklogs)
		}
		if !t.says(o.Worklogs[0], d) {
			t.Errorf("the person's is shown as %+v, want %+v", o.Worklogs[0], d)
		}
		bare, err := t.Connector.Get(t.Context(), id, connectors.Want{Type: t.Type, Comments: true})
		if err != nil || len(bare.Worklogs) > 0 || bare.AllWorklogs {
			t.Errorf("nobody asked for worklogs: %+v, %v", bare.Worklogs, err)
		}
	}},
	{"Worklogs/MoveTheRevision", "Worklogger", func(t *T) {
		id := t.made(t.draft())
		before := t.get(id)
		t.tick()
		t.worked(id, t.work("more"))
		if after := t.get(id); t.Connector.Facts().Revisions && after.Revision == before.Revision {
			t.Error("a new worklog is not seen as a change of the item")
		}
	}},
	{"Worklogs/CanBeEdited", "WorklogEditor", func(t *T) {
		id := t.made(t.draft())
		d := t.work("first")
		w := t.worked(id, d)
		d.Seconds, d.Started, d.Body = 5400, d.Started.Add(-2*time.Hour), t.Body("second")
		if _, err := t.Connector.(connectors.WorklogEditor).EditWorklog(t.Context(), id, w.ID, d); err != nil {
			t.Fatal(err)
		}
		o := t.get(id)
		if got, ok := worklogOf(o, w.ID); !ok || !t.says(got, d) || len(o.Worklogs) != 1 {
			t.Errorf("shown as %+v (%v) of %d, want %+v", got, ok, len(o.Worklogs), d)
		}
	}},
	{"Worklogs/CanBeDeleted", "WorklogDeleter", func(t *T) {
		id := t.made(t.draft())
		w := t.worked(id, t.work("gone soon"))
		deleter := t.Connector.(connectors.WorklogDeleter)
		if err := deleter.DeleteWorklog(t.Context(), id, w.ID); err != nil {
			t.Fatal(err)
		}
		if _, ok := worklogOf(t.get(id), w.ID); ok {
			t.Error("it is still shown")
		}
		t.wantClass("a second delete", deleter.DeleteWorklog(t.Context(), id, w.ID), "not-found")
	}},
	{"Worklogs/AreFoundByTheirMark", "WorklogFinder", func(t *T) {
		f := t.Connector.(connectors.WorklogFinder)
		id := t.made(t.draft())
		d := t.work("marked")
		w := t.worked(id, d)
		t.worked(id, t.work("another"))
		got, err := f.FindWorklog(t.Context(), id, d.Mark)
		if err != nil || got.ID != w.ID || !t.says(got, d) {
			t.Errorf("found %+v, %v; want %+v", got, err, w)
		}
		_, err = f.FindWorklog(t.Context(), id, mark())
		t.wantClass("a mark nobody carries", err, "not-found")
	}},
	{"Worklogs/WhoseAnswerIsLostAreFound", "WorklogFinder", func(t *T) {
		id := t.made(t.draft())
		d := t.work("once")
		t.fault(LostAnswer)
		_, err := t.Connector.(connectors.Worklogger).AddWorklog(t.Context(), id, d)
		t.wantClass("a worklog whose answer is lost", err, "busy")
		if _, err := t.Connector.(connectors.WorklogFinder).FindWorklog(t.Context(), id, d.Mark); err != nil {
			t.Errorf("it is not found: %v", err)
		}
	}},
	{"Worklogs/OfTheUnknownIsNotFound", "Worklogger", func(t *T) {
		_, err := t.Connector.(connectors.Worklogger).AddWorklog(t.Context(), t.unknown(), t.work("x"))
		t.wantClass("a worklog", err, "not-found")
	}},
}

// work is a draft of half an hour; without a text when text is "".
func (t *T) work(text string) core.WorklogDraft {
	d := core.WorklogDraft{Started: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC), Seconds: 1800, Mark: mark(), Body: core.Empty(core.KindText)}
	if text != "" {
		d.Body = t.Body(text)
	}
	return d
}

func (t *T) worked(id string, d core.WorklogDraft) core.Worklog {
	t.Helper()
	w, err := t.Connector.(connectors.Worklogger).AddWorklog(t.Context(), id, d)
	if err != nil || w.ID == "" {
		t.Fatalf("worklog: %+v, %v", w, err)
	}
	return w
}

// says reports whether a worklog is what a draft says.
func (t *T) says(w core.Worklog, d core.WorklogDraft) bool {
	text := func(v core.Value) string {
		if v.IsAbsent() || v.IsEmpty() {
			return ""
		}
		return t.Plain(v)
	}
	return w.Seconds == d.Seconds && w.Started.Equal(d.Started) && w.Started.Location() == time.UTC && text(w.Body) == text(d.Body)
}

func worklogOf(o core.Observation, id string) (core.Worklog, bool) {
	for _, w := range o.Worklogs {
		if w.ID == id {
			return w, true
		}
	}
	return core.Worklog{}, false
}
