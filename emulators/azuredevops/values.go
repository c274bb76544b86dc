package azuredevops

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// read turns what a client wrote into what is kept. A nil result empties the field. A wrong value is a rule error; ok is
// false then.
func (e *Emulator) read(f *field, v any, project string, rules *ruleErrors) (any, bool, error) {
	if s, ok := v.(string); v == nil || ok && strings.TrimSpace(s) == "" {
		return nil, true, nil
	}
	wrong := func(codes, text string) (any, bool, error) {
		rules.add(f, codes, "TF401320: Rule Error for field "+f.name+". Error code: "+codes+". "+text)
		return nil, false, nil
	}
	invalidType := func() (any, bool, error) {
		return wrong("InvalidType", "The value is not of the field's type "+f.kind+".")
	}
	switch f.kind {
	case "integer", "double":
		n, ok := v.(float64)
		if s, text := v.(string); text {
			parsed, err := strconv.ParseFloat(s, 64)
			n, ok = parsed, err == nil
		}
		if !ok || f.kind == "integer" && (n != math.Trunc(n) || math.Abs(n) > math.MaxInt32) {
			return invalidType()
		}
		v = n
	case "boolean":
		if s, ok := v.(string); ok && (strings.EqualFold(s, "true") || strings.EqualFold(s, "false")) {
			v = strings.EqualFold(s, "true")
		}
		if _, ok := v.(bool); !ok {
			return invalidType()
		}
	case "dateTime":
		s, _ := v.(string)
		at, ok := readTime(s, time.UTC)
		if !ok {
			return invalidType()
		}
		v = stamp(tick(at))
	case "identity":
		a := e.findIdentity(v)
		if a == nil {
			return nil, false, bad("WorkItemFieldInvalidIdentityException", fmt.Sprintf("The identity value for field '%s' is an unknown identity.", f.name))
		}
		v = a.mail
	case "treePath":
		s, _ := v.(string)
		n := e.node(structureOf(f), s)
		if n == nil || project != "" && firstOf(n.Path) != project {
			return nil, false, bad("WorkItemTrackingTreeNodeNotFoundException", "TF401347: Invalid tree name given for work item, field '"+f.ref+"'.")
		}
		v = n.Path
	default:
		s, ok := v.(string)
		if !ok {
			s = fmt.Sprint(v)
		}
		if f.kind == "string" && len([]rune(s)) > 255 {
			return wrong("InvalidTooLong", "The value is longer than 255 characters.")
		}
		if len([]rune(s)) > e.limits.LongText {
			return wrong("InvalidTooLong", "The value is too long.")
		}
		v = s
	}
	if f.values != nil && !f.suggested {
		i := slices.IndexFunc(f.values, func(o string) bool { return strings.EqualFold(o, fmt.Sprint(v)) })
		if i < 0 {
			return wrong("LimitedToValues, AllowsOldValue, InvalidListValue", fmt.Sprintf("The field '%s' contains a value that is not in the list of supported values.", f.name))
		}
		if f.kind == "string" {
			v = f.values[i]
		}
	}
	return v, true, nil
}

func structureOf(f *field) string {
	if f.ref == fieldArea {
		return "areas"
	}
	return "iterations"
}

func firstOf(path string) string {
	first, _, _ := strings.Cut(path, `\`)
	return first
}

// readTime reads a time or a date; without a zone it is in zone.
func readTime(s string, zone *time.Location) (time.Time, bool) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02", "01/02/2006", "1/2/2006 15:04:05"} {
		if at, err := time.ParseInLocation(form, s, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// splitTags parts a list of tags.
func splitTags(s string) []string {
	var out []string
	for _, t := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' }) {
		t = strings.TrimSpace(t)
		if t != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out
}

// joinTags writes tags as the vendor does: sorted, in the spelling the project saw first.
func (e *Emulator) joinTags(project string, tags []string) any {
	for i, t := range tags {
		known := e.st.Tags[project]
		k := slices.IndexFunc(known, func(o string) bool { return strings.EqualFold(o, t) })
		if k < 0 {
			e.st.Tags[project] = append(known, t)
			continue
		}
		tags[i] = known[k]
	}
	if len(tags) == 0 {
		return nil
	}
	slices.SortFunc(tags, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return strings.Join(tags, "; ")
}
