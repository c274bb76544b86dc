package salesforce

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// validation is a rule of the organization: where When holds, Needs must be filled.
type validation struct {
	Object  string         `json:"object"`
	When    map[string]any `json:"when"`
	Needs   string         `json:"needs"`
	Message string         `json:"message"`
}

// flow is an automation in the same transaction and under the same user: where When holds, Set is written too.
type flow struct {
	Object string         `json:"object"`
	When   map[string]any `json:"when"`
	Set    map[string]any `json:"set"`
}

func (r *record) holds(when map[string]any) bool {
	for name, v := range when {
		if !reflect.DeepEqual(r.Values[name], v) {
			return false
		}
	}
	return true
}

// before is what the platform and the organization do with a record that is about to be stored; old is nil for a new one.
func (c *call) before(o *object, old, r *record, extra row) error {
	for _, fl := range c.e.st.Flows {
		if strings.EqualFold(fl.Object, o.name) && r.holds(fl.When) {
			for name, v := range fl.Set {
				r.set(name, v)
			}
		}
	}
	switch o.name {
	case "Case":
		c.beforeCase(old, r)
	case "Contact":
		r.set("Name", strings.TrimSpace(r.text("FirstName")+" "+r.text("LastName")))
	case "FeedItem", "FeedComment":
		return c.beforePost(old, r)
	case "ContentVersion":
		return c.beforeVersion(old, r, extra)
	case "ContentDocumentLink":
		for _, l := range c.e.st.where(o.name, "ContentDocumentId", r.text("ContentDocumentId")) {
			if old == nil && l.text("LinkedEntityId") == r.text("LinkedEntityId") {
				return bad("DUPLICATE_VALUE", "ContentDocument already linked with the entity")
			}
		}
	}
	return nil
}

// beforeCase numbers, assigns and closes. Assignment rules are applied by REST unless the header says FALSE, to updates
// and in place of an owner that was sent (vendor page "Assignment Rule Header").
func (c *call) beforeCase(old, r *record) {
	if old == nil {
		r.set("CaseNumber", fmt.Sprintf("%08d", 1000+c.e.st.number("case")))
	}
	if !strings.EqualFold(c.req.Header.Get("Sforce-Auto-Assign"), "FALSE") {
		r.set("OwnerId", QueueTriage)
	}
	closed := false
	for _, s := range c.e.st.where("CaseStatus", "ApiName", r.text("Status")) {
		closed = s.flag("IsClosed")
	}
	r.Values["IsClosed"] = closed
	switch {
	case !closed:
		r.set("ClosedDate", nil)
	case old == nil || !old.flag("IsClosed"):
		r.set("ClosedDate", stamp(c.now))
	}
}

// validate applies the validation rules; one is built in, so that every organization refuses something.
func (c *call) validate(o *object, r *record) error {
	if n, ok := r.Values["Refund__c"].(float64); ok && n < 0 {
		return bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A refund cannot be negative.", "Refund__c")
	}
	for _, v := range c.e.st.Rules {
		if strings.EqualFold(v.Object, o.name) && r.holds(v.When) && r.Values[v.Needs] == nil {
			return bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", v.Message, v.Needs)
		}
	}
	return nil
}

// after is what follows from a stored record.
func (c *call) after(o *object, old, r *record, extra row) error {
	switch o.name {
	case "Case":
		if body, _ := extra["Comments"].(string); body != "" {
			_, err := c.create(c.e.schema["casecomment"], row{"ParentId": r.ID, "CommentBody": body, "IsPublished": false})
			return err
		}
	case "CaseComment":
		c.mirror(old, r)
	case "FeedComment":
		if old == nil {
			c.countReply(r)
		}
	case "ContentVersion":
		if old == nil {
			return c.publish(r, extra["VersionData"].(string))
		}
	}
	return nil
}

// history writes a row per tracked field, and two where the field names a record: by name and by id. Long text is noted
// without its values (vendor page "CaseHistory").
func (c *call) history(ch change) {
	o := c.e.schema[lower(ch.object.history)]
	if o == nil || ch.kind != "CREATE" && ch.kind != "UPDATE" {
		return
	}
	add := func(field, kind string, was, is any) {
		r := &record{Object: o.name, ID: c.e.st.newID(o.prefix), Values: row{o.parent: ch.after.ID, "Field": field, "DataType": kind, "IsDeleted": false,
			"CreatedById": ch.user, "CreatedDate": stamp(c.now), "SystemModstamp": stamp(c.now), "LastModifiedById": ch.user, "LastModifiedDate": stamp(c.now)}}
		r.Values["Id"] = r.ID
		r.set("OldValue", was)
		r.set("NewValue", is)
		c.e.st.put(r)
	}
	if ch.kind == "CREATE" {
		add("created", "Text", nil, nil)
		return
	}
	for _, name := range ch.fields {
		f := ch.object.field(name)
		if !f.tracked {
			continue
		}
		was, is := ch.before.Values[name], ch.after.Values[name]
		switch {
		case f.kind == "reference":
			shown := strings.TrimSuffix(f.name, "Id")
			if f.custom() {
				shown = f.name
			}
			if f.name == "OwnerId" && ch.after.text("OwnerId") == QueueTriage {
				shown = "ownerAssignment"
			}
			add(shown, "Text", c.nameOf(was), c.nameOf(is))
			add(shown, "EntityId", was, is)
		case f.long:
			add(f.name, "Text", nil, nil)
		case slices.Contains([]string{"picklist", "multipicklist"}, f.kind):
			add(f.name, "DynamicEnum", was, is)
		default:
			add(f.name, "Text", was, is)
		}
	}
}

func (c *call) nameOf(id any) any {
	text, _ := id.(string)
	if r := c.e.st.find(text); r != nil {
		return r.Values["Name"]
	}
	return nil
}
