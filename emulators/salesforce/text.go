package salesforce

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

var (
	dropped   = regexp.MustCompile(`(?is)<(script|style|iframe|object|form)\b.*?(</(script|style|iframe|object|form)\s*>|$)|<!--.*?-->`)
	markup    = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>]*?)?)\s*/?>`)
	attribute = regexp.MustCompile(`([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*')`)
)

// allowed are the attributes kept on a tag; ok is false where the tag goes and its text stays.
func allowed(tag string) (attributes []string, ok bool) {
	switch tag {
	case "p", "br", "b", "strong", "i", "em", "u", "s", "strike", "ul", "ol", "li", "code", "pre", "blockquote", "div", "span",
		"h1", "h2", "h3", "h4", "h5", "h6", "sub", "sup", "table", "tbody", "thead", "tr", "hr":
		return nil, true
	case "td", "th":
		return []string{"colspan", "rowspan"}, true
	case "a":
		return []string{"href"}, true
	case "img":
		return []string{"src", "alt"}, true
	}
	return nil, false
}

// sanitize keeps the subset of HTML that rich text areas and rich posts store: tags in small letters, links that open in
// a new window, no styles and no scripts.
func sanitize(in string) string {
	in = dropped.ReplaceAllString(in, "")
	var b strings.Builder
	last := 0
	for _, at := range markup.FindAllStringSubmatchIndex(in, -1) {
		b.WriteString(strings.ReplaceAll(in[last:at[0]], "<", "&lt;"))
		b.WriteString(cleanTag(in[at[2]:at[3]] == "/", strings.ToLower(in[at[4]:at[5]]), in[at[6]:at[7]]))
		last = at[1]
	}
	b.WriteString(strings.ReplaceAll(in[last:], "<", "&lt;"))
	return b.String()
}

func cleanTag(end bool, name, rest string) string {
	keep, ok := allowed(name)
	if !ok {
		return ""
	}
	if end {
		return "</" + name + ">"
	}
	out := "<" + name
	for _, a := range attribute.FindAllStringSubmatch(rest, -1) {
		key, value := strings.ToLower(a[1]), html.UnescapeString(a[2][1:len(a[2])-1])
		if slices.Contains(keep, key) && (key != "href" && key != "src" || harmless(value)) {
			out += " " + key + `="` + html.EscapeString(value) + `"`
		}
	}
	if name == "a" {
		out += ` target="_blank"`
	}
	return out + ">"
}

func harmless(address string) bool {
	scheme, _, ok := strings.Cut(address, ":")
	return !ok || strings.ContainsAny(scheme, "/?#") || slices.Contains([]string{"http", "https", "mailto", "sfdc", "tel"}, strings.ToLower(scheme))
}
