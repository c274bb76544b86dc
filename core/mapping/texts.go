package mapping

import (
	"duplex/core"
	"duplex/core/richtext"
)

// graft writes a converted text over the target's without harm to blocks that the source's edit left alone: what they hold
// beyond what the source's format can express stays. lost tells what goes with the blocks that were edited.
func graft(source, converted, target core.Value) (core.Value, []richtext.Loss) {
	via, ok := formatOf(source)
	f := richtext.Format(converted.Format())
	if !ok || converted.Kind() != core.KindText || target.Kind() != core.KindText || target.IsEmpty() || converted.IsEmpty() ||
		target.Format() != converted.Format() || via == f {
		return converted, nil
	}
	text, lost := richtext.Graft(via, f, converted.Source(), target.Source())
	return core.Text(converted.Format(), text), lost
}

// formatOf is the format of a text; plain of one without formatting.
func formatOf(v core.Value) (richtext.Format, bool) {
	switch v.Kind() {
	case core.KindText:
		return richtext.Format(v.Format()), true
	case core.KindString:
		return richtext.Plain, true
	}
	return "", false
}

// lost tells, in plain words, what formatting of the target goes when the conversion's value is written over it.
func (c *conversion) lost(in core.ConvertInput, written core.Value) []string {
	if written.Kind() != core.KindText || in.Target.Kind() != core.KindText || in.Target.IsEmpty() {
		return nil
	}
	if c.loss == core.LossWarn {
		f := richtext.Format(written.Format())
		return richtext.LossWords(richtext.Gone(f, in.Target.Source(), written.Source()))
	}
	plain, err := c.one(in.Value, c.shaped(in.Target))
	if err != nil {
		return nil
	}
	_, lost := graft(in.Value, plain, in.Target)
	return richtext.LossWords(lost)
}

// mergeTexts brings two edits of a text together, line by line.
func mergeTexts(_ core.Side, was, one, other core.Value) (core.Value, bool) {
	f, ok := formatOf(other)
	if !ok || was.Kind() != other.Kind() || one.Kind() != other.Kind() || was.Format() != other.Format() || one.Format() != other.Format() {
		return core.Value{}, false
	}
	text, ok := richtext.Merge(f, was.Source(), one.Source(), other.Source())
	if !ok {
		return core.Value{}, false
	}
	merged := core.String(text)
	if other.Kind() == core.KindText {
		merged = core.Text(other.Format(), text)
	}
	if same(merged, other) {
		return other, true
	}
	return merged, true
}
