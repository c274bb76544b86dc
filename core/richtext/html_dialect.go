package richtext

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlDialect is what a system's HTML says beyond what all of them share: who
// is mentioned and which stored picture is shown.
type htmlDialect struct {
	exact   bool // white space stands for itself (Asana)
	logins  bool // "@name" in text mentions an account (GitHub)
	person  func(attrs map[string]string) string
	picture func(attrs map[string]string) string
}

var (
	asanaHTML  = htmlDialect{exact: true, person: asanaPerson, picture: asanaPicture}
	azureHTML  = htmlDialect{person: azurePerson}
	githubHTML = htmlDialect{logins: true}
	// chatterHTML shows stored pictures by the ids of their files.
	chatterHTML = htmlDialect{picture: func(attrs map[string]string) string {
		if id, ok := strings.CutPrefix(attrs["src"], chatterFile); ok && salesforceID.MatchString(id) {
			return id
		}
		return ""
	}}
)

const chatterFile = "sfdc://"

var (
	asanaGID     = regexp.MustCompile(`^[0-9]{1,30}$`)
	guid         = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	salesforceID = regexp.MustCompile(`^069[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$`)
)

// asanaPerson returns the gid of a person. What else has a gid is a link to a
// task or project.
func asanaPerson(attrs map[string]string) string {
	if kind := attrs["data-asana-type"]; kind != "" && kind != "user" || !asanaGID.MatchString(attrs["data-asana-gid"]) {
		return ""
	}
	return attrs["data-asana-gid"]
}

func asanaPicture(attrs map[string]string) string {
	if gid := attrs["data-asana-gid"]; asanaGID.MatchString(gid) {
		return gid
	}
	return ""
}

// azurePerson returns the account of Azure DevOps in
// data-vss-mention="version:2.0,GUID".
func azurePerson(attrs map[string]string) string {
	_, id, _ := strings.Cut(attrs["data-vss-mention"], ",")
	if !guid.MatchString(id) {
		return ""
	}
	return strings.ToLower(id)
}

// mention opens a person's name in an a element and reports whether it is one.
func (b *htmlBuilder) mention(t html.Token, attrs map[string]string) bool {
	if b.person == nil {
		return false
	}
	id := b.person(attrs)
	if id == "" {
		return false
	}
	b.endMention()
	b.named = &Node{Kind: Mention, ID: id, Marks: b.active()}
	if t.Type == html.SelfClosingTagToken {
		b.endMention()
	}
	return true
}

// endMention adds the open mention with the name that stood in it.
func (b *htmlBuilder) endMention() {
	if b.named != nil {
		n := *b.named
		b.named = nil
		b.inline(n)
	}
}

// name puts text into the open mention and reports whether there is one.
func (b *htmlBuilder) name(s string) bool {
	if b.named == nil {
		return false
	}
	b.named.Text += s
	return true
}

// endsMention reports whether an end tag ends the open mention.
func (b *htmlBuilder) endsMention(tag atom.Atom) bool {
	if b.named == nil || tag != atom.A {
		return false
	}
	b.endMention()
	return true
}

// login finds an account of GitHub, or a team of an organisation.
var login = regexp.MustCompile(`@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:_[A-Za-z0-9]+)?(?:/[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*)?`)

var wholeLogin = regexp.MustCompile(`^` + login.String()[1:] + `$`)

// withLogins adds running text in which "@name" is a mention where GitHub
// takes it for one: neither in a word nor in an address, code or link.
func (b *htmlBuilder) withLogins(s string, marks []Mark) {
	at := 0
	if strings.Contains(s, "@") && !hasMark(marks, Link) && !hasMark(marks, Code) {
		for _, m := range login.FindAllStringIndex(s, -1) {
			if m[0] > 0 && inLogin(s[m[0]-1]) || loginGoesOn(s[m[1]:]) {
				continue
			}
			if m[0] > at {
				b.inline(Node{Kind: Text, Text: s[at:m[0]], Marks: marks})
			}
			b.inline(Node{Kind: Mention, ID: s[m[0]+1 : m[1]], Marks: marks})
			at = m[1]
		}
	}
	if at < len(s) {
		b.inline(Node{Kind: Text, Text: s[at:], Marks: marks})
	}
}

// inLogin reports whether c before "@" or after a name means that there is no
// mention.
func inLogin(c byte) bool { return alphanumeric(c) || c == '_' || c == '/' || c == '-' }

// loginGoesOn reports whether what follows a name makes it another word.
func loginGoesOn(rest string) bool {
	if rest == "" {
		return false
	}
	if rest[0] == '.' {
		rest = strings.TrimLeft(rest, ".")
		return rest != "" && (alphanumeric(rest[0]) || rest[0] == '_')
	}
	return inLogin(rest[0])
}
