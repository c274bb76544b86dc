package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxSource bounds a file an admin writes.
const maxSource = 1 << 20

// maxDepth bounds nesting; no key of ours is deeper than six.
const maxDepth = 32

// node is one value of a YAML or JSON file with its place.
type node struct {
	file         string
	path         string
	line, column int
	value        any    // string, bool, int64, uint64, float64 or nil for a scalar
	text         string // a scalar as written, less its quotes
	style        style
	quote        rune    // of a quoted scalar
	indent       int     // column of a block's first letter
	entries      []entry // of a mapping, in file order
	items        []*node // of a sequence
	shape        shape
}

type entry struct {
	key          string
	line, column int
	value        *node
}

type shape int

const (
	scalar shape = iota
	mapped
	listed
)

// style says how a scalar is written, to find places inside it.
type style int

const (
	plain style = iota
	quoted
	block
)

// parse reads YAML; JSON is YAML. Anchors, tags and several documents are refused in words: a file says what it says.
// It returns nil when the file cannot be read at all.
func parse(r *report, src []byte) (root *node) {
	whole := &node{line: 0}
	defer func() {
		if p := recover(); p != nil {
			r.at(whole, "cannot be read as YAML or JSON")
			root = nil
		}
		for i := range r.all {
			if r.all[i].Code == "" {
				r.all[i].Code = CodeSyntax
			}
		}
	}()
	if len(src) > maxSource {
		r.atf(whole, "is larger than %d bytes", maxSource)
		return nil
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // some editors begin files so
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.at(errorPlace(err), "is no valid YAML or JSON: "+errorText(err))
		return nil
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType && d.Body.Type() != ast.CommentGroupType {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) == 0 {
		r.at(whole, "is empty")
		return nil
	}
	if len(bodies) > 1 {
		t := bodies[1].GetToken().Position
		r.at(&node{line: t.Line, column: 1}, "holds more than one document; write one file for each")
		return nil
	}
	return build(r, bodies[0], "", 0)
}

func errorPlace(err error) *node {
	var se *yaml.SyntaxError
	if errors.As(err, &se) && se.Token != nil && se.Token.Position != nil {
		return &node{line: se.Token.Position.Line, column: se.Token.Position.Column}
	}
	return &node{}
}

func errorText(err error) string {
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		return se.Message
	}
	return strings.SplitN(err.Error(), "\n", 2)[0]
}

func build(r *report, n ast.Node, path string, depth int) *node {
	t := n.GetToken()
	out := &node{file: r.file, path: path, line: t.Position.Line, column: t.Position.Column}
	if depth > maxDepth {
		r.at(out, "is nested too deep")
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		buildMapping(r, out, n.Values, path, depth)
		if n.IsFlowStyle {
			out.line, out.column = n.Start.Position.Line, n.Start.Position.Column
		}
	case *ast.MappingValueNode:
		buildMapping(r, out, []*ast.MappingValueNode{n}, path, depth)
	case *ast.SequenceNode:
		out.shape = listed
		for i, item := range n.Values {
			out.items = append(out.items, build(r, item, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
	case *ast.StringNode:
		out.value, out.text = n.Value, n.Value
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			out.style, out.quote = quoted, '"'
			if n.Token.Type == token.SingleQuoteType {
				out.quote = '\''
			}
		}
	case *ast.LiteralNode:
		out.value, out.text, out.style = n.Value.Value, n.Value.Value, block
		origin := strings.TrimLeft(n.Value.Token.Origin, "\n")
		out.indent = 1 + len(origin) - len(strings.TrimLeft(origin, " "))
	case *ast.IntegerNode:
		out.value, out.text = n.Value, n.Token.Value
	case *ast.FloatNode:
		out.value, out.text = n.Value, n.Token.Value
	case *ast.BoolNode:
		out.value, out.text = n.Value, n.Token.Value
	case *ast.NullNode:
		out.value = nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		r.at(out, "anchors and aliases are not read here; write the value out")
	case *ast.TagNode:
		r.at(out, "tags are not read here; write the value plainly")
	default:
		r.at(out, "this kind of value is not read here")
	}
	return out
}

func buildMapping(r *report, out *node, values []*ast.MappingValueNode, path string, depth int) {
	out.shape = mapped
	seen := map[string]int{}
	for i, mv := range values {
		k := mv.Key.GetToken()
		e := entry{key: k.Value, line: k.Position.Line, column: k.Position.Column}
		if i == 0 {
			out.line, out.column = e.line, e.column
		}
		if _, ok := mv.Key.(*ast.MergeKeyNode); ok {
			r.at(&node{path: path, line: e.line, column: e.column}, "anchors and aliases are not read here; write the value out")
			continue
		}
		e.value = build(r, mv.Value, join(path, e.key), depth+1)
		if first, twice := seen[e.key]; twice {
			r.key(e, fmt.Sprintf("is written twice, first in line %d", first), "")
			r.code(CodeTwice)
			continue
		}
		seen[e.key] = e.line
		out.entries = append(out.entries, e)
	}
}

var simpleKey = regexp.MustCompile(`^[A-Za-z0-9_$-]+$`)

func join(path, key string) string {
	if !simpleKey.MatchString(key) {
		return fmt.Sprintf("%s[%q]", path, key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// get is the value under a key, nil when there is none or it is null.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key && !e.value.isNull() {
			return e.value
		}
	}
	return nil
}

// has reports whether a key is written, be it without a value.
func (n *node) has(key string) bool {
	if n == nil {
		return false
	}
	for _, e := range n.entries {
		if e.key == key {
			return true
		}
	}
	return false
}

// isNull reports ~, null, or nothing at all.
func (n *node) isNull() bool { return n.shape == scalar && n.value == nil }

// where is the place for messages that speak of another one.
func (n *node) where() string { return fmt.Sprintf("%s:%d:%d", n.file, n.line, n.column) }

// textOf is a scalar's text, "" for no node.
func textOf(n *node) string {
	if n == nil {
		return ""
	}
	return n.text
}

// plain Go values, for the schema.
func (n *node) any() any {
	switch n.shape {
	case mapped:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.key] = e.value.any()
		}
		return m
	case listed:
		s := make([]any, len(n.items))
		for i, it := range n.items {
			s[i] = it.any()
		}
		return s
	}
	return n.value
}
