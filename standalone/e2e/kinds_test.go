package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/standalone/kinds"
)

// origin is the kind on which the items of TestOneItemOfEveryKind begin.
const origin = "zendesk"

// kindsLag is how far search runs behind in the emulators of the kinds, where the vendor's does.
const kindsLag = 3 * time.Second

// created is one item at the origin that is to get one twin.
type created struct {
	kind string // of the twin's system
	word string // in its title
	when string // what goes wrong with the twin's creation
	id   string // of the item
}

// TestOneItemOfEveryKind: whatever the kind of system, one item in is one item out when the worker is killed with SIGKILL before the
// call that creates the twin arrives, when it is killed between the twin's creation and its record, and when the answer
// to the creation is lost.
func TestOneItemOfEveryKind(t *testing.T) {
	t.Parallel()
	w := &kindsWorld{world: &world{t: t, dir: t.TempDir(), watch: newWatch(), stopEngine: func() {}}, tap: newTap(), sites: map[string]*kinds.Site{}}
	w.start()
	var killed, lost []*created
	for i, kind := range w.names {
		word := func(n int) string { return fmt.Sprintf("kx%04d", 10*i+n) }
		killed = append(killed, &created{kind: kind, word: word(1), when: before}, &created{kind: kind, word: word(2), when: after})
		lost = append(lost, &created{kind: kind, word: word(3), when: drop})
	}
	w.report(killed)
	w.eventually("every creation comes to its point", func() error {
		if words := w.tap.waiting(); len(words) > 0 {
			return fmt.Errorf("%v are not there", words)
		}
		return nil
	})
	w.killWorker()
	w.tap.killed()
	w.startWorker()
	w.report(lost)
	all := slices.Concat(killed, lost)
	for began := time.Now(); time.Since(began) < w.patience && w.wrong(all) != nil; time.Sleep(time.Second) {
	}
	w.eventually("the sync comes to rest", func() error {
		if q := w.tap.quietFor(); q < 5*ownDelay {
			return fmt.Errorf("the last call was %v ago", q)
		}
		return nil
	})
	wrong := w.wrong(all)
	held := map[string][]string{}
	for _, c := range all {
		switch call := w.tap.call(c.word); {
		case call == "":
			t.Errorf("%s: the worker %s: no call came to the point", c.kind, c.when)
		case wrong[c] != nil:
			t.Errorf("%s: the worker %s %s: %v", c.kind, c.when, call, wrong[c])
		default:
			held[c.kind] = append(held[c.kind], c.when+" "+call)
		}
	}
	for _, kind := range w.names {
		t.Logf("%-14s exactly one item in %d of 3: %s", kind, len(held[kind]), strings.Join(held[kind], "; "))
	}
}

// kindsWorld is an installation with a system of every kind, and one where items begin.
type kindsWorld struct {
	*world
	tap      *tap
	names    []string // kinds
	sites    map[string]*kinds.Site
	patience time.Duration
}

func (w *kindsWorld) start() {
	for _, p := range kinds.All() {
		w.names = append(w.names, p.Kind)
		w.open(p, p.Kind, kinds.Options{IndexLag: kindsLag, Front: w.tap.front})
	}
	p, err := kinds.Find(origin)
	w.must(err)
	w.open(p, "origin", kinds.Options{})
	files := map[string]object{}
	for name, s := range w.sites {
		source, env, err := kinds.File(s.Account("sync"))
		w.must(err)
		files[s.Name] = object{"file_name": s.Name + ".yaml", "source": source, "files": s.Account("sync").Files}
		for _, e := range env {
			variable, value, _ := strings.Cut(e, "=")
			os.Setenv(variable, value) // names of this test alone; t.Setenv does not go with t.Parallel
		}
		c, err := s.Connector("sync")
		w.must(err)
		if name != "origin" {
			w.patience = max(w.patience, 2*time.Minute+2*c.Facts().FindLag)
		}
	}
	w.boot("", nil)
	for _, s := range w.sites {
		if s.Webhooks == "" {
			w.must(s.Target("http://" + w.base.Webhooks + "/webhooks/" + s.Name))
		}
		w.must(w.admin.Call(w.ctx(), "PUT", "/api/v1/systems/"+s.Name, files[s.Name], nil))
	}
	for _, kind := range w.names {
		from, to := w.sites["origin"], w.sites[kind]
		w.put("connections", "to-"+kind, []byte(kinds.Connection("to-"+kind, [2]kinds.End{
			{Profile: from.Profile, Name: "here", System: from.Name, Start: fmt.Sprintf("%q in item.%s", "to-"+kind, from.Labels.Field)},
			{Profile: to.Profile, Name: "there", System: to.Name}}, "sweep: 15m")))
	}
}

func (w *kindsWorld) open(p kinds.Profile, name string, o kinds.Options) {
	s, err := kinds.Play(p, "any-"+name, o)
	w.must(err)
	w.t.Cleanup(s.Close)
	w.sites[name] = s
}

// report lets ada make the items at the origin.
func (w *kindsWorld) report(all []*created) {
	from := w.sites["origin"]
	ada, err := from.Connector("ada")
	w.must(err)
	for _, c := range all {
		w.tap.arm(c.word, c.when)
		o, err := ada.Create(w.ctx(), core.Draft{Type: from.Type.Type, Scope: from.Type.Scope, Fields: map[string]core.Value{
			from.Title: core.String(c.word + " broken"), from.Labels.Field: core.Strings("to-" + c.kind)}})
		w.must(err)
		c.id = o.Ref.ID
	}
}

// wrong tells what is not as it has to be: one twin for each item, and their pair in step.
func (w *kindsWorld) wrong(all []*created) map[*created]error {
	wrong := map[*created]error{}
	twins := map[string]int{}
	for _, kind := range w.names {
		if err := w.count(w.sites[kind], twins); err != nil {
			for _, c := range all {
				if c.kind == kind {
					wrong[c] = err
				}
			}
		}
	}
	for _, c := range all {
		pairs, err := w.store.PairsOf(w.ctx(), w.sites["origin"].Name, c.id)
		switch {
		case wrong[c] != nil:
		case err != nil:
			wrong[c] = err
		case twins[c.word] != 1:
			wrong[c] = fmt.Errorf("%d twins; its pairs: %+v", twins[c.word], pairs)
		case len(pairs) != 1 || pairs[0].Status != core.PairInSync:
			wrong[c] = fmt.Errorf("its pairs are %+v, want one in step", pairs)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

// count counts the items of a system by the word in their titles, as ada sees them.
func (w *kindsWorld) count(s *kinds.Site, twins map[string]int) error {
	ada, err := s.Connector("ada")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for cursor, more := connectors.Cursor(""), true; more; {
		page, err := ada.Changes(w.ctx(), s.Type, cursor, 100)
		if err != nil {
			return err
		}
		for _, c := range page.Items {
			if c.Deleted || seen[c.Ref.ID] {
				continue
			}
			seen[c.Ref.ID] = true
			o, err := ada.Get(w.ctx(), c.Ref.ID, connectors.Want{Type: s.Type, Fields: []string{s.Title}})
			if err != nil {
				return err
			}
			if word := wordForm.FindString(o.Field(s.Title).Source()); word != "" {
				twins[word]++
			}
		}
		cursor, more = page.Next, page.More
	}
	return nil
}
