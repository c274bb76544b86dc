package jira

import (
	"context"
	"sort"

	"duplex/connectors"
	"duplex/core"
)

// Describe lists the fields of the issues of a project, narrowed to an issue type where the scope names one. Options
// and what a create needs come from the create screen ("Get create field metadata"); without a project in the scope
// they are not known.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	d := connectors.Description{Type: t}
	if err := c.checkType(t); err != nil {
		return d, err
	}
	cat, err := c.catalogue(ctx)
	if err != nil {
		return d, err
	}
	screens, options, err := c.screens(ctx, t.Scope)
	if err != nil {
		return d, err
	}
	for _, f := range cat.byID {
		if project := t.Scope["project"]; f.shape == shapeSprint && project != "" {
			if options[f.id], err = c.openSprints(ctx, project); err != nil {
				return d, err
			}
		}
		d.Fields = append(d.Fields, describe(f, screens, options[f.id]))
	}
	for _, f := range cat.links {
		link := describe(f, nil, nil)
		link.OnCreate = true // made right after the issue
		d.Fields = append(d.Fields, link)
	}
	for _, a := range cat.attributes {
		d.Fields = append(d.Fields, describe(a, nil, nil))
	}
	sort.Slice(d.Fields, func(i, j int) bool { return d.Fields[i].Name < d.Fields[j].Name })
	return d, nil
}

// screens reads the create screens that the scope covers, and the options no screen shows: statuses and issue types.
func (c *Connector) screens(ctx context.Context, scope map[string]string) ([]map[string]fieldMeta, map[string][]core.Value, error) {
	project := scope["project"]
	if project == "" {
		return nil, nil, nil
	}
	types, err := c.issueTypes(ctx, project)
	if err != nil {
		return nil, nil, err
	}
	options := map[string][]core.Value{}
	for _, t := range types {
		options["issuetype"] = append(options["issuetype"], core.Option(t.ID, t.Name))
	}
	if name := scope["issuetype"]; name != "" {
		t, err := c.issueTypeNamed(ctx, project, name)
		if err != nil {
			return nil, nil, err
		}
		types = []issueType{t}
	}
	if options["resolution"], err = c.allResolutions(ctx); err != nil {
		return nil, nil, err
	}
	var screens []map[string]fieldMeta
	statuses, err := c.statusesOf(ctx, project)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range types {
		m, err := c.meta(ctx, project, t.ID)
		if err != nil {
			return nil, nil, err
		}
		screens = append(screens, m)
		for _, s := range statuses[t.ID] {
			options["status"] = addOption(options["status"], core.Option(s.ID, s.Name))
		}
	}
	return screens, options, nil
}

// describe is pure: what the screens say of a field. It is required when every screen requires it and gives it no
// value.
func describe(f field, screens []map[string]fieldMeta, options []core.Value) connectors.Field {
	d := connectors.Field{Name: f.name, Label: f.label, ID: f.id, Kind: f.kind(), ReadOnly: f.readOnly, MaxLen: f.maxLen, Options: options}
	if f.multi {
		d.Of = f.element()
	}
	required := len(screens) > 0
	for _, s := range screens {
		m, shown := s[f.id]
		d.OnCreate = d.OnCreate || (shown && !f.readOnly)
		required = required && shown && m.Required && !m.HasDefault
		if f.id == "issuetype" {
			continue
		}
		for _, v := range m.Allowed {
			d.Options = addOption(d.Options, v.option(f.shape))
			if f.shape == shapeCascade {
				for _, child := range v.Children {
					d.Options = addOption(d.Options, thing{ID: v.ID, Value: v.Value, Child: &child}.option(f.shape))
				}
			}
		}
	}
	switch f.id {
	case "project", "issuetype", "reporter": // a create takes the first two from the scope, and Jira fills the reporter
		required = false
	case "status": // a new issue is moved there
		d.OnCreate = true
	}
	if f.shape == shapeSprint { // and there
		d.OnCreate, required = true, false
	}
	d.Required = required
	return d
}

func addOption(all []core.Value, v core.Value) []core.Value {
	for _, have := range all {
		if core.Equal(have, v) {
			return all
		}
	}
	return append(all, v)
}

func (c *Connector) checkType(t connectors.ItemType) error {
	if t.Type != itemType && t.Type != "" {
		return unsupported(c.system, "Jira has no item type "+t.Type+"; write "+itemType)
	}
	return nil
}
