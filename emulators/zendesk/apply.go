package zendesk

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// author is who makes a change, and where from.
type author struct {
	user    *user
	channel string // api or web
}

// createTicket makes a ticket from the JSON object of a create. Nothing is kept on an error.
func (e *Emulator) createTicket(by author, in map[string]any) (*ticket, *audit, []webhookEvent, error) {
	next := newTicket(by.user)
	ch := &change{e: e, actor: by.user, channel: by.channel, now: e.now(), create: true, old: &ticket{}, next: next, in: in, problems: problems{}}
	next.ID = e.st.NextTicket + 1
	next.Created, next.Channel = ch.now.Truncate(time.Second), by.channel
	if id, _ := number(in["submitter_id"]); id != 0 {
		if e.st.Users[id] == nil {
			return nil, nil, nil, invalid("submitter", "Submitter: is not a user of this account")
		}
		next.SubmitterID = id
	}
	var source *ticket
	if id, _ := number(in["via_followup_source_id"]); id != 0 {
		if source = e.st.Tickets[id]; source == nil || source.Status != "closed" {
			return nil, nil, nil, invalid("via_followup_source_id", "Follow-up: the source is not a closed ticket")
		}
		next.FollowupOf, next.SubmitterID = id, by.user.ID
	}
	if _, ok := in["comment"].(map[string]any); !ok {
		if d := text(in["description"]); d != "" {
			in = maps.Clone(in)
			in["comment"] = map[string]any{"body": d}
			ch.in = in
		} else {
			ch.problems.add("comment", "Description: cannot be blank")
		}
	}
	a, events, err := ch.run()
	if err != nil {
		return nil, nil, nil, err
	}
	e.st.NextTicket++
	if source != nil {
		followed := source.clone()
		followed.FollowupIDs = append(slices.Clone(source.FollowupIDs), next.ID)
		e.keep(followed, false)
	}
	return e.st.Tickets[next.ID], a, events, nil
}

// updateTicket changes a ticket by the JSON object of an update. Nothing is kept on an error; an
// update that changes nothing keeps nothing and gives an audit without events.
func (e *Emulator) updateTicket(by author, t *ticket, in map[string]any) (*ticket, *audit, []webhookEvent, error) {
	if t.Status == "closed" {
		return nil, nil, nil, invalid("status", "Status: closed prevents ticket update")
	}
	if _, ok := in["safe_update"]; ok && !sameStamp(in["updated_stamp"], t.Updated) {
		return nil, nil, nil, conflict()
	}
	ch := &change{e: e, actor: by.user, channel: by.channel, now: e.now(), old: t, next: t.clone(), in: in, problems: problems{}}
	a, events, err := ch.run()
	if err != nil {
		return nil, nil, nil, err
	}
	now := e.st.Tickets[t.ID]
	if now.Type == "problem" && now.Status == "solved" && t.Status != "solved" {
		events = append(events, e.solveIncidents(by, now, in)...)
	}
	return now, a, events, nil
}

// sameStamp compares at the vendor's resolution of one second.
func sameStamp(v any, updated time.Time) bool {
	at, err := time.Parse(time.RFC3339, text(v))
	return err == nil && at.UTC().Truncate(time.Second).Equal(updated.Truncate(time.Second))
}

// run works the change out, and keeps it where it is valid and changes something.
func (ch *change) run() (*audit, []webhookEvent, error) {
	ch.fields()
	ch.compose()
	if err := ch.problems.err(); err != nil {
		return nil, nil, err
	}
	st := ch.e.st
	custom, _ := ch.in["metadata"].(map[string]any)
	a := &audit{ID: st.id(), AuthorID: ch.actor.ID, Created: ch.now.Truncate(time.Second), Channel: ch.channel, Custom: custom}
	final := ch.rules()
	if c := ch.comment; c != nil {
		c.ID, c.AuditID, c.Custom = st.id(), a.ID, custom
		for _, token := range ch.uploads {
			c.Files = append(c.Files, st.Uploads[token].Files...)
			delete(st.Uploads, token)
		}
		ch.e.showInline(c)
		final.Comments = append(slices.Clone(ch.next.Comments), c)
		a.Events = append(a.Events, event{ID: st.id(), Type: "Comment", Comment: c.ID})
	}
	kind := "Change"
	if ch.create {
		kind = "Create"
	}
	for _, d := range diff(ch.old, ch.next) {
		a.Events = append(a.Events, event{ID: st.id(), Type: kind, Field: d.name, Value: d.value, Previous: d.previous})
	}
	for _, d := range diff(ch.next, final) {
		a.Events = append(a.Events, event{ID: st.id(), Type: "Change", Field: d.name, Value: d.value, Previous: d.previous,
			Rule: &rule{triggerID, ch.e.trigger.Title}})
	}
	if len(a.Events) == 0 {
		return a, nil, nil
	}
	final.Audits = append(slices.Clone(ch.old.Audits), a)
	ch.e.keep(final, true)
	return a, ch.e.eventsOf(ch.actor, ch.old, final, ch.comment, ch.create), nil
}

// keep makes t the ticket's state. event says whether this was a ticket event, which moves
// updated_at; generated_timestamp moves always.
func (e *Emulator) keep(t *ticket, event bool) {
	now := e.now()
	e.st.Changes++
	t.Change, t.Generated = e.st.Changes, now
	if event {
		t.Updated = now.Truncate(time.Second)
	}
	e.st.Tickets[t.ID] = t
	e.index.add(t, now, e.lag)
}

type difference struct {
	name            string
	previous, value any
}

// diff lists what differs between two states as audits show it: ids as text, null where empty,
// custom fields under their id.
func diff(old, next *ticket) []difference {
	var out []difference
	add := func(name string, previous, value any) {
		if !reflect.DeepEqual(previous, value) {
			out = append(out, difference{name, previous, value})
		}
	}
	add("subject", orNull(old.Subject), orNull(next.Subject))
	add("status", orNull(old.Status), orNull(next.Status))
	add("custom_status_id", idNumber(old.CustomStatusID), idNumber(next.CustomStatusID))
	add("priority", orNull(old.Priority), orNull(next.Priority))
	add("type", orNull(old.Type), orNull(next.Type))
	add("requester_id", idText(old.RequesterID), idText(next.RequesterID))
	add("organization_id", idText(old.OrganizationID), idText(next.OrganizationID))
	add("group_id", idText(old.GroupID), idText(next.GroupID))
	add("assignee_id", idText(old.AssigneeID), idText(next.AssigneeID))
	add("external_id", orNull(old.ExternalID), orNull(next.ExternalID))
	add("problem_id", idText(old.ProblemID), idText(next.ProblemID))
	add("ticket_form_id", idText(old.FormID), idText(next.FormID))
	add("due_at", stamp(old.DueAt), stamp(next.DueAt))
	if !slices.Equal(old.Tags, next.Tags) {
		out = append(out, difference{"tags", list(old.Tags), list(next.Tags)})
	}
	if !slices.Equal(old.Collaborators, next.Collaborators) {
		out = append(out, difference{"collaborator_ids", list(old.Collaborators), list(next.Collaborators)})
	}
	for _, f := range customFields() {
		add(strconv.FormatInt(f.id, 10), shown(old.Fields[f.id]), shown(next.Fields[f.id]))
	}
	return out
}

// shown is a custom field's value in an audit: text, or null.
func shown(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return "1"
		}
		return nil
	case []any:
		var words []string
		for _, item := range v {
			words = append(words, text(item))
		}
		return strings.Join(words, " ")
	}
	return v
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func idText(id int64) any {
	if id == 0 {
		return nil
	}
	return strconv.FormatInt(id, 10)
}

func idNumber(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// stamp is a time as the vendor writes it; the zero time is null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// list never is null in JSON.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
