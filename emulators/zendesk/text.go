package zendesk

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// maxBody is where the vendor cuts a comment, without a word (Ticket Comments: 64 kB).
const maxBody = 64 * 1024

// The tags kept in html_body, and the attributes kept on them.
var keptTags = map[string]string{
	"p": "", "br": "", "b": "", "strong": "", "i": "", "em": "", "u": "", "s": "", "del": "", "ins": "", "sub": "", "sup": "",
	"ul": "", "ol": "", "li": "", "a": "href title", "code": "", "pre": "", "blockquote": "", "hr": "", "div": "", "span": "",
	"h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "img": "src alt", "table": "", "thead": "", "tbody": "",
	"tr": "", "th": "", "td": "",
}

var (
	droppedWhole = regexp.MustCompile(`(?is)<(script|style|iframe|object)\b.*?(</(script|style|iframe|object)\s*>|$)|<!--.*?-->`)
	anyTag       = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>]*?)?)\s*(/?)>`)
	attribute    = regexp.MustCompile(`([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)
	blockEnd     = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|li|h[1-6]|pre|blockquote|tr)>`)
	codeSpan     = regexp.MustCompile(`(?is)<(code|pre)\b.*?</(code|pre)>`)
	placeholder  = regexp.MustCompile(`\\?\{\{[^{}]*\}\}`)
	spaces       = regexp.MustCompile(`[ \t\r]+`)
	spacedBreak  = regexp.MustCompile(` *\n *`)
	manyBreaks   = regexp.MustCompile(`\n{3,}`)
	bold         = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	inlineCode   = regexp.MustCompile("`([^`\n]+)`")
)

// written is what a comment's text becomes on the server.
type written struct{ plain, html string }

// fromHTML is what becomes of html_body: placeholders outside code are filled, what is not allowed
// is removed, links get rel, and the whole is wrapped.
func fromHTML(in string, fill func(string) string) written {
	in = cut(in)
	var b strings.Builder
	last := 0
	for _, span := range codeSpan.FindAllStringIndex(in, -1) {
		b.WriteString(placeholders(in[last:span[0]], fill))
		b.WriteString(in[span[0]:span[1]])
		last = span[1]
	}
	b.WriteString(placeholders(in[last:], fill))
	inner := b.String()
	if text, ok := strings.CutPrefix(inner, wrapStart); ok {
		inner = strings.TrimSuffix(text, wrapEnd)
	}
	clean := sanitize(inner)
	return written{plain: plainText(clean), html: wrap(clean)}
}

// fromBody is what becomes of body: HTML is stripped, white space collapsed, and simple Markdown
// shown where the author is an agent.
func fromBody(in string, agent bool, fill func(string) string) written {
	in = droppedWhole.ReplaceAllString(cut(in), "")
	in = anyTag.ReplaceAllString(in, "")
	in = spaces.ReplaceAllString(strings.ReplaceAll(in, "\r\n", "\n"), " ")
	in = manyBreaks.ReplaceAllString(spacedBreak.ReplaceAllString(in, "\n"), "\n\n")
	in = strings.TrimSpace(placeholders(in, fill))
	var b strings.Builder
	for _, para := range strings.Split(in, "\n\n") {
		text := strings.ReplaceAll(html.EscapeString(para), "\n", "<br>")
		if agent {
			text = bold.ReplaceAllString(text, "<strong>$1</strong>")
			text = inlineCode.ReplaceAllString(text, "<code>$1</code>")
		}
		b.WriteString(`<p dir="auto">` + text + `</p>`)
	}
	return written{plain: in, html: wrap(b.String())}
}

const (
	wrapStart = `<div class="zd-comment" dir="auto">`
	wrapEnd   = `</div>`
)

func wrap(inner string) string { return wrapStart + inner + wrapEnd }

func cut(s string) string {
	if len(s) <= maxBody {
		return s
	}
	return strings.ToValidUTF8(s[:maxBody], "")
}

// placeholders fills {{…}}; an unknown one becomes nothing, and a backslash before it keeps it.
func placeholders(s string, fill func(string) string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		if kept, ok := strings.CutPrefix(m, `\`); ok {
			return kept
		}
		return fill(strings.TrimSpace(m[2 : len(m)-2]))
	})
}

// sanitize keeps the allowed tags and attributes and the text; a stray < becomes text.
func sanitize(in string) string {
	in = droppedWhole.ReplaceAllString(in, "")
	var b strings.Builder
	last := 0
	for _, at := range anyTag.FindAllStringIndex(in, -1) {
		b.WriteString(strings.ReplaceAll(in[last:at[0]], "<", "&lt;"))
		b.WriteString(keptTag(anyTag.FindStringSubmatch(in[at[0]:at[1]])))
		last = at[1]
	}
	b.WriteString(strings.ReplaceAll(in[last:], "<", "&lt;"))
	return b.String()
}

// keptTag writes one tag anew from its match, or nothing where it is not allowed.
func keptTag(m []string) string {
	name := strings.ToLower(m[2])
	kept, ok := keptTags[name]
	switch {
	case !ok:
		return ""
	case m[1] == "/":
		return "</" + name + ">"
	}
	out := "<" + name
	for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
		key, value := strings.ToLower(a[1]), html.UnescapeString(strings.Trim(a[2], `"'`))
		unsafe := (key == "href" || key == "src") && !safeURL(value)
		if slices.Contains(strings.Fields(kept), key) && !unsafe {
			out += " " + key + `="` + html.EscapeString(value) + `"`
		}
	}
	if name == "a" {
		out += ` rel="noreferrer"`
	}
	return out + ">"
}

func safeURL(u string) bool {
	scheme, _, ok := strings.Cut(u, ":")
	return !ok || strings.ContainsAny(scheme, "/?#") || strings.EqualFold(scheme, "http") ||
		strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

func plainText(in string) string {
	in = blockEnd.ReplaceAllString(in, "\n")
	in = html.UnescapeString(anyTag.ReplaceAllString(in, ""))
	return strings.TrimSpace(manyBreaks.ReplaceAllString(in, "\n\n"))
}
