package servicenow

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// markForm is what a mark looks like; any other correlation_id belongs to another tool.
var markForm = regexp.MustCompile(`^dx-[a-z2-7]{26}$`)

func markOf(correlation string) string {
	if markForm.MatchString(correlation) {
		return correlation
	}
	return ""
}

// Find lists the records that carry the mark, from the database and not from an index: a new one is seen at once. A record with the mark that is
// hidden from the account is no "none", which would make a second one.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: looking for a record by its mark: %w", c.name, err) }
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		return nil, err
	}
	if markOf(mark) == "" {
		return nil, nil
	}
	if _, ok := s.find(c.mark); !ok { // an unknown column would be left out of the query, and everything found
		return nil, attempt(c.noMark(s))
	}
	l, err := c.list(ctx, s.table, c.mark+"="+mark+"^ORDERBYsys_id", []string{"sys_id", "number", c.mark}, 0, c.page)
	if err != nil {
		return nil, attempt(err)
	}
	if l.hides(c.mark) != "" {
		return nil, attempt(c.noMark(s))
	}
	var refs []core.Ref
	for _, r := range l.rows {
		if r[c.mark].Value == mark {
			refs = append(refs, c.ref(s.table, r.id(), r["number"].Value))
		}
	}
	if l.all > len(l.rows) && len(refs) == 0 {
		return nil, attempt(fmt.Errorf("there is one, and the account may not read it: %w", connectors.ErrDenied))
	}
	return refs, nil
}

// holdsMark tells whether a column is there and long enough for a mark.
func (s *schema) holdsMark(column string) bool {
	col, ok := s.find(column)
	return ok && (col.max == 0 || col.max >= len("dx-")+26)
}

func (c *Connector) noMark(s *schema) error {
	return fmt.Errorf("table %s has no column %s for a text of 29 characters that the account can read: let settings.mark_field name a text column of it: %w", s.table, c.mark, connectors.ErrDenied)
}

// A journal entry has no place for a mark beside its text. It goes into the text as signs that nobody sees: four of them, each worth two
// bits, after the last word. They are taken off before the text is shown.
var unseen = []rune{'\u200b', '\u200c', '\u200d', '\u2060'}

// sign makes the signs of a mark, "" for none.
func sign(mark string) string {
	if markOf(mark) == "" {
		return ""
	}
	var sb strings.Builder
	for _, b := range []byte(strings.TrimPrefix(mark, "dx-")) {
		n := int(b-'a') & 31
		if b <= '7' {
			n = int(b-'2') + 26
		}
		sb.WriteRune(unseen[n>>4])
		sb.WriteRune(unseen[n>>2&3])
		sb.WriteRune(unseen[n&3])
	}
	return sb.String()
}

// signed takes the signs off an entry's text and reads the mark they stand for. The text before them may end in such signs itself, as texts do
// that were copied from pages.
func signed(s string) (text, mark string) {
	const letters, long = 26, 3 * 26
	runes := []rune(s)
	if len(runes) < long {
		return s, ""
	}
	out := []byte("dx-")
	for i := range letters {
		n := 0
		for _, r := range runes[len(runes)-long+3*i:][:3] {
			at := slices.Index(unseen, r)
			if at < 0 {
				return s, ""
			}
			n = n<<2 | at
		}
		switch {
		case n < 26:
			out = append(out, byte('a'+n))
		case n < 32:
			out = append(out, byte('2'+n-26))
		default:
			return s, ""
		}
	}
	return string(runes[:len(runes)-long]), string(out)
}
