package mapping

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"

	"duplex/core"
)

// Compile reads a connection file. Either the mapping or the diagnostics are empty: a file with anything wrong compiles
// to nothing. Paths of files inside it are read through env, relative to the file.
func Compile(file string, src []byte, env Env) (*Mapping, Diagnostics) {
	r := &report{file: file}
	root := parse(r, src)
	if root == nil || len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	connectionSchema().check(r, root)
	c := &compiler{r: r, file: file, env: env, root: root, shape: append(Diagnostics(nil), r.all...), m: &Mapping{}, warnings: &report{file: file}}
	if c.facts = r; env.Applied {
		c.facts = c.warnings
	}
	if !c.broken("") && c.usableSides() {
		c.compile()
	}
	if len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	c.m.Warnings = c.warnings.all.sorted()
	return c.m, nil
}

// compiler is one run of Compile.
type compiler struct {
	file      string
	r         *report
	warnings  *report
	facts     *report // what differs from what the systems say: r, or warnings for a version that was applied before
	env       Env
	root      *node
	shape     Diagnostics // what the schema found; broken parts are not looked at again
	m         *Mapping
	names     [2]string
	sides     [2]*node
	desc      [2]*Description // nil: the system was not asked
	reads     [2]map[string]bool
	writes    [2]map[string]string // field -> path of the rule that writes it
	ids       map[string]string    // rule id -> path
	functions []function           // in file order
	envs      map[string]*cel.Env  // of expressions, by what they know
	heads     map[string]bool      // names of all functions, also of those that are wrong
	tables    map[string]*node     // named value tables
	included  []*node              // the files that are included
}

func (c *compiler) broken(path string) bool {
	for _, d := range c.shape {
		if d.Path == path {
			return true
		}
	}
	return false
}

func (c *compiler) brokenUnder(path string) bool {
	for _, d := range c.shape {
		if d.Path == path || strings.HasPrefix(d.Path, path+".") || strings.HasPrefix(d.Path, path+"[") {
			return true
		}
	}
	return false
}

// usableSides tells whether the rest can be checked: a key too many under sides does not stand in the way.
func (c *compiler) usableSides() bool {
	for _, d := range c.shape {
		if d.Code != CodeUnknownKey && (d.Path == "sides" || strings.HasPrefix(d.Path, "sides.")) {
			return false
		}
	}
	return true
}

func (c *compiler) compile() {
	c.ids, c.tables, c.heads = map[string]string{}, map[string]*node{}, map[string]bool{}
	conn := &c.m.Connection
	conn.Name = textOf(c.root.get("connection"))
	sides := c.root.get("sides")
	for i, e := range sides.entries {
		c.side(core.Side(i), e)
	}
	if c.names[core.A] == "" || c.names[core.B] == "" {
		return
	}
	c.include()
	for _, s := range core.Sides {
		c.start(s)
	}
	if !conn.Sides[core.A].Starts && !conn.Sides[core.B].Starts && !c.brokenUnder("sides") { // else start may be the key that is misspelt
		c.r.at(sides, "no side has a start, so no item would ever enter the sync; add start: true or a condition to one side")
		c.r.code(CodeMissingKey)
	}
	conn.Conflicts = c.policy(c.root.get("conflicts"), core.PolicyLatest)
	conn.Losers = c.loser(c.root.get("losers"), core.LoserLedger)
	before := len(c.r.all)
	c.rules()
	ruled := len(c.r.all) == before && !c.brokenUnder("rules")
	if !c.brokenUnder("comments") {
		conn.Comments = c.comments(c.root.get("comments"))
	}
	if !c.brokenUnder("mentions") {
		c.m.mentions = c.mentions(c.root.get("mentions"))
	}
	if !c.brokenUnder("attachments") {
		conn.Attachments = c.attachments(c.root.get("attachments"))
	}
	if !c.brokenUnder("worklogs") {
		conn.Worklogs = c.worklogs(c.root.get("worklogs"))
	}
	if !c.brokenUnder("deletes") {
		c.deletes(c.root.get("deletes"))
	}
	if !c.brokenUnder("match") {
		conn.Match = c.match(c.root.get("match"))
	}
	if !c.brokenUnder("problems") {
		c.problems(c.root.get("problems"))
	}
	if !c.broken("sweep") {
		conn.Sweep = c.sweep(c.root.get("sweep"))
	}
	if !c.brokenUnder("brakes") {
		conn.Brakes = c.brakes(c.root.get("brakes"))
	}
	for _, s := range core.Sides {
		if ruled { // else the rule that feeds the field may be the wrong one
			c.fed(s)
		}
		c.m.fields[s] = sortedKeys(c.reads[s])
	}
}

// reserved words cannot name a side: they mean something else where side names stand.
var reserved = []string{"flow", "when", "conflict", "values", "default", "users", "as", "set", "value", "convert", "join", "if", "round", "zone", "at",
	"unknown", "also",
	"loser", "loss", "both", "none", "latest", "park", "merge"}

func (c *compiler) side(s core.Side, e entry) {
	for _, w := range reserved {
		if e.key == w {
			c.r.key(e, fmt.Sprintf("a side cannot be called %s, the word has another meaning in rules", w), "")
			c.r.code(CodeWrongValue)
			return
		}
	}
	n := e.value
	side := core.ConnectionSide{Name: e.key, System: textOf(n.get("system")), Type: textOf(n.get("type"))}
	if scope := n.get("scope"); scope != nil {
		side.Scope = map[string]string{}
		for _, k := range scope.entries {
			side.Scope[k.key] = k.value.text
		}
	}
	if c.env.Systems != nil {
		if _, ok := c.env.Systems[side.System]; !ok {
			names := sortedKeys(c.env.Systems)
			c.r.suggest(n.get("system"), fmt.Sprintf("there is no system %q; there are: %s", side.System, known(names)), Nearest(side.System, names))
			c.r.code(CodeUnknownName)
		}
	}
	if c.env.Describe != nil {
		if d, ok := c.env.Describe(side.System, side.Type, side.Scope); ok {
			c.desc[s], c.m.described[s] = d, d
		}
	}
	c.names[s], c.sides[s], c.m.Connection.Sides[s] = e.key, n, side
	c.reads[s], c.writes[s], c.m.kinds[s] = map[string]bool{}, map[string]string{}, map[string]core.Kind{}
	for k := range side.Scope {
		if _, ok := c.desc[s].find(k); ok || c.desc[s] == nil {
			c.reads[s][k] = true
		}
	}
}

func (c *compiler) start(s core.Side) {
	n := c.sides[s].get("start")
	side := &c.m.Connection.Sides[s]
	if n == nil {
		return
	}
	if b, ok := n.value.(bool); ok {
		side.Starts = b
		return
	}
	side.Starts = true
	x := c.expression(n, c.itemOf(item, s))
	if x == nil {
		return
	}
	if x.out.Kind() != cel.BoolKind && x.out.Kind() != cel.DynKind {
		c.r.atf(n, "a start condition is true or false, this one is %s", resultWords(x.out))
		c.r.code(CodeWrongType)
		return
	}
	c.m.starts[s] = x
	c.read(s, x.reads[item]...)
}

func (c *compiler) read(s core.Side, fields ...string) {
	for _, f := range fields {
		c.reads[s][f] = true
		c.m.kinds[s][f] = c.field(s, f).Kind
	}
}

// field is what is known of a field; of a system that was not asked, its name and rich-text format.
func (c *compiler) field(s core.Side, name string) Field {
	f, ok := c.desc[s].find(name)
	if !ok {
		f = Field{Name: name}
	}
	if f.Format == "" && c.env.Formats != nil {
		f.Format = c.env.Formats(c.m.Connection.Sides[s].System)
	}
	return f
}

// flow reads both, to-<side> and, for comments and attachments, none.
func (c *compiler) flow(n *node, absent core.Flow, none bool) core.Flow {
	if n == nil {
		return absent
	}
	right := []string{"both", "to-" + c.names[core.A], "to-" + c.names[core.B]}
	flows := []core.Flow{core.FlowBoth, core.FlowToA, core.FlowToB}
	if none {
		right, flows = append(right, "none"), append(flows, "")
	}
	for i, w := range right {
		if n.text == w {
			return flows[i]
		}
	}
	hint := Nearest(n.text, right)
	if n.text == c.names[core.A] || n.text == c.names[core.B] {
		hint = "to-" + n.text
	}
	c.r.suggest(n, fmt.Sprintf("%q is no flow; it is one of: %s", n.text, strings.Join(right, ", ")), hint)
	c.r.code(CodeWrongValue)
	return absent
}

// fed checks that a create on the side gets every field it needs, from a rule or from the scope.
func (c *compiler) fed(s core.Side) {
	if c.desc[s] == nil || !c.m.Connection.Sides[s.Other()].Starts {
		return
	}
	for _, f := range c.desc[s].Fields {
		_, scoped := c.m.Connection.Sides[s].Scope[f.Name]
		_, written := c.writes[s][f.Name]
		if f.Required && !scoped && !written {
			c.facts.atf(c.sides[s], "a new %s needs the field %q, and neither a rule nor the scope gives it", c.m.Connection.Sides[s].Type, f.Name)
			c.facts.code(CodeNotFed)
		}
	}
}
