package richtext

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlFormat lists the elements that format text.
var htmlFormat = map[atom.Atom]MarkKind{
	atom.B: Strong, atom.Strong: Strong, atom.I: Em, atom.Em: Em, atom.Cite: Em, atom.Dfn: Em, atom.Var: Em,
	atom.U: Underline, atom.Ins: Underline, atom.S: Strike, atom.Strike: Strike, atom.Del: Strike,
	atom.Sub: Sub, atom.Sup: Sup, atom.Code: Code, atom.Kbd: Code, atom.Samp: Code, atom.Tt: Code,
}

// htmlBreaks lists the elements that begin and end a line and are nothing
// else to the tree; Zendesk's wrapping div is one of them.
var htmlBreaks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true,
	atom.Main: true, atom.Nav: true, atom.Aside: true, atom.Address: true, atom.Center: true, atom.Figure: true,
	atom.Figcaption: true, atom.Dl: true, atom.Dt: true, atom.Dd: true, atom.Form: true, atom.Fieldset: true,
	atom.Body: true, atom.Html: true, atom.Caption: true, atom.Hgroup: true, atom.Option: true,
}

// htmlSilent lists the elements whose text is not content.
var htmlSilent = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Title: true, atom.Iframe: true, atom.Noembed: true, atom.Noframes: true,
}

var htmlHeadings = map[atom.Atom]int{atom.H1: 1, atom.H2: 2, atom.H3: 3, atom.H4: 4, atom.H5: 5, atom.H6: 6}

func (b *htmlBuilder) open(t html.Token) {
	tag := t.DataAtom
	var attrs map[string]string // most elements have none
	if len(t.Attr) > 0 {
		attrs = make(map[string]string, len(t.Attr))
	}
	for _, a := range t.Attr {
		if _, seen := attrs[a.Key]; !seen {
			attrs[a.Key] = a.Val
		}
	}
	if b.pre != nil {
		switch tag {
		case atom.Br:
			b.pre.WriteByte('\n')
		case atom.Code:
			if b.preName == "" {
				b.preName = codeLanguage(attrs["class"])
			}
		}
		return
	}
	if htmlSilent[tag] {
		if t.Type == html.StartTagToken {
			b.skip = tag
		}
		return
	}
	if t.Type == html.StartTagToken {
		b.hides.open(tag, attrs)
	}
	if tag == atom.A && b.mention(t, attrs) {
		return
	}
	switch {
	case htmlBreaks[tag]:
		b.endLine()
	case htmlHeadings[tag] > 0:
		b.endLine()
		b.heading = htmlHeadings[tag]
	case b.openBlock(tag, attrs), b.openVoid(tag, attrs):
	case t.Type == html.StartTagToken:
		b.openMark(tag, attrs)
	}
}

// openBlock opens containers and reports whether tag is one.
func (b *htmlBuilder) openBlock(tag atom.Atom, attrs map[string]string) bool {
	switch tag {
	case atom.Ul, atom.Menu, atom.Dir:
		b.push(atom.Ul, Node{Kind: BulletList})
	case atom.Ol:
		b.push(tag, Node{Kind: OrderedList, Level: attrNumber(attrs, "start", 1)})
	case atom.Li:
		b.closeWithin(listWalls, atom.Li)
		b.push(tag, Node{Kind: Item})
	case atom.Blockquote:
		if name, ok := attrs["data-panel"]; ok {
			b.push(tag, Node{Kind: Panel, Name: name})
		} else {
			b.push(tag, Node{Kind: Quote})
		}
	case atom.Details:
		b.push(tag, Node{Kind: Expand})
	case atom.Summary:
		b.endLine()
		b.summary = true
	case atom.Table:
		b.push(tag, Node{Kind: Table})
	case atom.Thead, atom.Tbody, atom.Tfoot:
		b.closeWithin(tableWalls, atom.Tr)
	case atom.Tr:
		b.closeWithin(tableWalls, atom.Tr)
		b.push(tag, Node{Kind: Row})
	case atom.Td, atom.Th:
		b.closeWithin(tableWalls, atom.Td, atom.Th)
		b.push(tag, Node{Kind: Cell, Header: tag == atom.Th,
			Colspan: attrNumber(attrs, "colspan", 0), Rowspan: attrNumber(attrs, "rowspan", 0)})
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		b.endLine()
		b.pre, b.preName = &strings.Builder{}, codeLanguage(attrs["class"])
	default:
		return false
	}
	return true
}

// openVoid handles elements without content and reports whether tag is one.
func (b *htmlBuilder) openVoid(tag atom.Atom, attrs map[string]string) bool {
	switch tag {
	case atom.Br:
		b.inline(Node{Kind: HardBreak, Marks: b.active()})
	case atom.Hr:
		b.endLine()
		b.add(Node{Kind: Rule})
	case atom.Img:
		if b.hides.tag != 0 || invisible(attrs) {
			b.lost = append(b.lost, Loss{Kind: "trackingImage", Became: "nothing", Count: 1})
		} else {
			n := Node{Kind: Image, Text: attrs["alt"], URL: attrs["src"], Marks: b.active()}
			if b.picture != nil {
				if n.ID = b.picture(attrs); n.ID != "" {
					n.URL = ""
				}
			}
			b.inline(n)
		}
	case atom.Input:
		if strings.EqualFold(attrs["type"], "checkbox") {
			_, checked := attrs["checked"]
			b.inline(Node{Kind: Text, Text: strings.TrimSpace(box(checked))})
			b.space = true
		}
	case atom.Wbr, atom.Meta, atom.Link, atom.Base, atom.Col, atom.Area, atom.Source, atom.Track, atom.Param:
	default:
		return false
	}
	return true
}

// maxMarks bounds the open formattings; what is nested deeper looks the same.
const maxMarks = 64

func (b *htmlBuilder) openMark(tag atom.Atom, attrs map[string]string) {
	var marks []Mark
	if kind, ok := htmlFormat[tag]; ok {
		marks = append(marks, Mark{Kind: kind})
	}
	switch tag {
	case atom.A:
		marks = append(marks, Mark{Link, attrs["href"]})
	case atom.Font:
		marks = append(marks, Mark{Color, attrs["color"]})
	case atom.Mark:
		marks = append(marks, Mark{Highlight, "yellow"})
	case atom.Span, atom.Time:
	default:
		if marks == nil {
			return
		}
	}
	marks = append(marks, styleMarks(attrs["style"])...)
	if len(b.marks) < maxMarks {
		becomes, value := spanOf(tag.String(), attrs)
		b.marks = append(b.marks, htmlMark{tag, cleanMarks(marks), becomes, value, b.lines, len(b.line)})
	}
}

// styleMarks reads the formatting in a style attribute.
func styleMarks(style string) []Mark {
	var out []Mark
	for _, rule := range strings.Split(style, ";") {
		key, value, _ := strings.Cut(rule, ":")
		value = strings.ToLower(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "color":
			out = append(out, Mark{Color, value})
		case "background-color", "background":
			out = append(out, Mark{Highlight, value})
		case "font-weight":
			if value == "bold" || value == "bolder" || len(value) == 3 && value >= "600" && value <= "900" {
				out = append(out, Mark{Kind: Strong})
			}
		case "font-style":
			if value == "italic" || value == "oblique" {
				out = append(out, Mark{Kind: Em})
			}
		case "text-decoration", "text-decoration-line":
			if strings.Contains(value, "underline") {
				out = append(out, Mark{Kind: Underline})
			}
			if strings.Contains(value, "line-through") {
				out = append(out, Mark{Kind: Strike})
			}
		}
	}
	return out
}

func (b *htmlBuilder) close(tag atom.Atom) {
	if b.skip != 0 {
		if tag == b.skip {
			b.skip = 0
		}
		return
	}
	if b.pre != nil {
		switch tag {
		case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
			b.endPre()
		}
		return
	}
	b.hides.close(tag)
	if b.endsMention(tag) {
		return
	}
	switch tag {
	case atom.P:
		b.endLine()
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.endLine()
		b.heading = 0
	case atom.Summary:
		b.endLine()
		b.summary = false
	case atom.Ul, atom.Menu, atom.Dir:
		b.closeWithin(cellWalls, atom.Ul)
	case atom.Ol, atom.Blockquote, atom.Details:
		b.closeWithin(cellWalls, tag)
	case atom.Li:
		b.closeWithin(listWalls, atom.Li)
	case atom.Table:
		b.closeWithin(nil, atom.Table)
	case atom.Tr:
		b.closeWithin(tableWalls, atom.Tr)
	case atom.Td, atom.Th:
		b.closeWithin(tableWalls, atom.Td, atom.Th)
	case atom.Br:
		b.inline(Node{Kind: HardBreak, Marks: b.active()})
	default:
		if htmlBreaks[tag] {
			b.endLine()
			return
		}
		b.closeMark(tag)
	}
}

// closeMark ends the innermost formatting that tag began.
func (b *htmlBuilder) closeMark(tag atom.Atom) {
	for i := len(b.marks) - 1; i >= 0; i-- {
		if b.marks[i].tag == tag {
			b.span(b.marks[i])
			b.marks = append(b.marks[:i], b.marks[i+1:]...)
			return
		}
	}
}

// codeLanguage finds the language in the classes of a code element, as HTML
// recommends ("language-go") and as highlighters write it ("lang-go").
func codeLanguage(class string) string {
	for _, c := range strings.Fields(class) {
		for _, prefix := range []string{"language-", "lang-"} {
			if name, ok := strings.CutPrefix(c, prefix); ok {
				return name
			}
		}
	}
	return ""
}
