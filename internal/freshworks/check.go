package freshworks

import (
	"context"
	"net/http"
	"net/url"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// Check looks at whether the account sees agents and groups, which are for administrators, and at the field that holds marks.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	var out []connectors.Finding
	add := func(f connectors.Finding) { out = append(out, f) }
	for what, path := range map[string]string{"see agents": "/api/v2/agents", "see groups": "/api/v2/groups"} {
		f := connectors.Finding{What: what, State: connectors.Fine}
		if _, err := c.http.JSON(ctx, http.MethodGet, path, nil, nil, httpx.Query(url.Values{"per_page": {"1"}})); err != nil {
			f.State, f.Saw = connectors.Doubt, err.Error()
			f.Mend, f.Where = "make the agent of duplex an administrator: people are matched by what it sees", "Admin > Agents"
		}
		add(f)
	}
	it, err := c.itemType(t.Type)
	if err != nil {
		return out
	}
	f := connectors.Finding{What: "mark new items", State: connectors.Fine, Saw: "by a tag"}
	switch s, err := c.schema(ctx, it, t.Scope["workspace_id"]); {
	case err != nil:
		f.State, f.Saw = connectors.Doubt, err.Error()
	case c.mark == "" && !it.Tags:
		f.State, f.Saw = connectors.Wrong, "a "+it.Type+" has no tags"
		f.Mend, f.Where = "make a custom text field and name it in settings.mark_field", "Admin > Form fields"
	case c.mark != "":
		f.Saw = "by the field " + c.mark
		if own, ok := s.byKey(c.mark); !ok || own.Shape != Line {
			f.State, f.Saw = connectors.Wrong, "the form has no custom text field "+c.mark
			f.Mend, f.Where = "make the field, of a single line of text, hidden from requesters, or correct settings.mark_field", "Admin > Form fields"
		}
	}
	add(f)
	return out
}

func (s *schema) byKey(key string) (Field, bool) {
	for _, f := range s.fields {
		if f.Custom && f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}
