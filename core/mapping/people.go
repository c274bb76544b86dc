package mapping

import (
	"fmt"

	"duplex/core"
)

// people says how a rule finds the person of the other side.
type people struct {
	email   bool  // by e-mail address
	name    bool  // by display name, last
	lines   table // by hand: looked in first, because a line is there for a person whose address does not match
	unknown [2]core.UnknownPolicy
}

// to names the person for the other side, without an id unless the table gives one. Whether there is such a person is
// found out by the target's connector.
func (p *people) to(side core.Side, v core.Value) (core.Value, bool) {
	if text, ok := p.lines.to(side, v); ok && text != "" {
		found, err := person(text)
		return found, err == nil
	}
	switch {
	case p.email:
		return core.Person("", v.Email(), v.Name()), true
	case p.name && v.Name() != "", p.unknown[side].Field != "" && v.Name() != "":
		return core.Person("", "", v.Name()), true
	}
	return core.Value{}, false
}

// sameName reports that the name alone says that two people are one: no line is there for the first, and both have that name.
func (p *people) sameName(side core.Side, v, target core.Value) bool {
	if p == nil || !p.name || v.Kind() != core.KindUser || target.Kind() != core.KindUser {
		return false
	}
	_, line := p.lines.to(side, v)
	return !line && v.Name() != "" && v.Name() == target.Name()
}

// users reads [email, {table: …}, name].
func (c *compiler) users(n *node) *people {
	if n == nil {
		return &people{email: true}
	}
	p := &people{}
	for i, it := range n.items {
		if it.shape == scalar {
			p.email = p.email || it.text == "email"
			if it.text == "name" {
				p.name = true
				if i < len(n.items)-1 {
					c.r.at(it, "a name is tried last, because it names nobody for sure; write it at the end")
					c.r.code(CodeWrongValue)
				}
			}
			continue
		}
		t := it.get("table")
		if t == nil {
			continue
		}
		if t.shape == listed {
			p.lines = append(p.lines, c.people(c.r, t)...)
			continue
		}
		p.lines = append(p.lines, c.peopleFile(t)...)
	}
	return p
}

func (c *compiler) peopleFile(n *node) table {
	src, ok := readNamed(c.r, n, c.env.Read)
	if !ok {
		return nil
	}
	r := &report{file: n.text}
	root := parse(r, src)
	var t table
	if root != nil && root.shape != listed {
		r.at(root, "a people file is a list with one line per person, each with a name per side")
	} else if root != nil {
		t = c.people(r, root)
	}
	c.r.all = append(c.r.all, r.all...)
	return t
}

// people reads lines like {support: ann@acme.example, engineering: a.lee@acme.example}.
func (c *compiler) people(r *report, list *node) table {
	var t table
	inner := *c
	inner.r = r
	for _, line := range list.items {
		var row tableRow
		if line.shape != mapped {
			r.atf(line, "a line names one person on both sides: {%s: …, %s: …}", c.names[0], c.names[1])
			continue
		}
		for _, e := range line.entries {
			if s, ok := inner.sideKey(e); ok {
				row[s] = e.value.text
				if _, err := person(row[s]); err != nil {
					r.at(e.value, err.Error())
				}
			}
		}
		if row[0] == "" || row[1] == "" {
			r.atf(line, "a line names one person on both sides: {%s: …, %s: …}", c.names[0], c.names[1])
			continue
		}
		t = append(t, row)
	}
	return t
}

// readNamed reads a file that the connection file names.
func readNamed(r *report, n *node, read func(string) ([]byte, error)) ([]byte, bool) {
	if read == nil {
		r.atf(n, "the file %q cannot be read here; write its lines in place of the name", n.text)
		r.code(CodeFile)
		return nil, false
	}
	src, err := read(n.text)
	if err != nil {
		r.at(n, fmt.Sprintf("the file %q cannot be read: %v", n.text, err))
		r.code(CodeFile)
		return nil, false
	}
	return src, true
}
