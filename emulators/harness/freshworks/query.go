package freshworks

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Term is one comparison of a query: field, operator (":", ":>", ":<"; the last two include the value) and value.
type Term struct {
	Field, Op string
	Value     any // string, float64, bool or nil for null
}

// node of a query's tree: a term, or an operation on two.
type node struct {
	term        *Term
	op          string // AND, OR
	left, right *node
}

// Search finds the records that a query in the vendors' language matches, as the index knows them. match compares one of them, and
// refuses fields that cannot be searched.
func (c *Call) Search(kind string, match func(*Record, Term) (bool, error)) ([]*Record, error) {
	raw := c.Query("query")
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return nil, Invalid("query", "invalid_value", "The query has to stand in double quotes")
	}
	if len([]rune(raw))-2 > 512 {
		return nil, Invalid("query", "invalid_value", "The query is longer than 512 characters")
	}
	p := &parser{in: raw[1 : len(raw)-1]}
	tree := p.or()
	if p.skip(); p.bad || p.at < len(p.in) || tree == nil {
		return nil, Invalid("query", "invalid_value", "The query cannot be read")
	}
	var out []*Record
	probe := &Record{Kind: kind, Values: map[string]any{}, Custom: map[string]any{}}
	if _, err := tree.holds(probe, match); err != nil {
		return nil, err
	}
	for _, r := range c.A.index.at(kind, c.A.skew.Now()) {
		ok, err := tree.holds(r, match)
		if err != nil {
			return nil, err
		}
		if ok && !r.Deleted && !r.Spam && !r.Archived {
			out = append(out, r)
		}
	}
	return out, nil
}

// holds looks at every term, so that a wrong one is refused wherever it stands.
func (n *node) holds(r *Record, match func(*Record, Term) (bool, error)) (bool, error) {
	if n.term != nil {
		return match(r, *n.term)
	}
	left, err := n.left.holds(r, match)
	if err != nil {
		return false, err
	}
	right, err := n.right.holds(r, match)
	if n.op == "AND" {
		return left && right, err
	}
	return left || right, err
}

type parser struct {
	in  string
	at  int
	bad bool
}

func (p *parser) skip() {
	for p.at < len(p.in) && p.in[p.at] == ' ' {
		p.at++
	}
}

func (p *parser) word(w string) bool {
	p.skip()
	if strings.HasPrefix(p.in[p.at:], w+" ") || strings.HasPrefix(p.in[p.at:], w+"(") {
		p.at += len(w)
		return true
	}
	return false
}

func (p *parser) or() *node {
	n := p.and()
	for !p.bad && p.word("OR") {
		n = &node{op: "OR", left: n, right: p.and()}
	}
	return n
}

func (p *parser) and() *node {
	n := p.one()
	for !p.bad && p.word("AND") {
		n = &node{op: "AND", left: n, right: p.one()}
	}
	return n
}

func (p *parser) one() *node {
	p.skip()
	if strings.HasPrefix(p.in[p.at:], "(") {
		p.at++
		n := p.or()
		p.skip()
		if !strings.HasPrefix(p.in[p.at:], ")") {
			p.bad = true
			return n
		}
		p.at++
		return n
	}
	rest := p.in[p.at:]
	colon := strings.IndexByte(rest, ':')
	if colon < 1 || strings.ContainsAny(rest[:colon], " '()") {
		p.bad = true
		return &node{term: &Term{}}
	}
	t := &Term{Field: rest[:colon], Op: ":"}
	p.at += colon + 1
	if p.at < len(p.in) && (p.in[p.at] == '>' || p.in[p.at] == '<') {
		t.Op += string(p.in[p.at])
		p.at++
	}
	t.Value = p.value()
	return &node{term: t}
}

// value reads 'text', a number, true, false or null. There is no way to write a quote inside a text.
func (p *parser) value() any {
	rest := p.in[p.at:]
	if strings.HasPrefix(rest, "'") {
		end := strings.IndexByte(rest[1:], '\'')
		if end < 0 {
			p.bad = true
			return nil
		}
		p.at += end + 2
		return rest[1 : end+1]
	}
	end := strings.IndexAny(rest, " )")
	if end < 0 {
		end = len(rest)
	}
	p.at += end
	switch word := rest[:end]; word {
	case "null":
		return nil
	case "true", "false":
		return word == "true"
	case "":
		p.bad = true
		return nil
	default:
		if n, err := strconv.ParseFloat(word, 64); err == nil {
			return n
		}
		return word
	}
}

// Matches compares a value of a field with a term. Dates have the precision of a day.
func (t Term) Matches(f *Field, v any) (bool, error) {
	wrong := func() (bool, error) {
		return false, Invalid(t.Field, "invalid_value", "The value cannot be compared with this field")
	}
	if t.Value == nil {
		return t.Op == ":" && (v == nil || v == ""), nil
	}
	switch f.Shape {
	case Date, Moment:
		day, ok := t.Value.(string)
		if _, err := time.Parse(time.DateOnly, day); !ok || err != nil {
			return wrong()
		}
		have, _ := v.(string)
		if len(have) > 10 {
			have = have[:10]
		}
		return compare(t.Op, strings.Compare(have, day)) && have != "", nil
	case Integer, Code, Agent, Team, Someone, Number:
		n, ok := t.Value.(float64)
		if !ok {
			return wrong()
		}
		have, ok := v.(float64)
		return ok && compare(t.Op, int(have-n)), nil
	case Check:
		b, ok := t.Value.(bool)
		if !ok || t.Op != ":" {
			return wrong()
		}
		have, _ := v.(bool)
		return have == b, nil
	case Words:
		s, ok := t.Value.(string)
		list, _ := v.([]any)
		return ok && slices.ContainsFunc(list, func(w any) bool { return strings.EqualFold(w.(string), s) }), nil
	case Text, Label:
		s, ok := t.Value.(string)
		if !ok || t.Op != ":" {
			return wrong()
		}
		have, _ := v.(string)
		return strings.EqualFold(have, s), nil
	}
	return false, Invalid(t.Field, "invalid_field", "This field cannot be searched")
}

func compare(op string, order int) bool {
	switch op {
	case ":>":
		return order >= 0
	case ":<":
		return order <= 0
	}
	return order == 0
}
