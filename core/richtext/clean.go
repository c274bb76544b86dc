package richtext

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// cleanText returns s as valid UTF-8 with "\n" line ends, without control
// characters (other than tab and newline) and byte order marks: no format
// carries those, and vendors refuse or drop them.
func cleanText(s string) string {
	if strings.IndexFunc(s, unwelcome) < 0 && utf8.ValidString(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unwelcome(r):
			return -1
		}
		return r
	}, s)
}

func unwelcome(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r <= 0x9f ||
		r == '\ufeff' || r == '\ufffe' || r == '\uffff' || r == '\u2028' || r == '\u2029'
}

// cleanLine returns s on one line, white space collapsed and trimmed.
func cleanLine(s string) string {
	return strings.Trim(collapse(cleanText(s)), " ")
}

// cleanCode returns the text of a code block: lines of nothing but white space
// are empty, and there are none at its edges.
func cleanCode(s string) string {
	lines := strings.Split(cleanText(s), "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			lines[i] = ""
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// collapse replaces each run of white space by one space.
func collapse(s string) string {
	var sb strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\u00a0' {
			space = true
			continue
		}
		if space {
			sb.WriteByte(' ')
			space = false
		}
		sb.WriteRune(r)
	}
	if space {
		sb.WriteByte(' ')
	}
	return sb.String()
}

func isBlank(s string) bool { return strings.Trim(s, " ") == "" }

var languagePattern = regexp.MustCompile(`^[A-Za-z0-9_+#.-]{1,40}$`)

// cleanLanguage returns the name of a code block's language, or "".
func cleanLanguage(s string) string {
	if languagePattern.MatchString(s) {
		return strings.ToLower(s)
	}
	return ""
}

// namedColors are the basic colour keywords people meet in mail and editors.
var namedColors = map[string]string{
	"black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "white": "#ffffff",
	"maroon": "#800000", "red": "#ff0000", "purple": "#800080", "fuchsia": "#ff00ff", "magenta": "#ff00ff",
	"green": "#008000", "lime": "#00ff00", "olive": "#808000", "yellow": "#ffff00", "navy": "#000080",
	"blue": "#0000ff", "teal": "#008080", "aqua": "#00ffff", "cyan": "#00ffff", "orange": "#ffa500",
}

var (
	hexColor = regexp.MustCompile(`^#([0-9a-f]{3}|[0-9a-f]{6})$`)
	rgbColor = regexp.MustCompile(`^rgba?\( *(\d{1,3}) *, *(\d{1,3}) *, *(\d{1,3}) *(?:, *[0-9.]+ *)?\)$`)
)

// cleanColor returns a colour as "#rrggbb", or "" if it is not understood.
func cleanColor(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if hex, ok := namedColors[s]; ok {
		return hex
	}
	if hexColor.MatchString(s) {
		if len(s) == 4 {
			return string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
		}
		return s
	}
	if m := rgbColor.FindStringSubmatch(s); m != nil {
		var c [3]int
		for i := range c {
			_, _ = fmt.Sscanf(m[i+1], "%d", &c[i])
		}
		return fmt.Sprintf("#%02x%02x%02x", min(c[0], 255), min(c[1], 255), min(c[2], 255))
	}
	return ""
}

// noHighlight finds colours that cannot be seen through.
var noHighlight = regexp.MustCompile(`^rgba\(.*, *0?\.?0* *\)$`)

// cleanHighlight returns a colour behind text, or "" if none is seen: editors
// and mail write white and transparent ones behind everything.
func cleanHighlight(s string) string {
	if noHighlight.MatchString(strings.ToLower(strings.TrimSpace(s))) {
		return ""
	}
	if c := cleanColor(s); c != "#ffffff" {
		return c
	}
	return ""
}
