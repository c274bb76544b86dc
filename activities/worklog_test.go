package activities_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

const worklogFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
rules:
  - {support: title, engineering: title}
worklogs: {flow: both, deletes: true}
`

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// works lets a person spend time on a side's item.
func (d *desk) works(side core.Side, seconds int64, text string) core.Worklog {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	w, err := d.sys[side].WorkAs("u-grace", d.refs[side].ID, nine, seconds, text, core.Internal)
	d.must(err)
	return w
}

// spent is what a side's item shows of time: who wrote it, how long, and the text.
func (d *desk) spent(side core.Side, want ...string) {
	d.t.Helper()
	var got []string
	for _, w := range d.item(side).Worklogs {
		if !w.Started.Equal(nine) && w.Seconds != 60 {
			d.t.Errorf("it began at %v, want %v", w.Started, nine)
		}
		by := "a person"
		if w.Own {
			by = "the sync"
		}
		got = append(got, fmt.Sprintf("%s %d %s", by, w.Seconds, strings.ReplaceAll(w.Body.Source(), "\n\n", "|")))
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("side %d shows %q, want %q", side, got, want)
	}
}

func TestWorklogsTravelBothWaysWithEditsAndDeletes(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	a := d.works(core.A, 1800, "looked at it")
	b := d.works(core.B, 3600, "")
	d.sync()
	d.spent(core.A, "a person 1800 looked at it", "the sync 3600 Grace Hopper (right):")
	d.spent(core.B, "a person 3600 ", "the sync 1800 Grace Hopper (left):|looked at it")
	for range 3 {
		d.sync()
	}
	d.spent(core.A, "a person 1800 looked at it", "the sync 3600 Grace Hopper (right):")

	d.now = d.now.Add(time.Second)
	d.must(d.sys[core.A].EditWorkAs("u-grace", d.refs[core.A].ID, a.ID, nine, 2700, "looked at it longer"))
	d.must(d.sys[core.B].DeleteWorkAs("u-grace", d.refs[core.B].ID, b.ID))
	d.sync()
	d.spent(core.A, "a person 2700 looked at it longer")
	d.spent(core.B, "the sync 2700 Grace Hopper (left):|looked at it longer")

	d.now = d.now.Add(time.Second)
	d.must(d.sys[core.A].EditWorkAs("u-grace", d.refs[core.A].ID, a.ID, nine.Add(time.Hour), 60, "looked at it longer"))
	d.sync()
	if w := d.item(core.B).Worklogs[0]; !w.Started.Equal(nine.Add(time.Hour)) || w.Seconds != 60 {
		t.Errorf("after the time was moved the copy says %v for %d seconds", w.Started, w.Seconds)
	}
}

// TestTimeIsNeverCountedTwice: the answer to the write is lost, and the worker that wrote it too.
func TestTimeIsNeverCountedTwice(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	d.works(core.A, 1800, "once")
	d.fetch(core.A, d.refs[core.A], false)
	tr := d.plan()
	d.sys[core.B].FailNext(memory.OpAddWorklog, memory.AfterCommit)
	if _, err := d.apply(tr); err == nil {
		t.Fatal("the answer was not lost")
	}
	d.sync()
	d.spent(core.B, "the sync 1800 Grace Hopper (left):|once")
	calls := d.sys[core.B].Calls()
	if calls[memory.OpAddWorklog] != 1 || calls[memory.OpFindWorklog] == 0 {
		t.Errorf("written %d times, looked for %d times", calls[memory.OpAddWorklog], calls[memory.OpFindWorklog])
	}
}

// TestAWorklogThatIsRefusedParksAlone: the rest goes on, and its text names no content.
func TestAWorklogThatIsRefusedParksAlone(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	w := d.works(core.A, 1800, "refused")
	d.works(core.A, 900, "taken")
	d.sys[core.B].FailNextWith(memory.OpAddWorklog, memory.Before, connectors.Invalid("write", "worklog", "the month is closed"))
	d.sync()
	d.spent(core.B, "the sync 900 Grace Hopper (left):|taken")
	p, ok := d.row().Parked["worklog:"+w.ID]
	if !ok || p.Problem.Class != core.ProblemInvalid {
		t.Errorf("parked: %+v", d.row().Parked)
	}
	d.now = d.now.Add(time.Second)
	d.must(d.sys[core.A].EditWorkAs("u-grace", d.refs[core.A].ID, w.ID, nine, 1200, "mended"))
	d.sync()
	d.spent(core.B, "the sync 900 Grace Hopper (left):|taken", "the sync 1200 Grace Hopper (left):|mended")
	if len(d.row().Parked) > 0 {
		t.Errorf("still parked: %+v", d.row().Parked)
	}
}

// TestWorklogsForSomeStayWhereTheyAre: what only a group reads does not cross, and the copy of one that was kept to a group is
// taken back.
func TestWorklogsForSomeStayWhereTheyAre(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	open := d.works(core.A, 1800, "for all")
	_, err := d.sys[core.A].WorkAs("u-grace", d.refs[core.A].ID, nine, 600, "for some", core.Restricted)
	d.must(err)
	d.sync()
	d.spent(core.B, "the sync 1800 Grace Hopper (left):|for all")
	d.must(d.sys[core.A].RestrictWorkAs("u-grace", d.refs[core.A].ID, open.ID, "leads"))
	d.sync()
	d.spent(core.B)
}

// TestPoliciesOfWorklogs: each policy off leaves the copy alone.
func TestPoliciesOfWorklogs(t *testing.T) {
	for _, c := range []struct {
		reason, policy string
		act            func(d *desk, w core.Worklog) error
		want           []string
	}{
		{"edits are left alone", "worklogs: {edits: false}", func(d *desk, w core.Worklog) error {
			return d.sys[core.A].EditWorkAs("u-grace", d.refs[core.A].ID, w.ID, nine, 60, "edited")
		}, []string{"the sync 1800 Grace Hopper (left):|first"}},
		{"a deletion leaves the copy when nothing is said", "worklogs: {}", func(d *desk, w core.Worklog) error {
			return d.sys[core.A].DeleteWorkAs("u-grace", d.refs[core.A].ID, w.ID)
		}, []string{"the sync 1800 Grace Hopper (left):|first"}},
		{"no header", "worklogs: {header: ''}", func(*desk, core.Worklog) error { return nil }, []string{"the sync 1800 first"}},
		{"one way", "worklogs: {flow: to-support}", func(*desk, core.Worklog) error { return nil }, nil},
		{"nothing is said", "sweep: 15m", func(*desk, core.Worklog) error { return nil }, nil},
	} {
		d := newDesk(t, strings.Replace(worklogFile, "worklogs: {flow: both, deletes: true}", c.policy, 1))
		d.open(nil)
		d.sync()
		w := d.works(core.A, 1800, "first")
		d.sync()
		d.now = d.now.Add(time.Second)
		if err := c.act(d, w); err != nil {
			t.Fatal(c.reason, err)
		}
		d.sync()
		t.Log(c.reason)
		d.spent(core.B, c.want...)
	}
}

// TestADeletedCopyOfAWorklogIsNotWrittenAgain: somebody deletes the copy; the original stays, and so does the decision.
func TestADeletedCopyOfAWorklogIsNotWrittenAgain(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	d.works(core.A, 1800, "first")
	d.sync()
	d.now = d.now.Add(time.Second)
	d.must(d.sys[core.B].DeleteWorkAs("u-grace", d.refs[core.B].ID, d.item(core.B).Worklogs[0].ID))
	d.sync()
	d.sync()
	d.spent(core.A, "a person 1800 first")
	d.spent(core.B)
}

// TestAnEditOfACopyThatWasDeletedMeanwhileIsNoSecondOne: who took the time away there has decided.
func TestAnEditOfACopyThatWasDeletedMeanwhileIsNoSecondOne(t *testing.T) {
	d := newDesk(t, worklogFile)
	d.open(nil)
	d.sync()
	w := d.works(core.A, 1800, "first")
	d.sync()
	d.now = d.now.Add(time.Second)
	d.must(d.sys[core.A].EditWorkAs("u-grace", d.refs[core.A].ID, w.ID, nine, 60, "edited"))
	d.fetch(core.A, d.refs[core.A], false)
	tr := d.plan()
	d.must(d.sys[core.B].DeleteWorkAs("u-grace", d.refs[core.B].ID, d.item(core.B).Worklogs[0].ID))
	if _, err := d.apply(tr); err != nil && !errors.Is(err, connectors.ErrStale) {
		t.Fatal(err)
	}
	d.sync()
	d.spent(core.B)
}
