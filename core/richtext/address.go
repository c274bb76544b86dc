package richtext

import (
	"net/url"
	"regexp"
	"strings"
)

// maxAddress bounds a link target: a document repeats it for each piece of
// its text.
const maxAddress = 4096

// safeHref returns a link target that is safe to click and written the one
// way all formats agree on: percent-encoded, no spaces, quotes or braces.
// Targets that run code (javascript:, data:, …) give "".
func safeHref(s string) string {
	if s = encodeURL(s); len(s) > maxAddress || malformed(s) {
		return ""
	}
	switch scheme := schemeOf(s); scheme {
	case "", "http", "https", "mailto", "tel", "ftp", "ftps", "sms", "cid":
		return scheme + s[len(scheme):] // some sanitisers know schemes in small letters only
	}
	return ""
}

// safeSource returns an image source a browser may load, or "". Pictures that
// are data in their own address do not cross: no system shows them alike, and
// most refuse them.
func safeSource(s string) string {
	s = encodeURL(s)
	switch scheme := schemeOf(s); scheme {
	case "", "http", "https", "cid":
		if malformed(s) {
			return ""
		}
		return scheme + s[len(scheme):]
	}
	return ""
}

// malformed reports whether s is no address at all, such as one whose host
// holds a backslash to mislead its reader.
func malformed(s string) bool {
	_, err := url.Parse(s)
	return err != nil
}

// schemeOf returns the lower-case scheme of an encoded address, "" for a
// relative one. Anything before a colon counts, because browsers are lenient.
func schemeOf(s string) string {
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	i := strings.IndexByte(s[:end], ':')
	if i < 0 {
		return ""
	}
	if i == 0 {
		return ":"
	}
	return strings.ToLower(s[:i])
}

// encodeURL trims s and percent-encodes what has no place in an address.
// An existing %XX stays as it is.
func encodeURL(s string) string {
	const hex = "0123456789ABCDEF"
	s = strings.TrimSpace(cleanText(s))
	var sb strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\n' || c == '\t': // browsers drop these inside addresses
		case c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			sb.WriteString("%25")
		case c <= ' ' || c >= 0x7f || strings.IndexByte("\"'<>\\^`{|}[]", c) >= 0:
			sb.WriteByte('%')
			sb.WriteByte(hex[c>>4])
			sb.WriteByte(hex[c&15])
		default:
			sb.WriteByte(c)
		}
	}
	return sb.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// bareAddress finds web addresses in running text. The closing class keeps
// the punctuation of the sentence out of the link.
var bareAddress = regexp.MustCompile(`(?:^|[ (])(https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?` +
	`(?:[/?#](?:[A-Za-z0-9._~:/?#@!$&*+,;=%-]*[A-Za-z0-9/=_&#+-])?)?)`)

// linkify cuts a text into texts with and without links, so that a bare
// address and a link to itself are the same thing. Some vendors add such
// links on their own.
func linkify(n Node) []Node {
	if hasMark(n.Marks, Link) || hasMark(n.Marks, Code) || !strings.Contains(n.Text, "://") {
		return []Node{n}
	}
	var out []Node
	at := 0
	for _, m := range bareAddress.FindAllStringSubmatchIndex(n.Text, -1) {
		address := n.Text[m[2]:m[3]]
		if safeHref(address) != address {
			continue
		}
		out = appendText(out, n.Text[at:m[2]], n.Marks)
		out = appendText(out, address, withMark(n.Marks, Mark{Link, address}))
		at = m[3]
	}
	return appendText(out, n.Text[at:], n.Marks)
}
