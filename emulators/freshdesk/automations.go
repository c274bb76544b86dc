package freshdesk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	fw "duplex/emulators/harness/freshworks"
)

// The rules' types (vendor page "Automations").
const (
	onCreate = 1
	onUpdate = 4
)

// webhookAction is the name of the action that calls a webhook. The vendor's page does not show it.
const webhookAction = "trigger_webhook"

// rules are those of the type the path names.
func rules(c *call) (kind int, out []*fw.Rule, err error) {
	kind = int(c.ID("type"))
	if kind != onCreate && kind != 3 && kind != onUpdate {
		return 0, nil, fw.NotFound()
	}
	for _, u := range c.A.State.Rules {
		if u.Type == kind {
			out = append(out, u)
		}
	}
	return kind, out, nil
}

func rule(c *call) (*fw.Rule, error) {
	_, all, err := rules(c)
	if err != nil {
		return nil, err
	}
	for _, u := range all {
		if u.ID == c.ID("id") {
			return u, nil
		}
	}
	return nil, fw.NotFound()
}

func ruleView(u *fw.Rule) object {
	out := object{}
	for key, v := range u.Raw {
		out[key] = v
	}
	out["id"], out["name"], out["active"], out["automation_type_id"] = u.ID, u.Name, u.Active, u.Type
	out["outdated"], out["affected_tickets_count"] = false, nil
	out["created_at"], out["updated_at"] = fw.Stamp(u.Created), fw.Stamp(u.Updated)
	return out
}

func listRules(c *call) error {
	_, all, err := rules(c)
	if err != nil {
		return err
	}
	out := []any{}
	for _, u := range all {
		out = append(out, ruleView(u))
	}
	return c.Answer(http.StatusOK, object{"rules": out, "meta": object{"total_count": len(out), "total_active_count": len(out)}})
}

func getRule(c *call) error {
	u, err := rule(c)
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, ruleView(u))
}

func addRule(c *call) error {
	kind, _, err := rules(c)
	if err != nil {
		return err
	}
	u, err := readRule(&fw.Rule{Kind: "ticket", Type: kind, Active: true}, c.In)
	if err != nil {
		return err
	}
	c.Dirty()
	return c.Answer(http.StatusCreated, ruleView(c.A.AddRule(u)))
}

func changeRule(c *call) error {
	u, err := rule(c)
	if err != nil {
		return err
	}
	next, err := readRule(u, c.In)
	if err != nil {
		return err
	}
	next.Updated = c.Now
	c.A.State.Rules[u.ID] = next
	c.Dirty()
	return c.Answer(http.StatusOK, ruleView(next))
}

func deleteRule(c *call) error {
	u, err := rule(c)
	if err != nil {
		return err
	}
	delete(c.A.State.Rules, u.ID)
	c.Dirty()
	return c.Answer(http.StatusNoContent, nil)
}

// readRule takes over what the body names. The one action is a webhook; its content is simple (layout 1) or advanced (layout 2), which has
// the body under "content".
func readRule(u *fw.Rule, in object) (*fw.Rule, error) {
	next := *u
	next.Raw = object{}
	for key, v := range u.Raw {
		next.Raw[key] = v
	}
	for key, v := range in {
		next.Raw[key] = v
	}
	if name, ok := in["name"].(string); ok {
		next.Name = name
	}
	if active, ok := in["active"].(bool); ok {
		next.Active = active
	}
	var p fw.Problems
	if next.Name == "" {
		p.Add("name", "missing_field", "It should be present and not blank")
	}
	if list, _ := next.Raw["conditions"].([]any); len(list) > 0 {
		p.Add("conditions", "invalid_value", "This account plays rules without conditions only")
	}
	next.Performers = nil
	if performer, ok := next.Raw["performer"].(object); ok && performer["type"] == 1.0 {
		members, _ := performer["members"].([]any)
		for _, m := range members {
			if n, ok := m.(float64); ok {
				next.Performers = append(next.Performers, int64(n))
			}
		}
	}
	next.Events = nil
	events, _ := next.Raw["events"].([]any)
	for _, v := range events {
		one, _ := v.(object)
		name, _ := one["field_name"].(string)
		next.Events = append(next.Events, fw.RuleEvent{Field: name, From: one["from"], To: one["to"], Value: one["value"]})
	}
	if next.Type == onUpdate && len(next.Events) == 0 {
		p.Add("events", "missing_field", "It should be present and not blank")
	}
	actions, _ := next.Raw["actions"].([]any)
	if len(actions) != 1 {
		p.Add("actions", "missing_field", "It should be present and not blank")
	} else {
		action, _ := actions[0].(object)
		readAction(&next, action, &p)
	}
	return &next, p.Err()
}

func readAction(u *fw.Rule, action object, p *fw.Problems) {
	if action["field_name"] != webhookAction {
		p.Add("actions", "invalid_value", "This account plays webhook actions only")
		return
	}
	u.URL, _ = action["url"].(string)
	if at, err := url.Parse(u.URL); err != nil || at.Host == "" {
		p.Add("url", "invalid_value", "It should be a valid URL")
	}
	u.Method, _ = action["request_type"].(string)
	if u.Method == "" {
		u.Method = http.MethodPost
	}
	u.Method = strings.ToUpper(u.Method)
	u.Headers = map[string]string{}
	headers, _ := action["custom_headers"].(object)
	for name, v := range headers {
		u.Headers[name] = fmt.Sprint(v)
	}
	if auth, ok := action["auth_header"].(object); ok {
		u.User, _ = auth["username"].(string)
		u.Pass, _ = auth["password"].(string)
	}
	content, _ := action["content"].(object)
	u.Simple = content["content_layout"] != "2"
	u.Body, _ = content["content"].(string)
	if !u.Simple && u.Body == "" {
		p.Add("content", "missing_field", "It should be present and not blank")
	}
}

// target makes an administrator's rules for everything that happens to tickets. The same address again only changes the secret.
func (e *Emulator) target(address, secret string) error {
	a := e.account
	var err error
	a.Locked(func() {
		for id, u := range a.State.Rules {
			if u.URL == address {
				delete(a.State.Rules, id)
			}
		}
		for kind, events := range map[int]any{onCreate: []any{}, onUpdate: anyChange()} {
			headers := object{}
			for name, v := range fw.SecretHeaders(secret) {
				headers[name] = v
			}
			var u *fw.Rule
			u, err = readRule(&fw.Rule{Kind: "ticket", Type: kind, Active: true}, object{"name": "control target", "events": events,
				"performer": object{"type": 3.0}, "actions": []any{object{"field_name": webhookAction, "url": address, "request_type": "POST",
					"custom_headers": headers, "content": object{"content_layout": "2", "content_type": "JSON",
						"content": `{"ticket_id":"{{ticket.id}}"}`}}}})
			if err != nil {
				return
			}
			a.AddRule(u)
		}
		err = a.Save()
	})
	return err
}

func anyChange() []any {
	out := []any{}
	for _, ev := range fw.AnyChange() {
		out = append(out, object{"field_name": ev.Field, "value": ev.Value})
	}
	return out
}
