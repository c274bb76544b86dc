package cli

import (
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/gateway"
)

const mostOptions = 12

// describe writes a description for people.
func (t *table) describe(d gateway.Description, all bool) {
	t.row("system", d.System)
	t.row("kind", d.Kind)
	t.row("type", d.Type)
	if len(d.Scope) > 0 {
		t.row("scope", scopeText(d.Scope))
	}
	t.row("rich text", d.RichText)
	t.row("described", ago(t.env.now().Sub(d.TakenAt))+", at "+t.at(d.TakenAt))
	t.line("it can     %s", firstOf(strings.Join(d.Capabilities, ", "), "only read and write items"))
	t.line("")
	t.row("FIELD", "LABEL", "TYPE", "WRITTEN", "OPTIONS")
	for _, f := range d.Fields {
		label := f.Label
		if label == f.Name {
			label = ""
		}
		t.row(f.Name, label, kindWords(f), writtenWords(f), optionWords(f))
	}
	if !all {
		return
	}
	for _, f := range d.Fields {
		if len(f.Options) == 0 {
			continue
		}
		t.line("\nall options of %s:", f.Name)
		for _, o := range f.Options {
			t.line("  %s", o.String())
		}
	}
}

// kindWords is the type of a field in words.
func kindWords(f connectors.Field) string {
	text := kindWord(f.Kind)
	if f.Kind == core.KindSet || f.Kind == core.KindList {
		text = "several " + manyWord(f.Of)
		if f.Kind == core.KindList {
			text += ", in order"
		}
	}
	if f.MaxLen > 0 {
		text += fmt.Sprintf(", at most %d letters", f.MaxLen)
	}
	return text
}

func manyWord(k core.Kind) string {
	switch k {
	case core.KindOption:
		return "options"
	case core.KindUser:
		return "people"
	case core.KindReference:
		return "items"
	}
	return kindWord(k) + "s"
}

func kindWord(k core.Kind) string {
	switch k {
	case core.KindString:
		return "text"
	case core.KindText:
		return "rich text"
	case core.KindBool:
		return "yes or no"
	case core.KindDate:
		return "day"
	case core.KindDateTime:
		return "time"
	case core.KindOption:
		return "one option"
	case core.KindUser:
		return "person"
	case core.KindReference:
		return "another item"
	}
	return string(k)
}

// writtenWords says when a field can be written, and whether a new item needs it.
func writtenWords(f connectors.Field) string {
	text := "always"
	switch {
	case f.ReadOnly && f.OnCreate:
		text = "when created"
	case f.ReadOnly:
		text = "never"
	case !f.OnCreate:
		text = "after creation"
	}
	if f.Required {
		text += ", required"
	}
	return text
}

// optionWords lists the first dozen options.
func optionWords(f connectors.Field) string {
	var names []string
	for _, o := range f.Options {
		names = append(names, o.String())
	}
	if n := len(names); n > mostOptions {
		return strings.Join(names[:mostOptions], ", ") + fmt.Sprintf(" and %d more", n-mostOptions)
	}
	return strings.Join(names, ", ")
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
