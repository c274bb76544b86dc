package salesforce

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var mail = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// convert makes a stored value of one that was sent; nil is null.
func (c *call) convert(f *field, v any) (any, error) {
	if (v == nil || v == "") && f.name == "OwnerId" {
		return nil, bad("INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank", f.name)
	}
	if v == nil {
		if f.kind == "boolean" {
			return nil, bad("INVALID_TYPE_ON_FIELD_IN_RECORD", f.label+": value not of required type: null", f.name)
		}
		return nil, nil
	}
	wrong := func() (any, error) {
		return nil, refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of "+f.kind+" from the value of "+f.name)
	}
	text, isText := v.(string)
	switch f.kind {
	case "boolean":
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return wrong()
	case "double", "currency", "percent", "int":
		if n, ok := v.(json.Number); ok {
			text, isText = n.String(), true
		}
		n, err := strconv.ParseFloat(text, 64)
		if !isText || err != nil {
			return wrong()
		}
		if math.Abs(n) >= 1e16 {
			return nil, bad("NUMBER_OUTSIDE_VALID_RANGE", f.label+": value outside of valid range on numeric field", f.name)
		}
		unit := math.Pow(10, float64(f.scale))
		return math.Round(n*unit) / unit, nil // rounded to the field's places
	}
	if !isText {
		return wrong()
	}
	switch f.kind {
	case "date":
		if text == "" {
			return nil, nil
		}
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return wrong()
		}
		return text, nil
	case "datetime":
		if text == "" {
			return nil, nil
		}
		at, ok := parseTime(text)
		if !ok {
			return wrong()
		}
		return stamp(at.Truncate(time.Second)), nil
	case "reference":
		return c.reference(f, text)
	case "picklist":
		return choice(f, text)
	case "multipicklist":
		return choices(f, text)
	case "email":
		if text != "" && !mail.MatchString(text) {
			return nil, bad("INVALID_EMAIL_ADDRESS", f.label+": invalid email address: "+text, f.name)
		}
	case "base64":
		return text, nil
	case "textarea":
		if f.rich {
			text = sanitize(text)
		} else {
			text = crlf(text)
		}
	}
	return text, tooLong(f, text)
}

func tooLong(f *field, text string) error {
	n := len([]rune(text))
	if f.bytes {
		n = len(text)
	}
	if f.length > 0 && n > f.length {
		return bad("STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: %.80s (max length=%d)", f.label, text, f.length), f.name)
	}
	return nil
}

// crlf gives long plain text the line ends that the vendor's pages store.
func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, stampLayout, "2006-01-02T15:04:05-0700", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// choice takes any value where the picklist is not restricted.
func choice(f *field, text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	if f.restricted && !slices.Contains(f.options, text) {
		return nil, bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f.label+": bad value for restricted picklist field: "+text, f.name)
	}
	return text, tooLong(f, text)
}

// choices keeps each value once, known ones in the order of the options and unknown ones behind them.
func choices(f *field, text string) (any, error) {
	var known, unknown []string
	parts := strings.Split(text, ";")
	for _, o := range f.options {
		if slices.ContainsFunc(parts, func(p string) bool { return strings.TrimSpace(p) == o }) {
			known = append(known, o)
		}
	}
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(f.options, p) && !slices.Contains(unknown, p) {
			unknown = append(unknown, p)
		}
	}
	return strings.Join(append(known, unknown...), ";"), nil
}

// reference takes an id of either length of a record of a fitting object.
func (c *call) reference(f *field, text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	id, ok := fullID(text)
	if !ok {
		return nil, bad("MALFORMED_ID", f.label+": id value of incorrect type: "+text, f.name)
	}
	r := c.e.st.find(id)
	if r == nil || !slices.Contains(f.refs, r.Object) {
		return nil, bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", f.name)
	}
	if r.deleted() {
		return nil, bad("ENTITY_IS_DELETED", "entity is deleted", f.name)
	}
	if f.name == "OwnerId" && r.Object == "User" && !r.flag("IsActive") {
		return nil, bad("INACTIVE_OWNER_OR_USER", "operation performed with inactive user ["+r.ID+"] as owner of the record", f.name)
	}
	return id, nil
}
