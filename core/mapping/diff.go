package mapping

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Source is a connection file as it was written, with the files it names.
type Source struct {
	FileName string
	Text     []byte
	Files    map[string]string
}

// Change is one thing in which two versions of a connection file differ.
type Change struct {
	Path string `json:"path"` // in the newer one, or in the older where it is gone
	Text string `json:"text"` // in words: now …, was …
}

// Diff says in words how a file differs from an earlier version of it. Every key counts: what has no words of its own is told by
// its path. Comments, order of keys and spelling of YAML do not count. A file that cannot be read is an error.
func Diff(before, after Source) ([]Change, error) {
	var roots [2]*node
	for i, s := range []Source{before, after} {
		r := &report{file: s.FileName}
		if roots[i] = parse(r, s.Text); roots[i] == nil || len(r.all) > 0 {
			return nil, r.all.sorted()
		}
	}
	d := &differ{}
	for i, root := range roots {
		if sides := root.get("sides"); sides != nil {
			for j, e := range sides.entries {
				if j < 2 {
					d.names[i][j] = e.key
				}
			}
		}
	}
	d.file("", roots[0], roots[1])
	d.files(before.Files, after.Files)
	if len(d.out) == 0 && (!bytes.Equal(before.Text, after.Text) || !maps.Equal(before.Files, after.Files)) {
		d.out = append(d.out, Change{Text: "nothing that counts: comments, order or spelling"})
	}
	return d.out, nil
}

// differ gathers the changes between two versions.
type differ struct {
	names [2][2]string // of the sides, by version
	out   []Change
}

func (d *differ) say(path, text string) { d.out = append(d.out, Change{Path: path, Text: text}) }

// file compares a connection file or one that it includes.
func (d *differ) file(label string, was, is *node) {
	if was.shape != mapped || is.shape != mapped {
		d.node(label, label, was, is)
		return
	}
	for _, key := range keysOf(was, is) {
		a, b := entryOf(was, key), entryOf(is, key)
		if key == "rules" && listedOrNone(a) && listedOrNone(b) {
			d.rules(label, a, b)
			continue
		}
		d.node(below(label, key), key, a, b)
	}
}

// keysOf are the keys of both, in the newer one's order.
func keysOf(was, is *node) []string {
	var keys []string
	for _, n := range []*node{is, was} {
		if n == nil {
			continue
		}
		for _, e := range n.entries {
			if !slices.Contains(keys, e.key) {
				keys = append(keys, e.key)
			}
		}
	}
	return keys
}

func listedOrNone(n *node) bool { return n == nil || n.shape == listed }

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// spoken is what people call a key of something: comments: header, sides: support scope.
func spoken(what, key string) string {
	if what == "" || strings.Contains(what, ":") {
		return strings.TrimSpace(what + " " + key)
	}
	return what + ": " + key
}

// node compares one value. What is is what people call the place.
func (d *differ) node(path, what string, was, is *node) {
	switch {
	case written(was) == written(is):
	case was != nil && is != nil && was.shape == mapped && is.shape == mapped:
		for _, key := range keysOf(was, is) {
			d.node(below(path, key), spoken(what, key), entryOf(was, key), entryOf(is, key))
		}
	case was != nil && is != nil && was.shape == listed && is.shape == listed && (manyOf(was, mapped) || manyOf(is, mapped)):
		d.list(path, what, was, is)
	default:
		d.say(path, d.words(path, what, was, is))
	}
}

// list compares lists whose elements are more than a word: by what they say, whatever their place.
func (d *differ) list(path, what string, was, is *node) {
	said := func(n *node) (out []string) {
		for _, it := range n.items {
			out = append(out, written(it))
		}
		return out
	}
	before, after := said(was), said(is)
	changed := false
	for _, s := range before {
		if !slices.Contains(after, s) {
			d.say(path, fmt.Sprintf("%s: %s was removed", what, s))
			changed = true
		}
	}
	for _, s := range after {
		if !slices.Contains(before, s) {
			d.say(path, fmt.Sprintf("%s: %s was added", what, s))
			changed = true
		}
	}
	if !changed {
		d.say(path, what+": now in another order, or said more than once")
	}
}

func manyOf(n *node, s shape) bool {
	return slices.ContainsFunc(n.items, func(it *node) bool { return it.shape == s })
}

// rules compares two lists of rules. A rule is known by the fields it is about.
func (d *differ) rules(label string, was, is *node) {
	before, after := d.ruled(0, was), d.ruled(1, is)
	index := func(all []ruled, id string) int {
		return slices.IndexFunc(all, func(r ruled) bool { return r.id == id })
	}
	var kept [2][]string
	for _, r := range before {
		if index(after, r.id) < 0 {
			d.say(below(label, r.node.path), fmt.Sprintf("rule %s was removed: %s", r.label, written(r.node)))
		} else {
			kept[0] = append(kept[0], r.id)
		}
	}
	for _, r := range after {
		i := index(before, r.id)
		if i < 0 {
			d.say(below(label, r.node.path), fmt.Sprintf("rule %s was added: %s", r.label, written(r.node)))
			continue
		}
		kept[1] = append(kept[1], r.id)
		d.rule(below(label, r.node.path), r.label, before[i].node, r.node)
	}
	if !slices.Equal(kept[0], kept[1]) {
		d.say(below(label, "rules"), "rules: now in another order")
	}
}

// ruled is a rule with what it is known by.
type ruled struct {
	id, label string
	node      *node
}

func (d *differ) ruled(version int, list *node) []ruled {
	if list == nil {
		return nil
	}
	var out []ruled
	count := map[string]int{}
	for _, n := range list.items {
		var fields [2]string
		for i, side := range d.names[version] {
			if f := n.get(side); f != nil && side != "" {
				fields[i] = strings.Trim(written(f), "[]")
			}
		}
		r := ruled{node: n, id: fields[0] + "~" + fields[1]}
		switch {
		case fields[0] == "" && fields[1] == "":
			r.id, r.label = written(n), n.path
		case fields[0] == fields[1] || fields[1] == "":
			r.label = fields[0]
		case fields[0] == "":
			r.label = fields[1]
		default:
			r.label = fields[0] + " ↔ " + fields[1]
		}
		if count[r.id]++; count[r.id] > 1 {
			r.id = fmt.Sprint(r.id, "#", count[r.id])
		}
		out = append(out, r)
	}
	return out
}

// rule compares what two rules about the same fields say.
func (d *differ) rule(path, label string, was, is *node) {
	if was.shape != mapped || is.shape != mapped {
		d.node(path, label, was, is)
		return
	}
	for _, key := range keysOf(was, is) {
		a, b := entryOf(was, key), entryOf(is, key)
		switch {
		case slices.Contains(d.names[1][:], key) && a != nil && b != nil && written(a) == written(b):
		case key == "values" && written(a) != written(b):
			d.table(below(path, key), label, a, b)
		default:
			d.node(below(path, key), label+": "+key, a, b)
		}
	}
}

// table compares value tables entry by entry; of tables that are named or per side, as they are.
func (d *differ) table(path, label string, was, is *node) {
	if was != nil && was.shape != mapped || is != nil && is.shape != mapped {
		d.say(path, d.words(path, label+": values", was, is))
		return
	}
	for _, key := range keysOf(was, is) {
		a, b := entryOf(was, key), entryOf(is, key)
		if written(a) == written(b) {
			continue
		}
		if a != nil && a.shape == mapped || b != nil && b.shape == mapped {
			d.table(below(path, key), label+" towards "+key, a, b)
			continue
		}
		d.say(below(path, key), label+": "+mapsTo(key, a, b))
	}
}

// entryOf is what a mapping says under a key, nil when it does not say it; ~ is something said.
func entryOf(n *node, key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// mapsTo says of one entry of a table: P2 now maps to High, was Medium.
func mapsTo(key string, was, is *node) string {
	key = orEmpty(key)
	to := func(n *node) string {
		if n.shape == scalar && n.value == nil {
			return "nothing, which leaves the other side alone"
		}
		return orEmpty(written(n))
	}
	switch {
	case was == nil:
		return fmt.Sprintf("%s now maps to %s, had no entry", key, to(is))
	case is == nil:
		return fmt.Sprintf("%s has no entry any more, was %s", key, to(was))
	}
	return fmt.Sprintf("%s now maps to %s, was %s", key, to(is), to(was))
}

func orEmpty(s string) string {
	if s == "" {
		return "''"
	}
	return s
}

// files compares the files that came along.
func (d *differ) files(was, is map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(is)) {
		before, had := was[name]
		switch {
		case !had:
			d.say(name, name+" was added")
		case before != is[name]:
			a, b := parse(&report{file: name}, []byte(before)), parse(&report{file: name}, []byte(is[name]))
			if a == nil || b == nil {
				d.say(name, name+" was changed")
				continue
			}
			d.file(name, a, b)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, has := is[name]; !has {
			d.say(name, name+" was removed")
		}
	}
}

// written is a value as a file would say it, in one line, with keys sorted: equal for values that say the same.
func written(n *node) string {
	if n == nil {
		return "\x00"
	}
	switch n.shape {
	case mapped:
		var parts []string
		for _, e := range n.entries {
			parts = append(parts, e.key+": "+written(e.value))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case listed:
		parts := make([]string, len(n.items))
		for i, it := range n.items {
			parts[i] = written(it)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.value == nil {
		return "~"
	}
	return n.text
}
