package zendesk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"duplex/connectors"
	"duplex/core"
)

const (
	mostMatches    = 10   // tickets with one value that are listed; two are too many already
	mostCandidates = 5000 // tickets with its words that are looked at
)

// FindByField finds tickets by a field's value: by the ticket list, which is up to date, where the field is external_id, else by
// search, whose index lags. Search finds text by its words, so every ticket found is looked at, and one that holds more is left out. Of
// a scope, brand and form are kept to.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	if name == "external_id" {
		return c.byExternalID(ctx, t, value)
	}
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	term, why := s.looksFor(name, value)
	if why != "" {
		return nil, connectors.Invalid(c.name, name, why)
	}
	if term == "" {
		return nil, nil
	}
	var refs []core.Ref
	for cursor, seen := "", 0; ; {
		tickets, after, err := c.searchPage(ctx, term, cursor)
		if err != nil {
			return nil, err
		}
		for _, t1 := range tickets {
			if t1.Status != "deleted" && t1.within(t.Scope) && connectors.Holds(s.plain(t1, name), value) {
				refs = append(refs, c.ref(t1.ID))
			}
		}
		seen += len(tickets)
		cursor = after
		switch {
		case after == "" || len(refs) >= mostMatches:
			return refs, nil
		case seen >= mostCandidates:
			return nil, connectors.Invalid(c.name, name, fmt.Sprintf("more than %d tickets have the words of the value in this field: use a field whose values are rarer", mostCandidates))
		}
	}
}

// byExternalID lists the tickets of the scope with that external_id.
func (c *Connector) byExternalID(ctx context.Context, t connectors.ItemType, value string) ([]core.Ref, error) {
	tickets, err := c.withExternalID(ctx, value)
	var refs []core.Ref
	for _, found := range tickets {
		if found.within(t.Scope) {
			refs = append(refs, c.ref(found.ID))
		}
	}
	return refs, err
}

// looksFor is the search term that finds the tickets whose field holds the value: "" when none can, why when it cannot be asked (vendor
// page "Zendesk Support search reference").
func (s *schema) looksFor(name, value string) (term, why string) {
	f, isCustom := s.named(name)
	key := customPrefix + strconv.FormatInt(f.id, 10)
	switch {
	case !isCustom && name != "subject" && name != "tags":
		return "", "tickets cannot be searched by this field; use the subject, tags, external_id or a custom field of text or numbers"
	case value == "":
		return "", ""
	case name == "tags":
		if strings.ContainsFunc(value, unicode.IsSpace) { // a tag is one word
			return "", ""
		}
		if strings.Contains(value, `"`) {
			return "", "a tag with a quote-mark cannot be searched for"
		}
		return name + `:"` + value + `"`, ""
	case !isCustom:
		key = name
	case f.kind == core.KindNumber || f.kind == core.KindReference:
		if _, err := core.Number(value); err != nil { // ids are numbers too
			return "", ""
		}
		return key + ":" + value, ""
	case !slices.Contains([]string{"text", "textarea", "regexp"}, f.typ):
		return "", "a field of type " + f.typ + " cannot be searched for a value; use one of text or numbers"
	}
	if !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "", "Zendesk searches text by its words, and the value has no letter and no digit"
	}
	return key + ":" + quoted(value), ""
}

// quoted writes a text as a phrase. A quote-mark would end it, and nothing is said of how to write one: like a backslash it is no part of
// a word, so that a space does as well.
func quoted(value string) string {
	return `"` + strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", `\`, " ").Replace(value)), " ") + `"`
}

// plain is the value of a field that can be searched.
func (s *schema) plain(t ticket, name string) core.Value {
	switch name {
	case "subject":
		return core.String(t.Subject)
	case "tags":
		return core.Strings(t.Tags...)
	}
	f, _ := s.named(name)
	for _, cv := range t.Custom {
		if cv.ID == f.id {
			return f.read(cv.Value)
		}
	}
	return core.Absent()
}
