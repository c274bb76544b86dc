package jira

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
)

// localIDTypes are the nodes that come back with a localId although the client sent none.
var localIDTypes = []string{"paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "codeBlock", "panel", "table", "tableRow", "tableCell", "tableHeader", "rule"}

// rewriteADF is what the server does to a document before storing it: equal neighbours of text become
// one node, empty paragraphs at the end go away, and block nodes gain a localId. The result of
// rewriting a rewritten document is the same document. A document without any content becomes nil.
func rewriteADF(doc *node) *node {
	if doc == nil {
		return nil
	}
	out := copyNode(doc)
	mergeText(out)
	for len(out.Content) > 0 {
		last := out.Content[len(out.Content)-1]
		if last.Type != "paragraph" || len(last.Content) > 0 {
			break
		}
		out.Content = out.Content[:len(out.Content)-1]
	}
	if len(out.Content) == 0 {
		return nil
	}
	addLocalIDs(out, "0")
	return out
}

func copyNode(n *node) *node {
	if n == nil {
		return nil
	}
	out := *n
	out.Attrs = copyAttrs(n.Attrs)
	out.Marks = nil
	for _, m := range n.Marks {
		out.Marks = append(out.Marks, mark{Type: m.Type, Attrs: copyAttrs(m.Attrs)})
	}
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, copyNode(c))
	}
	return &out
}

func copyAttrs(in map[string]any) map[string]any {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]any, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

func mergeText(n *node) {
	var kept []*node
	for _, c := range n.Content {
		mergeText(c)
		if len(kept) > 0 {
			last := kept[len(kept)-1]
			if last.Type == "text" && c.Type == "text" && reflect.DeepEqual(last.Marks, c.Marks) {
				last.Text += c.Text
				continue
			}
		}
		kept = append(kept, c)
	}
	n.Content = kept
}

// addLocalIDs derives each id from the node's place and content, so equal documents get equal ids.
func addLocalIDs(n *node, path string) {
	if slices.Contains(localIDTypes, n.Type) && n.Attrs["localId"] == nil {
		raw, _ := json.Marshal(n.Content)
		h := fnv.New64a()
		fmt.Fprintf(h, "%s %s %s", path, n.Type, raw)
		if n.Attrs == nil {
			n.Attrs = map[string]any{}
		}
		n.Attrs["localId"] = fmt.Sprintf("%012x", h.Sum64()&0xffffffffffff)
	}
	for i, c := range n.Content {
		addLocalIDs(c, fmt.Sprintf("%s.%d", path, i))
	}
}

// sameText tells whether two stored documents are the same to a reader: localIds do not count.
func sameText(a, b *node) bool {
	return reflect.DeepEqual(withoutLocalIDs(a), withoutLocalIDs(b))
}

func withoutLocalIDs(n *node) *node {
	out := copyNode(n)
	dropLocalIDs(out)
	return out
}

func dropLocalIDs(n *node) {
	if n == nil {
		return
	}
	delete(n.Attrs, "localId")
	if len(n.Attrs) == 0 {
		n.Attrs = nil
	}
	for _, c := range n.Content {
		dropLocalIDs(c)
	}
}

// textDocument is the simplest document that shows a text: one paragraph per line.
func textDocument(text string) *node {
	doc := &node{Type: "doc", Version: 1}
	for _, line := range splitLines(text) {
		p := &node{Type: "paragraph"}
		if line != "" {
			p.Content = []*node{{Type: "text", Text: line}}
		}
		doc.Content = append(doc.Content, p)
	}
	return doc
}
