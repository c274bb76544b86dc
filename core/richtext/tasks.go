package richtext

import (
	"slices"
	"strings"
)

// taskLists reads lists whose items start with a check box character, which
// is how task lists stand in HTML, as task lists.
func taskLists(blocks []Node) []Node {
	if !slices.ContainsFunc(blocks, func(b Node) bool { return b.Kind == BulletList || b.Kind == OrderedList }) {
		return blocks
	}
	var out []Node
	for _, b := range blocks {
		if b.Kind == BulletList || b.Kind == OrderedList {
			out = append(out, splitTasks(b)...)
		} else {
			out = append(out, b)
		}
	}
	return out
}

// splitTasks returns a list as lists of items with and without a check box.
func splitTasks(list Node) []Node {
	if !slices.ContainsFunc(list.Children, hasBox) {
		return []Node{{Kind: list.Kind, Level: list.Level, Children: list.Children}}
	}
	var out []Node
	for i, item := range list.Children {
		kind := list.Kind
		if rest, checked, ok := cutBox(item); ok {
			item, kind = rest, TaskList
			item.Checked = checked
		}
		if len(out) == 0 || out[len(out)-1].Kind != kind {
			out = append(out, Node{Kind: kind, Level: list.Level + i})
		}
		last := &out[len(out)-1]
		last.Children = append(last.Children, item)
	}
	return out
}

// hasBox reports whether an item starts with a check box.
func hasBox(item Node) bool {
	_, _, ok := cutBox(item)
	return ok
}

// cutBox takes the check box off the start of an item.
func cutBox(item Node) (rest Node, checked, ok bool) {
	if len(item.Children) == 0 || item.Children[0].Kind != Paragraph {
		return item, false, false
	}
	line := item.Children[0].Children
	first := line[0]
	if first.Kind != Text || hasMark(first.Marks, Code) {
		return item, false, false
	}
	text := strings.TrimLeft(first.Text, "")
	if text, ok = strings.CutPrefix(text, "☐"); !ok {
		if text, ok = strings.CutPrefix(text, "☑"); !ok {
			return item, false, false
		}
		checked = true
	}
	// One space belongs to the box, wherever the texts are cut.
	first.Text = strings.TrimPrefix(text, " ")
	line = append([]Node{first}, line[1:]...)
	if text == "" {
		if line = line[1:]; len(line) > 0 && line[0].Kind == Text && !hasMark(line[0].Marks, Code) {
			line[0].Text = strings.TrimPrefix(line[0].Text, " ")
		}
	}
	children := append([]Node{{Kind: Paragraph, Children: line}}, item.Children[1:]...)
	item.Children = children
	return item, checked, true
}
