package freshservice

import (
	"net/http"
	"regexp"
	"strings"

	fw "duplex/emulators/harness/freshworks"
)

var workspaces = []struct {
	id      int64
	name    string
	primary bool
}{{WorkspaceIT, "IT", true}, {WorkspaceHR, "Human Resources", false}}

func workspaceView(i int, born any) object {
	w := workspaces[i]
	return object{"id": w.id, "name": w.name, "description": nil, "primary": w.primary, "restricted": false, "state": 1, "template_name": strings.ToLower(w.name),
		"logo": nil, "created_at": born, "updated_at": born}
}

func born(c *call) any { return fw.Stamp(c.A.State.People[UserAda].Created) }

func listWorkspaces(c *call) error {
	out, err := fw.Rows(c, []int{0, 1}, func(i int) any { return workspaceView(i, born(c)) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{"workspaces": out})
}

func getWorkspace(c *call) error {
	for i, w := range workspaces {
		if w.id == c.ID("id") {
			return c.Answer(http.StatusOK, object{"workspace": workspaceView(i, born(c))})
		}
	}
	return fw.NotFound()
}

// formFields describes the fields of a workspace's form. Lower levels of nested fields are told with the top one.
func formFields(kind string) func(*call) error {
	return func(c *call) error {
		workspace, err := scope(c)
		if err != nil {
			return err
		}
		fields := c.A.Fields(kind, workspace)
		out := []any{}
		for _, f := range fields {
			if f.Silent || f.Under != "" {
				continue
			}
			one := object{"id": f.ID, "workspace_id": fw.OrNull(f.Workspace), "name": f.Name, "label": f.Label, "field_type": f.Type,
				"default_field": f.Key != "", "required_for_closure": f.ToClose || c.A.NeededToClose(f.Name), "required_for_agents": f.Needed,
				"required_for_customers": false, "choices": formChoices(f.Choices), "sections": []any{}, "created_at": born(c), "updated_at": born(c)}
			lower, above := []any{}, f.Name
			for _, g := range fields {
				if g.Under != "" && g.Under == above {
					lower = append(lower, object{"id": g.ID, "name": g.Name, "label": g.Label, "level": g.Level})
					above = g.Name
				}
			}
			one["nested_fields"] = lower
			out = append(out, one)
		}
		return c.Answer(http.StatusOK, object{kind + "_fields": out})
	}
}

// formChoices lists the number and the label of a coded choice, the id and the label of another, and what lies below.
func formChoices(choices []fw.Choice) []any {
	out := []any{}
	for _, ch := range choices {
		one := object{"id": ch.ID, "value": ch.Label}
		if code, ok := ch.Value.(float64); ok {
			one["id"] = int64(code)
		}
		if len(ch.Below) > 0 {
			one["nested_options"] = formChoices(ch.Below)
		}
		out = append(out, one)
	}
	return out
}

func requesterView(one *fw.Person) object {
	return object{"id": one.ID, "first_name": one.First(), "last_name": fw.OrNull(one.Last()), "primary_email": fw.OrNull(one.Email), "secondary_emails": []any{},
		"active": one.Active, "is_agent": one.Agent, "department_ids": []any{}, "work_phone_number": fw.OrNull(one.Phone),
		"mobile_phone_number": fw.OrNull(one.Mobile), "language": "en", "time_zone": "UTC", "custom_fields": object{},
		"created_at": fw.Stamp(one.Created), "updated_at": fw.Stamp(one.Updated)}
}

func agentView(one *fw.Person) object {
	return object{"id": one.ID, "first_name": one.First(), "last_name": fw.OrNull(one.Last()), "email": one.Email, "active": one.Active, "occasional": false,
		"workspace_ids": one.Workspaces, "time_zone": "UTC", "language": "en", "created_at": fw.Stamp(one.Created), "updated_at": fw.Stamp(one.Updated)}
}

var mailTerm = regexp.MustCompile(`^"(primary_email|email):'([^']*)'"$`)

// wantedMail is the address a list of people is asked for, by parameter or by query.
func wantedMail(c *call) (string, error) {
	if query := c.Query("query"); query != "" {
		m := mailTerm.FindStringSubmatch(query)
		if m == nil {
			return "", fw.Invalid("query", "invalid_value", "The query cannot be read")
		}
		return m[2], nil
	}
	return c.Query("email"), nil
}

// list pages people; agents are among the requesters only where the request says so.
func list(c *call, key string, in func(*fw.Person) bool, show func(*fw.Person) object) error {
	if err := c.Limit("people", func(l Limits) int { return l.People }); err != nil {
		return err
	}
	mail, err := wantedMail(c)
	if err != nil {
		return err
	}
	var rows []*fw.Person
	for _, one := range c.A.State.Crowd() {
		if in(one) && !one.Deleted && (mail == "" || strings.EqualFold(mail, one.Email)) {
			rows = append(rows, one)
		}
	}
	out, err := fw.Rows(c, rows, func(one *fw.Person) any { return show(one) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{key: out})
}

func listRequesters(c *call) error {
	return list(c, "requesters", func(one *fw.Person) bool { return !one.Agent || c.Query("include_agents") == "true" }, requesterView)
}

func listAgents(c *call) error {
	return list(c, "agents", func(one *fw.Person) bool {
		active := c.Query("active")
		return one.Agent && (active == "" || (active == "true") == one.Active)
	}, agentView)
}

func getRequester(c *call) error {
	one := c.A.State.People[c.ID("id")]
	if one == nil {
		return fw.NotFound()
	}
	return c.Answer(http.StatusOK, object{"requester": requesterView(one)})
}

func getAgent(c *call) error {
	one := c.A.State.People[c.ID("id")]
	if one == nil || !one.Agent {
		return fw.NotFound()
	}
	return c.Answer(http.StatusOK, object{"agent": agentView(one)})
}

func addRequester(c *call) error {
	text := func(key string) string { s, _ := c.In[key].(string); return s }
	var p fw.Problems
	if text("first_name") == "" {
		p.Add("first_name", "missing_field", "It should be present and not blank")
	}
	if text("primary_email")+text("work_phone_number")+text("mobile_phone_number") == "" {
		p.Add("primary_email", "missing_field", "One of primary_email, work_phone_number, mobile_phone_number is needed")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if mail := text("primary_email"); mail != "" && c.A.State.ByMail(mail) != nil {
		err := fw.Invalid("primary_email", "duplicate_value", "It should be a unique value").(*fw.Refused)
		err.Status = http.StatusConflict
		return err
	}
	one := c.AddPerson(&fw.Person{Name: strings.TrimSpace(text("first_name") + " " + text("last_name")), Email: text("primary_email"),
		Phone: text("work_phone_number"), Mobile: text("mobile_phone_number")})
	return c.Answer(http.StatusCreated, object{"requester": requesterView(one)})
}

func listGroups(c *call) error {
	workspace, err := scope(c)
	if err != nil {
		return err
	}
	var rows []fw.Group
	for _, g := range c.A.State.Groups {
		if workspace == 0 || g.Workspace == workspace {
			rows = append(rows, g)
		}
	}
	out, err := fw.Rows(c, rows, func(g fw.Group) any {
		return object{"id": g.ID, "name": g.Name, "description": nil, "workspace_id": g.Workspace, "members": g.Agents, "created_at": born(c), "updated_at": born(c)}
	})
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{"groups": out})
}
