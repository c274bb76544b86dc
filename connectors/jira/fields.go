package jira

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"duplex/core"
)

// maxText is the vendor's limit of rich-text fields and comments in characters.
const maxText = 32767

// shape is how a field looks in the vendor's JSON.
type shape int

const (
	shapeString   shape = iota
	shapeText           // rich text
	shapeNumber         // a bare number
	shapeDate           // 2006-01-02
	shapeDateTime       // with milliseconds and offset
	shapeUser           // by accountId
	shapeNamed          // {id, name}: status, priority, version, component
	shapeOption         // {id, value}: custom select lists
	shapeCascade        // {id, value, child: {id, value}}
	shapeGroup          // {name, groupId}
	shapeIssue          // {id, key}: parent
	shapeProject        // {id, key}
	shapeLink           // one type of links; see linkEnd
	shapeEpic           // an issue by its key (Data Center)
	shapeSprint         // an array of {id, name, state}; written by the agile API
)

// field is one field the connector can carry.
type field struct {
	id       string // summary, customfield_10021
	name     string // what mappings call it
	label    string
	shape    shape
	multi    bool // an array of shape; a set
	readOnly bool
	exact    bool // a text that is searched as a whole, not by its words
	maxLen   int
	link     linkEnd // of a type of links
	on       deployment
	path     []string // of an attribute: its place in the field's JSON
}

func (f field) kind() core.Kind {
	if f.multi {
		return core.KindSet
	}
	return f.element()
}

// element is the kind of a single value.
func (f field) element() core.Kind {
	switch f.shape {
	case shapeText:
		return core.KindText
	case shapeNumber:
		return core.KindNumber
	case shapeDate:
		return core.KindDate
	case shapeDateTime:
		return core.KindDateTime
	case shapeUser:
		return core.KindUser
	case shapeNamed, shapeOption, shapeCascade, shapeGroup, shapeProject, shapeSprint:
		return core.KindOption
	case shapeIssue, shapeEpic, shapeLink:
		return core.KindReference
	}
	return core.KindString
}

// builtin are the system fields that are carried. Their ids are the same on every site.
var builtin = []field{
	{id: "summary", label: "Summary", shape: shapeString, maxLen: 255},
	{id: "description", label: "Description", shape: shapeText, maxLen: maxText},
	{id: "environment", label: "Environment", shape: shapeText, maxLen: maxText},
	{id: "status", label: "Status", shape: shapeNamed},
	{id: "priority", label: "Priority", shape: shapeNamed},
	{id: "issuetype", label: "Issue type", shape: shapeNamed},
	{id: "project", label: "Project", shape: shapeProject, readOnly: true},
	{id: "assignee", label: "Assignee", shape: shapeUser},
	{id: "reporter", label: "Reporter", shape: shapeUser},
	{id: "labels", label: "Labels", shape: shapeString, multi: true},
	{id: "components", label: "Components", shape: shapeNamed, multi: true},
	{id: "fixVersions", label: "Fix versions", shape: shapeNamed, multi: true},
	{id: "versions", label: "Affects versions", shape: shapeNamed, multi: true},
	{id: "duedate", label: "Due date", shape: shapeDate},
	{id: "resolution", label: "Resolution", shape: shapeNamed},
	{id: "parent", label: "Parent", shape: shapeIssue},
	{id: "created", label: "Created", shape: shapeDateTime, readOnly: true},
	{id: "updated", label: "Updated", shape: shapeDateTime, readOnly: true},
	{id: "creator", label: "Creator", shape: shapeUser, readOnly: true},
}

// schema is the vendor's description of a field's type (JsonTypeBean).
type schema struct {
	Type   string `json:"type"`
	Items  string `json:"items"`
	Custom string `json:"custom"`
}

// custom reads a custom field's schema; not ok for types that cannot be carried.
func custom(on deployment, id, label string, s schema) (f field, ok bool) {
	f = field{id: id, name: label, label: label}
	short := s.Custom[strings.LastIndex(s.Custom, ":")+1:]
	of := s.Type
	if s.Type == "array" {
		f.multi, of = true, s.Items
	}
	switch of {
	case "string":
		switch {
		case f.multi && short != "labels":
			return f, false
		case short == "textarea":
			f.shape, f.maxLen = shapeText, maxText
		case short == "textfield":
			f.maxLen = 255
		case short == "url": // its searcher is the exact one ("Create custom field")
			f.exact = true
		}
	case "number":
		f.shape = shapeNumber
	case "date":
		f.shape = shapeDate
	case "datetime":
		f.shape = shapeDateTime
	case "user":
		f.shape = shapeUser
	case "option":
		f.shape = shapeOption
	case "option-with-child":
		f.shape = shapeCascade
	case "group":
		f.shape = shapeGroup
	case "version", "component", "priority", "resolution":
		f.shape = shapeNamed
	case "any":
		switch {
		case short == "gh-lexo-rank": // it orders issues of one board, and means nothing elsewhere
			f.readOnly = true
		case short == "gh-epic-link" && on == dataCenter:
			f.shape = shapeEpic
		default:
			return f, false
		}
	case "json": // sprints
		if short != "gh-sprint" {
			return f, false
		}
		f.shape, f.multi = shapeSprint, false
	default:
		return f, false
	}
	return f, true
}

// catalogue is what a site's fields are called.
type catalogue struct {
	byID   map[string]field
	byName map[string][]field // several: the name is not unique
	at     time.Time
	// attributes are in byName and not in byID: a read of all fields leaves them out.
	attributes []field
	links      []field // of the site's types of links, all with the same id
}

func newCatalogue(on deployment, customs, links []field, at time.Time) *catalogue {
	c := &catalogue{byID: map[string]field{}, byName: map[string][]field{}, at: at, links: links}
	for _, f := range links {
		c.byName[f.name] = append(c.byName[f.name], f)
	}
	for _, f := range builtin {
		f.name, f.on = f.id, on
		c.byID[f.id], c.byName[f.name] = f, []field{f}
	}
	defer c.addAttributes()
	taken := map[string]int{}
	for _, f := range customs {
		taken[f.label]++
	}
	for _, f := range customs {
		plain, long := f.label, fmt.Sprintf("%s (%s)", f.label, f.id)
		f.name, f.on = plain, on
		if _, system := c.byID[plain]; system || taken[plain] > 1 {
			f.name = long
		}
		c.byID[f.id] = f
		c.byName[long] = []field{f}
		if _, system := c.byID[plain]; !system {
			c.byName[plain] = append(c.byName[plain], f)
		}
	}
	return c
}

// addAttributes gives the names of attributes a meaning, where no field has them.
func (c *catalogue) addAttributes() {
	for _, f := range c.byID {
		for _, a := range f.attributes() {
			if len(c.byName[a.name]) == 0 {
				c.byName[a.name] = []field{a}
				c.attributes = append(c.attributes, a)
			}
		}
	}
}

// find looks a field up by the name a mapping gives, or by its id. Why says what is wrong when there is none.
func (c *catalogue) find(name string) (f field, why string) {
	switch fs := c.byName[name]; {
	case len(fs) == 1:
		return fs[0], ""
	case len(fs) > 1:
		return field{}, fmt.Sprintf("several fields have this name; write one of them with its id, such as %q", fs[0].name)
	}
	if f, ok := c.byID[name]; ok {
		return f, ""
	}
	return field{}, "there is no such field, or its type is not supported"
}

// catalogue reads the site's fields, remembered for a while. Builtin fields need no call.
func (c *Connector) catalogue(ctx context.Context, names ...string) (*catalogue, error) {
	onlyBuiltin := len(names) > 0
	for _, n := range names {
		if _, why := c.builtin.find(n); why != "" {
			onlyBuiltin = false
		}
	}
	cat, ok := c.catalogues.Get("")
	switch {
	case ok && (len(names) == 0 || cat.knows(names) || c.now().Sub(cat.at) < time.Minute):
		return cat, nil
	case !ok && onlyBuiltin:
		return c.builtin, nil
	}
	var all []struct {
		ID     string  `json:"id"`
		Name   string  `json:"name"`
		Custom bool    `json:"custom"`
		Schema *schema `json:"schema"`
	}
	if err := c.do(ctx, http.MethodGet, c.api+"/field", nil, &all); err != nil {
		return nil, err
	}
	var customs []field
	for _, a := range all {
		if !a.Custom || a.Schema == nil {
			continue
		}
		if f, ok := custom(c.on, a.ID, strings.TrimSpace(a.Name), *a.Schema); ok {
			customs = append(customs, f)
		}
	}
	types, err := c.linkTypes(ctx)
	if err != nil {
		return nil, err
	}
	cat = newCatalogue(c.on, customs, linkFields(types), c.now())
	c.catalogues.Put("", cat)
	return cat, nil
}

func (c *catalogue) knows(names []string) bool {
	for _, n := range names {
		if _, why := c.find(n); why != "" {
			return false
		}
	}
	return true
}

// nameOf is what mappings call the field with that id, the id itself when the site's fields are not known yet.
func (c *Connector) nameOf(id string) string {
	cat, ok := c.catalogues.Get("")
	if !ok {
		cat = c.builtin
	}
	if f, ok := cat.byID[id]; ok {
		return f.name
	}
	return id
}
