package cli

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"duplex/core/blame"
)

func (e *env) why() *cobra.Command {
	return &cobra.Command{Use: "why PAIR FIELD", Short: "Tell who wrote a value, when, and why it is on both sides", Args: cobra.ExactArgs(2),
		Long: "Tell who wrote the value of a field on each side: person, time, observation, plan and mapping version, back to where the value began,\n" +
			"and which edits of the field lost and where they are kept.\nFIELD is a rule's id, or the name of a field on either side. Values are shown.",
		Example: "  duplex why ENG-7 priority",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := e.pair(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var a blame.Answer
			if err := e.call(cmd.Context(), "GET", "/pairs"+segment(id)+"/why?"+url.Values{"field": {args[1]}}.Encode(), nil, &a); err != nil {
				return err
			}
			return e.print(a, func(t *table) { showWhy(t, a) })
		}}
}

func showWhy(t *table, a blame.Answer) {
	t.row("pair", a.Pair)
	t.row("rule", a.Rule)
	if a.Parked != nil {
		t.line("it is parked since %s: %s: %s", t.at(a.Parked.Since), a.Parked.Class, a.Parked.Text)
	}
	for _, s := range a.Sides {
		t.line("")
		t.line("%s of %s is %s", s.Field, s.Name, cell(s.Value.String()))
		if len(s.Steps) == 0 {
			t.line("  it was not read yet")
		}
		for _, step := range s.Steps {
			t.line("  %s  %s", t.span(step), cell(did(step)))
			t.line("    %s", step.Reason)
			if kept := keptIn(step.Plan, step.Observation, step.Version); kept != "" {
				t.line("    %s", kept)
			}
		}
	}
	if len(a.Lost) > 0 {
		t.line("")
		t.line("edits that lost")
	}
	for _, l := range a.Lost {
		t.line("  %s  %s of %s was %s%s and lost to %s", t.at(l.At), l.Field, l.Side, cell(l.Value.String()), by(l.Person.String(), l.Person.IsAbsent()), cell(l.To.String()))
		reason := l.Reason
		if l.Operator != "" {
			reason += " (" + l.Operator + ")"
		}
		t.line("    %s", reason)
		t.line("    kept in %s", keptIn(l.Plan, l.Observation, l.Version))
	}
	if !a.Whole {
		t.line("")
		t.line("The ledger does not reach back to where every value began.")
	}
}

// span is when a step happened.
func (t *table) span(s blame.Step) string {
	if !s.After.IsZero() && !s.After.Equal(s.At) {
		return "by " + t.at(s.At)
	}
	return t.at(s.At)
}

// did says what a step was, with its value.
func did(s blame.Step) string {
	person := by(s.Person.String(), s.Person.IsAbsent())
	switch s.Kind {
	case blame.Edited:
		if s.Was.IsAbsent() {
			return fmt.Sprintf("set to %s in %s%s", s.Value, s.Side, person)
		}
		return fmt.Sprintf("changed from %s to %s in %s%s", s.Was, s.Value, s.Side, person)
	case blame.Created:
		return fmt.Sprintf("%s since the item was created in %s%s", s.Value, s.Side, person)
	case blame.Resolved:
		return fmt.Sprintf("duplex wrote %s to %s%s", s.Value, s.Side, by(s.Operator, s.Operator == "")+" as operator")
	case blame.Written, blame.Default:
		return fmt.Sprintf("duplex wrote %s to %s", s.Value, s.Side)
	}
	return "in " + s.Side
}

func by(name string, nobody bool) string {
	if nobody || name == "" {
		return ""
	}
	return " by " + name
}

// keptIn names where the ledger holds a value.
func keptIn(plan, observation string, version int) string {
	out := ""
	add := func(s string) {
		if out != "" {
			out += ", "
		}
		out += s
	}
	if plan != "" {
		add(fmt.Sprintf("plan %s, mapping version %d", plan, version))
	}
	if observation != "" {
		add("observation " + observation[:min(12, len(observation))])
	}
	return out
}
