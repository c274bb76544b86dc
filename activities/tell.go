package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// Settle is how long a problem stays before it is told to people, so that what passes leaves no trace.
const Settle = time.Minute

// TellInput asks to tell, or to clear, the problems of a pair on one side.
type TellInput struct {
	Pair string
	Side core.Side
}

// TellResult says what is told now.
type TellResult struct {
	Told     bool   // something is told
	Again    bool   // a problem is too young to be told: look again
	Revision string // of the item after its field was written, "" when nothing was
}

// Tell brings what a side's item says about problems of its pair up to date: written once, cleared when solved. It holds field
// names and reasons, nothing of the other side. Where the mapping does not ask for it, nothing is done.
func (a *Activities) Tell(ctx context.Context, in TellInput) (TellResult, error) {
	defer beat(ctx)()
	r, err := a.tell(ctx, in)
	return r, temporalError(doing("tell the problems of "+in.Pair, err))
}

func (a *Activities) tell(ctx context.Context, in TellInput) (r TellResult, err error) {
	pair, err := a.Store.Pair(ctx, in.Pair)
	if err != nil {
		return r, err
	}
	m, err := a.Mappings.Active(ctx, pair.Connection)
	if err != nil {
		return r, err
	}
	where := m.Connection.Problems[in.Side]
	if where.IsZero() || pair.Sides[in.Side].Ref.IsZero() || pair.Status == core.PairUnlinked {
		return r, nil
	}
	told, err := a.Store.Told(ctx, in.Pair, in.Side)
	if err != nil {
		return r, err
	}
	about, young := toTell(pair, a.Now())
	r.Told, r.Again = len(about) > 0, young
	if slices.Equal(about, told.About) {
		return r, nil
	}
	text := ""
	if len(about) > 0 {
		text = problemText(pair, m, in.Side, about)
	}
	if where.Note {
		err = a.tellNote(ctx, pair, &told, about, text)
	} else {
		r.Revision, err = a.tellField(ctx, pair, m, in.Side, where.Field, text)
	}
	if err != nil {
		return r, err
	}
	told.About = about
	return r, a.Store.PutTold(ctx, told)
}

// toTell lists what has been parked long enough, sorted, and whether something younger is parked.
func toTell(p core.Pair, now time.Time) (about []string, young bool) {
	for key, k := range p.Parked {
		if now.Sub(k.Problem.Since) < Settle {
			young = true
			continue
		}
		about = append(about, key+":"+string(k.Problem.Class))
	}
	slices.Sort(about)
	return about, young
}

// tellNote keeps one internal note up to date. Where notes cannot be edited another one is left for what is new, and where they
// cannot be deleted a last one says that all is solved.
func (a *Activities) tellNote(ctx context.Context, pair core.Pair, told *core.Told, about []string, text string) error {
	c, err := a.Systems.Connector(ctx, pair.Sides[told.Side].Ref.System)
	if err != nil {
		return err
	}
	item := pair.Sides[told.Side].Ref.ID
	if text == "" {
		if d, ok := connectors.As[connectors.CommentDeleter](c); ok && told.Note != "" {
			err := d.DeleteComment(ctx, item, told.Note)
			if err == nil || errors.Is(err, connectors.ErrNotFound) {
				told.Note = ""
			}
			if !errors.Is(err, connectors.ErrUnsupported) {
				return notThere(err)
			}
		}
		text = "duplex: the problem is solved; this item and its counterpart are in step again."
	}
	if e, ok := connectors.As[connectors.CommentEditor](c); ok && told.Note != "" {
		_, err := e.EditComment(ctx, item, told.Note, core.CommentDraft{Body: plainBody(c.Facts().RichText, text),
			Visibility: core.Visibility{Audience: core.Internal}, Mark: Mark(pair.ID, "note", told.Side, noteName(told.Notes))})
		if !errors.Is(err, connectors.ErrUnsupported) && !errors.Is(err, connectors.ErrNotFound) {
			return err
		}
	}
	fresh := slices.ContainsFunc(about, func(x string) bool { return !slices.Contains(told.About, x) })
	if len(about) > 0 && told.Note != "" && !fresh {
		return nil // fewer problems than the note says; the rest is told when all are solved
	}
	told.Note, err = a.noteAbout(ctx, pair, told.Side, noteName(told.Notes+1), text)
	told.Notes++
	if len(about) == 0 {
		told.Note = ""
	}
	return err
}

func noteName(n int) string { return fmt.Sprintf("problem:%d", n) }

func notThere(err error) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return nil
	}
	return err
}

// tellField writes the text into the field, or empties it. The revision after the write is kept as the sync's own.
func (a *Activities) tellField(ctx context.Context, pair core.Pair, m *mapping.Mapping, side core.Side, field, text string) (string, error) {
	c, err := a.Systems.Connector(ctx, pair.Sides[side].Ref.System)
	if err != nil {
		return "", err
	}
	s := m.Connection.Sides[side]
	t := connectors.ItemType{Type: s.Type, Scope: s.Scope}
	d, err := c.Describe(ctx, t)
	if err != nil {
		return "", err
	}
	v := core.String(text)
	if f, ok := d.Find(field); ok && f.Kind == core.KindText {
		v = plainBody(c.Facts().RichText, text)
	}
	if text == "" {
		v = core.Empty(v.Kind())
	}
	o, err := c.Update(ctx, pair.Sides[side].Ref.ID, core.Patch{Fields: map[string]core.Value{field: v}}, "", connectors.Want{Type: t, Fields: []string{field}})
	if err != nil || o.Revision == "" {
		return "", err
	}
	pair.Sides[side].Own = core.WithOwn(pair.Sides[side].Own, o.Revision)
	return o.Revision, a.Store.SaveStep(ctx, core.Step{Pair: pair})
}

// whatToDo says, per class, what is wrong and who acts, to somebody who works on an item and does not know duplex.
var whatToDo = map[core.ProblemClass]string{
	core.ProblemConflict:    "it was changed on both sides to different values; give both the same value, or ask whoever runs the sync to choose",
	core.ProblemInvalid:     "the other side does not accept the value; choose another one, or ask whoever runs the sync to change the mapping",
	core.ProblemDenied:      "the sync may not write this on the other side; an administrator has to give it the right",
	core.ProblemGone:        "the other item was deleted or moved out of sight",
	core.ProblemUnsupported: "the other side cannot take this",
	core.ProblemTooLarge:    "it is larger than the other side takes; make it smaller",
	core.ProblemUnknown:     "whether it reached the other side cannot be told; whoever runs the sync has to look",
}

// problemText is what people read. It names fields of their own side.
func problemText(pair core.Pair, m *mapping.Mapping, side core.Side, about []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "duplex: this item is not fully in step with its counterpart in %s.", pair.Sides[side.Other()].Ref.System)
	for _, x := range about {
		key, class := x[:strings.LastIndex(x, ":")], core.ProblemClass(x[strings.LastIndex(x, ":")+1:])
		todo := whatToDo[class]
		if todo == "" {
			todo = "the sync failed at it and goes on trying; whoever runs the sync has to look"
		}
		fmt.Fprintf(&b, "\n%s: %s.", nameOf(m, side, key), todo)
	}
	return b.String()
}

func nameOf(m *mapping.Mapping, side core.Side, key string) string {
	switch {
	case key == core.WholePair:
		return "The whole item"
	case strings.HasPrefix(key, string(core.EntryComment)+":"):
		return "A comment"
	case strings.HasPrefix(key, string(core.EntryAttachment)+":"):
		return "A file"
	case strings.HasPrefix(key, string(core.EntryWorklog)+":"):
		return "A worklog"
	}
	for _, r := range m.Rules {
		if r.ID == key && r.Fields[side] != "" {
			return r.Fields[side]
		}
	}
	return "A field"
}
