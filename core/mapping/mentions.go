package mapping

import (
	"duplex/core"
	"duplex/core/richtext"
)

// somebody stands where a person is mentioned whose name is not known: an account's id is nothing to show.
const somebody = "somebody"

// Carry converts a rich text, and what it names by refer. Without one people become their names: an account of one system is nobody, or
// somebody else, in another.
func Carry(from, to, source string, refer core.Refer) string {
	change := changeBy(refer)
	if from == to {
		return richtext.Rewrite(richtext.Format(from), source, change)
	}
	out, _ := richtext.Carry(richtext.Format(from), richtext.Format(to), source, change)
	return out
}

func changeBy(refer core.Refer) richtext.Change {
	if refer == nil {
		refer = byName
	}
	return func(r richtext.Reference) richtext.Reference {
		out := refer(core.TextReference{Kind: core.ReferenceKind(r.Kind), ID: r.ID, URL: r.URL, Name: r.Name, Collection: r.Collection})
		return richtext.Reference{Kind: richtext.Kind(out.Kind), ID: out.ID, URL: out.URL, Name: out.Name, Collection: out.Collection}
	}
}

// byName makes people their names and leaves everything else as it is.
func byName(r core.TextReference) core.TextReference {
	if r.Kind != core.RefMention {
		return r
	}
	if r.Name == "" {
		r.Name = somebody
	}
	return core.TextReference{Kind: core.RefText, Name: r.Name}
}

// named is a rich text with the people in it by their names, for where plain text is wanted.
func named(v core.Value, refer core.Refer) core.Value {
	if v.Kind() != core.KindText {
		return v
	}
	change := changeBy(refer)
	return core.Text(v.Format(), richtext.Rewrite(richtext.Format(v.Format()), v.Source(), func(r richtext.Reference) richtext.Reference {
		out := change(r)
		if out.Kind == richtext.Mention {
			return richtext.Reference{Kind: richtext.Text, Name: firstOf(out.Name, somebody)}
		}
		return out
	}))
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// mentions reads how people are found whom texts name, or who wrote a comment.
func (c *compiler) mentions(n *node) *people {
	users := n.get("users")
	p := c.users(users)
	if p.name {
		c.r.at(users, "a name names nobody for sure, and a mention must not tell the wrong person; find people by email or a table")
	}
	return p
}

// Mentioned names a person of the other side for side to, without an id unless a table gives one; false when nothing says who it is.
func (m *Mapping) Mentioned(to core.Side, person core.Value) (core.Value, bool) {
	if person.Kind() != core.KindUser || person.IsEmpty() || m.mentions == nil {
		return core.Value{}, false
	}
	found, ok := m.mentions.to(to, person)
	return found, ok && (found.ID() != "" || found.Email() != "")
}
