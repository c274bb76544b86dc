package freshdesk

import (
	"net/http"
	"regexp"
	"slices"
	"time"

	fw "duplex/emulators/harness/freshworks"
)

func contactView(one *fw.Person) object {
	return object{"id": one.ID, "name": one.Name, "email": fw.OrNull(one.Email), "phone": fw.OrNull(one.Phone), "mobile": fw.OrNull(one.Mobile),
		"unique_external_id": fw.OrNull(one.ExternalID), "twitter_id": nil, "company_id": fw.OrNull(one.Company), "active": one.Active,
		"language": "en", "time_zone": "UTC", "tags": []any{}, "other_emails": []any{}, "custom_fields": object{},
		"created_at": fw.Stamp(one.Created), "updated_at": fw.Stamp(one.Updated)}
}

func agentView(one *fw.Person, groups []fw.Group) object {
	in := []int64{}
	for _, g := range groups {
		if slices.Contains(g.Agents, one.ID) {
			in = append(in, g.ID)
		}
	}
	return object{"id": one.ID, "type": "support_agent", "occasional": false, "available": true, "ticket_scope": 1, "group_ids": in, "role_ids": []int64{},
		"contact": object{"name": one.Name, "email": one.Email, "active": one.Active, "phone": fw.OrNull(one.Phone), "mobile": fw.OrNull(one.Mobile),
			"language": "en", "time_zone": "UTC", "last_login_at": nil, "created_at": fw.Stamp(one.Created), "updated_at": fw.Stamp(one.Updated)},
		"created_at": fw.Stamp(one.Created), "updated_at": fw.Stamp(one.Updated)}
}

// contacts are people who are no agents. Deleted ones are listed only where the request asks for their state.
func contacts(c *call) []*fw.Person {
	var out []*fw.Person
	for _, one := range c.A.State.Crowd() {
		if !one.Agent && one.Deleted == (c.Query("state") == "deleted") && c.Query("state") != "blocked" {
			out = append(out, one)
		}
	}
	return out
}

func listContacts(c *call) error {
	if err := c.Limit("people", func(l Limits) int { return l.People }); err != nil {
		return err
	}
	since, _ := time.Parse(time.RFC3339, c.Query("updated_since"))
	var rows []*fw.Person
	for _, one := range contacts(c) {
		ok := one.Updated.After(since)
		for name, have := range map[string]string{"email": one.Email, "phone": one.Phone, "mobile": one.Mobile, "unique_external_id": one.ExternalID, "company_id": number(one.Company)} {
			ok = ok && (c.Query(name) == "" || c.Query(name) == have)
		}
		if ok {
			rows = append(rows, one)
		}
	}
	out, err := fw.Rows(c, rows, func(one *fw.Person) any { return contactView(one) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, out)
}

func getContact(c *call) error {
	one := c.A.State.People[c.ID("id")]
	if one == nil || one.Agent {
		return fw.NotFound()
	}
	return c.Answer(http.StatusOK, contactView(one))
}

func addContact(c *call) error {
	text := func(key string) string { s, _ := c.In[key].(string); return s }
	var p fw.Problems
	if text("name") == "" {
		p.Add("name", "missing_field", "It should be present and not blank")
	}
	if text("email")+text("phone")+text("mobile")+text("twitter_id")+text("unique_external_id") == "" {
		p.Add("email", "missing_field", "Please fill at least 1 of email, mobile, phone, twitter_id, unique_external_id fields")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if email := text("email"); email != "" && c.A.State.ByMail(email) != nil {
		err := fw.Invalid("email", "duplicate_value", "It should be a unique value").(*fw.Refused)
		err.Status = http.StatusConflict
		return err
	}
	one := c.AddPerson(&fw.Person{Name: text("name"), Email: text("email"), Phone: text("phone"), Mobile: text("mobile"), ExternalID: text("unique_external_id")})
	return c.Answer(http.StatusCreated, contactView(one))
}

var oneTerm = regexp.MustCompile(`^"(email|phone|mobile|unique_external_id):'([^']*)'"$`)

func searchContacts(c *call) error {
	m := oneTerm.FindStringSubmatch(c.Query("query"))
	if m == nil {
		return fw.Invalid("query", "invalid_value", "The query cannot be read")
	}
	out := []any{}
	for _, one := range contacts(c) {
		if map[string]string{"email": one.Email, "phone": one.Phone, "mobile": one.Mobile, "unique_external_id": one.ExternalID}[m[1]] == m[2] {
			out = append(out, contactView(one))
		}
	}
	return c.Answer(http.StatusOK, object{"total": len(out), "results": out})
}

func agents(c *call) []*fw.Person {
	var out []*fw.Person
	for _, one := range c.A.State.Crowd() {
		if one.Agent && !one.Deleted {
			out = append(out, one)
		}
	}
	return out
}

func listAgents(c *call) error {
	if err := c.Limit("people", func(l Limits) int { return l.People }); err != nil {
		return err
	}
	var rows []*fw.Person
	for _, one := range agents(c) {
		if email := c.Query("email"); email == "" || email == one.Email {
			rows = append(rows, one)
		}
	}
	out, err := fw.Rows(c, rows, func(one *fw.Person) any { return agentView(one, c.A.State.Groups) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, out)
}

func getAgent(c *call) error {
	for _, one := range agents(c) {
		if one.ID == c.ID("id") {
			return c.Answer(http.StatusOK, agentView(one, c.A.State.Groups))
		}
	}
	return fw.NotFound()
}

func getMe(c *call) error { return c.Answer(http.StatusOK, agentView(c.By, c.A.State.Groups)) }

func listGroups(c *call) error {
	born := fw.Stamp(c.A.State.People[UserAda].Created)
	out, err := fw.Rows(c, c.A.State.Groups, func(g fw.Group) any {
		return object{"id": g.ID, "name": g.Name, "description": nil, "agent_ids": g.Agents, "created_at": born, "updated_at": born}
	})
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, out)
}
