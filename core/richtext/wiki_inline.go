package richtext

import (
	"html"
	"regexp"
	"strings"
)

// inlines reads running text, whose line ends are line breaks.
func (p *wikiParser) inlines(s string) []Node {
	r := wikiReader{s: s, p: p}
	r.read()
	out := r.nodes[:0]
	for _, n := range r.nodes {
		if n.Kind != "" {
			out = append(out, n)
		}
	}
	return out
}

// wikiReader reads running text in one pass. A notation that may begin a
// formatting is kept as text until its end is found.
type wikiReader struct {
	s       string
	i       int
	p       *wikiParser
	nodes   []Node
	plain   strings.Builder
	open    map[string]wikiOpen // by the notation that ends it
	bracket bracketFinder
	href    string // of the open link
	bar     int    // where its text ends
	after   int    // where the link ends
	address int    // end of the web address around i: no formatting begins in it
}

// wikiOpen is a formatting that may begin at a node.
type wikiOpen struct {
	node int
	mark Mark
}

var (
	wikiEntity = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});`)
	wikiImage  = regexp.MustCompile(`^!([^\s!|\\][^!|\n\\]*)(\|[^!\n\\]*)?!`)
	wikiColour = regexp.MustCompile(`^\{color:([^{}\n]{1,30})\}`)
	wikiURL    = regexp.MustCompile(`^https?://[A-Za-z0-9._~:/?#@$&+,;=%*-]*[A-Za-z0-9/=_&#+-]`)
)

const wikiEscapable = "!#%&()*+-?@[]^_{|}~.:"

func (r *wikiReader) read() {
	for r.i < len(r.s) {
		if r.href != "" && r.i >= r.bar {
			r.flush()
			r.href, r.i = "", r.after
			continue
		}
		rest, size := r.s[r.i:], 1
		switch c := rest[0]; c {
		case '\\':
			size = r.backslash(rest)
		case '\n':
			r.breakLine()
		case '&':
			if m := wikiEntity.FindString(rest); m != "" {
				r.plain.WriteString(html.UnescapeString(m))
				size = len(m)
			} else {
				r.plain.WriteByte(c)
			}
		case '{', '}':
			size = r.brace(rest)
		case '*', '_', '+', '-', '~', '^':
			r.delimiter(c)
		case '[':
			size = r.link()
		case '!':
			size = r.image(rest)
		case '(':
			if notation, text, ok := wikiSign(rest); ok {
				r.plain.WriteString(text)
				size = len(notation)
			} else {
				r.plain.WriteByte(c)
			}
		case 'h':
			if r.i >= r.address && strings.HasPrefix(rest, "http") && !wordBefore(r.s[:r.i]) {
				r.address = r.i + len(wikiURL.FindString(rest))
			}
			r.plain.WriteByte(c)
		default:
			r.plain.WriteByte(c)
		}
		r.i += size
	}
	r.flush()
}

// flush ends the text that is being collected.
func (r *wikiReader) flush() {
	if r.plain.Len() > 0 {
		r.add(Node{Kind: Text, Text: r.plain.String()})
		r.plain.Reset()
	}
}

func (r *wikiReader) add(n Node) {
	if r.href != "" {
		n.Marks = append(n.Marks, Mark{Link, r.href})
	}
	r.nodes = appendNode(r.nodes, n)
}

// breakLine ends a line and with it every formatting but colours.
func (r *wikiReader) breakLine() {
	r.flush()
	r.add(Node{Kind: HardBreak})
	colour, ok := r.open["{color}"]
	if clear(r.open); ok {
		r.open["{color}"] = colour
	}
}

// backslash reads an escaped character or a forced line break: two that are
// not part of a path such as \\server\share.
func (r *wikiReader) backslash(rest string) int {
	if strings.HasPrefix(rest, `\\`) {
		word := rest[2:]
		if end := strings.IndexAny(word, " \t\n\\"); end < 0 || word[end] != '\\' {
			r.flush()
			r.add(Node{Kind: HardBreak})
			return len(rest) - len(strings.TrimLeft(word, " \t"))
		}
		r.plain.WriteString(`\\`)
		return 2
	}
	if len(rest) > 1 && strings.IndexByte(wikiEscapable, rest[1]) >= 0 {
		r.plain.WriteByte(rest[1])
		return 2
	}
	r.plain.WriteByte('\\')
	return 1
}

// begin keeps a notation as text that end may turn into a formatting.
func (r *wikiReader) begin(notation, end string, m Mark) {
	r.flush()
	if r.open == nil {
		r.open = map[string]wikiOpen{}
	}
	r.open[end] = wikiOpen{len(r.nodes), m}
	r.add(Node{Kind: Text, Text: notation})
}

// end formats what stands since the notation began, and reports whether
// there is something.
func (r *wikiReader) end(notation string) bool {
	o, ok := r.open[notation]
	if !ok {
		return false
	}
	r.flush()
	if len(r.nodes) == o.node+1 {
		return false
	}
	delete(r.open, notation)
	r.nodes[o.node] = Node{}
	for i := o.node + 1; i < len(r.nodes); i++ {
		r.nodes[i].Marks = append(r.nodes[i].Marks, o.mark)
	}
	return true
}

// delimiter reads a character that formats at the edges of words.
func (r *wikiReader) delimiter(c byte) {
	s := string(c)
	canOpen, canClose := wikiEdges(r.s, r.i)
	switch {
	case canClose && r.end(s):
	case canOpen && r.i >= r.address:
		r.begin(s, s, Mark{Kind: wikiDelimiters[c]})
	default:
		r.plain.WriteByte(c)
	}
}

// wikiEdges reports whether the delimiter at i may begin or end a formatting.
func wikiEdges(s string, i int) (canOpen, canClose bool) {
	var before, after byte = '\n', '\n'
	if i > 0 {
		before = s[i-1]
	}
	if i+1 < len(s) {
		after = s[i+1]
	}
	if before == s[i] || after == s[i] {
		return false, false
	}
	canOpen = !wordBefore(s[:i]) && after != ' ' && after != '\t' && after != '\n'
	canClose = !wordAfter(s[i+1:]) && before != ' ' && before != '\t' && before != '\n'
	return canOpen, canClose
}

// brace reads {{code}}, {*}forced{*} formattings and colours.
func (r *wikiReader) brace(rest string) int {
	switch {
	case strings.HasPrefix(rest, "{{"):
		r.begin("{{", "}}", Mark{Kind: Code})
		return 2
	case strings.HasPrefix(rest, "}}"):
		if r.end("}}") {
			return 2
		}
	case strings.HasPrefix(rest, "{color}"):
		if r.end("{color}") {
			return len("{color}")
		}
	case len(rest) > 2 && rest[0] == '{' && rest[2] == '}' && wikiDelimiters[rest[1]] != "":
		if s := rest[:3]; !r.end(s) {
			r.begin(s, s, Mark{Kind: wikiDelimiters[rest[1]]})
		}
		return 3
	default:
		if m := wikiColour.FindStringSubmatch(rest); m != nil {
			r.end("{color}")
			if cleanColor(m[1]) == "" {
				r.p.lost = append(r.p.lost, Loss{Kind: "color", Became: "text", Count: 1})
			}
			r.begin(m[0], "{color}", Mark{Color, m[1]})
			return len(m[0])
		}
	}
	r.plain.WriteByte(rest[0])
	return 1
}

// link reads [text|address], [address], [~mention] and [^file].
func (r *wikiReader) link() int {
	end, ok := r.bracket.link(r.s, r.i)
	if !ok || r.href != "" {
		r.plain.WriteByte('[')
		return 1
	}
	inner := r.s[r.i+1 : end]
	bar := strings.LastIndexByte(inner, '|')
	size := end + 1 - r.i
	switch {
	case strings.HasPrefix(inner, "~") && wikiName.MatchString(inner[1:]):
		r.flush()
		r.add(Node{Kind: Mention, ID: wikiAccount(inner[1:])})
		return size
	case strings.HasPrefix(inner, "^") && wikiFile(inner[1:]):
		r.flush()
		r.add(Node{Kind: File, ID: inner[1:], Text: inner[1:]})
		return size
	case bar > 0:
		target := inner[bar+1:]
		if safeHref(target) == "" || strings.ContainsAny(target, " \t") {
			break
		}
		r.flush()
		r.href, r.bar, r.after = target, r.i+1+bar, end+1
		return 1
	case bar < 0 && schemeOf(inner) != "" && safeHref(inner) != "" && !strings.ContainsAny(inner, " \t\\"):
		r.flush()
		r.add(Node{Kind: Text, Text: inner, Marks: []Mark{{Link, inner}}})
		return size
	}
	r.plain.WriteByte('[')
	return 1
}

func (r *wikiReader) image(rest string) int {
	m := wikiImage.FindStringSubmatch(rest)
	if m == nil || wordBefore(r.s[:r.i]) {
		r.plain.WriteByte('!')
		return 1
	}
	n := Node{Kind: Image, URL: m[1]}
	if !wikiPicture.MatchString(m[1]) {
		n = Node{Kind: Image, ID: m[1], Text: m[1]}
		if !wikiFile(m[1]) {
			r.plain.WriteByte('!')
			return 1
		}
	}
	params := wikiParams(m[2])
	if n.URL != "" && tracks(n.URL, params["width"], params["height"]) {
		r.p.lost = append(r.p.lost, Loss{Kind: "trackingImage", Became: "nothing", Count: 1})
		return len(m[0])
	}
	if alt, ok := params["alt"]; ok && n.URL != "" {
		n.Text = alt
		delete(params, "alt")
	}
	if len(params) > 0 {
		r.p.lost = append(r.p.lost, Loss{Kind: "image size", Became: "image", Count: 1})
	}
	r.flush()
	r.add(n)
	return len(m[0])
}

// bracketFinder finds the ends of links without looking at a character twice.
type bracketFinder struct{ from, last, end int }

// link returns where the bracket that opens at i closes, if it does on its
// line and no other opens before. Calls must come with growing i.
func (b *bracketFinder) link(s string, i int) (end int, ok bool) {
	if i >= b.from {
		for b.last, b.end = i, i; b.end < len(s) && s[b.end] != ']' && s[b.end] != '\n'; b.end++ {
			switch s[b.end] {
			case '\\':
				b.end++
			case '[':
				b.last = b.end
			}
		}
		b.end = min(b.end, len(s))
		b.from = b.end
	}
	return b.end, b.last == i && b.end < len(s) && s[b.end] == ']'
}

// wikiParams reads "|key=value,key=value".
func wikiParams(s string) map[string]string {
	params := map[string]string{}
	for _, param := range strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == ',' }) {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		params[key] = value
	}
	return params
}
