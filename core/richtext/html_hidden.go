package richtext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// invisible reports whether a picture is there to be fetched, not to be seen:
// mail counts its readers with such pictures.
func invisible(attrs map[string]string) bool {
	return tracks(attrs["src"], attrs["width"], attrs["height"]) || hidden(attrs)
}

// hidden reports whether attributes keep an element from being seen.
func hidden(attrs map[string]string) bool {
	if _, ok := attrs["hidden"]; ok {
		return true
	}
	for _, rule := range strings.Split(strings.ToLower(attrs["style"]), ";") {
		key, value, _ := strings.Cut(rule, ":")
		value, _, _ = strings.Cut(value, "!")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "width", "height", "max-width", "max-height":
			if tiny(value) {
				return true
			}
		case "opacity":
			if n, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64); err == nil && n <= 0.01 {
				return true
			}
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" || value == "collapse" {
				return true
			}
		}
	}
	return false
}

// hiddenElement is the outermost element that is not shown; the pictures in
// it are not either. depth counts the elements of its name that are open.
type hiddenElement struct {
	tag   atom.Atom
	depth int
}

func (h *hiddenElement) open(tag atom.Atom, attrs map[string]string) {
	switch {
	case h.tag == tag && tag != 0 && tag != atom.P && tag != atom.Td: // those end where the next begins
		h.depth++
	case h.tag == 0 && hides[tag] && hidden(attrs):
		*h = hiddenElement{tag, 1}
	case h.tag == tag && !hidden(attrs):
		*h = hiddenElement{}
	}
}

func (h *hiddenElement) close(tag atom.Atom) {
	if h.tag == tag {
		if h.depth--; h.depth <= 0 {
			*h = hiddenElement{}
		}
	}
}

// hides lists the elements people hide pictures in.
var hides = map[atom.Atom]bool{
	atom.Div: true, atom.Span: true, atom.P: true, atom.A: true, atom.Td: true, atom.Table: true, atom.Section: true, atom.Center: true,
}
