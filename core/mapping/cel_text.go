package mapping

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

var noOverload = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)

// celText makes CEL's words fit a mapping's author. known is what the expression can name.
func celText(s string, known ...string) string {
	s = strings.SplitN(s, "\n", 2)[0]
	s = strings.TrimPrefix(s, "Syntax error: ")
	if strings.Contains(s, "undeclared reference to 'has'") {
		return "has is not known here; ask item.x != null"
	}
	s = strings.TrimSuffix(s, " (in container '')")
	if name, ok := strings.CutPrefix(s, "undeclared reference to "); ok {
		return name + " is not known; " + knows(known)
	}
	if m := noOverload.FindStringSubmatch(s); m != nil {
		return overloadText(m[1], m[2])
	}
	if name, ok := strings.CutPrefix(s, "undefined field '"); ok {
		return strings.TrimSuffix(name, "'") + " is no part of a person; there are id, email and name"
	}
	if kind, ok := strings.CutPrefix(s, "type '"); ok && strings.HasSuffix(s, "' does not support field selection") {
		return typeWords(strings.TrimSuffix(kind, "' does not support field selection")) + " has no fields"
	}
	if strings.Contains(s, "'<EOF>'") {
		return "the expression ends too early"
	}
	s, _, _ = strings.Cut(s, " expecting ")
	return "the expression cannot be read: " + s
}

func knows(vars []string) string {
	var parts []string
	for _, v := range vars {
		if v == item || v == twin {
			v += " and its fields"
		}
		parts = append(parts, v)
	}
	if len(parts) == 0 {
		return "an expression knows item and its fields"
	}
	return "an expression here knows " + strings.Join(parts, ", ")
}

// overloadText says which kinds of values an operator or function does not take.
func overloadText(function, args string) string {
	receiver, rest, member := strings.Cut(args, ".(")
	args = strings.TrimSuffix(strings.TrimPrefix(args, "("), ")")
	if member {
		args = strings.TrimSuffix(rest, ")")
	}
	words := make([]string, 0, 3)
	for _, a := range splitTypes(args) {
		words = append(words, typeWords(a))
	}
	if member {
		text := fmt.Sprintf("%s does not work on %s", function, typeWords(receiver))
		if len(words) > 0 {
			text += " with " + strings.Join(words, " and ")
		}
		return text
	}
	name := function
	if op, ok := operators.FindReverse(function); ok && op != "" {
		name = op
	}
	switch function {
	case operators.Conditional:
		if len(words) == 3 && words[0] != "true or false" {
			return "before ? stands a condition that is true or false, here is " + words[0]
		}
		if len(words) == 3 {
			return fmt.Sprintf("both values of a condition must be of one type, here are %s and %s", words[1], words[2])
		}
	case operators.Index:
		name = "[…]"
	}
	text := fmt.Sprintf("%s does not take %s", name, strings.Join(words, " and "))
	if contains(words, "a number") && contains(words, "a whole number") {
		text += "; write a whole number as 2.0, or double(…) around it"
	}
	if contains(words, "null") && contains(words, "a list of texts") {
		text += "; a list is never null, ask size(…) == 0"
	}
	return text
}

// splitTypes takes the types of a call's arguments apart at the commas between them.
func splitTypes(s string) (out []string) {
	depth, from := 0, 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out, from = append(out, strings.TrimSpace(s[from:i])), i+1
			}
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" {
		out = append(out, last)
	}
	return out
}

// typeWords is the name of a type for people.
func typeWords(t string) string {
	switch t = strings.TrimSuffix(strings.TrimPrefix(t, "wrapper("), ")"); {
	case t == "string":
		return "a text"
	case t == "double":
		return "a number"
	case t == "int", t == "uint":
		return "a whole number"
	case t == "bool":
		return "true or false"
	case t == "null", t == "null_type":
		return "null"
	case strings.Contains(t, "Timestamp"), t == "timestamp":
		return "a time"
	case strings.Contains(t, "Duration"), t == "duration":
		return "a span of time"
	case t == personType:
		return "a person"
	case strings.HasPrefix(t, "list("):
		if strings.HasPrefix(t, "list(string") {
			return "a list of texts"
		}
		return "a list"
	case strings.HasPrefix(t, "optional_type("):
		return "a value that may be missing (add .orValue(…))"
	case t == "dyn", t == "":
		return "any value"
	}
	return "a " + t
}

// resultWords is the type of a result for people.
func resultWords(t *cel.Type) string {
	if t.Kind() == types.StructKind || t.Kind() == types.TimestampKind || t.Kind() == types.DurationKind || t.Kind() == types.ListKind {
		return typeWords(t.String())
	}
	return typeWords(t.TypeName())
}
