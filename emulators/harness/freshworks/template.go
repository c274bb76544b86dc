package freshworks

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var placeholder = regexp.MustCompile(`\{\{\s*([a-z_]+)\.([a-z0-9_.]+)\s*(?:\|\s*date:\s*['"]([^'"]*)['"])?\s*\}\}`)

// Render fills placeholders in. The text of a record goes in as it is: it is not quoted for the language around it.
func (a *Account) Render(body string, r *Record, told string) string {
	return placeholder.ReplaceAllStringFunc(body, func(m string) string {
		parts := placeholder.FindStringSubmatch(m)
		if parts[1] != "ticket" && parts[1] != r.Kind {
			return ""
		}
		v := a.placeholder(r, parts[2], told)
		if at, err := time.Parse(time.RFC3339, v); err == nil && parts[3] != "" {
			return strings.NewReplacer("%d", at.Format("02"), "%b", at.Format("Jan"), "%Y", at.Format("2006"), "%m", at.Format("01"),
				"%H", at.Format("15"), "%M", at.Format("04"), "%S", at.Format("05")).Replace(parts[3])
		}
		return v
	})
}

// placeholder is what {{ticket.name}} stands for; an unknown one is empty.
func (a *Account) placeholder(r *Record, name, told string) string {
	requester := a.State.People[r.Number("requester_id")]
	if requester == nil {
		requester = &Person{}
	}
	switch name {
	case "id_numeric":
		return id(r.ID)
	case "id":
		return a.Vendor.Kind(r.Kind).Prefix + id(r.ID)
	case "url":
		return a.base + "/helpdesk/tickets/" + id(r.ID)
	case "created_at_iso":
		return r.Created.Format(time.RFC3339)
	case "updated_at_iso":
		return r.Updated.Format(time.RFC3339)
	case "ticket_type":
		return r.Text("type")
	case "requester.name":
		return requester.Name
	case "requester.email":
		return requester.Email
	case "triggered_event":
		return told
	case "tags":
		list, _ := r.Values["tags"].([]any)
		return strings.Trim(fmt.Sprint(list), "[]")
	}
	fields := a.State.Fields[r.Kind]
	if f := Lookup(fields, name, false); f != nil {
		return shownText(a.Shown(f, r.Values[name]))
	}
	if f := Lookup(fields, name, true); f != nil {
		return shownText(r.Custom[name])
	}
	return ""
}

func shownText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// simple is the vendor's own body: texts throughout, labels and not codes.
func (a *Account) simple(r *Record, told string) Object {
	out := Object{"triggered_event": told, "ticket_id": id(r.ID)}
	for key, name := range map[string]string{"ticket_url": "url", "ticket_type": "ticket_type", "ticket_subject": "subject",
		"ticket_description": "description", "ticket_status": "status", "ticket_priority": "priority", "requester_name": "requester.name",
		"requester_email": "requester.email"} {
		out[key] = a.placeholder(r, name, told)
	}
	for name, v := range r.Custom {
		out["ticket_"+name] = shownText(v)
	}
	return out
}

// prose tells a write as the vendors' activities do: new values only, in the account's language.
func (c *Call) prose(action string, changes []Change) string {
	var said []string
	switch action {
	case "created":
		said = append(said, "created ticket")
	case "deleted", "restored", "moved":
		said = append(said, action+" the ticket")
	}
	for _, ch := range changes {
		if ch.Field == "subject" || ch.Field == "description" {
			if action != "created" {
				said = append(said, "updated "+ch.Field)
			}
			continue
		}
		name := strings.ReplaceAll(ch.Field, "_", " ")
		if ch.Shown == nil {
			said = append(said, "removed "+name)
			continue
		}
		said = append(said, fmt.Sprintf("set %s%s as %v", strings.ToUpper(name[:1]), name[1:], ch.Shown))
	}
	return strings.Join(said, ", ")
}
