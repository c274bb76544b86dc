package azuredevops

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// processRule stands for what an organization's process does by itself: on entering a state it sets a field.
type processRule struct{ Field, Value, When string }

// settle applies the type's rules to what the client asked for, and refuses what they do not allow.
func (ch *change) settle() error {
	f := ch.next.Fields
	project, _ := f[fieldProject].(string)
	name, _ := f[fieldType].(string)
	kind := kindOf(project, name)
	if kind == nil {
		return bad("WorkItemTypeNotFoundException", "VS402323: Work item type "+name+" does not exist in project "+project+" or you do not have permission to access it.")
	}
	f[fieldType] = kind.name
	for _, ref := range []string{fieldArea, fieldIteration} {
		if path, _ := f[ref].(string); firstOf(path) != project {
			return bad("WorkItemTrackingTreeNodeNotFoundException", "TF401347: Invalid tree name given for work item, field '"+ref+"'.")
		}
	}
	if ch.old != nil && f[fieldProject] != ch.old.Fields[fieldProject] && !ch.named[fieldArea] {
		return bad("WorkItemTrackingTreeNodeNotFoundException", "TF401347: Invalid tree name given for work item, field '"+fieldArea+"'.")
	}
	for ref := range ch.named {
		if def := fieldBy(ref); !def.on(kind.name) {
			return noField(ref)
		}
	}
	maps.DeleteFunc(f, func(ref string, _ any) bool { return !fieldBy(ref).on(kind.name) })
	if title, _ := f["System.Title"].(string); title == "" {
		ch.require("System.Title")
	}
	if n := ch.c.e.node("iterations", fmt.Sprint(f[fieldIteration])); n == nil {
		return bad("WorkItemTrackingTreeNodeNotFoundException", "TF401347: Invalid tree name given for work item, field '"+fieldIteration+"'.")
	}
	ch.state(kind)
	return ch.rules.err()
}

func (ch *change) require(ref string) {
	f := fieldBy(ref)
	ch.rules.add(f, "Required, InvalidEmpty", "TF401320: Rule Error for field "+f.name+". Error code: Required, InvalidEmpty.")
}

// state holds the transition and its reason against the type's steps and applies what follows from it.
func (ch *change) state(kind *workType) {
	f := ch.next.Fields
	was := ""
	if ch.old != nil && ch.old.Fields[fieldType] == f[fieldType] && ch.old.Fields[fieldProject] == f[fieldProject] {
		was, _ = ch.old.Fields[fieldState].(string)
	}
	first := kind.steps[""][0]
	is, _ := f[fieldState].(string)
	if is == "" {
		is = first.to
	}
	state := kind.state(is)
	moved := ch.old != nil && was == ""
	if state == nil && moved && !ch.named[fieldState] {
		state = kind.state(first.to)
	}
	stateField := fieldBy(fieldState)
	if state == nil {
		ch.rules.add(stateField, "LimitedToValues, InvalidListValue", "TF401320: Rule Error for field State. Error code: HasValues, LimitedToValues, AllowsOldValue, InvalidListValue.")
		return
	}
	is = state.name
	f[fieldState] = is
	if is == was {
		ch.reason(nil)
		return
	}
	taken := kind.step(was, is)
	if taken == nil && !moved && !ch.bypass {
		ch.rules.add(stateField, "LimitedToValues, InvalidListValue", "TF401320: Rule Error for field State. Error code: HasValues, LimitedToValues, AllowsOldValue, InvalidListValue. The transition is not allowed.")
		return
	}
	if taken == nil {
		taken = &step{is, []string{first.reasons[0]}}
	}
	ch.reason(taken)
	if need := kind.required[is]; need != "" && f[need] == nil {
		ch.require(need)
	}
	if kind.name == "Task" && state.category == "Completed" {
		if ch.named[fieldRemaining] && f[fieldRemaining] != nil {
			ch.rules.add(fieldBy(fieldRemaining), "InvalidNotEmpty", "TF401320: Rule Error for field Remaining Work. Error code: InvalidNotEmpty.")
		}
		delete(f, fieldRemaining)
	}
	if rule := ch.c.e.rule; rule != nil && ch.old != nil && strings.EqualFold(rule.When, is) {
		f[rule.Field] = rule.Value
	}
}

// reason checks the reason, or picks the transition's own where the client gave none.
func (ch *change) reason(taken *step) {
	f := ch.next.Fields
	given, _ := f[fieldReason].(string)
	if taken == nil {
		if ch.named[fieldReason] && given != ch.old.Fields[fieldReason] {
			ch.rules.add(fieldBy(fieldReason), "ReadOnly", "TF401320: Rule Error for field Reason. Error code: ReadOnly, InvalidNotOldValue.")
		}
		return
	}
	switch {
	case !ch.named[fieldReason] || given == "":
		f[fieldReason] = taken.reasons[0]
	case !slices.ContainsFunc(taken.reasons, func(r string) bool { return strings.EqualFold(r, given) }) && !ch.bypass:
		ch.rules.add(fieldBy(fieldReason), "LimitedToValues, InvalidListValue", "TF401320: Rule Error for field Reason. Error code: HasValues, LimitedToValues, InvalidListValue.")
	}
}

// stamps sets the dates and people that follow from a change of state.
func (ch *change) stamps(at time.Time) {
	f := ch.next.Fields
	if ch.old != nil && ch.old.Fields[fieldState] == f[fieldState] {
		return
	}
	kind := kindOf(f[fieldProject].(string), f[fieldType].(string))
	const common = "Microsoft.VSTS.Common."
	f[common+"StateChangeDate"] = stamp(at)
	mark := func(name string) { f[common+name+"Date"], f[common+name+"By"] = stamp(at), ch.c.user.mail }
	clear := func(name string) { delete(f, common+name+"Date"); delete(f, common+name+"By") }
	switch kind.state(f[fieldState].(string)).category {
	case "InProgress":
		mark("Activated")
		clear("Resolved")
		clear("Closed")
	case "Resolved":
		mark("Resolved")
		clear("Closed")
	case "Completed":
		mark("Closed")
	case "Proposed":
		clear("Closed")
	}
}

// same reports whether nothing differs from the last revision.
func (ch *change) same() bool {
	return ch.old != nil && ch.text == "" && reflect.DeepEqual(ch.old.copy().Fields, ch.next.Fields) &&
		maps.Equal(ch.old.Formats, ch.next.Formats) && len(ch.added)+len(ch.lost)+len(ch.edited) == 0
}

// commit makes the revision and its update the item's newest. An empty change makes none and reports false.
func (ch *change) commit() (bool, error) {
	if ch.same() {
		return false, nil
	}
	c, it := ch.c, ch.it
	if ch.next.Rev > c.e.limits.Revisions {
		return false, bad("WorkItemRevisionLimitExceededException", fmt.Sprintf("VS403312: Work item %d has reached the limit of %d revisions.", it.ID, c.e.limits.Revisions))
	}
	at := tick(c.now)
	if ch.old != nil && !at.After(ch.old.At) { // dates grow with each revision
		at = tick(ch.old.At.Add(4 * time.Millisecond))
	}
	f := ch.next.Fields
	ch.stamps(at)
	if ch.old == nil {
		for ref, v := range map[string]any{"System.CreatedDate": stamp(at), "System.CreatedBy": c.user.mail} {
			if !ch.named[ref] {
				f[ref] = v
			}
		}
		f["System.CommentCount"] = 0.0
	}
	for ref, v := range map[string]any{"System.ChangedDate": stamp(at), "System.ChangedBy": c.user.mail} {
		if !ch.named[ref] {
			f[ref] = v
		}
	}
	if ch.text != "" && ch.next.CommentID == 0 {
		c.addComment(ch, commentVersion{Text: sanitize(ch.text), Format: "html", By: c.user.mail, At: at})
	}
	c.e.st.Watermark++
	ch.next.By, ch.next.At, ch.next.Watermark = c.user.mail, at, c.e.st.Watermark
	it.Revs = append(it.Revs, ch.next)
	it.Updates = append(it.Updates, &update{ID: len(it.Updates) + 1, Rev: ch.next.Rev, Revised: true, By: c.user.mail, At: at,
		Added: ch.added, Removed: ch.lost, Changed: ch.edited})
	c.mirror(ch, at)
	c.dirty = true
	return true, nil
}
