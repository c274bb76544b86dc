package zendesk

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ticket finds the ticket of the path; customers see their own only.
func (v *visit) ticket() (*ticket, error) {
	id, _ := strconv.ParseInt(v.req.PathValue("id"), 10, 64)
	t := v.e.st.Tickets[id]
	if t == nil || !v.who.staff() && t.RequesterID != v.who.ID {
		return nil, notFound()
	}
	return t, nil
}

// seen are the comments this person may read: customers read public ones.
func (v *visit) seen(t *ticket) []*comment {
	return slices.DeleteFunc(slices.Clone(t.Comments), func(c *comment) bool { return !c.Public && !v.who.staff() })
}

func (v *visit) name(id int64) string {
	if u := v.e.st.Users[id]; u != nil {
		return u.Name
	}
	return ""
}

// choice is one option of a select.
type choice struct {
	Value, Label string
	Chosen       bool
}

func choices(chosen string, pairs ...[2]string) []choice {
	var out []choice
	for _, p := range pairs {
		out = append(out, choice{p[0], p[1], p[0] == chosen})
	}
	return out
}

type row struct {
	ID                            int64
	Subject, Status, StatusLabel  string
	Priority, Requester, Assignee string
	Tags                          []string
	Updated                       time.Time
	Changer                       string
}

func (v *visit) list() (string, framed, error) {
	filter := v.req.URL.Query().Get("status")
	var rows []row
	for _, t := range sortedValues(v.e.st.Tickets, func(t *ticket) int64 { return -t.Change }) {
		state := t.Status
		if t.deleted() {
			state = "deleted"
		}
		mine := v.who.staff() || t.RequesterID == v.who.ID
		if !mine || filter != "" && filter != state || filter == "" && t.deleted() {
			continue
		}
		rows = append(rows, row{t.ID, t.Subject, state, statusLabel(t), t.Priority, v.name(t.RequesterID), v.name(t.AssigneeID), t.Tags, t.Updated, v.changer(t)})
	}
	filters := choices(filter, [2]string{"", "All"}, [2]string{"new", "New"}, [2]string{"open", "Open"}, [2]string{"pending", "Pending"},
		[2]string{"hold", "On-hold"}, [2]string{"solved", "Solved"}, [2]string{"closed", "Closed"}, [2]string{"deleted", "Deleted"})
	return "list", struct {
		frame
		Rows    []row
		Filter  string
		Filters []choice
	}{v.frame("Tickets", v.listPath()), rows, filter, filters}, nil
}

func statusLabel(t *ticket) string {
	if t.deleted() {
		return "Deleted"
	}
	if s := customStatusByID(t.CustomStatusID); s != nil && t.Status != "closed" {
		return s.label
	}
	return "Closed"
}

func (v *visit) newForm() (string, framed, error) {
	var requesters []choice
	for _, u := range v.e.st.usersByID() {
		if !u.staff() && (v.who.staff() || u.ID == v.who.ID) {
			requesters = append(requesters, choice{idString(u.ID), u.Name + " <" + u.Email + ">", v.typed("requester", "") == idString(u.ID)})
		}
	}
	return "new", struct {
		frame
		Requesters []choice
		Priorities []choice
	}{v.frame("New ticket", "/items/new"), requesters, systemChoices("priority", v.typed("priority", ""))}, nil
}

// systemChoices are the options of a system field, with an empty one first.
func systemChoices(kind, chosen string) []choice {
	pairs := [][2]string{{"", "–"}}
	for _, f := range fields {
		if f.kind == kind {
			for _, o := range f.system {
				pairs = append(pairs, [2]string{o.value, o.name})
			}
		}
	}
	return choices(chosen, pairs...)
}

// input is one custom field of the form: Was is what the ticket has, Value what the form shows.
type input struct {
	Name, Title, Kind, Was, Value string
	Choices                       []choice
}

// inputs are the custom fields as form fields, in the order of the account.
func (v *visit) inputs(t *ticket) []input {
	var out []input
	for _, f := range customFields() {
		in := input{Name: "field_" + idString(f.id), Title: f.title, Kind: f.kind, Was: text(shown(t.Fields[f.id]))}
		in.Value = v.typed(in.Name, in.Was)
		if f.kind == "tagger" {
			in.Choices = append(in.Choices, choice{"", "–", in.Value == ""})
		}
		for _, o := range f.options {
			chosen := slices.Contains(strings.Fields(in.Value), o.value)
			in.Choices = append(in.Choices, choice{o.value, o.name, chosen})
		}
		out = append(out, in)
	}
	return out
}

type shownComment struct {
	ID       int64
	Author   string
	Customer bool
	Public   bool
	Created  time.Time
	HTML     template.HTML
	Files    []*attachment
}

type historyLine struct {
	When time.Time
	Who  string
	Via  string
	What []string
}

// problems are the tickets this one may be an incident of.
func (v *visit) problems(t *ticket) [][2]string {
	out := [][2]string{{"", "–"}}
	for _, p := range sortedValues(v.e.st.Tickets, func(t *ticket) int64 { return t.ID }) {
		if p.Type == "problem" && p.ID != t.ID && !p.deleted() {
			out = append(out, [2]string{idString(p.ID), fmt.Sprintf("#%d %s", p.ID, p.Subject)})
		}
	}
	return out
}

func (v *visit) item() (string, framed, error) {
	t, err := v.ticket()
	if err != nil {
		return "", nil, err
	}
	var comments []shownComment
	for _, co := range v.seen(t) {
		// The text went through sanitize when it was written; the page's policy forbids scripts too.
		s := shownComment{co.ID, v.name(co.AuthorID), false, co.Public, co.Created, template.HTML(co.HTML), nil}
		if u := v.e.st.Users[co.AuthorID]; u != nil {
			s.Customer = !u.staff()
		}
		for _, id := range co.Files {
			s.Files = append(s.Files, v.e.st.Files[id])
		}
		comments = append(comments, s)
	}
	var statuses [][2]string
	for _, s := range customStatuses {
		if s.category != "new" || t.Status == "new" {
			statuses = append(statuses, [2]string{idString(s.id), s.label})
		}
	}
	assignees := [][2]string{{"", "–"}}
	for _, u := range v.e.st.usersByID() {
		if u.staff() {
			assignees = append(assignees, [2]string{idString(u.ID), u.Name})
		}
	}
	status, assigned := idString(t.CustomStatusID), ""
	if t.AssigneeID != 0 {
		assigned = idString(t.AssigneeID)
	}
	org := ""
	if o := v.e.st.Orgs[t.OrganizationID]; o != nil {
		org = o.Name
	}
	groupName := ""
	if g := groupByID(t.GroupID); g != nil {
		groupName = g.name
	}
	problem := ""
	if t.ProblemID != 0 {
		problem = idString(t.ProblemID)
	}
	var incidents []*ticket
	if t.Type == "problem" {
		incidents = v.e.incidentsOf(t.ID)
	}
	return "item", struct {
		frame
		T                                      *ticket
		StatusLabel, Requester, Org, Group     string
		Open                                   bool
		Statuses, Priorities, Types, Assignees []choice
		StatusValue, AssigneeValue, TagText    string
		Problems                               []choice
		ProblemValue                           string
		Incidents                              []*ticket
		Inputs                                 []input
		Comments                               []shownComment
		History                                []historyLine
		Changer                                string
	}{v.frame(fmt.Sprintf("#%d %s", t.ID, t.Subject), itemPath(t.ID)), t, statusLabel(t), v.name(t.RequesterID), org, groupName,
		t.Status != "closed" && !t.deleted(), choices(v.typed("status", status), statuses...), systemChoices("priority", v.typed("priority", t.Priority)),
		systemChoices("tickettype", v.typed("type", t.Type)), choices(v.typed("assignee", assigned), assignees...), status, assigned, strings.Join(t.Tags, " "),
		choices(v.typed("problem", problem), v.problems(t)...), problem, incidents,
		v.inputs(t), comments, v.history(t), v.changer(t)}, nil
}

// changer is who changed the ticket last, as far as this person may know: customers see nobody's
// name who wrote internally.
func (v *visit) changer(t *ticket) string {
	if !v.who.staff() || len(t.Audits) == 0 {
		return ""
	}
	return v.name(t.Audits[len(t.Audits)-1].AuthorID)
}

// history tells the audits in words, newest first; customers see none.
func (v *visit) history(t *ticket) []historyLine {
	var out []historyLine
	if !v.who.staff() {
		return nil
	}
	for _, a := range slices.Backward(t.Audits) {
		line := historyLine{When: a.Created, Who: v.name(a.AuthorID), Via: a.Channel}
		for _, ev := range a.Events {
			var what string
			switch ev.Type {
			case "Comment":
				what = "wrote an internal note"
				if c := t.comment(ev.Comment); c != nil && c.Public {
					what = "wrote a public comment"
				}
			case "CommentPrivacyChange":
				what = "made a comment internal"
			case "CommentRedactionEvent":
				what = "blotted out part of a comment"
			case "Create":
				what = fmt.Sprintf("%s: %s", v.fieldTitle(ev.Field), v.valueWords(ev.Field, ev.Value))
			default:
				what = fmt.Sprintf("%s: %s → %s", v.fieldTitle(ev.Field), v.valueWords(ev.Field, ev.Previous), v.valueWords(ev.Field, ev.Value))
			}
			if ev.Rule != nil {
				what += " (rule: " + ev.Rule.Title + ")"
			}
			line.What = append(line.What, what)
		}
		out = append(out, line)
	}
	return out
}

func (v *visit) fieldTitle(name string) string {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil {
		if f := fieldByID(id); f != nil {
			return f.title
		}
	}
	return strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ")
}

func (v *visit) valueWords(name string, value any) string {
	id, _ := strconv.ParseInt(fmt.Sprint(value), 10, 64)
	switch {
	case value == nil || value == "":
		return "–"
	case name == "requester_id" || name == "assignee_id":
		return v.name(id)
	case name == "group_id" && groupByID(id) != nil:
		return groupByID(id).name
	case name == "organization_id" && v.e.st.Orgs[id] != nil:
		return v.e.st.Orgs[id].Name
	case name == "custom_status_id":
		n, _ := value.(int64)
		if f, ok := value.(float64); ok { // after a restart
			n = int64(f)
		}
		if s := customStatusByID(n); s != nil {
			return s.label
		}
	}
	if words := strings.Trim(fmt.Sprint(value), "[]"); words != "" {
		return words
	}
	return "–"
}
