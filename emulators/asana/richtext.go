package asana

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// The tags of rich text (vendor page "Rich text" and the announcement of new tags). Comments take no headings and no
// rules.
var (
	inlineTags = []string{"strong", "em", "u", "s", "code", "a", "img"}
	blockTags  = []string{"ol", "ul", "blockquote", "pre"}
	taskTags   = []string{"h1", "h2", "hr"}
)

// linkAttributes are what an a may carry.
var linkAttributes = []string{"href", "data-asana-gid", "data-asana-accessible", "data-asana-dynamic", "data-asana-type", "data-asana-project", "data-asana-tag"}

// element is one node of a rich text; text where name is "".
type element struct {
	name     string
	attrs    map[string]string
	text     string
	children []*element
}

// parseRich reads a rich text strictly: one body, valid XML, known tags only, attributes only on a and img.
func (c *call) parseRich(field, source string, comment bool) (*element, error) {
	wrong := func(why string) error { return bad(field + ": XML is invalid: " + why) }
	dec := xml.NewDecoder(strings.NewReader(source))
	dec.Strict = true
	root := &element{}
	stack := []*element{root}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wrong("it cannot be parsed")
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			if tok.Name.Space != "" {
				return nil, wrong("namespaces are not supported")
			}
			el := &element{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				el.attrs[a.Name.Local] = a.Value
			}
			if err := c.allowed(top, el, comment); err != "" {
				return nil, wrong(err)
			}
			top.children = append(top.children, el)
			stack = append(stack, el)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top == root && strings.TrimSpace(string(tok)) == "" {
				continue
			}
			if top == root {
				return nil, wrong("everything must be in one body")
			}
			if strings.HasPrefix(top.name, "h") && strings.Contains(string(tok), "\n") {
				return nil, wrong("a heading is one line")
			}
			top.children = append(top.children, &element{text: string(tok)})
		default:
			return nil, wrong("comments, directives and instructions are not supported")
		}
	}
	if len(root.children) != 1 || root.children[0].name != "body" {
		return nil, wrong("everything must be in one body")
	}
	return root.children[0], nil
}

// allowed says what is wrong with an element inside parent, or "".
func (c *call) allowed(parent, el *element, comment bool) string {
	if (parent.name == "") != (el.name == "body") {
		return "there is exactly one body around everything"
	}
	if el.name == "body" {
		return attributesOf(el)
	}
	inline := slices.Contains(inlineTags, el.name)
	switch {
	case el.name == "li":
		if parent.name != "ol" && parent.name != "ul" {
			return "li outside a list"
		}
	case slices.Contains(taskTags, el.name):
		if comment || parent.name != "body" {
			return "the tag " + el.name + " is not supported here"
		}
	case slices.Contains(blockTags, el.name):
		nested := (el.name == "ol" || el.name == "ul") && parent.name == "li"
		if parent.name != "body" && !nested {
			return "the tag " + el.name + " is not supported here"
		}
	case !inline:
		return "the tag " + el.name + " is not supported"
	case parent.name == "ol" || parent.name == "ul":
		return "a list holds li only"
	}
	return attributesOf(el)
}

func attributesOf(el *element) string {
	for name := range el.attrs {
		if el.name == "a" && slices.Contains(linkAttributes, name) || el.name == "img" && (strings.HasPrefix(name, "data-asana-") ||
			slices.Contains([]string{"src", "alt", "width", "height", "style"}, name)) {
			continue
		}
		return "the tag " + el.name + " has no attribute " + name
	}
	return ""
}

// rich reads, resolves references and writes a rich text as the server keeps it.
func (c *call) rich(field, source string, comment bool) (string, error) {
	body, err := c.parseRich(field, source, comment)
	if err != nil {
		return "", err
	}
	if err := c.resolve(field, body); err != nil {
		return "", err
	}
	var sb strings.Builder
	writeRich(&sb, body)
	return sb.String(), nil
}

// resolve expands mentions, task links and images; what the caller has no access to and that has no address of its own is refused.
func (c *call) resolve(field string, el *element) error {
	gid := el.attrs["data-asana-gid"]
	switch {
	case el.name == "img":
		a := c.e.st.Attachments[gid]
		if a == nil {
			return bad(field + ": The image is not an attachment that you have access to")
		}
		el.attrs = map[string]string{"data-asana-gid": gid, "data-asana-type": "attachment", "src": c.e.downloadURL(a), "alt": a.Name}
	case el.name == "a" && gid != "":
		kind, name, path := c.named(gid)
		if kind == "" {
			if el.attrs["href"] == "" {
				return bad(field + ": The link is to an object that you have no access to, and has no href")
			}
			el.attrs["data-asana-accessible"] = "false"
			break
		}
		el.attrs["href"], el.attrs["data-asana-type"], el.attrs["data-asana-accessible"] = c.e.base+path, kind, "true"
		if el.attrs["data-asana-dynamic"] != "false" {
			el.attrs["data-asana-dynamic"] = "true"
			el.children = []*element{{text: name}}
		}
	case el.name == "a" && el.attrs["href"] == "":
		return bad(field + ": XML is invalid: a link needs an href")
	}
	for _, child := range el.children {
		if err := c.resolve(field, child); err != nil {
			return err
		}
	}
	return nil
}

// named finds what a gid names among what the caller sees.
func (c *call) named(gid string) (kind, name, path string) {
	if u, err := c.someone("", gid); err == nil {
		return "user", "@" + u.name, "/0/profile/" + gid
	}
	if t := c.e.st.Tasks[gid]; t != nil && c.visible(t) {
		return "task", t.Name, "/0/0/" + gid + "/f"
	}
	if p := projectBy(gid); p != nil && c.mayProject(p) {
		return "project", p.name, "/0/" + gid
	}
	if t := c.e.st.Tags[gid]; t != nil {
		return "tag", t.Name, "/0/" + gid
	}
	return "", "", ""
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
var attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// attrOrder is the order in which the server writes attributes, whatever the client's was.
var attrOrder = []string{"href", "data-asana-accessible", "data-asana-dynamic", "data-asana-type", "data-asana-gid", "src", "alt"}

func writeRich(sb *strings.Builder, el *element) {
	if el.name == "" {
		sb.WriteString(escaper.Replace(el.text))
		return
	}
	sb.WriteString("<" + el.name)
	for _, name := range attrOrder {
		if v, ok := el.attrs[name]; ok {
			sb.WriteString(" " + name + `="` + attrEscaper.Replace(v) + `"`)
		}
	}
	if len(el.children) == 0 && (el.name == "hr" || el.name == "img") {
		sb.WriteString("/>")
		return
	}
	sb.WriteString(">")
	for _, child := range el.children {
		writeRich(sb, child)
	}
	sb.WriteString("</" + el.name + ">")
}

// richOf makes the rich text of a plain one.
func richOf(plain string) string { return "<body>" + escaper.Replace(plain) + "</body>" }

// plainOf is the plain text of a stored rich text.
func plainOf(html string) string {
	dec := xml.NewDecoder(strings.NewReader(html))
	var sb strings.Builder
	newLine := func() {
		if s := sb.String(); s != "" && !strings.HasSuffix(s, "\n") {
			sb.WriteString("\n")
		}
	}
	for {
		tok, err := dec.Token()
		if err != nil {
			return sb.String()
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			switch tok.Name.Local {
			case "li", "h1", "h2", "hr", "pre", "blockquote":
				newLine()
			}
		case xml.EndElement:
			switch tok.Name.Local {
			case "h1", "h2", "ul", "ol", "pre", "blockquote":
				newLine()
			}
		case xml.CharData:
			sb.Write(tok)
		}
	}
}
