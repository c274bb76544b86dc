package github

import (
	"context"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// attributeFields are what can be shown of the milestone and the person that an issue names.
func attributeFields() []connectors.Field {
	var out []connectors.Field
	for _, a := range []struct {
		name, label string
		kind        core.Kind
	}{
		{"milestone.due_on", "Milestone: due", core.KindDate}, {"milestone.state", "Milestone: state", core.KindString},
		{"milestone.description", "Milestone: description", core.KindString}, {"creator.name", "Author: name", core.KindString},
		{"creator.email", "Author: public e-mail", core.KindString}, {"creator.company", "Author: company", core.KindString},
	} {
		out = append(out, connectors.Field{Name: a.name, Label: a.label, Kind: a.kind, ReadOnly: true})
	}
	return out
}

// attributes adds those that are asked for by name. Those of the author cost a call, whose answer is believed for ten minutes.
func (c *Connector) attributes(ctx context.Context, is issue, want connectors.Want, all map[string]core.Value) error {
	if m := is.Milestone; m == nil {
		all["milestone.due_on"], all["milestone.state"], all["milestone.description"] = core.Empty(core.KindDate), core.String(""), core.String("")
	} else {
		all["milestone.state"], all["milestone.description"], all["milestone.due_on"] = core.String(m.State), core.String(deref(m.Description)), core.Empty(core.KindDate)
		if m.DueOn != nil {
			day, err := core.Date(m.DueOn.UTC().Format("2006-01-02"))
			if err != nil {
				return err
			}
			all["milestone.due_on"] = day
		}
	}
	if is.User != nil && slices.ContainsFunc(want.Fields, func(f string) bool { return strings.HasPrefix(f, "creator.") }) {
		p, err := c.profile(ctx, is.User.Login)
		if err != nil {
			return err
		}
		all["creator.name"], all["creator.email"], all["creator.company"] = core.String(p.Name), core.String(p.Email), core.String(p.Company)
	}
	for name := range all { // never in a read of all fields
		if cut := strings.IndexByte(name, '.'); cut > 0 && want.Fields == nil && slices.Contains([]string{"milestone", "creator"}, name[:cut]) {
			delete(all, name)
		}
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
