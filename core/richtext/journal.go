package richtext

import (
	"reflect"
	"strings"
)

// journalCodec reads and writes the entries of ServiceNow's journal fields:
// plain text, and HTML between [code] and [/code], which the form shows as such
// while glide.ui.security.allow_codetag is true, its default.
type journalCodec struct{}

const (
	codeTag    = "[code]"
	endCodeTag = "[/code]"
)

// parse reads what is outside of the tags as lines of text.
func (journalCodec) parse(source string) Doc {
	source = cleanText(source)
	if !strings.Contains(source, codeTag) {
		return plainCodec{}.parse(source)
	}
	var sb strings.Builder
	for source != "" {
		text, rest, tagged := strings.Cut(source, codeTag)
		sb.WriteString(journalLines(text))
		if !tagged {
			break
		}
		html, after, _ := strings.Cut(rest, endCodeTag)
		sb.WriteString(html)
		source = after
	}
	return sharedHTML.parse(sb.String())
}

// journalLines returns text as HTML that looks the same.
func journalLines(text string) string {
	var sb strings.Builder
	spaced := true
	for _, r := range text {
		switch {
		case r == '\n':
			sb.WriteString("<br>")
		case r == '\t':
			sb.WriteString("&nbsp;&nbsp;&nbsp;&nbsp;")
		case r == ' ' && spaced:
			sb.WriteString("&nbsp;")
		default:
			sb.WriteString(htmlEscaper.Replace(string(r)))
		}
		spaced = r == ' ' || r == '\n'
	}
	return sb.String()
}

func (journalCodec) profile() profile { return sharedHTML.profile() }

// write prefers plain text: it reads well in mails and lists too. Text that
// holds a tag itself goes into HTML, where an entity keeps it text.
func (journalCodec) write(d Doc) string {
	if text := (plainCodec{}).write(d); !strings.Contains(text, codeTag) && isPlain(d, text) {
		return text
	}
	return codeTag + strings.ReplaceAll(strings.ReplaceAll(sharedHTML.write(d), codeTag, "&#91;code]"), endCodeTag, "&#91;/code]") + endCodeTag
}

// isPlain reports whether text says all of d.
func isPlain(d Doc, text string) bool {
	for _, b := range d.Blocks {
		if b.Kind != Paragraph {
			return false
		}
	}
	return reflect.DeepEqual(tidy(plainCodec{}.parse(text)).Blocks, d.Blocks)
}
