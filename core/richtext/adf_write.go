package richtext

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// write returns d as JSON that is valid against Atlassian's ADF schema. The
// same tree always gives the same bytes: local ids count positions.
func (adfCodec) write(d Doc) string {
	var w adfWriter
	root := adfNode{Version: 1, Type: "doc", Content: w.blocks("", d.Blocks)}
	if len(root.Content) == 0 {
		root.Content = []adfNode{{Type: "paragraph"}}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(root) // strings, numbers and lists: cannot fail
	return strings.TrimSuffix(buf.String(), "\n")
}

// adfWriter numbers the task lists and items it writes.
type adfWriter struct{ ids int }

func (w *adfWriter) localID() string {
	w.ids++
	return "local-" + strconv.Itoa(w.ids)
}

func (w *adfWriter) blocks(parent Kind, nodes []Node) []adfNode {
	var out []adfNode
	for _, n := range nodes {
		out = append(out, w.block(parent, n))
	}
	return out
}

// content is blocks for containers that must not be empty.
func (w *adfWriter) content(parent Kind, nodes []Node) []adfNode {
	if len(nodes) == 0 {
		return []adfNode{{Type: "paragraph"}}
	}
	return w.blocks(parent, nodes)
}

func (w *adfWriter) block(parent Kind, n Node) adfNode {
	switch n.Kind {
	case Heading:
		return adfNode{Type: "heading", Attrs: map[string]any{"level": n.Level}, Content: w.inlines(n.Children)}
	case CodeBlock:
		out := adfNode{Type: "codeBlock", Content: []adfNode{{Type: "text", Text: n.Text}}}
		if n.Name != "" {
			out.Attrs = map[string]any{"language": n.Name}
		}
		return out
	case Rule:
		return adfNode{Type: "rule"}
	case Quote:
		return adfNode{Type: "blockquote", Content: w.content(Quote, n.Children)}
	case Panel:
		return adfNode{Type: "panel", Attrs: map[string]any{"panelType": n.Name}, Content: w.content(Panel, n.Children)}
	case Expand:
		kind := "expand"
		if parent == Cell || parent == Expand {
			kind = "nestedExpand"
		}
		return adfNode{Type: kind, Attrs: map[string]any{"title": n.Name}, Content: w.content(Expand, n.Children)}
	case BulletList:
		return adfNode{Type: "bulletList", Content: w.items(n.Children)}
	case OrderedList:
		return adfNode{Type: "orderedList", Attrs: map[string]any{"order": n.Level}, Content: w.items(n.Children)}
	case TaskList:
		return w.taskList(n)
	case Table:
		return w.table(n)
	}
	if len(n.Children) == 1 && n.Children[0].Kind == Image {
		return adfNode{Type: "mediaSingle", Attrs: map[string]any{"layout": "center"},
			Content: []adfNode{w.media("media", n.Children[0])}}
	}
	return adfNode{Type: "paragraph", Content: w.inlines(n.Children)}
}

// items writes list items. Editors expect a paragraph before a nested list.
func (w *adfWriter) items(items []Node) []adfNode {
	var out []adfNode
	for _, item := range items {
		content := w.content(Item, item.Children)
		switch content[0].Type {
		case "bulletList", "orderedList", "taskList":
			content = append([]adfNode{{Type: "paragraph"}}, content...)
		}
		out = append(out, adfNode{Type: "listItem", Content: content})
	}
	return out
}

func (w *adfWriter) taskList(n Node) adfNode {
	list := adfNode{Type: "taskList", Attrs: map[string]any{"localId": w.localID()}}
	for _, item := range n.Children {
		state := "TODO"
		if item.Checked {
			state = "DONE"
		}
		task := adfNode{Type: "taskItem", Attrs: map[string]any{"localId": w.localID(), "state": state}}
		var nested []adfNode
		for _, b := range item.Children {
			if b.Kind == TaskList {
				nested = append(nested, w.taskList(b))
			} else {
				task.Content = append(task.Content, w.inlines(b.Children)...)
			}
		}
		list.Content = append(append(list.Content, task), nested...)
	}
	return list
}

func (w *adfWriter) table(n Node) adfNode {
	table := adfNode{Type: "table"}
	for _, r := range n.Children {
		row := adfNode{Type: "tableRow"}
		for _, c := range r.Children {
			cell := adfNode{Type: "tableCell", Content: w.content(Cell, c.Children)}
			if c.Header {
				cell.Type = "tableHeader"
			}
			attrs := map[string]any{}
			if c.Colspan > 1 {
				attrs["colspan"] = c.Colspan
			}
			if c.Rowspan > 1 {
				attrs["rowspan"] = c.Rowspan
			}
			if len(attrs) > 0 {
				cell.Attrs = attrs
			}
			row.Content = append(row.Content, cell)
		}
		table.Content = append(table.Content, row)
	}
	return table
}

func (w *adfWriter) inlines(nodes []Node) []adfNode {
	var out []adfNode
	for _, n := range nodes {
		switch n.Kind {
		case Text:
			out = append(out, adfNode{Type: "text", Text: n.Text, Marks: adfMarksOf(n.Marks)})
		case HardBreak:
			out = append(out, adfNode{Type: "hardBreak"})
		case Mention:
			attrs := map[string]any{"id": n.ID}
			if n.Text != "" {
				attrs["text"] = "@" + n.Text
			}
			out = append(out, adfNode{Type: "mention", Attrs: attrs})
		case Emoji:
			attrs := map[string]any{"shortName": n.Name}
			if n.Text != "" {
				attrs["text"] = n.Text
			}
			out = append(out, adfNode{Type: "emoji", Attrs: attrs})
		case Date:
			out = append(out, adfNode{Type: "date", Attrs: map[string]any{"timestamp": n.Text}})
		case Status:
			out = append(out, adfNode{Type: "status", Attrs: map[string]any{"text": n.Text, "color": n.Name}})
		case Image, File:
			out = append(out, w.media("mediaInline", n))
		}
	}
	return out
}

func (w *adfWriter) media(nodeType string, n Node) adfNode {
	out := adfNode{Type: nodeType, Marks: adfMarksOf(n.Marks)}
	switch {
	case n.ID == "":
		out.Attrs = map[string]any{"type": "external", "url": n.URL}
	case nodeType == "mediaInline" && n.Kind == Image:
		out.Attrs = map[string]any{"type": "image", "id": n.ID, "collection": n.Name}
	default:
		out.Attrs = map[string]any{"type": "file", "id": n.ID, "collection": n.Name}
	}
	if n.Text != "" {
		out.Attrs["alt"] = n.Text
	}
	return out
}

func adfMarksOf(marks []Mark) []adfMark {
	var out []adfMark
	for _, m := range marks {
		switch m.Kind {
		case Link:
			out = append(out, adfMark{"link", map[string]any{"href": m.Value}})
		case Color:
			out = append(out, adfMark{"textColor", map[string]any{"color": m.Value}})
		case Highlight:
			out = append(out, adfMark{"backgroundColor", map[string]any{"color": m.Value}})
		case Sub, Sup:
			out = append(out, adfMark{"subsup", map[string]any{"type": string(m.Kind)}})
		default:
			out = append(out, adfMark{string(m.Kind), nil})
		}
	}
	return out
}
