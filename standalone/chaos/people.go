package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"duplex/standalone/rig"
)

// atOnce is how many people work at the same time.
const atOnce = 10

// people are the ones who work on both systems. They know the items they made and those whose token they find.
type people struct {
	s     *site
	rec   *record
	begun time.Time
}

// storm lets the people work and things break until the plan's time is over, and puts everything right.
func storm(ctx context.Context, s *site, p plan, rec *record, out io.Writer) {
	for which, shifts := range p.skews {
		if len(shifts) > 0 {
			if err := s.skew(ctx, side(which), shifts[0].shift); err != nil {
				fmt.Fprintln(out, "chaos: the clock was not put off:", err)
			}
		}
	}
	w := &people{s: s, rec: rec, begun: time.Now()}
	looking, stop := context.WithCancel(ctx)
	defer stop()
	go w.look(looking)
	var all sync.WaitGroup
	all.Go(func() { breakThings(ctx, s, p, w.begun, out) })
	queue := make(chan planned)
	for range atOnce {
		all.Go(func() {
			for a := range queue {
				w.do(ctx, a)
			}
		})
	}
	for _, a := range p.acts {
		if !sleep(ctx, time.Until(w.begun.Add(a.at))) {
			break
		}
		queue <- a
	}
	close(queue)
	sleep(ctx, time.Until(w.begun.Add(s.o.Storm)))
	all.Wait()
	if err := s.heal(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(out, "chaos: not everything could be put right after the storm:", err)
	}
}

// look finds the twins of what people made, as people do: by the token in the title.
func (w *people) look(ctx context.Context) {
	for sleep(ctx, 700*time.Millisecond) {
		unknown := map[string]*item{}
		for _, i := range w.rec.all() {
			if !i.known(0, time.Now()) && !i.dead() {
				unknown[i.token] = i
			}
		}
		if len(unknown) == 0 {
			continue
		}
		tickets, _ := w.s.agents()[0].newestTickets(ctx) // what is not found now is found later
		for _, t := range tickets {
			if i := unknown[tokenOf(rig.Text(t, "subject"))]; i != nil && i.origin == engineering {
				i.find(support, rig.Text(t, "id"))
			}
		}
		issues, _ := w.s.engineers()[0].Search(ctx, "project = ENG ORDER BY created DESC", 100, "summary")
		for _, t := range issues {
			if i := unknown[tokenOf(rig.Text(t, "fields", "summary"))]; i != nil && i.origin == support {
				i.find(engineering, rig.Text(t, "id"))
			}
		}
	}
}

func tokenOf(title string) string {
	if f := words(title); len(f) > 0 {
		return f[0]
	}
	return ""
}

// scene is one act being carried out.
type scene struct {
	*people
	ctx  context.Context
	r    *rand.Rand
	item *item
	side side
	who  hands
	id   string // of the item on the side
}

func (w *people) do(ctx context.Context, a planned) {
	sc := &scene{people: w, ctx: ctx, r: rand.New(rand.NewPCG(a.seed, 7))}
	sc.side = side(sc.r.IntN(2))
	if a.kind == "create" {
		sc.create()
		return
	}
	if sc.item = sc.choose(a.kind); sc.item == nil {
		return
	}
	sc.item.doing.Lock()
	defer sc.item.doing.Unlock()
	if sc.item.dead() {
		return
	}
	sc.at(sc.side)
	do := map[string]func(){"title": sc.title, "priority": sc.priority, "status": sc.status, "assignee": sc.assignee, "label": sc.label, "unlabel": sc.unlabel,
		"comment": sc.comment, "restricted": sc.restricted, "reword": sc.reword, "attach": sc.attach, "clash": sc.clash, "several": sc.several, "delete": sc.delete}
	do[a.kind]()
}

// twinAge is how long people leave a new twin alone. What they set in the very second of its creation is, to the system,
// part of the creation.
const twinAge = 3 * time.Second

// choose takes an item that is there on the side. A third of the acts are about a few items, so that edits meet.
func (sc *scene) choose(kind string) *item {
	all := slices.DeleteFunc(sc.rec.all(), func(i *item) bool {
		if kind == "delete" || kind == "clash" {
			return !i.known(2*twinAge, time.Now())
		}
		return i.dead() || i.id(sc.side) == "" || i.origin != sc.side && !i.known(twinAge, time.Now())
	})
	if len(all) == 0 {
		return nil
	}
	if sc.r.IntN(3) == 0 { // which ones changes every twenty seconds
		round := int(time.Since(sc.begun) / (20 * time.Second))
		return all[(round*7+sc.r.IntN(8))%len(all)]
	}
	return all[sc.r.IntN(len(all))]
}

// at puts the scene to a side, with somebody who works there.
func (sc *scene) at(s side) {
	staff := sc.s.agents()
	if s == engineering {
		staff = sc.s.engineers()
	}
	sc.side, sc.who, sc.id = s, staff[sc.r.IntN(len(staff))], sc.item.id(s)
}

// note carries out one act and records it. A refused act changed nothing, such as a transition that is not offered any more.
func (sc *scene) note(kind, what string, do func() (audit string, err error)) bool {
	a := &act{Side: sc.side.String(), Who: sc.who.User, What: what, Begun: time.Now()}
	var err error
	a.Audit, err = do()
	a.Ended = time.Now()
	var no *rig.Refusal
	switch {
	case errors.As(err, &no):
		a.Refused = no.Text
	case err != nil:
		a.Unsure = err.Error()
	}
	sc.rec.add(sc.item, a, kind)
	return err == nil
}

// unique is a word that is used once.
func (sc *scene) unique(prefix string) string { return fmt.Sprintf("%s%08x", prefix, sc.r.Uint32()) }

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }
