package jira

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// query is a parsed JQL text. where is nil for a query without restriction.
type query struct {
	where *clause
	order []ordering
}

type ordering struct {
	field string
	desc  bool
}

// clause is "and"/"or"/"not" over parts, or one comparison.
type clause struct {
	op     string // and, or, not; "" for a comparison
	parts  []*clause
	field  string // lower case
	cmp    string // =, !=, <, <=, >, >=, ~, !~, in, not in, is, is not
	values []operand
}

// operand is a literal; quoted matters for dates: an unquoted number is milliseconds since the epoch.
type operand struct {
	text   string
	quoted bool
	empty  bool   // EMPTY or NULL
	call   string // a function's name, lower case
}

var jqlTokens = regexp.MustCompile(`^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|>=|<=|!~|[=<>~(),])|([^\s"'=<>~!(),]+))`)

type token struct {
	text   string
	quoted bool
	sign   bool
}

type jqlParser struct {
	tokens []token
	at     int
}

func jqlError(format string, args ...any) error {
	return fail(http.StatusBadRequest, "Error in the JQL Query: "+format, args...)
}

// parseJQL understands comparisons with AND, OR, NOT, parentheses and ORDER BY. The error is the
// vendor's 400. Vendor source: "JQL fields" and "JQL operators".
func parseJQL(text string) (*query, error) {
	p := &jqlParser{}
	rest := text
	for {
		rest = strings.TrimLeft(rest, " \t\r\n")
		if rest == "" {
			break
		}
		m := jqlTokens.FindStringSubmatch(rest)
		if m == nil {
			return nil, jqlError("The character '%c' is a reserved JQL character or not expected here.", []rune(rest)[0])
		}
		switch {
		case m[3] != "":
			p.tokens = append(p.tokens, token{text: m[3], sign: true})
		case m[4] != "":
			p.tokens = append(p.tokens, token{text: m[4]})
		default:
			plain, err := unescapeJQL(m[1] + m[2])
			if err != nil {
				return nil, err
			}
			p.tokens = append(p.tokens, token{text: plain, quoted: true})
		}
		rest = rest[len(m[0]):]
	}
	q := &query{}
	if !p.done() && !p.word("order") {
		where, err := p.or()
		if err != nil {
			return nil, err
		}
		q.where = where
	}
	if err := p.orderBy(q); err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, jqlError("Expecting either 'OR' or 'AND' but got '%s'.", p.peek().text)
	}
	return q, nil
}

var jqlEscape = regexp.MustCompile(`\\(?:u([0-9a-fA-F]{4})|(.))`)

// unescapeJQL reads the escapes of a quoted text. Others than the vendor's are refused.
func unescapeJQL(s string) (string, error) {
	var bad error
	plain := jqlEscape.ReplaceAllStringFunc(s, func(e string) string {
		m := jqlEscape.FindStringSubmatch(e)
		if m[1] != "" {
			n, _ := strconv.ParseUint(m[1], 16, 16) // four hex digits
			return string(rune(n))
		}
		one, ok := map[string]string{"t": "\t", "n": "\n", "r": "\r", `\`: `\`, `'`: `'`, `"`: `"`, " ": " "}[m[2]]
		if !ok {
			bad = jqlError(`'%s' is an illegal JQL escape sequence. The valid escape sequences are \', \", \t, \n, \r, \\, '\ ' and \uXXXX.`, e)
		}
		return one
	})
	return plain, bad
}

func (p *jqlParser) done() bool { return p.at >= len(p.tokens) }

func (p *jqlParser) peek() token {
	if p.done() {
		return token{}
	}
	return p.tokens[p.at]
}

func (p *jqlParser) next() token {
	t := p.peek()
	p.at++
	return t
}

func (p *jqlParser) word(w string) bool {
	t := p.peek()
	return !t.quoted && !t.sign && strings.EqualFold(t.text, w)
}

func (p *jqlParser) sign(s string) bool { t := p.peek(); return t.sign && t.text == s }

func (p *jqlParser) or() (*clause, error)  { return p.chain("or", p.and) }
func (p *jqlParser) and() (*clause, error) { return p.chain("and", p.one) }

func (p *jqlParser) chain(op string, part func() (*clause, error)) (*clause, error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	parts := []*clause{first}
	for p.word(op) {
		p.next()
		c, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return &clause{op: op, parts: parts}, nil
}

func (p *jqlParser) one() (*clause, error) {
	if p.word("not") {
		p.next()
		c, err := p.one()
		return &clause{op: "not", parts: []*clause{c}}, err
	}
	if p.sign("(") {
		p.next()
		c, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.sign(")") {
			return nil, jqlError("Expecting ')' before the end of the query.")
		}
		p.next()
		return c, nil
	}
	return p.comparison()
}

func (p *jqlParser) comparison() (*clause, error) {
	name := p.next()
	if name.text == "" || name.sign {
		return nil, jqlError("Expecting a field name but got '%s'.", name.text)
	}
	c := &clause{field: strings.ToLower(name.text)}
	t := p.next()
	switch {
	case t.sign && slices.Contains([]string{"=", "!=", "<", "<=", ">", ">=", "~", "!~"}, t.text):
		c.cmp = t.text
	case strings.EqualFold(t.text, "in"), strings.EqualFold(t.text, "is"):
		c.cmp = strings.ToLower(t.text)
		if c.cmp == "is" && p.word("not") {
			p.next()
			c.cmp = "is not"
		}
	case strings.EqualFold(t.text, "not") && p.word("in"):
		p.next()
		c.cmp = "not in"
	default:
		return nil, jqlError("Expecting operator but got '%s'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.", t.text)
	}
	if c.cmp != "in" && c.cmp != "not in" {
		v, err := p.operand()
		c.values = []operand{v}
		return c, err
	}
	if !p.sign("(") {
		if v, err := p.operand(); err == nil && v.call != "" { // a function that gives a list
			c.values = []operand{v}
			return c, nil
		}
		return nil, jqlError("Expecting '(' after %s.", strings.ToUpper(c.cmp))
	}
	p.next()
	for {
		v, err := p.operand()
		if err != nil {
			return nil, err
		}
		c.values = append(c.values, v)
		if end := p.next(); end.sign && end.text == ")" {
			return c, nil
		} else if !end.sign || end.text != "," {
			return nil, jqlError("Expecting ',' or ')' but got '%s'.", end.text)
		}
	}
}

func (p *jqlParser) operand() (operand, error) {
	t := p.next()
	if t.text == "" && !t.quoted || t.sign {
		return operand{}, jqlError("Expecting a value, list or function but got '%s'.", t.text)
	}
	v := operand{text: t.text, quoted: t.quoted}
	if t.quoted {
		return v, nil
	}
	if strings.EqualFold(t.text, "empty") || strings.EqualFold(t.text, "null") {
		v.empty = true
	}
	if p.sign("(") {
		p.next()
		if !p.sign(")") {
			return operand{}, jqlError("Function '%s' takes no arguments here.", t.text)
		}
		p.next()
		v.call = strings.ToLower(t.text)
	}
	return v, nil
}

func (p *jqlParser) orderBy(q *query) error {
	if !p.word("order") {
		return nil
	}
	p.next()
	if !p.word("by") {
		return jqlError("Expecting 'by' after 'order'.")
	}
	p.next()
	for {
		t := p.next()
		if t.text == "" {
			return jqlError("Expecting a field name after ORDER BY.")
		}
		o := ordering{field: strings.ToLower(t.text)}
		if p.word("asc") || p.word("desc") {
			o.desc = strings.EqualFold(p.next().text, "desc")
		}
		q.order = append(q.order, o)
		if !p.sign(",") {
			break
		}
		p.next()
	}
	if len(q.order) > 7 {
		return jqlError("The maximum number of fields in ORDER BY is 7.")
	}
	return nil
}

// dynamicOnly refuses what a dynamic webhook's filter may not use.
// Vendor source: "Register dynamic webhooks".
func (c *clause) dynamicOnly() error {
	if c == nil {
		return nil
	}
	for _, part := range c.parts {
		if err := part.dynamicOnly(); err != nil {
			return err
		}
	}
	if c.op != "" {
		return nil
	}
	known := slices.Contains([]string{"issuekey", "key", "project", "issuetype", "status", "assignee", "reporter"}, c.field) ||
		strings.HasPrefix(c.field, "cf[") || strings.HasPrefix(c.field, "issue.property")
	if !known || !slices.Contains([]string{"=", "!=", "in", "not in"}, c.cmp) {
		return fail(http.StatusBadRequest, "The clause %s %s is not supported in a webhook's filter.", c.field, c.cmp)
	}
	return nil
}
