package deploy_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// selector is one metric of an expression with the labels it is matched by. Labels that groupings name apply to all
// metrics of the aggregation and are collected per expression.
type selector struct {
	metric string
	labels []string
}

// query is a parsed PromQL expression: what it refers to.
type query struct {
	selectors []selector
	groupings []string
}

// The part of PromQL that dashboards and alerts here use. Anything else is an error, so that nothing goes unchecked.
var (
	aggregations = []string{"sum", "max", "min", "count", "avg"}
	functions    = []string{"rate", "increase", "histogram_quantile", "time", "absent", "vector"}
	binaries     = []string{"+", "-", "*", "/", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless"}
	token        = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?(?:[smhdw])?|"(?:[^"\\]|\\.)*"|[a-zA-Z_:][a-zA-Z0-9_:]*|==|!=|>=|<=|=~|!~|[-+*/()\[\]{},=<>])`)
	duration     = regexp.MustCompile(`^\d+[smhdw]$`)
)

// parse reads an expression; Grafana's variables are read as what they stand for.
func parse(text string) (q query, err error) {
	text = strings.NewReplacer("$__rate_interval", "5m", "$system", "x", "$connection", "x").Replace(text)
	p := &parser{q: &q}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := token.FindStringSubmatch(rest)
		if m == nil {
			return q, fmt.Errorf("not understood from %q on", rest)
		}
		p.tokens, rest = append(p.tokens, m[1]), rest[len(m[0]):]
	}
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("%v", e)
		}
	}()
	p.expression()
	if len(p.tokens) > 0 {
		return q, fmt.Errorf("%q follows the end of the expression", strings.Join(p.tokens, " "))
	}
	return q, nil
}

type parser struct {
	tokens []string
	q      *query
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	t := p.peek()
	if t == "" {
		panic("the expression ends early")
	}
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) want(t string) {
	if got := p.next(); got != t {
		panic(fmt.Sprintf("%q where %q is wanted", got, t))
	}
}

func (p *parser) accept(t string) bool {
	if p.peek() == t {
		p.next()
		return true
	}
	return false
}

func (p *parser) expression() {
	p.operand()
	for slices.Contains(binaries, p.peek()) {
		p.next()
		if p.accept("on") {
			p.q.groupings = append(p.q.groupings, p.names()...)
		}
		p.operand()
	}
}

func (p *parser) operand() {
	t := p.next()
	switch {
	case t == "(":
		p.expression()
		p.want(")")
	case t == "-":
		p.operand()
	case t[0] >= '0' && t[0] <= '9' && !duration.MatchString(t):
	case slices.Contains(aggregations, t):
		p.by()
		p.want("(")
		p.expression()
		p.want(")")
		p.by()
	case slices.Contains(functions, t) && p.peek() == "(":
		p.want("(")
		for p.peek() != ")" {
			p.expression()
			if !p.accept(",") {
				break
			}
		}
		p.want(")")
	case t == "offset" || t == "by" || t == "without" || !regexp.MustCompile(`^[a-z_]`).MatchString(t) || p.peek() == "(":
		panic(fmt.Sprintf("%q is no metric and no function known here", t))
	default:
		p.selector(t)
	}
}

func (p *parser) by() {
	if p.accept("by") {
		p.q.groupings = append(p.q.groupings, p.names()...)
	}
}

func (p *parser) names() (names []string) {
	p.want("(")
	for p.peek() != ")" {
		names = append(names, p.next())
		if !p.accept(",") {
			break
		}
	}
	p.want(")")
	return names
}

func (p *parser) selector(metric string) {
	s := selector{metric: metric}
	if p.accept("{") {
		for p.peek() != "}" {
			s.labels = append(s.labels, p.next())
			op, value := p.next(), p.next()
			if !slices.Contains([]string{"=", "!=", "=~", "!~"}, op) || value[0] != '"' {
				panic(fmt.Sprintf("%s %s %s is no matcher", s.labels[len(s.labels)-1], op, value))
			}
			if !p.accept(",") {
				break
			}
		}
		p.want("}")
	}
	if p.accept("[") {
		if d := p.next(); !duration.MatchString(d) {
			panic(d + " is no range")
		}
		p.want("]")
	}
	if p.accept("offset") {
		p.next()
	}
	p.q.selectors = append(p.q.selectors, s)
}
