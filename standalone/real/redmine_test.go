package real

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness/tenant"
	"duplex/standalone/app"
)

// each is how many items begin on each side.
const each = 5

// patience is how long a change may take, sweeps and kills included.
const patience = 4 * time.Minute

var (
	tracker     = connectors.ItemType{Type: "issue", Scope: map[string]string{"project": tenant.ProjectTrial, "tracker": "Bug"}}
	engineering = connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Task"}}
	everything  = connectors.Want{Comments: true, Attachments: true, Full: true}
)

// story is one pair: an item that begins on one side, and what people do to it.
type story struct {
	title    string
	from     string // tracker | engineering
	ids      [2]string
	said     map[string]core.Audience // by people, and who may read it at the most
	files    map[string]string
	status   [2]string
	priority [2]string
	assignee string
}

func text(format richtext.Format, s string) core.Value {
	source, _ := richtext.Convert(richtext.Plain, format, s)
	return core.Text(string(format), source)
}

// TestARealRedmine: items that begin on either side get one twin each; status, priority, assignee, notes, private notes and files go both
// ways; sweeps are the only trigger; the worker and the gateway are killed with SIGKILL in the middle. At the end both sides say the same,
// nothing is there twice, and nothing private is public.
func TestARealRedmine(t *testing.T) {
	w := newWorld(t)
	began := time.Now()
	run := began.UTC().Format("20060102150405")
	var stories []*story
	for i := range 2 * each {
		s := &story{title: fmt.Sprintf("trial%s%c", run, 'a'+i), from: []string{"tracker", "engineering"}[i%2], said: map[string]core.Audience{}, files: map[string]string{}}
		s.ids[i%2] = w.create(s)
		stories = append(stories, s)
	}
	first := w.eventually("the first twins are made", patience, func() error {
		for _, s := range stories {
			if w.find(s) == nil && s.ids[0] != "" && s.ids[1] != "" {
				return nil
			}
		}
		return errNotYet
	})
	w.kill(app.PartWorker)
	made := w.eventually("every item has its twin", patience, func() error {
		for _, s := range stories {
			if err := w.find(s); err != nil {
				return err
			}
			if s.ids[0] == "" || s.ids[1] == "" {
				return fmt.Errorf("%s has no twin", s.title)
			}
		}
		return nil
	})
	edits := 0
	for i, s := range stories {
		edits += w.work(s, i)
	}
	w.kill(app.PartGateway)
	w.ready()
	same := w.eventually("both sides say the same", patience, func() error {
		for _, s := range stories {
			if err := w.agree(s); err != nil {
				return fmt.Errorf("%s: %w", s.title, err)
			}
		}
		return nil
	})
	w.quiet(stories)
	for _, s := range stories {
		if err := w.find(s); err != nil {
			t.Error(err)
		}
		if err := w.agree(s); err != nil {
			t.Errorf("%s: %v", s.title, err)
		}
	}
	t.Logf("%d items, %d edits, notes and files; %d kills with SIGKILL; the first twin after %s, all %s after the kill; in step %s after the last edit and the second kill; %s in all",
		len(stories), edits, w.kills, first.Round(time.Second), made.Round(time.Second), same.Round(time.Second), time.Since(began).Round(time.Second))
	w.clear()
}

// clear takes away what is in the project. Jira begins anew in every run, with the same ids: what an earlier run left would carry the marks
// of this one.
func (w *world) clear() {
	in := w.redmine["sync"]
	for {
		var page connectors.Page
		w.try(func() (err error) { page, err = in.Search(w.ctx(), tracker, "status_id=*", ""); return err })
		if len(page.Items) == 0 {
			return
		}
		for _, ch := range page.Items {
			w.try(func() error { return in.(connectors.Deleter).Delete(w.ctx(), ch.Ref.ID) })
		}
	}
}

// create makes a story's item as a person would.
func (w *world) create(s *story) string {
	d := core.Draft{Type: "issue", Scope: tracker.Scope, Fields: map[string]core.Value{"subject": core.String(s.title), "description": text(richtext.Markdown, "It began at noon.")}}
	who := w.redmine["ada"]
	if s.from == "engineering" {
		d = core.Draft{Type: "issue", Scope: engineering.Scope, Fields: map[string]core.Value{"summary": core.String(s.title), "description": text(richtext.ADF, "It began at noon.")}}
		who = w.issues["grace"]
	}
	var made core.Observation
	w.try(func() (err error) { made, err = who.Create(w.ctx(), d); return err })
	return made.Ref.ID
}

// find looks for a story's items on both sides. More than one on a side is the end of the test.
func (w *world) find(s *story) error {
	for side, at := range []struct {
		in    system
		t     connectors.ItemType
		query string
	}{{w.redmine["sync"], tracker, "status_id=*&subject=" + s.title}, {w.issues["sync"], engineering, `summary ~ "` + s.title + `"`}} {
		var ids []string
		for cursor, more := connectors.Cursor(""), true; more; {
			query := at.query
			if side == 0 {
				query = strings.Replace(query, "subject=", "subject=~", 1)
			}
			page, err := at.in.Search(w.ctx(), at.t, query, cursor)
			if err != nil {
				return err
			}
			for _, ch := range page.Items {
				ids = append(ids, ch.Ref.ID)
			}
			cursor, more = page.Next, page.More
		}
		if len(ids) > 1 {
			w.t.Fatalf("%s is there %d times on side %d: %v", s.title, len(ids), side, ids)
		}
		if len(ids) == 1 {
			s.ids[side] = ids[0]
		}
	}
	return nil
}

// work lets people work on both sides of a pair, each field on one side only, and counts what they did.
func (w *world) work(s *story, i int) (edits int) {
	ada, grace := w.redmine["ada"], w.issues["grace"]
	s.status, s.priority, s.assignee = [2]string{"In Progress", "In Progress"}, [2]string{"High", "High"}, "grace@acme.example"
	put := func(c system, id string, fields map[string]core.Value) {
		w.try(func() error {
			_, err := c.Update(w.ctx(), id, core.Patch{Fields: fields}, "", connectors.Want{})
			return err
		})
		edits += len(fields)
	}
	if i%2 == 0 {
		put(ada, s.ids[0], map[string]core.Value{"status": core.Option("", "In Progress"), "assignee": core.Person("", s.assignee, "")})
		put(grace, s.ids[1], map[string]core.Value{"priority": core.Option("", "High")})
	} else {
		put(grace, s.ids[1], map[string]core.Value{"status": core.Option("", "In Progress"), "assignee": core.Person("", s.assignee, "")})
		put(ada, s.ids[0], map[string]core.Value{"priority": core.Option("", "High")})
	}
	for _, c := range []struct {
		in       system
		id       string
		format   richtext.Format
		words    string
		audience core.Audience
	}{
		{ada, s.ids[0], richtext.Markdown, "open words from the tracker " + s.title, core.Public},
		{ada, s.ids[0], richtext.Markdown, "private words from the tracker " + s.title, core.Internal},
		{grace, s.ids[1], richtext.ADF, "words from engineering " + s.title, core.Internal},
	} {
		w.try(func() error {
			_, err := c.in.AddComment(w.ctx(), c.id, core.CommentDraft{Body: text(c.format, c.words), Visibility: core.Visibility{Audience: c.audience}})
			return err
		})
		s.said[c.words] = c.audience
		edits++
	}
	for _, f := range []struct {
		in   system
		id   string
		name string
		for_ core.Audience
	}{{ada, s.ids[0], "tracker.txt", core.Public}, {grace, s.ids[1], "engineering.txt", core.Internal}} {
		content := strings.Repeat(f.name+" of "+s.title+"\n", 200)
		w.try(func() error {
			_, err := f.in.Attach(w.ctx(), f.id, core.AttachmentDraft{Name: f.name, MediaType: "text/plain", Size: int64(len(content)),
				Visibility: core.Visibility{Audience: f.for_}}, strings.NewReader(content))
			return err
		})
		s.files[f.name] = content
		edits++
	}
	return edits
}

// agree tells in what the two sides of a pair differ from what people did.
func (w *world) agree(s *story) error {
	var errs []error
	for side, in := range []system{w.redmine["sync"], w.issues["sync"]} {
		o, err := in.Get(w.ctx(), s.ids[side], everything)
		if err != nil {
			return err
		}
		title := o.Field([]string{"subject", "summary"}[side]).Source()
		if title != s.title {
			errs = append(errs, fmt.Errorf("side %d is called %q", side, title))
		}
		if got := o.Field("status").Name(); got != s.status[side] {
			errs = append(errs, fmt.Errorf("side %d has the status %q", side, got))
		}
		if got := o.Field("priority").Name(); got != s.priority[side] {
			errs = append(errs, fmt.Errorf("side %d has the priority %q", side, got))
		}
		if got := o.Field("assignee").Email(); got != s.assignee {
			errs = append(errs, fmt.Errorf("side %d is assigned to %q", side, got))
		}
		errs = append(errs, w.conversation(side, o, s), w.contents(side, in, o, s))
	}
	return errors.Join(errs...)
}

// conversation holds that everything people said is there once, and shown to nobody else.
func (w *world) conversation(side int, o core.Observation, s *story) error {
	var errs []error
	if len(o.Comments) != len(s.said) {
		errs = append(errs, fmt.Errorf("side %d has %d comments of %d", side, len(o.Comments), len(s.said)))
	}
	for words, audience := range s.said {
		n := 0
		for _, c := range o.Comments {
			if strings.Contains(c.Body.Source(), words) {
				n++
				if c.Visibility.WiderThan(core.Visibility{Audience: audience}) {
					w.t.Fatalf("%q is shown to %v on side %d", words, c.Visibility, side)
				}
			}
		}
		if n > 1 {
			w.t.Fatalf("%q is there %d times on side %d", words, n, side)
		}
		if n == 0 {
			errs = append(errs, fmt.Errorf("side %d does not say %q", side, words))
		}
	}
	return errors.Join(errs...)
}

// contents holds that every file is there once and whole.
func (w *world) contents(side int, in system, o core.Observation, s *story) error {
	var names []string
	for _, a := range o.Attachments {
		names = append(names, a.Name)
		r, err := in.OpenAttachment(w.ctx(), o.Ref.ID, a)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil || !bytes.Equal(b, []byte(s.files[a.Name])) {
			return fmt.Errorf("side %d: %s is not what it was: %d bytes, %w", side, a.Name, len(b), err)
		}
	}
	slices.Sort(names)
	if len(names) > len(s.files) {
		w.t.Fatalf("side %d has files twice: %v", side, names)
	}
	if len(names) < len(s.files) {
		return fmt.Errorf("side %d has the files %v", side, names)
	}
	return nil
}

// quiet holds that nothing moves any more: two sweeps later every revision is the same.
func (w *world) quiet(stories []*story) {
	revisions := func() map[string]string {
		out := map[string]string{}
		for _, s := range stories {
			for side, in := range []system{w.redmine["sync"], w.issues["sync"]} {
				var o core.Observation
				w.try(func() (err error) { o, err = in.Get(w.ctx(), s.ids[side], connectors.Want{}); return err })
				out[o.Ref.String()] = o.Revision
			}
		}
		return out
	}
	before := revisions()
	w.sweeps(2)
	for ref, rev := range revisions() {
		if before[ref] != rev {
			w.t.Errorf("%s goes on moving: %s, then %s", ref, before[ref], rev)
		}
	}
}

// sweeps waits until so many more sweeps were done over each side.
func (w *world) sweeps(n int) {
	w.t.Helper()
	last := map[string]string{}
	seen := map[string]int{}
	w.eventually("sweeps go on", patience, func() error {
		var list struct {
			Sweeps []struct{ Side, Ended, Result string }
		}
		if err := w.admin.Call(context.WithoutCancel(w.t.Context()), "GET", "/api/v1/sweeps", nil, &list); err != nil {
			return err
		}
		for _, s := range list.Sweeps {
			if s.Ended != last[s.Side] {
				last[s.Side] = s.Ended
				seen[s.Side]++
			}
		}
		if len(seen) < 2 {
			return errNotYet
		}
		for _, k := range seen {
			if k <= n {
				return errNotYet
			}
		}
		return nil
	})
}
