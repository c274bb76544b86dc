package mapping

import (
	"strings"

	"duplex/core"
)

// Env is what is known of the world while a connection file is compiled. The zero Env knows nothing and skips every
// check that needs to know.
type Env struct {
	// Describe tells the fields of an item type; false when the system cannot be asked now. Without a description the
	// checks of fields and options are skipped, and a value goes over in a neutral kind.
	Describe func(system, typ string, scope map[string]string) (*Description, bool)
	// Applied says that the version was accepted before and is only read again. What the systems have changed since (a
	// field renamed, an option gone) is then a warning: it parks what needs it, and everything else keeps flowing.
	Applied bool
	// Systems are the known systems, name to kind. Nil: not checked.
	Systems map[string]string
	// Formats is the rich-text format of a system: adf, html, markdown, plain; "" when not known.
	Formats func(system string) string
	// Traits tells what a system can do beyond reading and writing fields; false when that is not known. Nil: not checked.
	Traits func(system string) (Traits, bool)
	// Read reads a file that the connection file names, by the path written there, relative to the file's folder.
	Read func(path string) ([]byte, error)
}

// Traits are what a system can do.
type Traits struct {
	Restricts    bool // a comment can be kept to a role or group
	DeletesFiles bool
	Worklogs     bool // time spent on items is kept, read and written
	Impersonates bool // a comment can be written as another person
}

// Description is what a system says of an item type.
type Description struct {
	Fields []Field
}

// Field describes one field.
type Field struct {
	Name     string
	Kind     core.Kind
	Of       core.Kind    // element kind of sets and lists
	Options  []core.Value // of an option field, and of sets of options; nil: not known
	ReadOnly bool
	Required bool   // to create an item
	OnCreate bool   // may be set when the item is created
	Format   string // of a text field; "": the system's own format
	refer    core.Refer
}

// find is the field of that name.
func (d *Description) find(name string) (Field, bool) {
	if d == nil {
		return Field{}, false
	}
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func (d *Description) names() []string {
	if d == nil {
		return nil
	}
	names := make([]string, len(d.Fields))
	for i, f := range d.Fields {
		names[i] = f.Name
	}
	return names
}

// element is the field as one of its elements.
func (f Field) element() Field {
	return Field{Name: f.Name, Kind: f.Of, Options: f.Options, Format: f.Format}
}

// one is the field, or one of its elements where it has several.
func (f Field) one() Field {
	if f.isMany() {
		return f.element()
	}
	return f
}

func (f Field) isMany() bool { return f.Kind == core.KindSet || f.Kind == core.KindList }

// option finds an option by name, then by name whatever its case, then by id. Two options of one name are told apart by
// id only.
func (f Field) option(text string) (core.Value, bool) {
	matches := []func(o core.Value) bool{
		func(o core.Value) bool { return o.Name() == text },
		func(o core.Value) bool { return strings.EqualFold(o.Name(), text) },
		func(o core.Value) bool { return o.ID() == text },
		func(o core.Value) bool { return o.Name() == levels(text) },
	}
	for _, match := range matches {
		var found []core.Value
		for _, o := range f.Options {
			if match(o) {
				found = append(found, o)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], true
		default:
			return core.Option("", text), true
		}
	}
	return core.Value{}, false
}

func (f Field) optionNames() []string {
	names := make([]string, len(f.Options))
	for i, o := range f.Options {
		names[i] = o.String()
	}
	return names
}
