package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
)

// crew are the people of a mixed site.
type crew struct {
	s     *site
	desks [2]*desk
	rec   *record
	begun time.Time

	mu     sync.Mutex
	wishes map[*item][]wish // titles, in the order in which people set them
}

// wish is a title that somebody set.
type wish struct {
	side  side
	value string
}

// storm lets people work and things break until the plan's time is over, and puts everything right.
func (c *crew) storm(ctx context.Context, p plan, out io.Writer) {
	for which, shifts := range p.skews {
		if len(shifts) > 0 {
			if err := c.s.skew(ctx, side(which), shifts[0].shift); err != nil {
				fmt.Fprintln(out, "chaos: the clock was not put off:", err)
			}
		}
	}
	c.begun = time.Now()
	looking, stop := context.WithCancel(ctx)
	defer stop()
	go c.look(looking)
	var all sync.WaitGroup
	all.Go(func() { breakThings(ctx, c.s, p, c.begun, out) })
	queue := make(chan planned)
	for range atOnce {
		all.Go(func() {
			for a := range queue {
				c.do(ctx, a)
			}
		})
	}
	for _, a := range p.acts {
		if !sleep(ctx, time.Until(c.begun.Add(a.at))) {
			break
		}
		queue <- a
	}
	close(queue)
	sleep(ctx, time.Until(c.begun.Add(c.s.o.Storm)))
	all.Wait()
	if err := c.s.heal(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(out, "chaos: not everything could be put right after the storm:", err)
	}
}

// look finds the twins of what people made, by the token in the title.
func (c *crew) look(ctx context.Context) {
	for sleep(ctx, time.Second) {
		items := map[string]*item{}
		for _, i := range c.rec.all() {
			items[i.token] = i
		}
		for _, d := range c.desks {
			page, err := d.list.Changes(ctx, d.Type, d.cursor, 100)
			if err != nil {
				continue // what is not found now is found later
			}
			d.cursor = page.Next
			for _, change := range page.Items {
				if d.looked[change.Ref.ID] || change.Deleted {
					continue
				}
				o, err := d.ada.Get(ctx, change.Ref.ID, connectors.Want{Type: d.Type, Fields: []string{d.Title}})
				if err != nil {
					continue
				}
				if i := items[tokenForm.FindString(o.Field(d.Title).Source())]; i != nil {
					i.find(d.side, change.Ref.ID)
					d.looked[change.Ref.ID] = true
				}
			}
		}
	}
}

// turn is one act being carried out.
type turn struct {
	*crew
	*desk
	ctx  context.Context
	r    *rand.Rand
	item *item
	id   string
}

func (c *crew) do(ctx context.Context, a planned) {
	t := &turn{crew: c, ctx: ctx, r: rand.New(rand.NewPCG(a.seed, 7))}
	t.desk = c.desks[t.r.IntN(2)]
	if a.kind == "create" {
		t.create()
		return
	}
	var known []*item
	for _, i := range c.rec.all() {
		if !i.dead() && i.id(t.side) != "" && (i.origin == t.side && a.kind != "clash" && a.kind != "delete" || i.known(twinAge, time.Now())) {
			known = append(known, i)
		}
	}
	if len(known) == 0 {
		return
	}
	t.item = known[t.r.IntN(len(known))]
	t.item.doing.Lock()
	defer t.item.doing.Unlock()
	if t.item.dead() {
		return
	}
	t.id = t.item.id(t.side)
	do := map[string]func(){"priority": t.priority, "status": t.status, "assignee": t.assignee, "label": t.label, "comment": t.comment, "restricted": t.comment,
		"attach": t.attach, "clash": t.clash, "delete": t.delete}[a.kind]
	if do == nil {
		do = t.title
	}
	do()
}

// note carries out one act and records it. An act that somebody else overtook is tried again.
func (t *turn) note(kind, what string, do func() error) (made bool) {
	a := &act{Side: t.Kind, Who: kinds.Person, What: what, Begun: time.Now()}
	err := do()
	for n := 0; errors.Is(err, connectors.ErrStale) && n < 5; n++ {
		err = do()
	}
	a.Ended = time.Now()
	switch class := connectors.Class(err); {
	case err == nil:
	case class == "busy" || class == "failed":
		a.Unsure = err.Error()
	default:
		a.Refused = err.Error()
	}
	t.rec.add(t.item, a, kind)
	return a.Refused == ""
}

func (t *turn) unique(prefix string) string { return fmt.Sprintf("%s%08x", prefix, t.r.Uint32()) }

func (t *turn) text(words string) core.Value {
	if t.Description.Format == "" {
		return core.String(words)
	}
	source, _ := richtext.Convert(richtext.Plain, t.Description.Format, words)
	return core.Text(string(t.Description.Format), source)
}

func (t *turn) value(field, text string) core.Value {
	f, _ := t.fields.Find(field)
	v, err := kinds.Value(f.Kind, text)
	if err != nil {
		return core.Absent()
	}
	return v
}

func (t *turn) create() {
	i := &item{token: t.unique("k"), origin: t.side, made: time.Now(), labels: map[string]bool{}}
	t.item = i
	i.doing.Lock()
	defer i.doing.Unlock()
	title := i.token + " " + t.unique("first")
	fields := map[string]core.Value{t.Title: core.String(title), t.Description.Field: t.text("opening of " + i.token)}
	for name, v := range t.Needs {
		fields[name] = t.value(name, v)
	}
	if words := t.common("priority"); len(words) > 0 {
		fields[t.Priority.Field] = t.value(t.Priority.Field, t.Priority.Values[pick(t.r, words...)])
	}
	t.note("create", "create "+title, func() error {
		o, err := t.ada.Create(t.ctx, core.Draft{Type: t.Type.Type, Scope: t.Type.Scope, Fields: fields})
		if err == nil {
			i.find(t.side, o.Ref.ID)
			t.rec.born(i)
			t.wish(title)
		}
		return err
	})
}

// wish notes a title that somebody set.
func (t *turn) wish(title string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wishes[t.item] = append(t.wishes[t.item], wish{t.side, title})
}

func (t *turn) write(kind, what string, patch core.Patch) bool {
	return t.note(kind, what, func() error {
		_, err := t.ada.Update(t.ctx, t.id, patch, "", connectors.Want{Type: t.Type, Fields: []string{t.Title}})
		return err
	})
}

func (t *turn) title() {
	title := t.item.token + " " + t.unique("title")
	if t.write("title", fmt.Sprintf("set the title to %q", title), core.Patch{Fields: map[string]core.Value{t.Title: core.String(title)}}) {
		t.wish(title)
	}
}

// clash sets the title on both sides, one right after the other.
func (t *turn) clash() {
	t.title()
	t.desk = t.desks[t.side.other()]
	t.id = t.item.id(t.side)
	t.title()
}

func (t *turn) priority() { t.choose("priority", t.Priority) }

func (t *turn) status() { t.choose("status", t.Status) }

// choose sets one of the words that both sides have.
func (t *turn) choose(kind string, c kinds.Choice) {
	words := t.common(kind)
	if len(words) == 0 {
		return
	}
	word := pick(t.r, words...)
	fields := map[string]core.Value{c.Field: t.value(c.Field, c.Values[word])}
	if kind == "status" && word == "done" {
		for name, v := range t.Closing {
			fields[name] = t.value(name, v)
		}
	}
	t.write(kind, fmt.Sprintf("set the %s to %s", kind, c.Values[word]), core.Patch{Fields: fields})
}

// common are the words for priorities or statuses that both sides have.
func (t *turn) common(kind string) (words []string) {
	all, one, two := kinds.Priorities, t.desks[0].Priority, t.desks[1].Priority
	if kind == "status" {
		all, one, two = kinds.Statuses, t.desks[0].Status, t.desks[1].Status
	}
	for _, w := range all {
		if one.Has(w) && two.Has(w) {
			words = append(words, w)
		}
	}
	return words
}

func (t *turn) assignee() {
	if t.Assignee.None != "" || t.desks[t.side.other()].Assignee.None != "" {
		return
	}
	email := pick(t.r, t.Assignee.People[:]...)
	who := t.emails[email]
	if f, _ := t.fields.Find(t.Assignee.Field); f.Kind == core.KindSet {
		who = core.Set(who)
	}
	t.write("assignee", "assign "+email, core.Patch{Fields: map[string]core.Value{t.Assignee.Field: who}})
}

// label adds a label that is used once.
func (t *turn) label() {
	if t.Labels.None != "" || t.desks[t.side.other()].Labels.None != "" {
		return
	}
	l := t.unique("l-")
	if t.write("label", "add label "+l, core.Patch{Sets: map[string]core.SetChange{t.Labels.Field: {Add: core.Strings(l), Remove: core.Strings()}}}) {
		t.item.mu.Lock()
		t.item.labels[l] = true
		t.item.mu.Unlock()
	}
}

func (t *turn) comment() {
	audiences := []core.Audience{}
	if t.Comments.None+t.Comments.Public == "" {
		audiences = append(audiences, core.Public)
	}
	if t.Comments.None+t.Comments.Internal == "" {
		audiences = append(audiences, core.Internal)
	}
	if len(audiences) == 0 {
		return
	}
	a := audiences[t.r.IntN(len(audiences))]
	c := &said{side: t.side, audience: fmt.Sprint(int(a)), wordings: []string{t.unique("say-")}}
	format := richtext.Format(t.ada.Facts().RichText)
	body, _ := richtext.Convert(richtext.Plain, format, c.wordings[0])
	if t.note("comment", fmt.Sprintf("say %s to audience %d", c.wordings[0], a), func() error {
		_, err := t.ada.(connectors.Commenter).AddComment(t.ctx, t.id, core.CommentDraft{Body: core.Text(string(format), body), Visibility: core.Visibility{Audience: a}})
		return err
	}) {
		t.item.mu.Lock()
		t.item.said = append(t.item.said, c)
		t.item.mu.Unlock()
	}
}

func (t *turn) attach() {
	if t.Files.None != "" {
		return
	}
	name := t.unique("file-") + ".txt"
	content := []byte("content of " + name)
	a := core.Public
	if t.Files.Public != "" {
		a = core.Internal
	}
	f := &filed{side: t.side, name: name, hash: hash(content), audience: fmt.Sprint(int(a))}
	if t.note("attach", "attach "+name, func() error {
		_, err := t.ada.(connectors.Attacher).Attach(t.ctx, t.id, core.AttachmentDraft{Name: name, MediaType: "text/plain", Size: int64(len(content)),
			Visibility: core.Visibility{Audience: a}}, bytes.NewReader(content))
		return err
	}) {
		t.item.mu.Lock()
		t.item.filed = append(t.item.filed, f)
		t.item.mu.Unlock()
	}
}

func (t *turn) delete() {
	if t.Delete != "" {
		return
	}
	if t.note("delete", "delete the item", func() error { return t.ada.(connectors.Deleter).Delete(t.ctx, t.id) }) {
		t.item.mu.Lock()
		t.item.gone[t.side] = true
		t.item.mu.Unlock()
	}
}
