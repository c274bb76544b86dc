package pairs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
	"duplex/workflows"
)

// life is one life of two items, with what came of each feature: nil where it holds.
type life struct {
	*world
	problems map[string][]error
	was      [2]map[string]bool // items that were there before
	edits    [2][]edit          // what ada does on each side, and what is to be seen on the other
}

// edit sets one field on one side. want tells whether a value of the other side's field means the same.
type edit struct {
	feature string
	field   [2]string
	value   core.Value
	want    func(core.Value) error
}

const settled = 3 * time.Minute // of skipped time, more than any pause of the workflow when nothing is wrong

// live plays the life and gives what came of each feature.
func live(w *world) map[string][]error {
	l := &life{world: w, problems: map[string][]error{}}
	for side, p := range w.places {
		l.was[side] = l.items(p)
	}
	l.begin()
	w.run([]step{
		{settled, l.created},
		{time.Second, func() { l.edit(core.A, 1) }},
		{settled, func() { l.edited(core.A) }},
		{time.Second, func() { l.edit(core.B, 0) }},
		{settled, func() { l.edited(core.B) }},
		{time.Second, func() { l.talk(core.A); l.talk(core.B) }},
		{settled, func() { l.said(core.A); l.said(core.B) }},
		{time.Second, func() { l.move(core.A, 1) }},
		{settled, func() { l.edited(core.A) }},
		{time.Second, func() { l.move(core.B, 2) }},
		{settled, func() { l.edited(core.B); l.parked() }},
		{time.Second, l.delete},
	})
	l.deleted() // the workflow has ended with the pair
	return l.problems
}

// fault notes that a feature does not hold. What goes from the second side to the first is the feature "back".
func (l *life) fault(side core.Side, feature, format string, args ...any) {
	if side == core.B {
		format, feature = feature+": "+format, "back"
	}
	l.problems[feature] = append(l.problems[feature], fmt.Errorf(format, args...))
}

func ctx() context.Context { return context.Background() }

// items are the ids of what there is.
func (l *life) items(p *place) map[string]bool {
	refs, err := kinds.List(ctx(), p.duplex, p.Type)
	l.must(err)
	all := map[string]bool{}
	for _, r := range refs {
		all[r.ID] = true
	}
	return all
}

func (l *life) look(side core.Side) (core.Observation, error) {
	return l.places[side].ada.Get(ctx(), l.id(side), connectors.Want{Type: l.places[side].Type, Comments: true, Attachments: true, Full: true})
}

// begin lets ada make the item with all that it can be made with.
func (l *life) begin() {
	a := l.places[0]
	fields := map[string]core.Value{a.Title: core.String("printer on fire")}
	for name, v := range a.Needs {
		fields[name] = l.value(a, name, v)
	}
	for _, e := range l.fields(core.A, 0) {
		fields[e.field[core.A]] = e.value
	}
	o, err := a.ada.Create(ctx(), core.Draft{Type: a.Type.Type, Scope: a.Type.Scope, Fields: fields})
	l.must(err)
	l.item = o.Ref
}

// fields are the edits of a round from a side. The status goes alone.
func (l *life) fields(side core.Side, round int) []edit {
	from, to := l.places[side], l.places[side.Other()]
	var all []edit
	add := func(feature, here, there string, v core.Value, want func(core.Value) error) {
		if reason(feature, l.places[0].Profile, l.places[1].Profile) == "" {
			e := edit{feature: feature, value: v, want: want}
			e.field[side], e.field[side.Other()] = here, there
			all = append(all, e)
		}
	}
	if from.Description.Once == "" && to.Description.Once == "" || side == core.A && round == 0 {
		markdown := fmt.Sprintf("**Bold** words of %s in round %d:\n\n- smoke\n- *fire*\n\nSee [the page](https://acme.example/page).", from.Kind, round)
		add("description", from.Description.Field, to.Description.Field, formatted(from.Profile, markdown), func(v core.Value) error {
			return sameText(format(from.Profile), format(to.Profile), formatted(from.Profile, markdown).Source(), v.Source())
		})
	}
	if words := common(kinds.Priorities, from.Priority, to.Priority); len(words) > 0 {
		word := words[(round+int(side)*2)%len(words)]
		add("priority", from.Priority.Field, to.Priority.Field, l.value(from, from.Priority.Field, from.Priority.Values[word]), is(to.Priority.Values[word]))
	}
	if from.Assignee.None == "" && to.Assignee.None == "" {
		email := from.Assignee.People[round%2]
		add("assignee", from.Assignee.Field, to.Assignee.Field, l.person(from, email), func(v core.Value) error { return l.isPerson(to, email, v) })
	}
	labels := [][]string{{"alpha", "beta"}, {"alpha", "beta", "gamma"}}[round]
	add("labels", from.Labels.Field, to.Labels.Field, core.Strings(labels...), func(v core.Value) error {
		for _, s := range labels {
			if !v.Has(core.String(s)) && !v.Has(core.Option("", s)) {
				return fmt.Errorf("%s is missing: %s", s, v)
			}
		}
		if len(v.Items()) != len(labels) {
			return fmt.Errorf("%s, want %v", v, labels)
		}
		return nil
	})
	if from.Custom.None == "" && to.Custom.None == "" {
		want := to.Custom.Values[round%2]
		if from.Custom.Kind == core.KindString && to.Custom.Kind == core.KindString {
			want = from.Custom.Values[round%2]
		}
		add("custom field", from.Custom.Field, to.Custom.Field, l.value(from, from.Custom.Field, from.Custom.Values[round%2]), is(want))
	}
	if words := common(kinds.Statuses, from.Status, to.Status); round == 0 && len(words) > 0 && side == core.A {
		add("status", from.Status.Field, to.Status.Field, l.value(from, from.Status.Field, from.Status.Values[words[0]]), l.means(to, words[0]))
	}
	return all
}

// created holds that there is one twin with all that the item had.
func (l *life) created() {
	b := l.places[1]
	made := 0
	for id := range l.items(b) {
		if !l.was[1][id] {
			made++
		}
	}
	if made != 1 || l.id(core.B) == "" {
		l.fault(core.A, "create", "%d items were made, want one; the pair: %s", made, l.problem())
		return
	}
	twin, err := l.look(core.B)
	if err != nil {
		l.fault(core.A, "create", "the twin: %v", err)
		return
	}
	if got := twin.Field(b.Title).Source(); got != "printer on fire" {
		l.fault(core.A, "title", "the twin is called %q", got)
	}
	for _, e := range l.fields(core.A, 0) {
		l.compare(core.A, e, twin)
	}
}

func (l *life) compare(side core.Side, e edit, other core.Observation) {
	if err := e.want(other.Field(e.field[side.Other()])); err != nil {
		l.fault(side, e.feature, "%s: %w; the pair: %s", e.field[side.Other()], err, l.problem())
	}
}

// problem is what is parked, for the reader of a fault.
func (l *life) problem() string {
	p, err := l.store.Pair(ctx(), l.pair)
	if err != nil {
		return err.Error()
	}
	text := string(p.Status)
	for rule, parked := range p.Parked {
		text += fmt.Sprintf("; %s: %s: %s", rule, parked.Problem.Class, parked.Problem.Text)
	}
	return text
}

// edit lets ada set every field on a side, one after the other.
func (l *life) edit(side core.Side, round int) {
	p, other := l.places[side], l.places[side.Other()]
	title := fmt.Sprintf("printer %d put out by %s", round, p.Kind)
	e := edit{feature: "title", value: core.String(title), want: is(title)}
	e.field[side], e.field[side.Other()] = p.Title, other.Title
	l.write(side, append([]edit{e}, l.fields(side, round)...))
}

// write carries edits out and lets the workflow hear of them.
func (l *life) write(side core.Side, edits []edit) {
	p := l.places[side]
	l.edits[side] = nil
	for _, e := range edits {
		fields := map[string]core.Value{e.field[side]: e.value}
		if e.feature == "status" && p.Status.Word(e.value.Name()+e.value.Source()) == "done" {
			for name, v := range p.Closing {
				fields[name] = l.value(p, name, v)
			}
		}
		if _, err := p.ada.Update(ctx(), l.id(side), core.Patch{Fields: fields}, "", connectors.Want{Type: p.Type}); err != nil {
			l.fault(side, e.feature, "ada could not write %s: %w", e.field[side], err)
			continue
		}
		l.edits[side] = append(l.edits[side], e)
	}
	l.listen(side)
}

// listen waits until the webhooks of what was done on a side have arrived.
func (l *life) listen(side core.Side) {
	if l.places[side].Webhooks != "" {
		l.sweep(side)
		return
	}
	if err := l.drained(side); err != nil {
		l.fault(core.A, "webhooks", "%w", err)
	}
	if l.heard[side].Swap(0) == 0 {
		l.fault(core.A, "webhooks", "%s told nothing of what ada did", l.places[side].Kind)
	}
}

// sweep finds what was done on a side in the system's feed of changes.
func (l *life) sweep(side core.Side) {
	p := l.places[side]
	for cursor, more := connectors.Cursor(""), true; more; {
		page, err := p.duplex.Changes(ctx(), p.Type, cursor, 100)
		l.must(err)
		for _, c := range page.Items {
			if c.Ref.ID == l.id(side) {
				kind := core.HintChanged
				if c.Deleted {
					kind = core.HintDeleted
				}
				l.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: side, Kind: kind, Revision: c.Revision, Urgency: core.Sweep})
			}
		}
		cursor, more = page.Next, page.More
	}
	if p.duplex.Facts().ListsDeletions {
		return
	}
	// What the feed does not show a sweep looks for item by item.
	if _, err := p.duplex.Get(ctx(), l.id(side), connectors.Want{Type: p.Type}); errors.Is(err, connectors.ErrNotFound) {
		l.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: side, Kind: core.HintDeleted, Urgency: core.Sweep})
	}
}

// edited holds that the other side shows what ada set, and that it stands.
func (l *life) edited(side core.Side) {
	other, err := l.look(side.Other())
	if err != nil {
		l.fault(side, "title", "the other item: %w", err)
		return
	}
	for _, e := range l.edits[side] {
		l.compare(side, e, other)
	}
}

// move sets the status to one of the common words.
func (l *life) move(side core.Side, n int) {
	from, to := l.places[side], l.places[side.Other()]
	words := common(kinds.Statuses, from.Status, to.Status)
	l.edits[side] = nil
	if len(words) < 2 || reason("status", from.Profile, to.Profile) != "" {
		return
	}
	word := words[n%len(words)]
	e := edit{feature: "status", value: l.value(from, from.Status.Field, from.Status.Values[word]), want: l.means(to, word)}
	e.field[side], e.field[side.Other()] = from.Status.Field, to.Status.Field
	l.write(side, []edit{e})
}

// parked holds that nothing waits for a person.
func (l *life) parked() {
	if text := l.problem(); text != string(core.PairInSync) {
		l.fault(core.A, "create", "in the end the pair is %s", text)
	}
}

// delete lets ada delete the first item.
func (l *life) delete() {
	a := l.places[0]
	if a.Delete != "" {
		return
	}
	if err := a.ada.(connectors.Deleter).Delete(ctx(), l.item.ID); err != nil {
		l.fault(core.A, "delete", "ada could not: %w", err)
		return
	}
	l.listen(core.A)
}

// deleted holds that the policy of the other side was carried out.
func (l *life) deleted() {
	b := l.places[1]
	if l.places[0].Delete != "" {
		return
	}
	o, err := l.look(core.B)
	switch policy := kinds.Deletes(b.Profile).DeletePolicy; {
	case policy == core.DeleteDelete && !errors.Is(err, connectors.ErrNotFound):
		l.fault(core.A, "delete", "the twin is still there: %v; the pair: %s", err, l.problem())
	case policy == core.DeleteDelete:
	case err != nil:
		l.fault(core.A, "delete", "the twin: %v", err)
	case policy == core.DeleteClose:
		if v := o.Field(b.Status.Field); b.Status.Word(v.Name()+v.Source()) != "done" {
			l.fault(core.A, "delete", "the twin is %s; the pair: %s", v, l.problem())
		}
	}
	if p, err := l.store.Pair(ctx(), l.pair); err != nil || p.Status != core.PairUnlinked {
		l.fault(core.A, "delete", "the pair is %s", l.problem())
	}
}

// format is that of a description.
func format(p kinds.Profile) richtext.Format {
	if p.Description.Format == "" {
		return richtext.Plain
	}
	return p.Description.Format
}

func formatted(p kinds.Profile, markdown string) core.Value {
	source, _ := richtext.Convert(richtext.Markdown, format(p), markdown)
	if p.Description.Format == "" {
		return core.String(source)
	}
	return core.Text(string(p.Description.Format), richtext.Normal(p.Description.Format, source))
}

// sameText holds that a text arrived with all the formatting that the other format knows. Where that one knows more than was sent, what
// it had before on words that were left alone may stay.
func sameText(from, to richtext.Format, sent, got string) error {
	want, _ := richtext.Convert(from, to, sent)
	if richtext.Equal(to, want, got) {
		return nil
	}
	said := func(source string) string {
		s, _ := richtext.Convert(to, richtext.Markdown, source)
		return strings.TrimSpace(s)
	}
	back, _ := richtext.Convert(to, from, got)
	if said(want) == said(got) || richtext.Equal(from, back, sent) {
		return nil
	}
	return fmt.Errorf("%q, want %q", got, want)
}

// content of a file that ada attaches.
func (l *life) content(side core.Side) []byte {
	return fmt.Appendf(nil, "what a file of %s says, on side %d\n", l.places[side].Kind, side)
}

func (l *life) read(side core.Side, f core.Attachment) ([]byte, error) {
	r, err := l.places[side].ada.(connectors.AttachmentOpener).OpenAttachment(ctx(), l.id(side), f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func (l *life) hasContent(side core.Side, f core.Attachment, content []byte) bool {
	b, err := l.read(side, f)
	return err == nil && bytes.Equal(b, content)
}
