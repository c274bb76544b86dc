package freshdesk

import (
	"net/http"
	"strings"

	fw "duplex/emulators/harness/freshworks"
)

// fieldView describes a field. choices have four shapes: a list of labels, label to number, number to the labels of agents and
// customers, and a list of objects of lists for nested fields.
func fieldView(c *call, f fw.Field, position int) object {
	born := c.A.State.People[UserAda].Created
	out := object{"id": f.ID, "name": f.Name, "label": f.Label, "label_for_customers": f.Label, "description": "", "type": f.Type,
		"default": strings.HasPrefix(f.Type, "default_"), "position": position, "required_for_closure": f.ToClose || c.A.NeededToClose(f.Name),
		"required_for_agents": f.Needed, "required_for_customers": f.Needed, "customers_can_edit": true, "displayed_to_customers": true,
		"created_at": fw.Stamp(born), "updated_at": fw.Stamp(born)}
	switch f.Type {
	case "default_status":
		choices := object{}
		for _, ch := range f.Choices {
			choices[number(int64(ch.Value.(float64)))] = []string{ch.Label, ch.Customer}
		}
		out["choices"] = choices
	case "default_priority", "default_source":
		choices := object{}
		for _, ch := range f.Choices {
			choices[ch.Label] = ch.Value
		}
		out["choices"] = choices
	case "default_group", "default_agent", "default_product":
		choices := object{}
		for _, g := range c.A.State.Groups {
			if f.Type == "default_group" {
				choices[g.Name] = g.ID
			}
		}
		for _, one := range c.A.State.Crowd() {
			if f.Type == "default_agent" && one.Agent && one.Active {
				choices[one.Name] = one.ID
			}
		}
		out["choices"] = choices
	case "default_ticket_type", "custom_dropdown":
		list := []string{}
		for _, ch := range f.Choices {
			list = append(list, ch.Label)
		}
		out["choices"] = list
	case "nested_field":
		out["choices"] = nestedChoices(f.Choices)
		lower := []any{}
		for _, g := range c.A.State.Fields["ticket"] {
			if g.Under != "" {
				lower = append(lower, object{"id": g.ID, "name": g.Name, "label": g.Label, "label_in_portal": g.Label, "level": g.Level, "ticket_field_id": f.ID})
			}
		}
		out["nested_ticket_fields"] = lower
	}
	return out
}

// nestedChoices is a list of objects of lists; the lowest level is labels.
func nestedChoices(choices []fw.Choice) []any {
	out := []any{}
	for _, ch := range choices {
		below := []any{}
		for _, next := range ch.Below {
			lowest := []any{}
			for _, last := range next.Below {
				lowest = append(lowest, last.Label)
			}
			below = append(below, object{next.Label: lowest})
		}
		out = append(out, object{ch.Label: below})
	}
	return out
}

// described are the fields of the form: lower levels of nested fields are told with the top one.
func described(c *call) []fw.Field {
	var out []fw.Field
	for _, f := range c.A.State.Fields["ticket"] {
		if !f.Silent && f.Under == "" {
			out = append(out, f)
		}
	}
	return out
}

func listFields(c *call) error {
	out := []any{}
	for i, f := range described(c) {
		if kind := c.Query("type"); kind == "" || kind == f.Type {
			out = append(out, fieldView(c, f, i+1))
		}
	}
	return c.Answer(http.StatusOK, out)
}

// adminView lists choices with ids.
func adminView(c *call, f fw.Field, position int) object {
	out := fieldView(c, f, position)
	if len(f.Choices) > 0 {
		out["choices"] = adminChoices(f.Choices)
	}
	if c.Includes("section") {
		out["sections"], out["has_section"] = []any{}, false
	}
	return out
}

func adminChoices(choices []fw.Choice) []any {
	out := []any{}
	for i, ch := range choices {
		one := object{"id": ch.ID, "label": ch.Label, "value": ch.Value, "position": i + 1}
		if ch.Customer != "" {
			one["label_for_customers"] = ch.Customer
		}
		if len(ch.Below) > 0 {
			one["choices"] = adminChoices(ch.Below)
		}
		out = append(out, one)
	}
	return out
}

func listAdminFields(c *call) error {
	out := []any{}
	for i, f := range described(c) {
		out = append(out, adminView(c, f, i+1))
	}
	return c.Answer(http.StatusOK, out)
}

func getAdminField(c *call) error {
	for i, f := range described(c) {
		if f.ID == c.ID("id") {
			return c.Answer(http.StatusOK, adminView(c, f, i+1))
		}
	}
	return fw.NotFound()
}

// addField makes a custom text, number, check box, date or drop-down. A new one is not known to searches by its name.
func addField(c *call) error {
	var p fw.Problems
	label, _ := c.In["label"].(string)
	kind, _ := c.In["type"].(string)
	shape, ok := map[string]fw.Shape{"custom_text": fw.Text, "custom_paragraph": fw.Text, "custom_number": fw.Integer, "custom_decimal": fw.Decimal,
		"custom_checkbox": fw.Check, "custom_date": fw.Date, "custom_dropdown": fw.Label}[kind]
	if !ok {
		p.Add("type", "invalid_value", "It should be one of the types of custom fields")
	}
	if label == "" {
		p.Add("label", "missing_field", "It should be present and not blank")
	}
	name := "cf_" + strings.ToLower(strings.Join(strings.Fields(label), "_"))
	if fw.Lookup(c.A.State.Fields["ticket"], name, true) != nil {
		p.Add("label", "duplicate_value", "It should be a unique value")
	}
	if err := p.Err(); err != nil {
		return err
	}
	f := fw.Field{ID: c.A.State.ID(), Name: name, Label: label, Type: kind, Shape: shape, Fresh: true}
	list, _ := c.In["choices"].([]any)
	for _, v := range list {
		one, _ := v.(object)
		if value, ok := one["value"].(string); ok {
			f.Choices = append(f.Choices, fw.Choice{ID: c.A.State.ID(), Label: value, Value: value})
		}
	}
	c.A.State.Fields["ticket"] = append(c.A.State.Fields["ticket"], f)
	c.Dirty()
	return c.Answer(http.StatusCreated, adminView(c, f, len(described(c))))
}
