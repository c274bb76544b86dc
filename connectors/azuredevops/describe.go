package azuredevops

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// typeInfo is what a project says of one type of work item.
type typeInfo struct {
	refs     []string // fields of the type
	allowed  map[string][]string
	required map[string]bool // and without a default
	states   []string
	next     map[string][]string // states that a state leads to; "" is a new item
}

// typeInfo reads a type of work item, or takes what was read in the last minutes (vendor pages "Work Item Types", "Work Item Types Field").
func (c *Connector) typeInfo(ctx context.Context, project, typ string) (*typeInfo, error) {
	key := project + "\x00" + typ
	if t, ok := c.types.Get(key); ok {
		return t, nil
	}
	var about struct {
		States      []struct{ Name string }
		Transitions map[string][]struct{ To string }
	}
	path := in(project, "wit/workitemtypes/"+url.PathEscape(typ))
	if err := c.call(ctx, request{method: http.MethodGet, path: path, op: "GET workitemtypes/{type}"}, &about); err != nil {
		return nil, fmt.Errorf("%s: reading the type of work item: %w", c.name, elsewhere(err, "type", noType))
	}
	var fields struct {
		Value []struct {
			Ref      string            `json:"referenceName"`
			Required bool              `json:"alwaysRequired"`
			Default  json.RawMessage   `json:"defaultValue"`
			Allowed  []json.RawMessage `json:"allowedValues"`
		}
	}
	err := c.call(ctx, request{method: http.MethodGet, path: path + "/fields", op: "GET workitemtypes/{type}/fields", query: url.Values{"$expand": {"all"}}}, &fields)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the fields of a type: %w", c.name, elsewhere(err, "type", noType))
	}
	t := &typeInfo{allowed: map[string][]string{}, required: map[string]bool{}, next: map[string][]string{}}
	for _, f := range fields.Value {
		t.refs = append(t.refs, f.Ref)
		t.required[f.Ref] = f.Required && scalar(f.Default) == ""
		for _, v := range f.Allowed {
			if s := scalar(v); s != "" {
				t.allowed[f.Ref] = append(t.allowed[f.Ref], s)
			}
		}
	}
	for from, tos := range about.Transitions {
		for _, to := range tos {
			t.next[from] = append(t.next[from], to.To)
		}
		slices.Sort(t.next[from])
	}
	for _, s := range about.States {
		t.states = append(t.states, s.Name)
	}
	if len(t.states) == 0 {
		for from := range t.next {
			if from != "" {
				t.states = append(t.states, from)
			}
		}
		slices.Sort(t.states)
	}
	c.types.Put(key, t)
	return t, nil
}

// options are the values that a field takes, nil where any will do.
func (c *Connector) optionsOf(f *field, t *typeInfo, in *trees) []core.Value {
	var list []string
	switch {
	case f.ref == refState:
		list = t.states
	case f.ref == refArea && in != nil:
		list = in.areas
	case f.ref == refIteration && in != nil:
		list = in.iterations
	default:
		list = t.allowed[f.ref]
	}
	var out []core.Value
	for _, s := range list {
		out = append(out, core.Option(s, s))
	}
	return out
}

// trees are a project's areas and iterations, as paths.
type trees struct {
	areas, iterations []string
	dates             map[string][2]core.Value // start and finish, by iteration
}

type node struct {
	Name       string
	Structure  string `json:"structureType"`
	Attributes struct{ StartDate, FinishDate string }
	Children   []node
}

// trees reads the areas and iterations (vendor page "Classification Nodes"), as deep as the vendor lets them be.
func (c *Connector) trees(ctx context.Context, project string) (*trees, error) {
	if t, ok := c.nodes.Get(project); ok {
		return t, nil
	}
	var answer struct{ Value []node }
	err := c.call(ctx, request{method: http.MethodGet, path: in(project, "wit/classificationnodes"), op: "GET classificationnodes", query: url.Values{"$depth": {"14"}}}, &answer)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the areas and iterations: %w", c.name, elsewhere(err, "project", noProject))
	}
	t := &trees{dates: map[string][2]core.Value{}}
	for _, root := range answer.Value {
		t.walk(root, root.Name, root.Structure == "iteration")
	}
	c.nodes.Put(project, t)
	return t, nil
}

func (t *trees) walk(n node, path string, iteration bool) {
	if iteration {
		t.iterations = append(t.iterations, path)
		t.dates[path] = [2]core.Value{day(n.Attributes.StartDate), day(n.Attributes.FinishDate)}
	} else {
		t.areas = append(t.areas, path)
	}
	for _, child := range n.Children {
		t.walk(child, path+`\`+child.Name, iteration)
	}
}

func day(text string) core.Value {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return core.Empty(core.KindDate)
	}
	v, _ := core.Date(at.UTC().Format(time.DateOnly))
	return v
}

// project is what a project says of itself.
type project struct {
	ID         string
	Name       string
	Visibility string
}

func (c *Connector) projectOf(ctx context.Context, name string) (project, error) {
	if p, ok := c.teams.Get(name); ok {
		return p, nil
	}
	return c.freshProject(ctx, name)
}

func (c *Connector) freshProject(ctx context.Context, name string) (project, error) {
	var p project
	if err := c.call(ctx, request{method: http.MethodGet, path: "/_apis/projects/" + url.PathEscape(name), op: "GET projects/{project}"}, &p); err != nil {
		return p, fmt.Errorf("%s: reading the project: %w", c.name, elsewhere(err, "project", noProject))
	}
	c.teams.Put(name, p)
	return p, nil
}

// audience is who reads what is written on items of a project: everybody who sees the item.
func (c *Connector) audience(ctx context.Context, name string) (core.Visibility, error) {
	p, err := c.projectOf(ctx, name)
	return p.audience(), err
}

// audienceFor is who will read what is about to be written for v. Where that is not everybody, it is asked right before: the project may have become
// public.
func (c *Connector) audienceFor(ctx context.Context, name string, v core.Visibility) (core.Visibility, error) {
	if v.Audience == core.Public {
		return c.audience(ctx, name)
	}
	p, err := c.freshProject(ctx, name)
	return p.audience(), err
}

func (p project) audience() core.Visibility {
	if strings.EqualFold(p.Visibility, "public") {
		return core.Visibility{Audience: core.Public}
	}
	return core.Visibility{Audience: core.Internal}
}

// Describe lists the fields of a type of work item with what they take and what a new one needs.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	d := connectors.Description{Type: t}
	if err := c.checkType(t.Type); err != nil {
		return d, err
	}
	project, typ := c.place(t.Scope)
	if project == "" || typ == "" {
		return d, connectors.Invalid(c.name+": describing work items", firstMissing(project), "name the project and the type in the connection's scope")
	}
	s, err := c.schema(ctx)
	if err != nil {
		return d, err
	}
	info, err := c.typeInfo(ctx, project, typ)
	if err != nil {
		return d, err
	}
	places, err := c.trees(ctx, project)
	if err != nil {
		return d, err
	}
	var extras []connectors.Field
	for _, f := range s.fields {
		if !info.has(f.ref) {
			continue
		}
		kind := kindOf(f, info)
		one := connectors.Field{Name: f.name, Label: f.label, ID: f.ref, Kind: kind, ReadOnly: f.readOnly, OnCreate: !f.readOnly, Required: info.required[f.ref] && !f.readOnly && !slices.Contains(given(), f.ref)}
		switch kind {
		case core.KindSet:
			one.Of = core.KindString
		case core.KindOption:
			one.Options = c.optionsOf(f, info, places)
		case core.KindString:
			if f.typ == "string" {
				one.MaxLen = 255
			}
		}
		d.Fields = append(d.Fields, one)
		extras = append(extras, attributesOf(f)...)
	}
	d.Fields = append(d.Fields, linkFields()...)
	d.Fields = append(d.Fields, extras...)
	return d, nil
}

// given are the required fields that a new item gets by itself.
func given() []string { return []string{refState, "System.Reason", refArea, refIteration} }

func firstMissing(project string) string {
	if project == "" {
		return "project"
	}
	return "type"
}

// has tells whether items of the type have the field. Those that every item has are not listed everywhere.
func (t *typeInfo) has(ref string) bool {
	return slices.Contains(t.refs, ref) || slices.Contains([]string{refTitle, refState, refProject, refType, refTags, refArea, refIteration, refCreatedBy, refCreatedDate, "System.AssignedTo", "System.Reason"}, ref)
}

// attributesOf are what a field brings along.
func attributesOf(f *field) []connectors.Field {
	text := func(name, label string) connectors.Field {
		return connectors.Field{Name: f.name + "." + name, Label: f.label + ": " + label, Kind: core.KindString, ReadOnly: true}
	}
	switch {
	case f.typ == "identity":
		return []connectors.Field{text("email", "e-mail"), text("name", "name")}
	case f.ref == refIteration:
		start, finish := text("start_date", "start"), text("finish_date", "finish")
		start.Kind, finish.Kind = core.KindDate, core.KindDate
		return []connectors.Field{start, finish}
	}
	return nil
}
