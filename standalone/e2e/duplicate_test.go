package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// things are what is created on the other side, each of which a crash could double.
var things = []struct {
	name string
	do   func(*subject, context.Context) error
	want [2]profile // of a pair that began with a ticket, and with an issue
}{
	{"item", (*subject).report, [2]profile{{tickets: 1, issues: 1, notes: 1}, {tickets: 1, issues: 1, notes: 1}}},
	{"comment", (*subject).comment, [2]profile{{tickets: 1, issues: 1, notes: 2, remarks: 1, copied: [2]int{1, 1}},
		{tickets: 1, issues: 1, notes: 2, remarks: 1, copied: [2]int{1, 1}}}},
	// A file comes to a ticket with a comment, which is copied like any other; the comment that brings a copied file is not.
	{"attachment", (*subject).attach, [2]profile{{tickets: 1, issues: 1, notes: 3, remarks: 2, copied: [2]int{1, 1}, ticketFiles: 1, files: 1},
		{tickets: 1, issues: 1, notes: 3, remarks: 1, copied: [2]int{1, 1}, ticketFiles: 1, files: 1}}},
}

// TestNoDuplicateCreate kills the worker between any two remote calls that a create makes: of an item, a comment and a
// file, in both directions. The calls are those that an undisturbed pair was seen to make. Every pair has a point of its
// own; the calls at the points are held until all have come, and the worker is killed with all of them under way. Then,
// in another world, the same with answers that are lost while the worker lives.
func TestNoDuplicateCreate(t *testing.T) {
	t.Parallel()
	for name, tried := range map[string]func(d *duplicates, thing int, sequence [2][]string){
		"the worker is killed": func(d *duplicates, thing int, sequence [2][]string) {
			d.subjects = d.crowd(d.subjects, points(sequence, before, after), thing)
			d.round(thing, d.subjects, 0)
			if thing == 0 {
				twice := d.crowd(nil, twicePoints(sequence), thing)
				d.round(thing, twice, 2*findLag) // so that the next attempt has no reason to wait before it creates
			}
		},
		"answers are lost": func(d *duplicates, thing int, sequence [2][]string) {
			d.subjects = d.crowd(d.subjects, points(sequence, drop), thing)
			d.round(thing, d.subjects, -1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "")
			d := &duplicates{world: w}
			model := [2]*subject{w.newSubject(0, false, nil), w.newSubject(0, true, nil)}
			for thing := range things {
				sequence := d.dryRun(thing, model)
				tried(d, thing, sequence)
				t.Logf("%s: the calls of a pair from a ticket: %s\nand from an issue: %s", things[thing].name, strings.Join(sequence[0], ", "), strings.Join(sequence[1], ", "))
			}
			t.Logf("\n%-12s %-10s %-22s %6s %6s %11s\n%s", "created", "from", "", "points", "ok", "not made", d.table.String())
			t.Logf("no duplicate create: %d points, %d ok", d.tried, d.ok)
			if d.ok != d.tried || d.tried == 0 {
				t.Error("not every point was held")
			}
		})
	}
}

type duplicates struct {
	*world
	subjects  []*subject // one for each point, with what earlier rounds gave them
	next      int
	tried, ok int
	table     strings.Builder
}

// points are all places in the sequences, one subject each.
func points(sequence [2][]string, when ...string) (all [2][]*point) {
	for from, calls := range sequence {
		last := 0
		for i, op := range calls {
			if !strings.HasPrefix(op, "GET ") {
				last = i
			}
		}
		for i, op := range calls {
			for _, w := range when {
				all[from] = append(all[from], &point{call: i, op: op, when: w, late: i > last})
			}
		}
	}
	return all
}

// twicePoints are those of an attempt that follows a killed one and loses its answer in turn.
func twicePoints(sequence [2][]string) (all [2][]*point) {
	for from, calls := range sequence {
		for i, op := range calls {
			if op == "POST /rest/api/3/issue" || op == "POST /api/v2/tickets" {
				all[from] = append(all[from], &point{call: i, op: op, when: before, then: &point{call: -1, op: op, when: drop}})
			}
		}
	}
	return all
}

// dryRun lets one pair in each direction pass undisturbed and gives the calls it made.
func (d *duplicates) dryRun(thing int, model [2]*subject) (sequence [2][]string) {
	d.t.Helper()
	d.settle()
	for from, s := range model {
		d.watch.arm(s.track, nil)
		d.must(things[thing].do(s, d.ctx()))
		d.eventually("undisturbed, "+things[thing].name, func() error { return d.holds(thing, []*subject{s}) })
		d.settle()
		sequence[from] = d.watch.callsOf(s.track)
		if len(sequence[from]) < 2 {
			d.t.Fatalf("an undisturbed %s made only the calls %v", things[thing].name, sequence[from])
		}
	}
	return sequence
}

// crowd gives every point a subject of its own; subjects that are missing are new, with all that earlier rounds gave.
func (d *duplicates) crowd(have []*subject, points [2][]*point, thing int) (all []*subject) {
	d.t.Helper()
	var fresh []*subject
	for from, ps := range points {
		for _, p := range ps {
			var s *subject
			for i, h := range have {
				if h != nil && h.fromIssue == (from == 1) {
					s, have[i] = h, nil
					break
				}
			}
			if s == nil {
				d.next++
				s = d.newSubject(d.next, from == 1, nil)
				fresh = append(fresh, s)
			}
			s.point = p
			all = append(all, s)
		}
	}
	for earlier := range thing {
		d.must(each(fresh, func(s *subject) error { d.watch.arm(s.track, nil); return things[earlier].do(s, d.ctx()) }))
		d.eventually("more pairs for "+things[thing].name, func() error { return d.holds(earlier, fresh) })
	}
	return all
}

// round lets every subject come to its point, kills the worker, starts it after some downtime, and holds all subjects to
// what they have to be. A negative downtime leaves the worker alive.
func (d *duplicates) round(thing int, subjects []*subject, downtime time.Duration) {
	d.t.Helper()
	began := time.Now()
	d.settle()
	var tracks []*track
	for _, s := range subjects {
		d.watch.arm(s.track, s.point)
		tracks = append(tracks, s.track)
	}
	d.must(each(subjects, func(s *subject) error { return things[thing].do(s, d.ctx()) }))
	if downtime >= 0 {
		d.eventually("all calls come to their points", func() error {
			if n := d.watch.pending(tracks); n > 0 && d.watch.quietFor() < 5*time.Second {
				return fmt.Errorf("%d are not there", n)
			}
			return nil
		})
		d.killWorker()
		d.watch.killed()
		time.Sleep(downtime)
		d.startWorker()
	}
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if last = d.holds(thing, subjects); last == nil {
			break
		}
	}
	d.settle() // and nothing is copied later
	l, err := d.lists(d.ctx())
	d.must(err)
	count := map[[2]string][3]int{}
	for _, s := range subjects {
		k := [2]string{"a ticket", s.point.when}
		if s.fromIssue {
			k[0] = "an issue"
		}
		if s.point.then != nil {
			k[1] += ", twice"
		}
		n := count[k]
		switch missed := d.watch.missed(s.track); {
		case missed && s.point.late:
			n[2]++
		case missed:
			d.t.Errorf("%s: call %d (%s) was not made: the point was not tried", s.token, s.point.call, s.point.op)
			fallthrough
		default:
			n[0]++
			d.tried++
		}
		if err := s.check(d.ctx(), thing, l); err != nil {
			d.t.Errorf("%s of %s, %s call %d (%s): %v", things[thing].name, s.token, s.point.when, s.point.call, s.point.op, err)
		} else if !d.watch.missed(s.track) {
			n[1]++
			d.ok++
		}
		count[k] = n
	}
	for k, n := range count {
		fmt.Fprintf(&d.table, "%-12s %-10s %-22s %6d %6d %11d\n", things[thing].name, k[0], k[1], n[0], n[1], n[2])
	}
	d.t.Logf("%s, %d points: %v", things[thing].name, len(subjects), time.Since(began).Round(time.Millisecond))
}

// holds checks all subjects and returns the first that is not as it has to be.
func (d *duplicates) holds(thing int, subjects []*subject) error {
	l, err := d.lists(d.ctx())
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if err := s.check(d.ctx(), thing, l); err != nil {
			return err
		}
	}
	return nil
}

// check holds a subject to exactly one of everything, and its pair to be in step.
func (s *subject) check(ctx context.Context, thing int, l lists) error {
	from := 0
	if s.fromIssue {
		from = 1
	}
	is, err := s.look(ctx, l)
	if err != nil {
		return err
	}
	if want := things[thing].want[from]; is != want {
		return fmt.Errorf("%s is %+v, want %+v", s.token, is, want)
	}
	pairs, err := s.store.PairsOf(ctx, "zendesk-acme", s.ticket)
	if err != nil {
		return err
	}
	if len(pairs) != 1 || pairs[0].Status != "in-sync" {
		return fmt.Errorf("%s: its pairs are %+v, want one in step", s.token, pairs)
	}
	return nil
}
