package richtext

import (
	"slices"
	"strconv"
	"strings"
)

// paragraphs returns the inline nodes as tidy paragraphs: two line breaks in
// a row separate paragraphs in every format.
func paragraphs(nodes []Node) []Node {
	var out []Node
	for _, line := range tidyInline(nodes) {
		out = append(out, Node{Kind: Paragraph, Children: line})
	}
	return out
}

// joinLines makes one line of several, for places that hold no paragraphs.
func joinLines(lines [][]Node) []Node {
	if len(lines) == 1 {
		return lines[0]
	}
	var out []Node
	for i, line := range lines {
		if i > 0 {
			out = append(out, Node{Kind: HardBreak, Marks: between(out[len(out)-1], line[0])})
		}
		out = append(out, line...)
	}
	return mergeText(out)
}

// tidyInline returns inline nodes in canonical form, one slice per paragraph:
//   - texts are clean, never empty, and merged with neighbours of equal marks;
//   - marks are unique and in canonical order;
//   - bare web addresses are links, as every vendor shows them;
//   - spaces and breaks at the edge of a formatting carry only the marks of
//     both neighbours, because "<b>a </b>b" and "<b>a</b> b" look the same;
//   - no spaces at the end of a line, no breaks at the edges of a paragraph.
func tidyInline(nodes []Node) [][]Node {
	if tidyText(nodes) {
		return [][]Node{nodes}
	}
	var lines [][]Node
	var gap []Node // the spaces and breaks since the last solid node
	breaks := 0
	in := atoms(nodes)
	// out is written where in has been read; what is in it from start on is
	// the line that is open.
	out, start := in[:0], 0
	endLine := func() {
		lines = append(lines, mergeText(out[start:len(out):len(out)]))
		start = len(out)
	}
	for _, n := range in {
		switch {
		case n.Kind == HardBreak:
			breaks++
			gap = append(trimSpaces(gap), Node{Kind: HardBreak})
		case n.Kind == Text && isBlank(n.Text) && !hasMark(n.Marks, Code):
			gap = append(gap, n)
		default:
			switch {
			case len(out) == start:
				out = append(out, indentOf(gap)...)
			case breaks > 1:
				endLine()
				out = append(out, indentOf(gap)...)
			default:
				shared := between(out[len(out)-1], n)
				for _, g := range gap {
					g.Marks = shared
					out = append(out, g)
				}
			}
			out = append(out, n)
			gap, breaks = gap[:0], 0
		}
	}
	if len(out) > start {
		endLine()
	}
	return lines
}

// between are the marks of spaces and breaks between two nodes: those of both.
// Two links with the same target are one, unless one of them is the bare
// address: beside other words it would be told twice.
func between(a, b Node) []Mark {
	shared := commonMarks(a.Marks, b.Marks)
	if l, ok := findMark(shared, Link); ok && (a.Text == l.Value || b.Text == l.Value) {
		return dropMark(shared, Link)
	}
	return shared
}

// tidyText reports whether nodes are one text that is tidy as it is, as most
// cells and items are.
func tidyText(nodes []Node) bool {
	if len(nodes) != 1 || nodes[0].Kind != Text || nodes[0].Marks != nil {
		return false
	}
	s := nodes[0].Text
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '/' {
			return false
		}
	}
	n := nodes[0]
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' ' && n.Name == "" && n.ID == "" && n.URL == "" && n.Level == 0 &&
		!n.Checked && !n.Header && n.Colspan == 0 && n.Rowspan == 0 && n.Children == nil
}

// indentOf returns the spaces at the end of a gap: the indentation of the
// line that starts after it.
func indentOf(gap []Node) []Node {
	for i := len(gap) - 1; i >= 0; i-- {
		if gap[i].Kind == HardBreak {
			gap = gap[i+1:]
			break
		}
	}
	for i := range gap {
		gap[i].Marks = nil
	}
	return gap
}

func trimSpaces(gap []Node) []Node {
	for len(gap) > 0 && gap[len(gap)-1].Kind == Text {
		gap = gap[:len(gap)-1]
	}
	return gap
}

// atoms cleans inline nodes and cuts texts so that spaces at their edges and
// line breaks stand alone.
func atoms(nodes []Node) []Node {
	clean := make([]Node, 0, len(nodes))
	for _, n := range nodes {
		clean = cleanInline(clean, n)
	}
	clean = mergeText(clean)
	cuts := 0
	for i := range clean {
		if divides(&clean[i]) {
			cuts++
		}
	}
	if cuts == 0 {
		return clean
	}
	out := make([]Node, 0, len(clean)+cuts) // most are cut at one end
	for _, n := range clean {
		if n.Kind != Text || hasMark(n.Marks, Code) {
			out = appendNode(out, n)
			continue
		}
		if !strings.Contains(n.Text, "://") {
			out = appendSpaced(out, n)
			continue
		}
		for _, part := range linkify(n) {
			out = appendSpaced(out, part)
		}
	}
	return out
}

// divides reports whether a node may be cut into several.
func divides(n *Node) bool {
	s := n.Text
	switch {
	case n.Kind != Text || s == "":
		return false
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return len(s) > 1 && !isBlank(s)
	}
	return len(s) > 3 && strings.Contains(s, "://")
}

// appendSpaced appends a text, with the spaces at its ends apart.
func appendSpaced(out []Node, n Node) []Node {
	core := strings.Trim(n.Text, " ")
	switch len(core) {
	case 0, len(n.Text):
		return appendNode(out, n)
	}
	lead := len(n.Text) - len(strings.TrimLeft(n.Text, " "))
	out = appendText(out, n.Text[:lead], n.Marks)
	out = appendText(out, core, n.Marks)
	return appendText(out, n.Text[lead+len(core):], n.Marks)
}

// appendNode is append for lists that may grow long: their room is doubled. append
// makes a long list a quarter longer, and copies it many times over.
func appendNode(nodes []Node, n Node) []Node {
	if len(nodes) == cap(nodes) {
		nodes = slices.Grow(nodes, max(len(nodes), 1))
	}
	return append(nodes, n)
}

// appendNodes is appendNode for several.
func appendNodes(nodes, more []Node) []Node {
	if len(nodes)+len(more) > cap(nodes) {
		nodes = slices.Grow(nodes, max(len(nodes), len(more)))
	}
	return append(nodes, more...)
}

func appendText(out []Node, text string, marks []Mark) []Node {
	if text == "" {
		return out
	}
	return appendNode(out, Node{Kind: Text, Text: text, Marks: marks})
}

// cleanInline appends n with only the fields of its kind, or texts and breaks
// where its content is not what the kind needs.
func cleanInline(out []Node, n Node) []Node {
	marks := cleanMarks(n.Marks)
	switch n.Kind {
	case Text:
		return cleanTextNode(out, n.Text, marks)
	case HardBreak:
		return append(out, Node{Kind: HardBreak, Marks: marks})
	case Mention:
		id, name := cleanLine(n.ID), strings.TrimLeft(cleanLine(n.Text), "@ ")
		if id == "" {
			return cleanTextNode(out, "@"+name, marks)
		}
		return append(out, Node{Kind: Mention, ID: id, Text: name, Marks: dropMark(marks, Code)})
	case Emoji:
		e := Node{Kind: Emoji, Name: cleanLine(n.Name), Text: cleanLine(n.Text), Marks: marks}
		if e.Name == "" {
			return cleanTextNode(out, e.Text, marks)
		}
		return append(out, e)
	case Date:
		if _, err := strconv.ParseInt(n.Text, 10, 64); err != nil {
			return cleanTextNode(out, n.Text, marks)
		}
		return append(out, Node{Kind: Date, Text: n.Text, Marks: dropMark(marks, Code)})
	case Status:
		if text := cleanLine(n.Text); text != "" {
			return append(out, Node{Kind: Status, Text: text, Name: cleanLine(n.Name), Marks: dropMark(marks, Code)})
		}
	case Image:
		i := Node{Kind: Image, Text: cleanLine(n.Text), URL: safeSource(n.URL), Marks: dropMark(marks, Code)}
		if i.URL == "" && n.ID != "" {
			i.ID, i.Name = cleanLine(n.ID), cleanLine(n.Name)
		}
		return append(out, i)
	case File:
		return append(out, Node{Kind: File, Text: cleanLine(n.Text), ID: cleanLine(n.ID), Name: cleanLine(n.Name), Marks: dropMark(marks, Code)})
	}
	return out
}

// cleanTextNode appends text without what no format carries.
func cleanTextNode(out []Node, text string, marks []Mark) []Node {
	text = cleanText(text)
	if hasMark(marks, Code) {
		return appendText(out, cleanLine(text), marks)
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\u00a0", " "), "\t", "    ")
	text = atMostTwoBreaks(text)
	if n := strings.Count(text, "\n"); n > 0 {
		out = slices.Grow(out, 2*n+1)
	}
	for {
		line, rest, more := strings.Cut(text, "\n")
		out = appendText(out, line, marks)
		if !more {
			return out
		}
		out = append(out, Node{Kind: HardBreak, Marks: marks})
		text = rest
	}
}

// atMostTwoBreaks shortens runs of line ends: two separate paragraphs already.
func atMostTwoBreaks(text string) string {
	if !strings.Contains(text, "\n\n\n") {
		return text
	}
	var sb strings.Builder
	run := 0
	for i := range len(text) {
		if text[i] != '\n' {
			run = 0
		} else if run++; run > 2 {
			continue
		}
		sb.WriteByte(text[i])
	}
	return sb.String()
}

// mergeText joins neighbouring texts of equal marks. It uses nodes for what it
// returns.
func mergeText(nodes []Node) []Node {
	out := nodes[:0]
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		if n.Kind != Text {
			out = append(out, n)
			continue
		}
		j := i + 1
		for j < len(nodes) && nodes[j].Kind == Text && sameMarks(nodes[j].Marks, n.Marks) {
			j++
		}
		if j > i+1 {
			var sb strings.Builder
			for _, m := range nodes[i:j] {
				sb.WriteString(m.Text)
			}
			n.Text = sb.String()
		}
		out = append(out, n)
		i = j - 1
	}
	return slices.Clip(out)
}
