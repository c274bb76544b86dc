package azuredevops

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

var (
	commentForm   = regexp.MustCompile(`(?s)<!--.*?-->`)
	dangerousForm = regexp.MustCompile(`(?is)<(script|style|iframe|object|form)\b.*?(</(script|style|iframe|object|form)\s*>|$)`)
	tagForm       = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>]*?)?)\s*/?>`)
	attributeForm = regexp.MustCompile(`(?s)([a-zA-Z_:][-a-zA-Z0-9_:.]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?`)
	entityForm    = regexp.MustCompile(`&(quot|apos|#39|#34|copy|auml|ouml|uuml|szlig|euro|mdash|ndash|hellip);`)
)

var keptTags = strings.Fields("a b blockquote br code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s span strike strong sub sup table tbody td tfoot th thead tr u ul")

var keptAttributes = strings.Fields("align alt class colspan data-vss-mention height href rowspan src start style target title width")

// sanitize rewrites HTML as the server does: comments, scripts and unknown attributes go, tags and attributes are written
// in small letters and by name, entities that need none become characters, and a style ends with a semicolon.
func sanitize(source string) string {
	s := commentForm.ReplaceAllString(source, "")
	s = dangerousForm.ReplaceAllString(s, "")
	var out strings.Builder
	for {
		at := tagForm.FindStringSubmatchIndex(s)
		if at == nil {
			break
		}
		out.WriteString(plain(s[:at[0]]))
		name := strings.ToLower(s[at[4]:at[5]])
		switch {
		case !slices.Contains(keptTags, name):
		case at[3] > at[2]:
			out.WriteString("</" + name + ">")
		default:
			out.WriteString("<" + name + attributes(s[at[6]:at[7]]) + ">")
		}
		s = s[at[1]:]
	}
	out.WriteString(plain(s))
	return out.String()
}

func plain(s string) string {
	s = entityForm.ReplaceAllStringFunc(s, html.UnescapeString)
	return strings.ReplaceAll(s, "\r\n", "\n")
}

func attributes(s string) string {
	kept := map[string]string{}
	for _, m := range attributeForm.FindAllStringSubmatch(s, -1) {
		name, value := strings.ToLower(m[1]), html.UnescapeString(strings.Trim(m[2], `"'`))
		if !slices.Contains(keptAttributes, name) || (name == "href" || name == "src") && !safeAddress(value) {
			continue
		}
		if name == "style" {
			value = strings.TrimSpace(strings.ReplaceAll(value, ": ", ":"))
			value = strings.TrimSuffix(value, ";") + ";"
		}
		kept[name] = value
	}
	var names []string
	for name := range kept {
		names = append(names, name)
	}
	slices.Sort(names)
	out := ""
	for _, name := range names {
		value := strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(kept[name])
		out += " " + name + `="` + value + `"`
	}
	return out
}

func safeAddress(s string) bool {
	scheme, _, ok := strings.Cut(strings.ToLower(s), ":")
	return !ok || strings.ContainsAny(scheme, "/?#") || slices.Contains([]string{"http", "https", "mailto"}, scheme)
}
