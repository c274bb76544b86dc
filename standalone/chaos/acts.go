package chaos

import (
	"fmt"
	"time"

	"duplex/emulators/zendesk"
	"duplex/standalone/rig"
)

var (
	ticketPriorities = []string{"urgent", "high", "normal", "low"}
	issuePriorities  = []string{"Highest", "High", "Medium", "Low"}
	ticketStatuses   = []string{"open", "pending", "hold", "solved"}
	assignees        = []string{"ada@acme.example", "grace@acme.example", "triage@acme.example"}
)

// create files a ticket or an issue that enters the sync.
func (sc *scene) create() {
	i := &item{token: sc.unique("k"), origin: sc.side, made: time.Now(), labels: map[string]bool{}}
	sc.item = i
	i.doing.Lock()
	defer i.doing.Unlock()
	sc.at(sc.side)
	title, opening := i.token+" "+sc.unique("first"), "opening of "+i.token
	sc.note("create", "create "+title, func() (id string, err error) {
		if sc.side == support {
			id, err = sc.who.NewTicket(sc.ctx, object{"subject": title, "priority": pick(sc.r, ticketPriorities...), "tags": []any{startTags[support], "area-" + pick(sc.r, "a", "b")},
				"requester": object{"email": "customer1@globex.example"}, "comment": object{"html_body": "<p>" + opening + "</p>", "public": true}})
		} else {
			id, err = sc.who.NewIssue(sc.ctx, object{"project": object{"key": "ENG"}, "issuetype": object{"name": issueTypes[engineering]}, "summary": title,
				"description": rig.Document(opening), "priority": object{"name": pick(sc.r, issuePriorities...)}, "labels": []any{startTags[engineering], "area-" + pick(sc.r, "a", "b")}})
		}
		if err == nil {
			i.find(sc.side, id)
			sc.rec.born(i)
		}
		return "", err
	})
}

// edit sets one field, in the words of the side.
func (sc *scene) edit(field, value string) {
	sc.note(field, fmt.Sprintf("set %s to %q", field, value), func() (string, error) {
		if sc.side == support {
			name := map[string]string{fieldTitle: "subject", fieldPriority: "priority", fieldStatus: "status", fieldAssignee: "assignee_email"}[field]
			return sc.who.editTicket(sc.ctx, sc.id, object{name: value})
		}
		if field == fieldStatus {
			return "", sc.move(value)
		}
		return "", sc.who.EditIssue(sc.ctx, sc.id, issueValue(field, value))
	})
}

func issueValue(field, value string) object {
	switch field {
	case fieldTitle:
		return object{"summary": value}
	case fieldPriority:
		return object{"priority": object{"name": value}}
	}
	return object{"assignee": object{"accountId": accounts[value]}}
}

// draw gives a value for a field, in the words of the side.
func (sc *scene) draw(field string) string {
	switch field {
	case fieldTitle:
		return sc.item.token + " " + sc.unique("title")
	case fieldPriority:
		if sc.side == support {
			return pick(sc.r, ticketPriorities...)
		}
		return pick(sc.r, issuePriorities...)
	case fieldAssignee:
		return pick(sc.r, assignees...)
	}
	return pick(sc.r, ticketStatuses...)
}

func (sc *scene) title()    { sc.edit(fieldTitle, sc.draw(fieldTitle)) }
func (sc *scene) priority() { sc.edit(fieldPriority, sc.draw(fieldPriority)) }
func (sc *scene) assignee() { sc.edit(fieldAssignee, sc.draw(fieldAssignee)) }

func (sc *scene) status() {
	if sc.side == support {
		sc.edit(fieldStatus, sc.draw(fieldStatus))
		return
	}
	sc.note(fieldStatus, "take a transition", func() (string, error) { return "", sc.move("") })
}

// move takes a transition that the issue offers: the one to the status, or any.
func (sc *scene) move(status string) error {
	moves, err := sc.who.Moves(sc.ctx, sc.id)
	if err != nil || len(moves) == 0 {
		return err
	}
	if moves[status] == "" {
		for _, to := range []string{"In Progress", "To Do", "Done", "In Review"} {
			if moves[to] != "" && (status == "" || sc.r.IntN(2) == 0) {
				status = to
			}
		}
	}
	if moves[status] == "" {
		return &rig.Refusal{Status: 400, Text: "no such transition now"}
	}
	return sc.who.move(sc.ctx, sc.id, moves[status], status)
}

// clash edits the same field on both sides, one right after the other.
func (sc *scene) clash() {
	field := pick(sc.r, fieldTitle, fieldTitle, fieldPriority, fieldStatus, fieldAssignee)
	for range 2 {
		sc.edit(field, sc.draw(field))
		sc.at(sc.side.other())
	}
}

// several sets several fields and comments in one call.
func (sc *scene) several() {
	if sc.side == engineering {
		sc.note("several", "set title, priority and assignee", func() (string, error) {
			return "", sc.who.EditIssue(sc.ctx, sc.id, object{"summary": sc.draw(fieldTitle), "priority": object{"name": sc.draw(fieldPriority)},
				"assignee": object{"accountId": accounts[sc.draw(fieldAssignee)]}})
		})
		return
	}
	c := &said{side: support, audience: pick(sc.r, "public", "internal"), wordings: []string{sc.unique("say-")}}
	sc.note("several", "set title, priority and status, and say "+c.wordings[0], func() (audit string, err error) {
		audit, err = sc.who.editTicket(sc.ctx, sc.id, object{"subject": sc.draw(fieldTitle), "priority": sc.draw(fieldPriority), "status": sc.draw(fieldStatus),
			"comment": object{"body": c.wordings[0], "public": c.audience == "public"}})
		sc.keep(err, func() { sc.item.said = append(sc.item.said, c) })
		return audit, err
	})
}

// label adds a label that is used once.
func (sc *scene) label() {
	l := sc.unique("l-")
	sc.note("label", "add label "+l, func() (audit string, err error) {
		audit, err = sc.relabel("add", l)
		sc.keep(err, func() { sc.item.labels[l] = true })
		return audit, err
	})
}

func (sc *scene) relabel(verb, l string) (string, error) {
	if sc.side == support {
		return sc.who.editTicket(sc.ctx, sc.id, object{map[string]string{"add": "additional_tags", "remove": "remove_tags"}[verb]: []any{l}})
	}
	return "", sc.who.Call(sc.ctx, "PUT", "/rest/api/3/issue/"+sc.id, object{"update": object{"labels": []any{object{verb: l}}}}, nil)
}

// unlabel removes a label that people added before, where it is shown.
func (sc *scene) unlabel() {
	v, err := sc.see()
	if err != nil || v == nil {
		return
	}
	for _, l := range words(v.values[fieldLabels]) {
		sc.item.mu.Lock()
		there := sc.item.labels[l]
		sc.item.mu.Unlock()
		if !there {
			continue
		}
		sc.note("unlabel", "remove label "+l, func() (audit string, err error) {
			audit, err = sc.relabel("remove", l)
			sc.keep(err, func() { sc.item.labels[l] = false })
			return audit, err
		})
		return
	}
}

// see reads the item on the scene's side.
func (sc *scene) see() (*shown, error) {
	if sc.side == support {
		return sc.s.agents()[0].seeTicket(sc.ctx, sc.id, map[string]string{})
	}
	return sc.s.engineers()[0].seeIssue(sc.ctx, sc.id)
}

// keep notes what an act made, unless it was refused. Where the answer was lost it counts as made; the judge looks.
func (sc *scene) keep(err error, note func()) {
	if _, no := err.(*rig.Refusal); no {
		return
	}
	sc.item.mu.Lock()
	defer sc.item.mu.Unlock()
	note()
}

// comment says something for everybody of the side, or for insiders only.
func (sc *scene) comment() {
	if sc.side == support {
		sc.say(pick(sc.r, "public", "internal"), false)
		return
	}
	sc.say(pick(sc.r, "public", "role:"+internalRole), false)
}

// restricted is what must not cross: a remark for administrators only. On the help desk's side a customer speaks.
func (sc *scene) restricted() {
	if sc.side == support {
		sc.say("public", true)
		return
	}
	sc.at(engineering)
	sc.who = sc.s.engineers()[0]
	sc.say("role:Administrators", false)
}

func (sc *scene) say(audience string, customer bool) {
	c := &said{side: sc.side, audience: audience, wordings: []string{sc.unique("say-")}}
	sc.note("comment", fmt.Sprintf("say %s (%s)", c.wordings[0], audience), func() (audit string, err error) {
		if sc.side == support {
			in := object{"body": c.wordings[0], "public": audience == "public"}
			if customer {
				in["author_id"] = zendesk.UserCarla
			}
			audit, err = sc.who.editTicket(sc.ctx, sc.id, object{"comment": in})
		} else {
			role := ""
			if audience != "public" {
				role = audience[len("role:"):]
			}
			c.id, err = sc.who.CommentOnIssue(sc.ctx, sc.id, c.wordings[0], role)
		}
		sc.keep(err, func() { sc.item.said = append(sc.item.said, c) })
		return audit, err
	})
}

// reword edits a comment. Only the tracker can.
func (sc *scene) reword() {
	sc.at(engineering)
	var own []*said
	sc.item.mu.Lock()
	for _, c := range sc.item.said {
		if c.side == engineering && c.id != "" {
			own = append(own, c)
		}
	}
	sc.item.mu.Unlock()
	if len(own) == 0 || sc.id == "" {
		return
	}
	c, now := own[sc.r.IntN(len(own))], sc.unique("say-")
	sc.who = sc.s.engineers()[0]
	sc.note("reword", fmt.Sprintf("reword %s to %s", c.wordings[len(c.wordings)-1], now), func() (string, error) {
		err := sc.who.reword(sc.ctx, sc.id, c.id, now)
		sc.keep(err, func() { c.wordings = append(c.wordings, now) })
		return "", err
	})
}

// attach adds a file.
func (sc *scene) attach() {
	name := sc.unique("file-") + ".txt"
	content := []byte("content of " + name)
	f := &filed{side: sc.side, name: name, hash: hash(content), audience: "internal"}
	if sc.side == support {
		f.audience = pick(sc.r, "public", "internal")
	}
	sc.note("attach", fmt.Sprintf("attach %s (%s)", name, f.audience), func() (audit string, err error) {
		if sc.side == support {
			token, err := sc.who.Upload(sc.ctx, name, content)
			if err != nil {
				return "", err
			}
			c := &said{side: support, audience: f.audience, wordings: []string{sc.unique("say-")}}
			audit, err = sc.who.editTicket(sc.ctx, sc.id, object{"comment": object{"body": c.wordings[0], "public": f.audience == "public", "uploads": []any{token}}})
			sc.keep(err, func() { sc.item.said = append(sc.item.said, c) })
			sc.keep(err, func() { sc.item.filed = append(sc.item.filed, f) })
			return audit, err
		}
		err = sc.who.AttachToIssue(sc.ctx, sc.id, name, content)
		sc.keep(err, func() { sc.item.filed = append(sc.item.filed, f) })
		return "", err
	})
}

// delete deletes the item on one side.
func (sc *scene) delete() {
	sc.at(sc.side)
	sc.who = [2]hands{sc.s.agents()[0], sc.s.engineers()[0]}[sc.side]
	sc.note("delete", "delete the item", func() (string, error) {
		path := "/api/v2/tickets/" + sc.id + ".json"
		if sc.side == engineering {
			path = "/rest/api/3/issue/" + sc.id
		}
		err := sc.who.Call(sc.ctx, "DELETE", path, nil, nil)
		sc.keep(err, func() { sc.item.gone[sc.side] = true })
		return "", err
	})
}
