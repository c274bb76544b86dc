package richtext

import (
	"regexp"
	"strings"
)

func (wikiCodec) parse(source string) Doc {
	p := wikiParser{frames: []Node{{}}}
	p.text(cleanText(source))
	p.endBlock()
	p.closeTo(0)
	return Doc{Blocks: p.frames[0].Children, Lost: mergeLosses(p.lost)}
}

// wikiParser reads line by line. At most one of lines, lists and rows is
// open.
type wikiParser struct {
	frames []Node   // the document, then open quotes and panels
	lines  []string // the open paragraph
	lists  []*wikiList
	rows   []Node
	lost   []Loss
}

// wikiMacro finds the notations in braces that begin or end a block.
var wikiMacro = regexp.MustCompile(`\{(quote|noformat|code|panel|info|note|tip|warning)(?::([^}\n]*))?\}`)

func (p *wikiParser) text(all string) {
	lines := lineCutter{all: all, end: -1}
	for s := all; s != ""; {
		line, rest, more := lines.cut(s)
		at := findMacro(line)
		if at == nil {
			p.line(line)
			if s = rest; !more {
				return
			}
			continue
		}
		if before := line[:at[0]]; strings.Trim(before, " \t") != "" {
			p.line(before)
		}
		params := ""
		if at[4] >= 0 {
			params = line[at[4]:at[5]]
		}
		s = p.macro(line[at[2]:at[3]], params, s[at[1]:])
		// What is left of the macro's line is no blank line.
		if line, rest, _ := lines.cut(s); strings.TrimLeft(line, " \t") == "" {
			s = rest
		}
	}
}

// lineCutter cuts the first line off ever shorter ends of a text and looks for
// each line end once, however often a line is begun again.
type lineCutter struct {
	all string
	end int // of the line that was cut last
}

func (c *lineCutter) cut(s string) (line, rest string, more bool) {
	at := len(c.all) - len(s)
	if c.end < at {
		if c.end = strings.IndexByte(s, '\n'); c.end < 0 {
			c.end = len(c.all)
		} else {
			c.end += at
		}
	}
	if c.end == len(c.all) {
		return s, "", false
	}
	return c.all[at:c.end], c.all[c.end+1:], true
}

// findMacro returns the place of the first macro that is neither escaped nor
// {{in code}}.
func findMacro(line string) []int {
	for from := 0; ; {
		at := wikiMacro.FindStringSubmatchIndex(line[from:])
		if at == nil {
			return nil
		}
		for i := range at {
			if at[i] >= 0 {
				at[i] += from
			}
		}
		if at[0] == 0 || line[at[0]-1] != '\\' && line[at[0]-1] != '{' {
			return at
		}
		from = at[1]
	}
}

// macro handles one macro and returns what follows it, for code what follows
// its end.
func (p *wikiParser) macro(name, params, rest string) string {
	switch name {
	case "code", "noformat":
		text, after, _ := strings.Cut(rest, "{"+name+"}")
		language, title := codeParams(params)
		if title != "" {
			p.endBlock()
			p.add(Node{Kind: Paragraph, Children: strengthen([]Node{{Kind: Text, Text: title}})})
		}
		block := Node{Kind: CodeBlock, Text: strings.TrimPrefix(text, "\n"), Name: language}
		if item := p.lastItem(); item != nil {
			item.end()
			item.blocks = append(item.blocks, wikiBlock{node: block})
		} else {
			p.endBlock()
			p.add(block)
		}
		return after
	case "quote":
		p.endBlock()
		if !p.close(Quote) {
			p.frames = append(p.frames, Node{Kind: Quote})
		}
	default:
		p.endBlock()
		if p.close(Panel) && params == "" {
			return rest
		}
		panel, title := panelParams(name, params)
		p.frames = append(p.frames, Node{Kind: Panel, Name: panel})
		if title != "" {
			p.add(Node{Kind: Paragraph, Children: strengthen([]Node{{Kind: Text, Text: title}})})
		}
	}
	return rest
}

func codeParams(params string) (language, title string) {
	for _, param := range strings.Split(params, "|") {
		key, value, named := strings.Cut(param, "=")
		switch {
		case !named:
			language = param
		case key == "language":
			language = value
		case key == "title":
			title = value
		}
	}
	return language, title
}

func panelParams(name, params string) (panel, title string) {
	if panel = name; name == "panel" {
		panel = "info"
	}
	for _, param := range strings.Split(params, "|") {
		key, value, _ := strings.Cut(param, "=")
		switch key {
		case "title":
			title = value
		case "bgColor":
			for name, colour := range wikiPanels {
				if strings.EqualFold(value, colour) {
					panel = name
				}
			}
		}
	}
	return panel, title
}

func (p *wikiParser) add(n Node) {
	top := &p.frames[len(p.frames)-1]
	top.Children = append(top.Children, n)
}

// close closes the open block of a kind with all in it, and reports whether
// there was one.
func (p *wikiParser) close(kind Kind) bool {
	for i := len(p.frames) - 1; i > 0; i-- {
		if p.frames[i].Kind == kind {
			p.closeTo(i - 1)
			return true
		}
	}
	return false
}

func (p *wikiParser) closeTo(keep int) {
	for len(p.frames) > keep+1 {
		n := p.frames[len(p.frames)-1]
		p.frames = p.frames[:len(p.frames)-1]
		p.add(n)
	}
}

var (
	wikiHeading = regexp.MustCompile(`^[hH]([1-6])\. *(.*)$`)
	wikiQuote   = regexp.MustCompile(`^bq\. *(.*)$`)
	wikiRule    = regexp.MustCompile(`^-{4,}[ \t]*$`)
	wikiBullet  = regexp.MustCompile(`^([*#-]{1,40})[ \t]+(.*)$`)
)

// line reads one line, or the part of one before a macro.
func (p *wikiParser) line(s string) {
	t := strings.TrimLeft(s, " \t")
	if t == "" {
		p.endBlock()
		return
	}
	if m := wikiHeading.FindStringSubmatch(t); m != nil {
		p.endBlock()
		p.add(Node{Kind: Heading, Level: int(m[1][0] - '0'), Children: p.inlines(m[2])})
	} else if m := wikiQuote.FindStringSubmatch(t); m != nil {
		p.endBlock()
		p.add(Node{Kind: Quote, Children: p.inlines(m[1])})
	} else if wikiRule.MatchString(t) {
		p.endBlock()
		p.add(Node{Kind: Rule})
	} else if m := wikiBullet.FindStringSubmatch(t); m != nil {
		if p.lists == nil {
			p.endBlock()
		}
		p.item(m[1], m[2])
	} else if t[0] == '|' {
		if p.rows == nil {
			p.endBlock()
		}
		p.rows = append(p.rows, p.row(t))
	} else if item := p.lastItem(); item != nil {
		item.lines = append(item.lines, s)
	} else {
		if p.rows != nil {
			p.endBlock()
		}
		p.lines = append(p.lines, s)
	}
}

// endBlock closes the paragraph, lists or table that is open.
func (p *wikiParser) endBlock() {
	if p.lines != nil {
		p.add(Node{Kind: Paragraph, Children: p.inlines(strings.Join(p.lines, "\n"))})
	}
	if p.rows != nil {
		p.add(Node{Kind: Table, Children: p.rows})
	}
	p.endLists()
	p.lines, p.rows = nil, nil
}

// row reads one line of a table: |cell|cell| or ||header||header||.
func (p *wikiParser) row(s string) Node {
	row := Node{Kind: Row, Children: make([]Node, 0, strings.Count(s, "|"))}
	var brackets bracketFinder
	s = strings.TrimRight(s, " \t")
	for at := 0; at+1 < len(s); {
		cell := Node{Kind: Cell}
		at++
		if s[at] == '|' {
			cell.Header = true
			at++
		}
		if at == len(s) {
			break
		}
		end := brackets.cellEnd(s, at)
		cell.Children = p.inlines(strings.Trim(s[at:end], " \t"))
		row.Children = append(row.Children, cell)
		at = end
	}
	return row
}

// cellEnd returns where the next bar stands that is neither escaped nor part
// of a link or picture.
func (b *bracketFinder) cellEnd(s string, from int) int {
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			if end, ok := b.link(s, i); ok && strings.IndexByte(s[i:end], '|') > 0 {
				i = end
			}
		case '!':
			if m := wikiImage.FindString(s[i:]); m != "" && !wordBefore(s[from:i]) {
				i += len(m) - 1
			}
		case '|':
			return i
		}
	}
	return len(s)
}
