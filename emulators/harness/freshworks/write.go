package freshworks

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// settleTime is how long after a write the service levels are worked out anew.
const settleTime = 5 * time.Second

// NewRecord is a record with the next number that nobody has kept yet.
func (c *Call) NewRecord(kind string, workspace int64) *Record {
	return &Record{ID: c.A.State.Numbers[kind] + 1, Kind: kind, Workspace: workspace, Values: map[string]any{}, Custom: map[string]any{},
		CreatedBy: c.By.ID, Created: c.Now}
}

// requesterKeys name the person of a new record in other ways than by id.
var requesterKeys = []string{"email", "phone", "name", "unique_external_id", "facebook_id", "twitter_id"}

// Fill writes what the body names into a record that is not kept yet, and notes what is wrong. Keys in done have been dealt with.
func (c *Call) Fill(next *Record, p *Problems, done ...string) {
	fields := c.A.Fields(next.Kind, next.Workspace)
	for key, v := range c.In {
		switch {
		case slices.Contains(done, key) || slices.Contains(requesterKeys, key):
		case key == "custom_fields":
			inner, ok := v.(Object)
			if !ok && v != nil {
				mismatch(p, key, "Object")
			}
			for name, v := range inner {
				f := Lookup(fields, name, true)
				if f == nil {
					p.Add(name, "invalid_field", "Unexpected/invalid field in request")
					continue
				}
				set(next.Custom, name, c.accept(f, v, p))
			}
		default:
			f := Lookup(fields, key, false)
			switch {
			case f == nil:
				p.Add(key, "invalid_field", "Unexpected/invalid field in request")
			case f.ReadOnly:
				p.Add(key, "readonly_field", "It is a read only field")
			default:
				set(next.Values, key, c.accept(f, v, p))
			}
		}
	}
}

func set(into map[string]any, key string, v any) {
	if v == nil {
		delete(into, key)
		return
	}
	into[key] = v
}

// Requester finds or makes the person the body names: by id, else by mail or another address, which makes a contact where nobody has it.
func (c *Call) Requester(next *Record, p *Problems, compulsory bool) {
	text := func(key string) string { s, _ := c.In[key].(string); return s }
	email, phone, external := text("email"), text("phone"), text("unique_external_id")
	switch {
	case c.In["requester_id"] != nil:
		return // looked at as a field
	case email == "" && phone == "" && external == "" && text("facebook_id") == "" && text("twitter_id") == "":
		if compulsory {
			p.Add("requester_id", "missing_field", "Field is mandatory. One of requester_id, phone, email, facebook_id, twitter_id, unique_external_id")
		}
		return
	case email == "" && external == "" && phone != "" && text("name") == "":
		p.Add("name", "missing_field", "It should be present where only a phone is given")
		return
	}
	for _, one := range c.A.State.Crowd() {
		if email != "" && one.Email == email || phone != "" && one.Phone == phone || external != "" && one.ExternalID == external {
			next.Values["requester_id"] = float64(one.ID)
			return
		}
	}
	name := text("name")
	if name == "" {
		name = email
	}
	made := c.AddPerson(&Person{Name: name, Email: email, Phone: phone, ExternalID: external})
	next.Values["requester_id"] = float64(made.ID)
}

// AddPerson keeps a new requester.
func (c *Call) AddPerson(one *Person) *Person {
	one.ID, one.Active, one.Created, one.Updated = c.A.State.ID(), true, c.Now, c.Now
	c.A.State.People[one.ID] = one
	c.Dirty()
	return one
}

// Check looks at a record as a whole: fields of the form, nested fields, and the fields for closing where this write closes it.
func (c *Call) Check(old, next *Record, p *Problems) {
	fields := c.A.Fields(next.Kind, next.Workspace)
	value := func(f Field) any {
		if f.Key != "" {
			return next.Values[f.Key]
		}
		return next.Custom[f.Name]
	}
	checkNested(fields, value, p)
	closes := slices.Contains(c.A.Vendor.Kind(next.Kind).Closed, next.Number("status")) && (old == nil || old.Number("status") != next.Number("status"))
	for _, f := range fields {
		name := f.Key
		if name == "" {
			name = f.Name
		}
		v := value(f)
		empty := v == nil || v == "" || reflect.DeepEqual(v, []any{})
		needed := f.Needed || slices.Contains(c.A.needed.Always, f.Name)
		if empty && needed && (old == nil || written(c.In, f)) {
			p.Add(name, "missing_field", "It should be present and not blank")
		}
		if empty && closes && (f.ToClose || slices.Contains(c.A.needed.ToClose, f.Name)) {
			p.Add(name, "missing_field", "It should be filled in to close it")
		}
	}
}

// written says whether the body names the field.
func written(in Object, f Field) bool {
	if f.Key != "" {
		_, ok := in[f.Key]
		return ok
	}
	inner, _ := in["custom_fields"].(Object)
	_, ok := inner[f.Name]
	return ok
}

// Keep makes next the record's state, in place of old, which is nil for a new one: times move, the index learns of it later, the activity
// is noted, and rules may fire. action is created, updated, deleted, restored, moved.
func (c *Call) Keep(old, next *Record, action string) {
	st := c.A.State
	if old == nil {
		st.Numbers[next.Kind] = next.ID
	}
	next.Updated = c.Now
	changes := c.changes(old, next)
	if old == nil || old.Number("priority") != next.Number("priority") {
		c.serviceLevels(next)
	}
	if status := next.Number("status"); old == nil || old.Number("status") != status {
		closed := slices.Contains(c.A.Vendor.Kind(next.Kind).Closed, status)
		next.Resolved, next.Closed = time.Time{}, time.Time{}
		if closed {
			next.Resolved, next.Closed = c.Now, c.Now
		}
	}
	if action == "created" || len(changes) > 0 {
		shown := map[string]any{}
		for _, ch := range changes {
			shown[ch.Field] = ch.Shown
		}
		next.Activities = append(next.Activities, Activity{At: c.Now, By: c.By.ID, Text: c.prose(action, changes), Changes: shown})
	}
	c.Put(next)
	if action != "updated" || len(changes) > 0 {
		c.events = append(c.events, event{kind: next.Kind, id: next.ID, by: c.By.ID, action: action, changes: changes})
	}
}

// Put keeps a record as it is.
func (c *Call) Put(r *Record) {
	c.A.State.Records[r.Kind][r.ID] = r
	c.A.index.add(r, c.A.skew.Now().Add(c.A.lag), c.A.skew.Now())
	c.Dirty()
}

// serviceLevels has due times worked out a while after the write, unless the write named them.
func (c *Call) serviceLevels(next *Record) {
	if c.In["due_by"] != nil {
		return
	}
	hours := time.Duration(96/max(1, next.Number("priority"))) * time.Hour
	next.Settles, next.NextDue, next.NextFirst = c.Now.Add(settleTime), next.Created.Add(hours), next.Created.Add(hours/4)
}

// Change of one field of a record.
type Change struct {
	Field    string
	From, To any
	Shown    any
}

// changes lists the fields that differ, by name.
func (c *Call) changes(old, next *Record) []Change {
	if old == nil {
		old = &Record{}
	}
	var out []Change
	compare := func(custom bool, a, b map[string]any) {
		keys := map[string]bool{}
		for k := range a {
			keys[k] = true
		}
		for k := range b {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if reflect.DeepEqual(a[k], b[k]) {
				continue
			}
			ch := Change{Field: k, From: a[k], To: b[k], Shown: b[k]}
			if f := Lookup(c.A.State.Fields[next.Kind], k, custom); f != nil {
				ch.Shown = c.A.Shown(f, b[k])
			}
			out = append(out, ch)
		}
	}
	compare(false, old.Values, next.Values)
	compare(true, old.Custom, next.Custom)
	return out
}

// View shows everything of a record. all tells that custom fields of its workspace are shown and not only those of every workspace.
func (c *Call) View(r *Record, all bool) Object {
	out := Object{"id": r.ID, "spam": r.Spam, "created_at": Stamp(r.Created), "updated_at": Stamp(r.Updated)}
	if r.Deleted {
		out["deleted"] = true
	}
	custom := Object{}
	workspace := r.Workspace
	if !all {
		workspace = 0
	}
	for _, f := range c.A.Fields(r.Kind, workspace) {
		switch {
		case f.Key == "":
			custom[f.Name] = r.Custom[f.Name]
		case f.Shape == Words && r.Values[f.Key] == nil:
			out[f.Key] = []any{}
		default:
			out[f.Key] = r.Values[f.Key]
		}
	}
	out["custom_fields"] = custom
	if description, ok := out["description"].(string); ok {
		out["description_text"] = Plain(description)
	} else {
		out["description"], out["description_text"] = "", ""
	}
	return out
}

// DueTimes adds the service levels as they are shown now.
func (c *Call) DueTimes(r *Record, out Object) {
	due, first := r.Due, r.First
	if !r.Settles.IsZero() && !c.Now.Before(r.Settles) {
		due, first = r.NextDue, r.NextFirst
	}
	if out["due_by"] == nil {
		out["due_by"] = Stamp(due)
	}
	if out["fr_due_by"] == nil {
		out["fr_due_by"] = Stamp(first)
	}
}

// Trash deletes a record, and Restore brings it back.
func (c *Call) Trash(r *Record, deleted bool) error {
	if r.Deleted == deleted {
		return NotFound()
	}
	next := r.Clone()
	next.Deleted = deleted
	action := "restored"
	if deleted {
		action = "deleted"
	}
	c.Keep(r, next, action)
	return c.Answer(http.StatusNoContent, nil)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// NeededToClose says whether the form asks for a field to close a ticket.
func (a *Account) NeededToClose(name string) bool { return slices.Contains(a.needed.ToClose, name) }
