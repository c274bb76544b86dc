package azuredevops

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// query is a flat WIQL query.
type query struct {
	columns []*field
	where   *condition
	order   []ordering
	asOf    time.Time
}

type ordering struct {
	by         *field
	descending bool
}

// condition is a comparison, or a join of others.
type condition struct {
	join  string // AND, OR, NOT; "" is a comparison
	parts []*condition
	field *field
	op    string // upper case: =, <>, CONTAINS, NOT IN, EVER, …
	value []any  // string, float64, time.Time, bool; more than one for IN
}

// parser reads the words of a query.
type parser struct {
	c       *call
	words   []string
	precise bool
	err     error
}

var wordForm = regexp.MustCompile(`\[[^\]]*\]|'(?:[^']|'')*'|"(?:[^"]|"")*"|<>|<=|>=|[=<>(),+-]|@?[\p{L}\p{N}_.]+|\S`)

// fault is an error of the query's text.
func fault(text string) error {
	return bad("WorkItemTrackingQueryException", "TF51005: The query references something that is not understood: "+text)
}

func (p *parser) fail(text string) {
	if p.err == nil {
		p.err = fault(text)
	}
}

func (p *parser) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

func (p *parser) next() string {
	w := p.peek()
	if w != "" {
		p.words = p.words[1:]
	}
	return w
}

// take consumes the words if they come next, whatever their case.
func (p *parser) take(words ...string) bool {
	if len(p.words) < len(words) {
		return false
	}
	for i, w := range words {
		if !strings.EqualFold(p.words[i], w) {
			return false
		}
	}
	p.words = p.words[len(words):]
	return true
}

func (p *parser) need(words ...string) {
	if !p.take(words...) {
		p.fail("expected " + strings.Join(words, " ") + " before '" + p.peek() + "'")
	}
}

func (p *parser) field() *field {
	name := strings.Trim(p.next(), "[]")
	f := fieldBy(name)
	if f == nil {
		if p.err == nil {
			p.err = bad("WorkItemTrackingQueryException", "TF51005: The query references a field that does not exist. The error is caused by «["+name+"]».")
		}
		return fields[0]
	}
	return f
}

// parseQuery reads a query's text. precise says that times count to the millisecond, not to the day.
func (c *call) parseQuery(text string, precise bool) (*query, error) {
	p := &parser{c: c, words: wordForm.FindAllString(text, -1), precise: precise}
	q := &query{}
	p.need("SELECT")
	for {
		q.columns = append(q.columns, p.field())
		if !p.take(",") {
			break
		}
	}
	p.need("FROM")
	if p.take("WorkItemLinks") {
		return nil, fault("queries over links are not part of this organization")
	}
	p.need("WorkItems")
	if p.take("WHERE") {
		q.where = p.any()
	}
	if p.take("ORDER", "BY") {
		for {
			o := ordering{by: p.field()}
			o.descending = p.take("DESC")
			_ = o.descending || p.take("ASC")
			q.order = append(q.order, o)
			if !p.take(",") {
				break
			}
		}
	}
	if p.take("ASOF") {
		if at, ok := readTime(strings.Trim(p.next(), `'"`), profileZone); ok {
			q.asOf = at
		} else {
			p.fail("ASOF needs a time")
		}
	}
	if p.peek() != "" {
		p.fail("unexpected '" + p.peek() + "'")
	}
	return q, p.err
}

func (p *parser) any() *condition {
	parts := []*condition{p.all()}
	for p.take("OR") {
		parts = append(parts, p.all())
	}
	return joined("OR", parts)
}

func (p *parser) all() *condition {
	parts := []*condition{p.one()}
	for p.take("AND") {
		parts = append(parts, p.one())
	}
	return joined("AND", parts)
}

func joined(how string, parts []*condition) *condition {
	if len(parts) == 1 {
		return parts[0]
	}
	return &condition{join: how, parts: parts}
}

func (p *parser) one() *condition {
	switch {
	case p.err != nil:
		return &condition{join: "AND"}
	case p.take("NOT"):
		return &condition{join: "NOT", parts: []*condition{p.one()}}
	case p.take("("):
		inner := p.any()
		p.need(")")
		return inner
	}
	cond := &condition{}
	if p.take("EVER") {
		cond.op = "EVER"
	}
	cond.field = p.field()
	cond.op += p.operator()
	if strings.HasPrefix(cond.op, "IS ") {
		return cond
	}
	p.checkOperator(cond)
	if !strings.HasSuffix(cond.op, "IN") {
		cond.value = []any{p.value(cond.field)}
		return cond
	}
	p.need("(")
	for p.err == nil {
		cond.value = append(cond.value, p.value(cond.field))
		if !p.take(",") {
			break
		}
	}
	p.need(")")
	return cond
}

func (p *parser) operator() string {
	for _, op := range [][]string{{"IS", "NOT", "EMPTY"}, {"IS", "EMPTY"}, {"WAS", "EVER"}, {"NOT", "CONTAINS", "WORDS"}, {"CONTAINS", "WORDS"},
		{"NOT", "CONTAINS"}, {"CONTAINS"}, {"NOT", "UNDER"}, {"UNDER"}, {"NOT", "IN"}, {"IN"}, {"="}, {"<>"}, {"<="}, {">="}, {"<"}, {">"}} {
		if p.take(op...) {
			return strings.Join(op, " ")
		}
	}
	p.fail("operator '" + p.peek() + "'")
	return "="
}

// checkOperator refuses what a kind of field cannot be asked.
func (p *parser) checkOperator(c *condition) {
	words := strings.Contains(c.op, "CONTAINS")
	switch {
	case c.field.kind == "html" && !strings.Contains(c.op, "CONTAINS WORDS") && !words, c.field.kind == "history" && !strings.Contains(c.op, "WORDS"):
		p.fail("the operator " + c.op + " cannot be used with the field " + c.field.ref)
	case c.field.ref == fieldTags && !words && c.op != "=" && c.op != "<>":
		p.fail("the operator " + c.op + " cannot be used with the field " + c.field.ref)
	case strings.HasSuffix(c.op, "UNDER") != (c.field.kind == "treePath") && strings.HasSuffix(c.op, "UNDER"):
		p.fail("the operator UNDER is for paths only")
	}
}

// profileZone is the zone of the caller's profile: literals without one are in it.
var profileZone = time.FixedZone("profile", 2*3600)

// value reads a literal or a macro.
func (p *parser) value(f *field) any {
	w := p.next()
	switch {
	case strings.EqualFold(w, "@project"):
		if p.c.project == "" {
			p.fail("@project needs a project in the address")
		}
		return p.c.project
	case strings.EqualFold(w, "@me"):
		return p.c.user.mail
	case strings.EqualFold(w, "@today"):
		at := p.c.now.In(profileZone)
		day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, profileZone)
		sign := 0
		if p.take("-") {
			sign = -1
		} else if p.take("+") {
			sign = 1
		}
		if sign != 0 {
			n, _ := strconv.Atoi(p.next())
			day = day.AddDate(0, 0, sign*n)
		}
		return day
	case w == "":
		p.fail("a value is missing")
		return ""
	case w[0] == '\'' || w[0] == '"':
		text := strings.ReplaceAll(w[1:len(w)-1], w[:1]+w[:1], w[:1])
		return p.literal(f, text)
	case w == "-":
		w += p.next()
	}
	if n, err := strconv.ParseFloat(w, 64); err == nil {
		return n
	}
	if strings.EqualFold(w, "true") || strings.EqualFold(w, "false") {
		return strings.EqualFold(w, "true")
	}
	p.fail("value '" + w + "'")
	return ""
}

// literal is a quoted value as the field's kind reads it.
func (p *parser) literal(f *field, text string) any {
	switch f.kind {
	case "dateTime":
		at, ok := readTime(text, profileZone)
		if !ok {
			p.fail("'" + text + "' is no time")
		}
		if !p.precise && strings.ContainsAny(text, ":T") {
			p.err = bad("WorkItemTrackingQueryException", "TF51022: You cannot supply a time with the date when running a query using date precision. The error is caused by «["+f.ref+"]».")
		}
		return at
	case "integer", "double":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil && text != "" {
			p.fail("'" + text + "' is no number")
		}
		return n
	case "boolean":
		return strings.EqualFold(text, "true")
	case "identity":
		if a := p.c.e.findIdentity(text); a != nil {
			return a.mail
		}
		if a := accountBy(text); a != nil {
			return a.mail
		}
	}
	return text
}

// names are the reference names a query's answer lists.
func (q *query) names(e *Emulator) []any {
	out := []any{}
	for _, f := range q.columns {
		out = append(out, object{"referenceName": f.ref, "name": f.name, "url": e.api("_apis", "wit", "fields", f.ref)})
	}
	return out
}
