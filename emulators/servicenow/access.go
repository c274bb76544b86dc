package servicenow

import "slices"

// has says whether the account has one of the roles; administrators have every role.
func (c *call) has(roles ...string) bool {
	own := c.e.st.Roles[c.user["user_name"]]
	return slices.Contains(own, "admin") || slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(own, r) })
}

// sees says whether an ACL lets the account read the row. What it may not read is left out of lists and not found alone.
func (c *call) sees(t *table, r record) bool {
	switch {
	case t.tasks():
		if !c.has("itil") {
			return t.name != "problem" && (r["caller_id"] == c.user["sys_id"] || r["opened_by"] == c.user["sys_id"])
		}
		return r["assignment_group"] != ID("sys_user_group", "Legal") || c.has() || c.memberOf(r["assignment_group"])
	case slices.Contains([]string{"sys_audit", "sys_audit_delete", "sys_journal_field"}, t.name):
		return c.has("audit_viewer") && c.seesSubject(r)
	case slices.Contains(metadata, t.name):
		return c.has("duplex")
	case t.name == "sys_attachment":
		return c.seesSubject(r)
	}
	return true
}

// seesSubject says whether the account sees the record that a journal entry, an audit row or a file belongs to. What belongs
// to a deleted record is seen.
func (c *call) seesSubject(r record) bool {
	of, id := r["name"], r["element_id"]
	switch {
	case r["table_sys_id"] != "":
		of, id = r["table_name"], r["table_sys_id"]
	case r["documentkey"] != "":
		of, id = r["tablename"], r["documentkey"]
	}
	t := c.e.table(of)
	if t == nil {
		return true
	}
	class, subject := c.e.find(of, id)
	return subject == nil || c.sees(c.e.table(class), subject)
}

func (c *call) memberOf(group string) bool {
	return member(c.e.st, group, c.user["sys_id"])
}

func member(s *state, group, user string) bool {
	for _, m := range s.Rows["sys_user_grmember"] {
		if m["group"] == group && m["user"] == user {
			return true
		}
	}
	return false
}

// mayRead says whether the account sees the field at all: a field that it may not read is missing in answers.
func (c *call) mayRead(name string) bool {
	switch name {
	case "u_internal_cost":
		return c.has()
	case "work_notes", "comments_and_work_notes":
		return c.has("itil")
	}
	return true
}

// mayWriteField: a value for a field that the account may not write is left out without an error.
func (c *call) mayWriteField(t *table, name string) bool {
	if !c.mayRead(name) {
		return false
	}
	if t.tasks() && !c.has("itil") {
		return slices.Contains([]string{"short_description", "description", "comments", "urgency", "category", "caller_id"}, name)
	}
	return true
}

// mayWrite says whether an ACL lets the account make, change or delete the row: Insert, Update or Delete.
func (c *call) mayWrite(what string, t *table, r record) bool {
	switch {
	case t.tasks() && what == "Delete":
		return c.has("duplex", "itil_admin")
	case t.tasks() && r["state"] == "7" && t.name == "incident" && what == "Update":
		return c.has() // closed incidents are read only (vendor page "Resolve and close an incident")
	case t.name == "incident":
		return true // those who see it
	case t.tasks():
		return c.has("itil")
	case t.name == "sys_journal_field":
		return what == "Delete" && c.has()
	case slices.Contains([]string{"sys_audit", "sys_audit_delete", "sys_attachment"}, t.name):
		return false
	}
	return c.has()
}
