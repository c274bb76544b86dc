package freshworks

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// The tags kept in a text, and the attributes kept on them.
var keptTags = map[string]string{
	"p": "", "br": "", "b": "", "strong": "", "i": "", "em": "", "u": "", "s": "", "del": "", "strike": "", "sub": "", "sup": "",
	"ul": "", "ol": "", "li": "", "a": "href title", "code": "", "pre": "", "blockquote": "", "hr": "", "div": "style", "span": "style",
	"h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "img": "src alt width height", "table": "", "thead": "", "tbody": "",
	"tr": "", "th": "colspan rowspan", "td": "colspan rowspan",
}

var (
	droppedWhole = regexp.MustCompile(`(?is)<(script|style|iframe|object)\b.*?(</(script|style|iframe|object)\s*>|$)|<!--.*?-->`)
	hidden       = regexp.MustCompile(`(?is)<(div|span|p)\b[^<>]*(display\s*:\s*none|\shidden)[^<>]*>.*?</(div|span|p)\s*>`)
	anyTag       = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>]*?)?)\s*(/?)>`)
	attribute    = regexp.MustCompile(`([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)
	blockEnd     = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|li|h[1-6]|pre|blockquote|tr)>`)
	blockStart   = regexp.MustCompile(`(?i)^\s*<(p|div|ul|ol|h[1-6]|pre|blockquote|table|hr)\b`)
	manyBreaks   = regexp.MustCompile(`\n{3,}`)
)

// Rewrite is what becomes of a text on the server: what is not allowed or not shown is removed, and a text that is no block is wrapped.
func (v Vendor) Rewrite(in string) string {
	in = hidden.ReplaceAllString(droppedWhole.ReplaceAllString(in, ""), "")
	var b strings.Builder
	last := 0
	for _, at := range anyTag.FindAllStringIndex(in, -1) {
		b.WriteString(strings.ReplaceAll(in[last:at[0]], "<", "&lt;"))
		b.WriteString(v.tag(anyTag.FindStringSubmatch(in[at[0]:at[1]])))
		last = at[1]
	}
	b.WriteString(strings.ReplaceAll(in[last:], "<", "&lt;"))
	out := b.String()
	if out != "" && !blockStart.MatchString(out) {
		out = "<div>" + out + "</div>"
	}
	return out
}

// tag writes one tag anew from its match, or nothing where it is not allowed.
func (v Vendor) tag(m []string) string {
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
		if slices.Contains(strings.Fields(kept), key) && (key != "href" && key != "src" || safeURL(value)) {
			out += " " + key + `="` + html.EscapeString(value) + `"`
		}
	}
	if name == "a" && v.LinksRel {
		out += ` rel="noreferrer"`
	}
	return out + ">"
}

func safeURL(u string) bool {
	scheme, _, ok := strings.Cut(u, ":")
	return !ok || strings.ContainsAny(scheme, "/?#") || slices.Contains([]string{"http", "https", "mailto", "cid"}, strings.ToLower(scheme))
}

// Plain is the text alone.
func Plain(in string) string {
	in = blockEnd.ReplaceAllString(in, "\n")
	in = html.UnescapeString(anyTag.ReplaceAllString(in, ""))
	return strings.TrimSpace(manyBreaks.ReplaceAllString(in, "\n\n"))
}
