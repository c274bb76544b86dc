package servicenow

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// customRule is a business rule of the customer's on every update of a table. It acts as the user who updates.
type customRule struct {
	Table string            `json:"table"`
	Set   map[string]string `json:"set"`
	Async bool              `json:"async"`
}

// before are the rules and policies that run before a row is kept. They may change next, and refuse.
func (c *call) before(t *table, old, next record, journal map[string]string) error {
	if !t.tasks() {
		if t.name == "sys_user" {
			next["name"] = strings.TrimSpace(next["first_name"] + " " + next["last_name"])
		}
		return nil
	}
	if rule := c.e.play.rule; rule.Table == t.name && !rule.Async && old != nil && (!maps.Equal(old, next) || len(journal) > 0) {
		maps.Copy(next, rule.Set)
	}
	if c.e.play.members && next["assigned_to"] != "" && next["assignment_group"] != "" && !member(c.e.st, next["assignment_group"], next["assigned_to"]) {
		next["assigned_to"] = ""
	}
	if t.name != "incident" {
		done := map[string]bool{"3": true, "4": true, "7": true, "20": true}
		next["active"] = strconv.FormatBool(!done[next["state"]])
		return nil
	}
	if next["caller_id"] == c.user["sys_id"] && old != nil && old["state"] == "3" && old["hold_reason"] == "1" && journal["comments"] != "" {
		next["state"], next["hold_reason"] = "2", "" // the caller has answered
	}
	if err := c.incidentPolicies(old, next, journal); err != nil {
		return err
	}
	c.derive(old, next)
	return nil
}

// incidentPolicies refuse what the state model does not allow (vendor pages "Incident management state model", "Resolve and
// close an incident").
func (c *call) incidentPolicies(old, next record, journal map[string]string) error {
	if next["state"] == "7" && (old == nil || old["state"] != "7") && !c.has("itil_admin") {
		return forbidden("Update")
	}
	var missing []string
	switch next["state"] {
	case "3":
		if next["hold_reason"] == "" {
			missing = append(missing, "On hold reason")
		}
		entering := old == nil || old["state"] != "3" || old["hold_reason"] != "1"
		if next["hold_reason"] == "1" && entering && journal["comments"] == "" {
			missing = append(missing, "Additional comments")
		}
	case "6", "7":
		if next["close_code"] == "" {
			missing = append(missing, "Resolution code")
		}
		if next["close_notes"] == "" {
			missing = append(missing, "Resolution notes")
		}
	}
	if len(missing) > 0 {
		return dataPolicy(strings.Join(missing, ", "))
	}
	return nil
}

// derive fills what follows from other fields: the twin of state, the priority (vendor page "Default priority lookup rules"), who
// resolved and closed it and when, and counters.
func (c *call) derive(old, next record) {
	impact, _ := strconv.Atoi(next["impact"])
	urgency, _ := strconv.Atoi(next["urgency"])
	next["priority"] = strconv.Itoa(impact + urgency - 1)
	next["incident_state"] = next["state"]
	was := ""
	if old != nil {
		was = old["state"]
		if old["assignment_group"] != "" && old["assignment_group"] != next["assignment_group"] {
			next["reassignment_count"] = increased(next["reassignment_count"])
		}
	}
	next["active"] = strconv.FormatBool(next["state"] != "7" && next["state"] != "8")
	if next["state"] != "3" {
		next["hold_reason"] = ""
	}
	if next["state"] == was {
		return
	}
	switch next["state"] {
	case "6":
		next["resolved_by"], next["resolved_at"] = c.user["sys_id"], stamp(c.now)
	case "7", "8":
		next["closed_by"], next["closed_at"] = c.user["sys_id"], stamp(c.now)
	case "1", "2", "3":
		if was == "6" || was == "7" || was == "8" {
			next["resolved_by"], next["resolved_at"], next["closed_by"], next["closed_at"] = "", "", "", ""
			next["reopen_count"] = increased(next["reopen_count"])
		}
	}
}

func increased(n string) string {
	i, _ := strconv.Atoi(n)
	return strconv.Itoa(i + 1)
}

// after are the rules that change further rows, or the same row once more.
func (c *call) after(t *table, old, next record) error {
	if t.name == "incident" && old != nil && old["state"] != next["state"] && (next["state"] == "6" || next["state"] == "7") {
		if err := c.cascade(t, next); err != nil {
			return err
		}
	}
	rule := c.e.play.rule
	if rule.Table != t.name || !rule.Async || old == nil {
		return nil
	}
	c.e.play.rule = customRule{} // its own update does not start it again
	defer func() { c.e.play.rule = rule }()
	again := maps.Clone(next)
	maps.Copy(again, rule.Set)
	_, err := c.commit(t, next, again, nil)
	return err
}

// cascade resolves and closes the child incidents with their parent (vendor page "Parent and child incident state sync").
func (c *call) cascade(t *table, parent record) error {
	for _, child := range c.e.rows(t) {
		if child["parent_incident"] != parent["sys_id"] || child["state"] == parent["state"] || child["state"] == "7" || child["state"] == "8" {
			continue
		}
		next := maps.Clone(child)
		for _, name := range []string{"state", "close_code", "close_notes"} {
			next[name] = parent[name]
		}
		if _, err := c.commit(t, child, next, nil); err != nil {
			return &apiError{http.StatusForbidden, "Operation Failed", "A child incident could not follow"}
		}
	}
	return nil
}
