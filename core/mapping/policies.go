package mapping

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"duplex/core"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// DefaultHeader is the line before a copied comment where a connection does not say otherwise.
const DefaultHeader = "{author} ({system}):"

func (c *compiler) comments(n *node) core.CommentPolicy {
	if n == nil {
		return core.CommentPolicy{}
	}
	p := core.CommentPolicy{
		Flow:    c.flow(n.get("flow"), core.FlowBoth, true),
		Private: core.PrivateKeep,
		Edits:   truth(n.get("edits"), true),
		Deletes: truth(n.get("deletes"), false),
	}
	if v := n.get("private"); v != nil {
		p.Private = core.PrivatePolicy(v.text)
	}
	p.Header = c.header(n.get("header"))
	p.Publish, p.Open = c.publish(n.get("publish"), p.Flow, true)
	c.restricted(n, &p)
	c.impersonated(n.get("as"), &p)
	return p
}

// header is the line before a copy.
func (c *compiler) header(n *node) string {
	if n == nil {
		return DefaultHeader
	}
	right := []string{"{author}", "{system}", "{time}"}
	for _, found := range placeholder.FindAllString(n.text, -1) {
		if !contains(right, found) {
			c.r.suggest(n, fmt.Sprintf("%s is not known in a header; there are: %s", found, known(right)), Nearest(found, right))
			c.r.code(CodeUnknownName)
		}
	}
	return n.text
}

func (c *compiler) attachments(n *node) core.AttachmentPolicy {
	if n == nil {
		return core.AttachmentPolicy{}
	}
	p := core.AttachmentPolicy{Flow: c.flow(n.get("flow"), core.FlowBoth, true), Edits: truth(n.get("edits"), true), Deletes: truth(n.get("deletes"), false)}
	for key, size := range map[string]*int64{"min_size": &p.MinSize, "max_size": &p.MaxSize} {
		if v := n.get(key); v != nil {
			var ok bool
			if *size, ok = bytesOf(v.text); !ok {
				c.r.at(v, "is larger than any file")
				c.r.code(CodeWrongValue)
			}
		}
	}
	if p.MaxSize > 0 && p.MinSize > p.MaxSize {
		c.r.atf(n.get("min_size"), "is more than max_size, so no file would ever travel")
	}
	if v := n.get("names"); v != nil {
		for _, glob := range v.items {
			switch _, err := path.Match(strings.TrimPrefix(glob.text, "!"), ""); {
			case err != nil || strings.TrimPrefix(glob.text, "!") == "":
				c.r.atf(glob, "%q is no pattern of file names; write one like *.log, or !*.tmp for those that stay", glob.text)
			case strings.Contains(glob.text, "/"):
				c.r.atf(glob, "%q can match no file: the name of an attachment has no folder", glob.text)
			}
			p.Names = append(p.Names, glob.text)
		}
	}
	c.deletable(n.get("deletes"), p)
	if v := n.get("types"); v != nil {
		for _, t := range v.items {
			if _, err := path.Match(t.text, "text/plain"); err != nil || !strings.Contains(t.text, "/") {
				c.r.atf(t, "%q is no media type; write one like image/* or application/pdf", t.text)
				c.r.code(CodeWrongValue)
			}
			p.Types = append(p.Types, t.text)
		}
	}
	p.Publish, _ = c.publish(n.get("publish"), p.Flow, false)
	return p
}

func (c *compiler) sideNamed(n *node) (core.Side, bool) {
	for _, s := range core.Sides {
		if c.names[s] == n.text {
			return s, true
		}
	}
	c.r.suggest(n, fmt.Sprintf("there is no side %q; the sides are %s and %s", n.text, c.names[0], c.names[1]), Nearest(n.text, c.names[:]))
	c.r.code(CodeUnknownName)
	return core.A, false
}

func (c *compiler) sideKey(e entry) (core.Side, bool) {
	for _, s := range core.Sides {
		if c.names[s] == e.key {
			return s, true
		}
	}
	c.r.key(e, fmt.Sprintf("there is no side %q; the sides are %s and %s", e.key, c.names[0], c.names[1]), Nearest(e.key, c.names[:]))
	c.r.code(CodeUnknownName)
	return core.A, false
}

func truth(n *node, absent bool) bool {
	if n == nil {
		return absent
	}
	b, _ := n.value.(bool)
	return b
}

// bytesOf reads a size like 25MB; a unit is 1024 of the one below.
func bytesOf(s string) (int64, bool) {
	units := []struct {
		suffix string
		bytes  int64
	}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"B", 1}}
	for _, u := range units {
		if digits, ok := strings.CutSuffix(s, u.suffix); ok {
			n, err := strconv.ParseInt(digits, 10, 64)
			return n * u.bytes, err == nil && n <= (1<<50)/u.bytes
		}
	}
	return 0, false
}
