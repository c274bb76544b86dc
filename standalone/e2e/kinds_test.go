package e2e

import (
	"errors"
	"fmt"
	"io"
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

// crash is one thing that is to be made once on a system of a kind, while something goes wrong with the call that makes it.
type crash struct {
	kind string
	what string // item, comment or file
	word string // in its title, text or content
	when string // what goes wrong
	id   string // of the item at the origin
}

// TestOneItemOfEveryKind: whatever the kind of system, one item in is one item out, one comment one comment and one file one file, when
// the worker is killed with SIGKILL before the call that makes the copy arrives, when it is killed between the copy and its record, and
// when the answer is lost.
func TestOneItemOfEveryKind(t *testing.T) {
	t.Parallel()
	for some := range slices.Chunk(kinds.All(), together) {
		var names []string
		for _, p := range some {
			names = append(names, p.Kind)
		}
		t.Run(strings.Join(names, "-"), func(t *testing.T) {
			t.Parallel()
			w := &kindsWorld{world: &world{t: t, dir: t.TempDir(), watch: newWatch(), stopEngine: func() {}}, tap: newTap(), names: names, sites: map[string]*kinds.Site{}}
			w.start(some)
			items := map[string]string{} // at the origin, by kind and what went wrong with its twin
			for _, what := range []string{"item", "comment", "file"} {
				w.one(what, items)
			}
		})
	}
}

// together is how many kinds have a worker in common: a call that is held longer than calls last is made again.
const together = 3

// one makes one of what for every kind and everything that can go wrong.
func (w *kindsWorld) one(what string, items map[string]string) {
	var killed, lost []*crash
	for _, kind := range w.names {
		if what == "comment" && w.sites[kind].Comments.None != "" || what == "file" && w.sites[kind].Files.None != "" {
			w.t.Logf("%-14s no %s: %s", kind, what, w.sites[kind].Comments.None+w.sites[kind].Files.None)
			continue
		}
		for _, when := range []string{before, after, drop} {
			w.words++
			c := &crash{kind: kind, what: what, word: fmt.Sprintf("kx%04d", w.words), when: when, id: items[kind+when]}
			if when == drop {
				lost = append(lost, c)
			} else {
				killed = append(killed, c)
			}
		}
	}
	all := slices.Concat(killed, lost)
	if len(all) == 0 {
		return
	}
	w.round(what, killed, lost)
	for _, c := range all {
		items[c.kind+c.when] = c.id
	}
}

// round lets everything come to its point, kills the worker, loses the answers to the rest, and judges.
func (w *kindsWorld) round(what string, killed, lost []*crash) {
	w.do(killed)
	w.eventually("every call comes to its point", func() error {
		if words := w.tap.waiting(); len(words) > 0 {
			return fmt.Errorf("%v are not there", words)
		}
		return nil
	})
	w.killWorker()
	w.tap.killed()
	w.startWorker()
	w.do(lost)
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
			w.t.Errorf("%s, %s: the worker %s: no call came to the point", c.kind, what, c.when)
		case wrong[c] != nil:
			w.t.Errorf("%s, %s: the worker %s %s: %v", c.kind, what, c.when, call, wrong[c])
		default:
			held[c.kind] = append(held[c.kind], c.when+" "+call)
		}
	}
	for _, kind := range w.names {
		if len(held[kind]) > 0 {
			w.t.Logf("%-14s exactly one %s in %d of 3: %s", kind, what, len(held[kind]), strings.Join(held[kind], "; "))
		}
	}
}

// kindsWorld is an installation with systems of some kinds, and one where items begin.
type kindsWorld struct {
	*world
	tap      *tap
	names    []string // of the kinds
	words    int      // used so far
	sites    map[string]*kinds.Site
	patience time.Duration
}

func (w *kindsWorld) start(some []kinds.Profile) {
	for _, p := range some {
		w.open(p, p.Kind, p.Kind, kinds.Options{IndexLag: kindsLag, Front: w.tap.front})
	}
	p, err := kinds.Find(origin)
	w.must(err)
	w.open(p, "origin", "origin-of-"+w.names[0], kinds.Options{})
	files := map[string]object{}
	for name, s := range w.sites {
		sys := s.Account("sync")
		sys.Limits = core.Limits{RequestsPerSecond: 1000, Concurrency: 100}
		source, env, err := kinds.File(sys)
		w.must(err)
		files[s.Name] = object{"file_name": s.Name + ".yaml", "source": source, "files": sys.Files}
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

func (w *kindsWorld) open(p kinds.Profile, name, system string, o kinds.Options) {
	s, err := kinds.Play(p, "any-"+system, o)
	w.must(err)
	w.t.Cleanup(s.Close)
	w.sites[name] = s
}

// do lets ada make the things at the origin.
func (w *kindsWorld) do(all []*crash) {
	from := w.sites["origin"]
	ada, err := from.Connector("ada")
	w.must(err)
	for _, c := range all {
		w.tap.arm(c.word, c.when)
		switch c.what {
		case "item":
			o, err := ada.Create(w.ctx(), core.Draft{Type: from.Type.Type, Scope: from.Type.Scope, Fields: map[string]core.Value{
				from.Title: core.String(c.word + " broken"), from.Labels.Field: core.Strings("to-" + c.kind)}})
			w.must(err)
			c.id = o.Ref.ID
		case "comment":
			_, err := ada.(connectors.Commenter).AddComment(w.ctx(), c.id, core.CommentDraft{Body: core.Text(ada.Facts().RichText, c.word+" is said"),
				Visibility: core.Visibility{Audience: core.Public}})
			w.must(err)
		case "file":
			content := "content of " + c.word
			_, err := ada.(connectors.Attacher).Attach(w.ctx(), c.id, core.AttachmentDraft{Name: "log.txt", MediaType: "text/plain", Size: int64(len(content)),
				Visibility: core.Visibility{Audience: core.Public}}, strings.NewReader(content))
			w.must(err)
		}
	}
}

// wrong tells what is not as it has to be: one copy of each thing, and its pair in step.
func (w *kindsWorld) wrong(all []*crash) map[*crash]error {
	wrong := map[*crash]error{}
	for _, kind := range w.names {
		copies, err := w.count(w.sites[kind], all[0].what)
		for _, c := range all {
			if c.kind != kind {
				continue
			}
			pairs, problem := w.store.PairsOf(w.ctx(), w.sites["origin"].Name, c.id)
			switch {
			case err != nil || problem != nil:
				wrong[c] = errors.Join(err, problem)
			case copies[c.word] != 1:
				wrong[c] = fmt.Errorf("%d copies; its pairs: %+v", copies[c.word], pairs)
			case len(pairs) != 1 || pairs[0].Status != core.PairInSync:
				wrong[c] = fmt.Errorf("its pairs are %+v, want one in step", pairs)
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

// count counts the items, comments or files of a system by the word in them, as ada sees them.
func (w *kindsWorld) count(s *kinds.Site, what string) (map[string]int, error) {
	copies := map[string]int{}
	duplex, err := s.Connector("sync")
	if err != nil {
		return nil, err
	}
	ada, err := s.Connector("ada")
	if err != nil {
		return nil, err
	}
	refs, err := kinds.List(w.ctx(), duplex, s.Type)
	if err != nil {
		return nil, err
	}
	for _, r := range refs {
		texts, err := w.texts(ada, s, r.ID, what)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			if word := wordForm.FindString(text); word != "" {
				copies[word]++
			}
		}
	}
	return copies, nil
}

// texts are the title of an item, or what its comments or its files say.
func (w *kindsWorld) texts(ada connectors.Connector, s *kinds.Site, id, what string) (all []string, err error) {
	o, err := ada.Get(w.ctx(), id, connectors.Want{Type: s.Type, Fields: []string{s.Title}, Comments: what == "comment", Attachments: what == "file", Full: true})
	if err != nil {
		return nil, err
	}
	title := o.Field(s.Title).Source()
	switch {
	case what == "item":
		return []string{title}, nil
	case wordForm.FindString(title) == "":
		return nil, nil // nobody's twin
	case what == "comment":
		for _, c := range o.Comments {
			if !c.Opening {
				all = append(all, c.Body.Source())
			}
		}
		return all, nil
	}
	for _, f := range o.Attachments {
		r, err := ada.(connectors.AttachmentOpener).OpenAttachment(w.ctx(), id, f)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, string(b))
	}
	return all, nil
}
