package mapping

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Placed gives diagnostics that only know a path the place of that path in the file, or of what would hold it.
func Placed(ds Diagnostics, file string, src []byte) Diagnostics {
	root := parse(&report{}, src)
	out := make(Diagnostics, len(ds))
	for i, d := range ds {
		d.File = file
		if d.Line == 0 && d.Path != "" && root != nil {
			d.Line, d.Column = root.place(d.Path)
		}
		out[i] = d
	}
	return out.sorted()
}

// place is where the key of a path stands; of a path that is not there, the nearest key above it.
func (n *node) place(path string) (line, column int) {
	line, column = n.line, n.column
	for _, e := range n.entries {
		switch p := e.value.path; {
		case p == path:
			return e.line, e.column
		case within(path, p):
			if len(e.value.entries)+len(e.value.items) == 0 {
				return e.line, e.column
			}
			return e.value.place(path)
		}
	}
	for _, it := range n.items {
		if it.path == path || within(path, it.path) {
			return it.place(path)
		}
	}
	return line, column
}

func within(path, above string) bool {
	return strings.HasPrefix(path, above+".") || strings.HasPrefix(path, above+"[")
}

// Extent is how many letters from the column on (1 is the first) belong to what stands there: a word, a text in quotes,
// a key. It is 1 where that cannot be told.
func Extent(line string, column int) int {
	letters := []rune(line)
	if column < 1 || column > len(letters) {
		return 1
	}
	rest := letters[column-1:]
	switch q := rest[0]; q {
	case '"', '\'':
		for i := 1; i < len(rest); i++ {
			switch {
			case q == '"' && rest[i] == '\\':
				i++
			case rest[i] == q && q == '\'' && i+1 < len(rest) && rest[i+1] == q:
				i++
			case rest[i] == q:
				return i + 1
			}
		}
		return 1
	case '{', '[':
		return enclosed(rest)
	}
	if !isWord(rest[0]) {
		return 1
	}
	last := 1
	for last < len(rest) && (isWord(rest[last]) || rest[last] == ':' && last+1 < len(rest) && isWord(rest[last+1])) {
		last++
	}
	return last
}

// enclosed is how far a bracket reaches, 1 when it is not closed in this line.
func enclosed(rest []rune) int {
	depth, quote := 0, rune(0)
	for i, r := range rest {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 1
}

// ExtentOf is Extent, where a text in quotes in the diagnostic's words stands at the column: that text.
func ExtentOf(line string, column int, text string) int {
	letters := []rune(line)
	if column < 1 || column > len(letters) {
		return 1
	}
	rest := string(letters[column-1:])
	for _, q := range inQuotes.FindAllString(text, -1) {
		if s, err := strconv.Unquote(q); err == nil && s != "" && strings.HasPrefix(rest, s) {
			return len([]rune(s))
		}
	}
	return Extent(line, column)
}

var inQuotes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-.@/%", r)
}

// SecretLines are the lines of a system file that may hold a secret in place of a reference, so that nobody shows them: what
// stands where no secret belongs is shown, and what a reference names. Of a file that cannot be read all lines are.
func SecretLines(src []byte) (secret func(line int) bool) {
	root := parse(&report{}, src)
	if root == nil {
		return func(int) bool { return true }
	}
	if root.get("connection") != nil && root.get("system") == nil {
		return func(int) bool { return false } // a connection file holds none
	}
	type span struct{ from, to int }
	var spans []span
	for i, e := range root.entries {
		end := 1 << 30
		if i+1 < len(root.entries) {
			end = root.entries[i+1].line - 1
		}
		switch e.key {
		case "system", "kind", "limits", "maintenance":
			continue
		case "base_url":
			if !strings.Contains(e.value.text, "@") {
				continue
			}
		case "auth", "webhook", "settings":
			if e.value.shape == mapped {
				for j, inner := range e.value.entries {
					if inner.value.shape == scalar && open(e.key, inner.key, inner.value.text) {
						continue
					}
					last := end
					if j+1 < len(e.value.entries) {
						last = e.value.entries[j+1].line - 1
					}
					spans = append(spans, span{inner.line, max(last, inner.line)})
				}
				continue
			}
		}
		spans = append(spans, span{e.line, max(end, e.line)})
	}
	return func(line int) bool {
		for _, s := range spans {
			if line >= s.from && line <= s.to {
				return true
			}
		}
		return false
	}
}

// wholeReference is a value that only names a secret.
var wholeReference = regexp.MustCompile(`^\$\{(env|file):[^{}]+\}$`)

// secretWords are parts of keys whose values are secrets.
var secretWords = regexp.MustCompile(`(?i)token|secret|pass|pwd|key|cred`)

// open tells a value of a section that anybody may read.
func open(section, key, value string) bool {
	if wholeReference.MatchString(value) || section == "settings" && !secretWords.MatchString(key) {
		return true
	}
	switch key {
	case "method", "email", "client_id", "token_url", "user":
		return true
	}
	return false
}
