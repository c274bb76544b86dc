package zendesk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// change is one create or update of a ticket being worked out: old is never touched, next becomes
// the ticket once everything has been found valid.
type change struct {
	e        *Emulator
	actor    *user
	channel  string // api, web, rule
	now      time.Time
	create   bool
	old      *ticket
	next     *ticket
	in       map[string]any
	problems problems
	comment  *comment
	uploads  []string
	cascade  bool // the account itself solves: nothing is required of the ticket
}

// trigger is a business rule that joins every update.
type trigger struct {
	Title    string `json:"title"`
	AddTag   string `json:"add_tag"`
	Priority string `json:"priority"`
}

// triggerID is the rule's id in audits.
const triggerID = 22472716

func (ch *change) has(key string) bool {
	_, ok := ch.in[key]
	return ok
}

// fields takes over everything the request sets, in an order in which later ones win.
func (ch *change) fields() {
	n := ch.next
	if ch.has("subject") {
		n.Subject = text(ch.in["subject"])
	}
	if ch.has("external_id") {
		n.ExternalID = text(ch.in["external_id"])
	}
	ch.enum("type", &n.Type, "problem", "incident", "question", "task")
	ch.enum("priority", &n.Priority, "urgent", "high", "normal", "low")
	ch.people()
	if ch.has("ticket_form_id") {
		if n.FormID = ch.id("ticket_form_id"); formByID(n.FormID) == nil {
			ch.problems.add("ticket_form_id", "Ticket form: is not one of this account")
		}
	}
	ch.tagsAndFields()
	ch.status()
	if ch.has("problem_id") {
		id := ch.id("problem_id")
		if p := ch.e.st.Tickets[id]; id != 0 && (p == nil || p.Type != "problem") {
			ch.problems.add("problem_id", "Problem: is not a ticket of type problem")
		}
		n.ProblemID = id
	}
	if n.Type != "incident" {
		n.ProblemID = 0
	}
	if ch.has("due_at") {
		n.DueAt = time.Time{}
		if v := text(ch.in["due_at"]); v != "" {
			at, err := time.Parse(time.RFC3339, v)
			if err != nil {
				ch.problems.add("due_at", "Due date: is not a date")
			}
			n.DueAt = at.UTC()
		}
	}
	if n.Type != "task" {
		n.DueAt = time.Time{}
	}
	if ch.has("collaborator_ids") {
		n.Collaborators = nil
		list, _ := ch.in["collaborator_ids"].([]any)
		for _, v := range list {
			if id, _ := number(v); ch.e.st.Users[id] != nil {
				n.Collaborators = append(n.Collaborators, id)
			}
		}
	}
}

func (ch *change) id(key string) int64 {
	id, ok := number(ch.in[key])
	if !ok {
		ch.problems.add(key, key+": is not a number")
	}
	return id
}

func (ch *change) enum(key string, to *string, allowed ...string) {
	if !ch.has(key) {
		return
	}
	v := text(ch.in[key])
	if v != "" && !slices.Contains(allowed, v) {
		ch.problems.add(key, fmt.Sprintf("%s: %s is not a valid value", key, v))
		return
	}
	*to = v
}

// people sets requester, organization, group and assignee. Setting a group the assignee is not in
// clears the assignee.
func (ch *change) people() {
	n := ch.next
	if ch.has("requester_id") {
		n.RequesterID = ch.id("requester_id")
	}
	if r, ok := ch.in["requester"].(map[string]any); ok && !ch.has("requester_id") {
		n.RequesterID = ch.requester(r)
	}
	if ch.e.st.Users[n.RequesterID] == nil {
		ch.problems.add("requester", "Requester: is not a user of this account")
		return
	}
	if ch.create || n.RequesterID != ch.old.RequesterID {
		n.OrganizationID = ch.e.st.Users[n.RequesterID].OrgID
	}
	if ch.has("organization_id") {
		if n.OrganizationID = ch.id("organization_id"); n.OrganizationID != 0 && ch.e.st.Orgs[n.OrganizationID] == nil {
			ch.problems.add("organization", "Organization: is not one of this account")
		}
	}
	if ch.has("group_id") {
		if n.GroupID = ch.id("group_id"); n.GroupID != 0 && groupByID(n.GroupID) == nil {
			ch.problems.add("group", "Group: is not one of this account")
		}
	}
	assigned := ch.has("assignee_id") || ch.has("assignee_email")
	switch {
	case ch.has("assignee_id"):
		n.AssigneeID = ch.id("assignee_id")
	case assigned:
		n.AssigneeID = 0
		if email := text(ch.in["assignee_email"]); email != "" {
			n.AssigneeID = -1
			if u := ch.e.st.userByEmail(email); u != nil {
				n.AssigneeID = u.ID
			}
		}
	}
	if n.AssigneeID == 0 {
		return
	}
	u := ch.e.st.Users[n.AssigneeID]
	switch {
	case u == nil || !u.staff():
		ch.problems.add("assignee", "Assignee: must be an agent of this account")
	case n.GroupID == 0 || assigned && !ch.has("group_id") && !slices.Contains(u.GroupIDs, n.GroupID):
		n.GroupID = u.GroupIDs[0]
	case slices.Contains(u.GroupIDs, n.GroupID):
	case assigned:
		ch.problems.add("assignee", "Assignee: must be a member of the group")
	default:
		n.AssigneeID = 0
	}
}

// requester finds the person by e-mail or makes an end user.
func (ch *change) requester(r map[string]any) int64 {
	email := text(r["email"])
	if u := ch.e.st.userByEmail(email); u != nil {
		return u.ID
	}
	if !strings.Contains(email, "@") {
		ch.problems.add("requester", "Requester: Email: cannot be blank")
		return ch.actor.ID
	}
	return ch.e.st.addUser(text(r["name"]), email, "end-user", ch.now.Truncate(time.Second)).ID
}

// tagsAndFields sets tags first and custom fields over them, and keeps both in step: a drop-down,
// multi-select or checkbox is its tags.
func (ch *change) tagsAndFields() {
	n := ch.next
	if v, ok := ch.in["tags"]; ok {
		n.Tags = nil
		ch.addTags(v)
		ch.fieldsFromTags()
	}
	if v, ok := ch.in["additional_tags"]; ok {
		ch.addTags(v)
		ch.fieldsFromTags()
	}
	if v, ok := ch.in["remove_tags"]; ok {
		gone := tagList(v)
		n.Tags = slices.DeleteFunc(n.Tags, func(t string) bool { return slices.Contains(gone, t) })
		ch.fieldsFromTags()
	}
	list, _ := ch.in["custom_fields"].([]any)
	for _, item := range list {
		entry, _ := item.(map[string]any)
		id, _ := number(entry["id"])
		f := fieldByID(id)
		if f == nil || id < FieldProductArea {
			continue // the vendor ignores ids that are not custom fields
		}
		v, err := f.normal(entry["value"])
		if found, ok := ch.lookup(f, v); f.kind == "lookup" && v != nil {
			if v = found; !ok {
				err = fmt.Errorf("%s: is not a user of this account", f.title)
			}
		}
		if err != nil {
			ch.problems.add(strconv.FormatInt(id, 10), err.Error())
			continue
		}
		gone := f.tags(n.Fields[id])
		n.Tags = slices.DeleteFunc(n.Tags, func(t string) bool { return slices.Contains(gone, t) })
		n.Tags = append(n.Tags, f.tags(v)...)
		n.Fields[id] = v
	}
	n.Tags = sortedSet(n.Tags)
}

func (ch *change) addTags(v any) { ch.next.Tags = sortedSet(append(ch.next.Tags, tagList(v)...)) }

func (ch *change) fieldsFromTags() {
	for i := range fields {
		if v, ok := fields[i].fromTags(ch.next.Tags); ok && fields[i].id >= FieldProductArea {
			ch.next.Fields[fields[i].id] = v
		}
	}
}

// tagList reads tags sent as a list or as words; a tag is lower case and holds no spaces.
func tagList(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, t := range v {
			out = append(out, strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text(t))), " ", "_"))
		}
	case []string:
		return v
	case string:
		out = strings.Fields(strings.ToLower(v))
	}
	return slices.DeleteFunc(out, func(t string) bool { return t == "" })
}

func sortedSet(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// status follows the vendor's rules: a custom status decides the category, a category takes its
// default status, nothing goes back to new, an assigned ticket is not new, and a requester who
// writes reopens.
func (ch *change) status() {
	n := ch.next
	asked := ch.has("status") || ch.has("custom_status_id")
	if ch.has("status") {
		ch.enum("status", &n.Status, "new", "open", "pending", "hold", "solved", "closed")
		if s := customStatusByID(n.CustomStatusID); s == nil || s.category != n.Status {
			n.CustomStatusID = defaultStatus(n.Status)
		}
	}
	if ch.has("custom_status_id") {
		s := customStatusByID(ch.id("custom_status_id"))
		switch {
		case s == nil:
			ch.problems.add("custom_status_id", "Ticket status: is not one of this account")
		case ch.has("status") && s.category != n.Status:
			ch.problems.add("custom_status_id", "Ticket status: does not belong to the status category "+n.Status)
		default:
			n.CustomStatusID, n.Status = s.id, s.category
		}
	}
	if !ch.create && n.Status == "new" && ch.old.Status != "new" {
		ch.problems.add("status", "Status: cannot be changed back to new")
	}
	author := ch.commentAuthor()
	reopens := !ch.create && !asked && author != nil && !author.staff() && slices.Contains([]string{"pending", "hold", "solved"}, n.Status)
	if reopens || n.Status == "new" && n.AssigneeID != 0 {
		n.Status, n.CustomStatusID = "open", StatusOpen
	}
	if n.Status == "solved" && !ch.cascade && (ch.create || ch.old.Status != "solved") {
		for _, id := range ch.e.required(n) {
			if f := fieldByID(id); f != nil && (n.Fields[id] == nil || n.Fields[id] == false) {
				ch.problems.addFor(f, "is required when solving a ticket")
			}
		}
	}
}

// rules applies the trigger to a copy and returns it.
func (ch *change) rules() *ticket {
	out := ch.next.clone()
	tr := ch.e.trigger
	if tr == nil || ch.create {
		return out
	}
	if tr.AddTag != "" {
		out.Tags = sortedSet(append(out.Tags, tr.AddTag))
	}
	if tr.Priority != "" {
		out.Priority = tr.Priority
	}
	return out
}

func newTicket(actor *user) *ticket {
	return &ticket{Status: "new", CustomStatusID: StatusNew, RequesterID: actor.ID, SubmitterID: actor.ID,
		Fields: map[int64]any{FieldRegression: false}}
}
