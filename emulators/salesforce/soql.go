package salesforce

import (
	"regexp"
	"strconv"
	"strings"
)

// statement is a parsed SOQL query (vendor document "SOQL and SOSL Reference").
type statement struct {
	fields   []string     // paths
	children []*statement // subqueries over child relationships
	count    bool         // SELECT COUNT()
	from     string
	where    *condition
	order    []ordering
	limit    int // -1: none
	offset   int
}

type ordering struct {
	path      string
	desc      bool
	nullsLast bool
}

// condition is a tree: and, or, not over parts, or a comparison.
type condition struct {
	op     string // "and", "or", "not", or a comparison: = != < <= > >= like in, not in, includes, excludes
	parts  []*condition
	path   string
	values []literal
	sub    *statement // IN (SELECT …)
}

// literal is a value as it was written.
type literal struct {
	kind string // text, number, date, datetime, boolean, null, span
	text string
}

// soql reads a statement token by token.
type soql struct {
	tokens []string
	at     int
	err    *apiError
}

var token = regexp.MustCompile(`^(?:'(?:[^'\\]|\\.)*'|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})|\d{4}-\d{2}-\d{2}|[A-Za-z_][\w.]*(?::\d+)?|-?\d+(?:\.\d+)?|<=|>=|!=|<>|[=<>(),])`)

const longestStatement = 100_000

func parseSOQL(text string) (*statement, error) {
	if len(text) > longestStatement {
		return nil, malformed("SOQL statements cannot be longer than 100000 characters.")
	}
	p := &soql{}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		t := token.FindString(rest)
		if t == "" {
			return nil, malformed("unexpected token: '" + rest[:1] + "'")
		}
		p.tokens = append(p.tokens, t)
		rest = rest[len(t):]
	}
	s := p.statement()
	if p.err == nil && p.at < len(p.tokens) {
		p.fail()
	}
	if p.err != nil {
		return nil, p.err
	}
	return s, nil
}

func (p *soql) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *soql) next() string {
	t := p.peek()
	p.at++
	return t
}

// word takes the keyword where it comes next.
func (p *soql) word(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || !strings.EqualFold(p.tokens[p.at+i], w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *soql) must(word string) {
	if !p.word(word) {
		p.fail()
	}
}

func (p *soql) fail() {
	if p.err == nil {
		p.err = malformed("unexpected token: '" + p.peek() + "'")
	}
	p.at = len(p.tokens)
}

func (p *soql) name() string {
	t := p.peek()
	if t == "" || !strings.ContainsAny(t[:1], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") {
		p.fail()
		return ""
	}
	return p.next()
}

func (p *soql) statement() *statement {
	s := &statement{limit: -1}
	p.must("SELECT")
	for p.err == nil {
		switch {
		case p.word("COUNT", "(", ")"):
			s.count = true
		case p.word("("):
			s.children = append(s.children, p.statement())
			p.must(")")
		default:
			s.fields = append(s.fields, p.name())
		}
		if !p.word(",") {
			break
		}
	}
	p.must("FROM")
	s.from = p.name()
	if p.word("WHERE") {
		s.where = p.conditions()
	}
	if p.word("ORDER", "BY") {
		for p.err == nil {
			o := ordering{path: p.name()}
			o.desc = p.word("DESC")
			if !o.desc {
				p.word("ASC")
			}
			o.nullsLast = o.desc
			if p.word("NULLS", "LAST") {
				o.nullsLast = true
			} else if p.word("NULLS", "FIRST") {
				o.nullsLast = false
			}
			s.order = append(s.order, o)
			if !p.word(",") {
				break
			}
		}
	}
	if p.word("LIMIT") {
		s.limit = p.count()
	}
	if p.word("OFFSET") {
		s.offset = p.count()
	}
	return s
}

func (p *soql) count() int {
	n, err := strconv.Atoi(p.next())
	if err != nil || n < 0 {
		p.at--
		p.fail()
	}
	return n
}

// conditions joins comparisons; AND and OR beside each other need parentheses.
func (p *soql) conditions() *condition {
	first := p.one()
	joined := &condition{parts: []*condition{first}}
	for p.err == nil {
		op := ""
		if p.word("AND") {
			op = "and"
		} else if p.word("OR") {
			op = "or"
		} else {
			break
		}
		if joined.op != "" && joined.op != op {
			p.at--
			p.fail()
			break
		}
		joined.op = op
		joined.parts = append(joined.parts, p.one())
	}
	if joined.op == "" {
		return first
	}
	return joined
}

func (p *soql) one() *condition {
	if p.word("NOT") {
		return &condition{op: "not", parts: []*condition{p.one()}}
	}
	if p.word("(") {
		c := p.conditions()
		p.must(")")
		return c
	}
	c := &condition{path: p.name()}
	switch {
	case p.word("NOT", "IN"):
		c.op = "not in"
	case p.word("IN"), p.word("INCLUDES"), p.word("EXCLUDES"), p.word("LIKE"):
		c.op = lower(p.tokens[p.at-1])
	default:
		c.op = p.next()
		if c.op == "<>" {
			c.op = "!="
		}
		if !strings.Contains(" = != < <= > >= ", " "+c.op+" ") {
			p.at--
			p.fail()
			return c
		}
	}
	if c.op == "in" || c.op == "not in" || c.op == "includes" || c.op == "excludes" {
		p.must("(")
		if strings.EqualFold(p.peek(), "SELECT") {
			c.sub = p.statement()
		} else {
			c.values = append(c.values, p.literal())
			for p.word(",") {
				c.values = append(c.values, p.literal())
			}
		}
		p.must(")")
		return c
	}
	c.values = []literal{p.literal()}
	return c
}

var (
	isNumber   = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	isDate     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	isDateTime = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T`)
	isSpan     = regexp.MustCompile(`(?i)^(TODAY|YESTERDAY|LAST_N_DAYS:\d+)$`)
	escape     = regexp.MustCompile(`\\(.)`)
)

func (p *soql) literal() literal {
	t := p.next()
	switch {
	case strings.HasPrefix(t, "'"):
		text := escape.ReplaceAllStringFunc(t[1:len(t)-1], func(m string) string {
			switch m[1] {
			case 'n', 'N':
				return "\n"
			case 'r', 'R':
				return "\r"
			case 't', 'T':
				return "\t"
			case '\'', '"', '\\':
				return m[1:]
			}
			return m // \% and \_ are for LIKE
		})
		return literal{"text", text}
	case strings.EqualFold(t, "null"), strings.EqualFold(t, "true"), strings.EqualFold(t, "false"):
		if t = lower(t); t != "null" {
			return literal{"boolean", t}
		}
		return literal{"null", ""}
	case isDateTime.MatchString(t):
		return literal{"datetime", t}
	case isDate.MatchString(t):
		return literal{"date", t}
	case isNumber.MatchString(t):
		return literal{"number", t}
	case isSpan.MatchString(t):
		return literal{"span", strings.ToUpper(t)}
	}
	p.at--
	p.fail()
	return literal{}
}
