package richtext

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// adfCodec reads and writes Atlassian Document Format ("Atlassian Document
// Format" in the Jira Cloud platform documentation; structure as in
// Atlassian's published ADF JSON schema).
type adfCodec struct{}

// adfNode is a node as it stands in the JSON.
type adfNode struct {
	Version int            `json:"version,omitempty"`
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []adfNode      `json:"content,omitempty"`
	Marks   []adfMark      `json:"marks,omitempty"`
	Text    string         `json:"text,omitempty"`
}

type adfMark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// parse reads a document. A source that is no JSON object is plain text, as
// Jira's version 2 API would have sent it.
func (adfCodec) parse(source string) Doc {
	if trimmed := strings.TrimSpace(source); trimmed == "" || trimmed == "null" {
		return Doc{}
	}
	var root adfNode
	err := json.Unmarshal([]byte(source), &root)
	var mistyped *json.UnmarshalTypeError
	switch {
	case err != nil && !errors.As(err, &mistyped):
		return salvageADF(source)
	case root.Type == "" && len(root.Content) == 0:
		return plainCodec{}.parse(source)
	}
	p := adfParser{lost: map[Loss]int{}}
	nodes := []adfNode{root}
	if root.Type == "doc" || root.Type == "" {
		nodes = root.Content
	}
	d := Doc{Blocks: p.nodes(nodes)}
	for l, n := range p.lost {
		l.Count = n
		d.Lost = append(d.Lost, l)
	}
	return d
}

// salvageADF keeps the texts of JSON that is nested too deeply to decode, one
// paragraph each. Anything else is plain text.
func salvageADF(source string) Doc {
	var d Doc
	dec := json.NewDecoder(strings.NewReader(source))
	var open []json.Delim // objects and arrays around the token
	key, isKey := "", false
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return plainCodec{}.parse(source)
		}
		if s, ok := token.(string); ok && isKey {
			key, isKey = s, false
			continue
		} else if ok && key == "text" {
			d.Blocks = append(d.Blocks, paragraphOf(s))
		}
		key = ""
		switch delim, _ := token.(json.Delim); delim {
		case '{', '[':
			open = append(open, delim)
		case '}', ']':
			open = open[:len(open)-1]
		}
		isKey = len(open) > 0 && open[len(open)-1] == '{'
	}
	d.Lost = []Loss{{Kind: "nesting", Count: 1, Became: "text"}}
	return d
}

type adfParser struct{ lost map[Loss]int }

func (p *adfParser) lose(kind, became string) { p.lost[Loss{Kind: kind, Became: became}]++ }

func (p *adfParser) nodes(in []adfNode) []Node {
	var out []Node
	for _, n := range in {
		out = append(out, p.node(n)...)
	}
	return out
}

var adfContainers = map[string]Kind{
	"blockquote": Quote, "bulletList": BulletList, "listItem": Item,
	"table": Table, "tableRow": Row,
}

func (p *adfParser) node(n adfNode) []Node {
	if kind, ok := adfContainers[n.Type]; ok {
		return []Node{{Kind: kind, Children: p.nodes(n.Content)}}
	}
	switch n.Type {
	case "paragraph":
		p.marks(n.Marks)
		return []Node{{Kind: Paragraph, Children: p.nodes(n.Content)}}
	case "heading":
		p.marks(n.Marks)
		return []Node{{Kind: Heading, Level: attrInt(n, "level"), Children: p.nodes(n.Content)}}
	case "orderedList":
		start := 1
		if _, ok := n.Attrs["order"]; ok {
			start = attrInt(n, "order")
		}
		return []Node{{Kind: OrderedList, Level: start, Children: p.nodes(n.Content)}}
	case "panel":
		return []Node{{Kind: Panel, Name: attr(n, "panelType"), Children: p.nodes(n.Content)}}
	case "expand", "nestedExpand":
		return []Node{{Kind: Expand, Name: attr(n, "title"), Children: p.nodes(n.Content)}}
	case "codeBlock":
		return []Node{{Kind: CodeBlock, Name: attr(n, "language"), Text: adfText(n.Content)}}
	case "rule":
		return []Node{{Kind: Rule}}
	case "tableCell", "tableHeader":
		return []Node{{Kind: Cell, Header: n.Type == "tableHeader", Colspan: attrInt(n, "colspan"),
			Rowspan: attrInt(n, "rowspan"), Children: p.nodes(n.Content)}}
	case "taskList":
		return []Node{p.taskList(n)}
	case "taskItem", "blockTaskItem":
		return []Node{{Kind: Item, Checked: attr(n, "state") == "DONE", Children: p.nodes(n.Content)}}
	case "decisionList":
		p.lose("decisionList", "list")
		return []Node{{Kind: BulletList, Children: p.nodes(n.Content)}}
	case "decisionItem":
		return []Node{{Kind: Item, Children: p.nodes(n.Content)}}
	}
	return p.inline(n)
}

func (p *adfParser) inline(n adfNode) []Node {
	switch n.Type {
	case "text":
		return []Node{{Kind: Text, Text: n.Text, Marks: p.marks(n.Marks)}}
	case "hardBreak":
		return []Node{{Kind: HardBreak, Marks: p.marks(n.Marks)}}
	case "mention":
		return []Node{{Kind: Mention, ID: attr(n, "id"), Text: attr(n, "text")}}
	case "emoji":
		return []Node{{Kind: Emoji, Name: attr(n, "shortName"), Text: attr(n, "text")}}
	case "date":
		return []Node{{Kind: Date, Text: attr(n, "timestamp")}}
	case "status":
		return []Node{{Kind: Status, Text: attr(n, "text"), Name: attr(n, "color")}}
	case "media", "mediaInline":
		return p.media(n)
	case "mediaSingle":
		return p.mediaSingle(n)
	case "mediaGroup":
		return []Node{{Kind: Paragraph, Children: p.nodes(n.Content)}}
	case "caption":
		return []Node{{Kind: Paragraph, Children: p.nodes(n.Content)}}
	case "inlineCard", "blockCard", "embedCard":
		return p.card(n)
	case "placeholder":
		p.lose(n.Type, "text")
		return []Node{{Kind: Text, Text: attr(n, "text")}}
	}
	return p.unknown(n)
}

// taskList attaches a nested list, a sibling in ADF, to the item before it.
func (p *adfParser) taskList(n adfNode) Node {
	list := Node{Kind: TaskList}
	for _, child := range p.nodes(n.Content) {
		last := len(list.Children) - 1
		if child.Kind == TaskList && last >= 0 {
			list.Children[last].Children = append(list.Children[last].Children, child)
			continue
		}
		if child.Kind == TaskList {
			child = Node{Kind: Item, Children: []Node{child}}
		}
		list.Children = append(list.Children, child)
	}
	return list
}

// media reads one stored or external file. Only mediaInline tells pictures
// from other files; elsewhere a file is taken for a picture.
func (p *adfParser) media(n adfNode) []Node {
	if attr(n, "type") == "external" && tracks(attr(n, "url"), attr(n, "width"), attr(n, "height")) {
		p.lose("trackingImage", "nothing")
		return nil
	}
	out := Node{Kind: Image, Text: attr(n, "alt"), ID: attr(n, "id"), Name: attr(n, "collection"),
		URL: attr(n, "url"), Marks: p.marks(n.Marks)}
	if n.Type == "mediaInline" && attr(n, "type") != "image" {
		out.Kind, out.URL = File, ""
	}
	return []Node{out}
}

func (p *adfParser) mediaSingle(n adfNode) []Node {
	var out []Node
	for _, c := range n.Content {
		c.Marks = append(c.Marks, n.Marks...)
		if c.Type == "caption" {
			p.lose("caption", "paragraph")
		}
		out = append(out, Node{Kind: Paragraph, Children: p.node(c)})
		if c.Type == "caption" {
			out[len(out)-1].Children = p.nodes(c.Content)
		}
	}
	return out
}

func (p *adfParser) card(n adfNode) []Node {
	url := attr(n, "url")
	if data, ok := n.Attrs["data"].(map[string]any); ok && url == "" {
		url, _ = data["url"].(string)
	}
	p.lose(n.Type, "link")
	text := url
	if text == "" {
		text = "[" + n.Type + "]"
	}
	link := Node{Kind: Text, Text: text, Marks: []Mark{{Link, url}}}
	if n.Type == "inlineCard" {
		return []Node{link}
	}
	return []Node{{Kind: Paragraph, Children: []Node{link}}}
}

// unknown keeps the content of a node the tree has no kind for, or a
// placeholder that names it.
func (p *adfParser) unknown(n adfNode) []Node {
	name := n.Type
	if name == "" {
		name = "unknown"
	}
	p.lose(name, "text")
	if len(n.Content) > 0 {
		inner := p.nodes(n.Content)
		for _, c := range inner {
			if c.isInline() {
				return []Node{{Kind: Paragraph, Children: inner}}
			}
		}
		return inner
	}
	for _, s := range []string{n.Text, attr(n, "text"), attr(n, "extensionKey"), attr(n, "title"), attr(n, "url")} {
		if s != "" {
			return []Node{{Kind: Text, Text: fmt.Sprintf("[%s: %s]", name, s)}}
		}
	}
	return []Node{{Kind: Text, Text: "[" + name + "]"}}
}

var adfMarks = map[string]MarkKind{"strong": Strong, "em": Em, "underline": Underline, "strike": Strike, "code": Code}

func (p *adfParser) marks(in []adfMark) []Mark {
	var out []Mark
	for _, m := range in {
		value := func(key string) string { s, _ := m.Attrs[key].(string); return s }
		kind, ok := adfMarks[m.Type]
		switch {
		case ok:
			out = append(out, Mark{Kind: kind})
		case m.Type == "link":
			out = append(out, Mark{Link, value("href")})
		case m.Type == "textColor":
			out = append(out, Mark{Color, value("color")})
		case m.Type == "backgroundColor":
			out = append(out, Mark{Highlight, value("color")})
		case m.Type == "subsup" && value("type") == "sub":
			out = append(out, Mark{Kind: Sub})
		case m.Type == "subsup":
			out = append(out, Mark{Kind: Sup})
		default:
			p.lose(m.Type, "text")
		}
	}
	return out
}

// adfText returns all text under nodes.
func adfText(nodes []adfNode) string {
	var sb strings.Builder
	for _, n := range nodes {
		if n.Type == "hardBreak" {
			sb.WriteByte('\n')
		}
		sb.WriteString(n.Text)
		sb.WriteString(adfText(n.Content))
	}
	return sb.String()
}

// attr returns an attribute as text: numbers come as decimals.
func attr(n adfNode, key string) string {
	switch v := n.Attrs[key].(type) {
	case string:
		return v
	case float64:
		return fmt.Sprintf("%.0f", v)
	}
	return ""
}

func attrInt(n adfNode, key string) int {
	v, _ := n.Attrs[key].(float64)
	if v != v || v < 0 || v > maxListNumber {
		return 0
	}
	return int(v)
}
