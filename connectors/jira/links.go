package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"duplex/connectors"
	"duplex/core"
)

// linksField is the id of the field that shows all links of an issue, of every type.
const linksField = "issuelinks"

// linkEnd is one end of a type of links: what an issue is to those that a field of its links names.
type linkEnd struct {
	typeID  string
	typ     string // its name
	inward  bool   // the field shows links whose other end is the inward issue
	outward bool   // …the outward issue; both for a type that reads the same from either end
}

// linkType is a type of links ("Get issue link types").
type linkType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Inward  string `json:"inward"`
	Outward string `json:"outward"`
}

// issueLink is a link as an issue shows it: the other end is one of the two.
type issueLink struct {
	ID      string   `json:"id"`
	Type    linkType `json:"type"`
	Inward  *thing   `json:"inwardIssue"`
	Outward *thing   `json:"outwardIssue"`
}

// linkFields are the fields of a site's types of links, named by the words people read: links.blocks, links.is blocked by.
// Where two types use the same words the name says which.
func linkFields(types []linkType) []field {
	words := map[string]int{}
	for _, t := range types {
		words[t.Outward]++
		if t.Inward != t.Outward {
			words[t.Inward]++
		}
	}
	var out []field
	add := func(t linkType, word string, end linkEnd) {
		name := "links." + word
		if words[word] > 1 {
			name = fmt.Sprintf("links.%s (%s)", word, t.Name)
		}
		end.typeID, end.typ = t.ID, t.Name
		out = append(out, field{id: linksField, name: name, label: "Links: " + word, shape: shapeLink, multi: true, link: end})
	}
	for _, t := range types {
		add(t, t.Outward, linkEnd{outward: true, inward: t.Inward == t.Outward})
		if t.Inward != t.Outward {
			add(t, t.Inward, linkEnd{inward: true})
		}
	}
	return out
}

// linkTypes lists the site's types of links; none where linking is switched off.
func (c *Connector) linkTypes(ctx context.Context) ([]linkType, error) {
	var answer struct {
		Types []linkType `json:"issueLinkTypes"`
	}
	err := c.get(ctx, c.api+"/issueLinkType", nil, &answer)
	if errors.Is(err, connectors.ErrNotFound) {
		return nil, nil
	}
	return answer.Types, err
}

// other is the other end of a link, as a field shows it; nil for a link of another field.
func (f field) other(l issueLink) *thing {
	switch {
	case l.Type.ID != f.link.typeID && (l.Type.ID != "" || l.Type.Name != f.link.typ):
	case f.link.outward && l.Outward != nil:
		return l.Outward
	case f.link.inward && l.Inward != nil:
		return l.Inward
	}
	return nil
}

// readLinks are the issues that a field of links names.
func (f field) readLinks(raw json.RawMessage) core.Value {
	var all []issueLink
	if json.Unmarshal(raw, &all) != nil {
		return core.Absent()
	}
	var out []core.Value
	for _, l := range all {
		if end := f.other(l); end != nil {
			out = append(out, core.Reference(end.ID, end.Key))
		}
	}
	return core.Set(out...)
}

// linking is what a write does to the links of an issue.
type linking struct {
	make []newLink
	drop []string // ids of links
}

type newLink struct {
	field field
	to    core.Value
}

// changeLinks plans to add and remove links of one field. It is pure.
func (e *edit) changeLinks(f field, raw json.RawMessage, c core.SetChange) {
	cur := f.readLinks(raw)
	for _, it := range c.Add.Items() {
		if !cur.Has(it) {
			e.links.make = append(e.links.make, newLink{f, it})
		}
	}
	var all []issueLink
	_ = json.Unmarshal(raw, &all) // what is not shown cannot be removed
	for _, l := range all {
		if end := f.other(l); end != nil && c.Remove.Has(core.Reference(end.ID, end.Key)) {
			e.links.drop = append(e.links.drop, l.ID)
		}
	}
}

func (l linking) isEmpty() bool { return len(l.make) == 0 && len(l.drop) == 0 }

// writeLinks adds and removes links ("Create issue link", "Delete issue link"). A link that is there already is no second one, and
// one that is gone is no error, so that this may be repeated. An issue at the other end that is gone or out of sight refuses its field.
func (c *Connector) writeLinks(ctx context.Context, id string, l linking) error {
	for _, gone := range l.drop {
		err := c.do(ctx, http.MethodDelete, c.api+"/issueLink/"+url.PathEscape(gone), nil, nil)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return err
		}
	}
	for _, n := range l.make {
		end := func(v core.Value) map[string]string {
			if v.ID() != "" {
				return map[string]string{"id": v.ID()}
			}
			return map[string]string{"key": v.Name()}
		}
		// An issue shows the outward issue of links whose inward issue it is, and the other way round.
		inward, outward := map[string]string{"id": id}, end(n.to)
		if !n.field.link.outward {
			inward, outward = outward, inward
		}
		err := c.do(ctx, http.MethodPost, c.api+"/issueLink", map[string]any{
			"type": map[string]string{"id": n.field.link.typeID}, "inwardIssue": inward, "outwardIssue": outward}, nil)
		var invalid *connectors.InvalidError
		switch {
		case errors.Is(err, connectors.ErrNotFound):
			return connectors.Invalid(c.system+": link issues", n.field.name, "Jira shows no issue at the other end, or linking is switched off")
		case errors.As(err, &invalid):
			return connectors.Invalid(c.system+": link issues", n.field.name, "Jira refuses the link")
		case err != nil:
			return err
		}
	}
	return nil
}
