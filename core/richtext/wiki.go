package richtext

import (
	"regexp"
	"strings"
)

// wikiCodec reads and writes Jira wiki markup, the text of descriptions and
// comments in Jira Data Center and in REST version 2: a line end is a line
// break, a blank line ends a paragraph or list.
type wikiCodec struct{}

// wikiDelimiters are the characters that format text when they stand at the
// edges of words, and anywhere when they stand in braces: {*}bold{*}.
var wikiDelimiters = map[byte]MarkKind{'*': Strong, '_': Em, '+': Underline, '-': Strike, '~': Sub, '^': Sup}

// wikiPanels are the background colours by which Jira tells panel types.
var wikiPanels = map[string]string{
	"info": "#deebff", "note": "#eae6ff", "success": "#e3fcef", "warning": "#fffae6", "error": "#ffebe6",
}

// wikiSigns are Jira's picture notations and the characters they show.
var wikiSigns = []struct{ notation, text string }{
	{"(/)", "✅"}, {"(x)", "❌"}, {"(!)", "⚠️"}, {"(i)", "ℹ️"}, {"(?)", "❓"}, {"(y)", "👍"}, {"(n)", "👎"},
	{"(on)", "💡"}, {"(*)", "⭐"},
}

func wikiSign(s string) (notation, text string, ok bool) {
	for _, sign := range wikiSigns {
		if strings.HasPrefix(s, sign.notation) {
			return sign.notation, sign.text, true
		}
	}
	return "", "", false
}

// wikiBoth is the content of a quote in a panel or a panel in a quote. Both
// notations end where they begin again, so neither can stand in itself.
const wikiBoth Kind = "quote in panel"

func insideWiki(parent, child Kind) Kind {
	if parent == Quote && child == Panel || parent == Panel && child == Quote {
		return wikiBoth
	}
	return child
}

func wikiHolds(parent, child Kind) bool {
	switch parent {
	case Cell:
		return child == Paragraph
	case BulletList, OrderedList, TaskList:
		return child == Paragraph || child == CodeBlock || isAnyList(child)
	}
	switch child {
	case Expand:
		return false
	case Quote, Panel:
		return parent != child && parent != wikiBoth
	}
	return true
}

func isAnyList(k Kind) bool { return k == BulletList || k == OrderedList || k == TaskList }

var (
	wikiName    = regexp.MustCompile(`^[\p{L}\p{N}._@:+-][\p{L}\p{N}._@:+ -]*$`)
	wikiPicture = regexp.MustCompile(`^https?://[^!|\s]+$`)
	wikiAlt     = regexp.MustCompile(`[^\p{L}\p{N} ._()-]+`)
)

// wikiFile reports whether s can be the name of a file: "!important!" is none.
func wikiFile(s string) bool { return strings.Contains(s, ".") && wikiName.MatchString(s) }

// wikiInline reports whether a node has a notation. Pictures and files are
// known by their names there, so those of other systems are not.
func wikiInline(n Node) bool {
	switch n.Kind {
	case Text, HardBreak:
		return true
	case Mention:
		return wikiName.MatchString(n.ID)
	case Image:
		return wikiPicture.MatchString(n.URL) || n.URL == "" && n.ID == n.Text && wikiFile(n.ID)
	case File:
		return n.ID == n.Text && wikiFile(n.ID)
	}
	return false
}

// jiraAccount tells the account ids of Jira Cloud, which wiki markup marks,
// from the user names of Data Center.
var jiraAccount = regexp.MustCompile(`^(?:[0-9a-f]{23}[0-9a-z]|[0-9]{1,10}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

const accountPrefix = "accountid:"

// wikiAccount returns the id of a mention, as ADF has it where it is one of
// Jira Cloud.
func wikiAccount(s string) string {
	if id, ok := strings.CutPrefix(s, accountPrefix); ok && jiraAccount.MatchString(id) {
		return id
	}
	return s
}

func (wikiCodec) profile() profile {
	return profile{
		block:   wikiHolds,
		inside:  insideWiki,
		inline:  wikiInline,
		mark:    func(m MarkKind) bool { return m != Highlight },
		reshape: reshapeWiki,
		still:   stillInWiki,
		people:  "jira",
		files:   "wiki",
	}
}
