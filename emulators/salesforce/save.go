package salesforce

import (
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// change is one record that was written in a call, before and after; before is nil for new ones.
type change struct {
	kind          string // CREATE, UPDATE, DELETE, UNDELETE, GAP_UPDATE
	object        *object
	before, after *record
	fields        []string // changed ones in the order of the schema
	user          string
	origin        string
}

// create makes a record, or refuses and changes nothing.
func (c *call) create(o *object, in row) (*record, error) {
	if !o.writable {
		return nil, refuse(405, "METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are GET")
	}
	r := &record{Object: o.name, Values: map[string]any{}}
	for _, f := range o.fields {
		if f.preset != nil {
			r.Values[f.name] = f.preset
		}
	}
	if o.field("OwnerId") != nil {
		r.Values["OwnerId"] = c.user.ID
	}
	extra, err := c.fill(o, r, in, true)
	if err != nil {
		return nil, err
	}
	if err := c.before(o, nil, r, extra); err != nil {
		return nil, err
	}
	if err := c.check(o, nil, r); err != nil {
		return nil, err
	}
	c.add(o, r)
	return r, c.after(o, nil, r, extra)
}

// add stores a new record with what the platform fills in.
func (c *call) add(o *object, r *record) {
	r.ID = c.e.st.newID(o.prefix)
	now := stamp(c.now)
	maps.Copy(r.Values, row{"Id": r.ID, "IsDeleted": false, "CreatedDate": now, "CreatedById": c.user.ID, "LastModifiedDate": now,
		"LastModifiedById": c.user.ID, "SystemModstamp": now})
	c.e.st.put(r)
	c.note("CREATE", o, nil, r)
}

// update writes what in names. Without any difference it still counts as a change.
func (c *call) update(o *object, old *record, in row) (*record, error) {
	if !o.writable {
		return nil, refuse(405, "METHOD_NOT_ALLOWED", "HTTP Method 'PATCH' not allowed. Allowed are GET")
	}
	if err := c.mayEdit(o, old); err != nil {
		return nil, err
	}
	r := old.clone()
	extra, err := c.fill(o, r, in, false)
	if err != nil {
		return nil, err
	}
	if err := c.before(o, old, r, extra); err != nil {
		return nil, err
	}
	if err := c.check(o, old, r); err != nil {
		return nil, err
	}
	c.replace(o, old, r)
	return r, c.after(o, old, r, extra)
}

// replace stores a changed record.
func (c *call) replace(o *object, old, r *record) {
	now := stamp(c.now)
	r.Values["LastModifiedDate"], r.Values["LastModifiedById"], r.Values["SystemModstamp"] = now, c.user.ID, now
	c.e.st.put(r)
	c.note("UPDATE", o, old, r)
}

// note remembers a change for history, events and messages.
func (c *call) note(kind string, o *object, old, r *record) {
	c.dirty = true
	origin := "com/salesforce/api/rest/" + strings.TrimPrefix(c.req.PathValue("version"), "v")
	if name := c.client(); name != "" {
		origin += ";client=" + name
	}
	ch := change{kind: kind, object: o, before: old, after: r, user: c.user.ID, origin: origin}
	for _, f := range o.fields {
		var was any
		if old != nil {
			was = old.Values[f.name]
		}
		if !reflect.DeepEqual(was, r.Values[f.name]) {
			ch.fields = append(ch.fields, f.name)
		}
	}
	c.changes = append(c.changes, ch)
	c.history(ch)
}

// remove moves a record and its children to the recycle bin.
func (c *call) remove(o *object, old *record) error {
	if !o.writable || o.name == "ContentVersion" {
		return refuse(405, "METHOD_NOT_ALLOWED", "HTTP Method 'DELETE' not allowed. Allowed are GET, PATCH")
	}
	if err := c.mayEdit(o, old); err != nil {
		return err
	}
	c.bury(o, old)
	return nil
}

func (c *call) bury(o *object, old *record) {
	r := old.clone()
	r.Values["IsDeleted"] = true
	now := stamp(c.now)
	r.Values["LastModifiedDate"], r.Values["LastModifiedById"], r.Values["SystemModstamp"] = now, c.user.ID, now
	c.e.st.put(r)
	c.note("DELETE", o, old, r)
	for _, ch := range append(children(), child{"CaseComment", "", "FeedItem", "RelatedRecordId"}, child{"ContentDocument", "", "ContentDocumentLink", "ContentDocumentId"}) {
		if ch.of != o.name || ch.object == "Case" || ch.object == "CaseFeed" {
			continue
		}
		for _, kid := range c.e.st.where(ch.object, ch.field, r.ID) {
			c.bury(c.e.schema[lower(ch.object)], kid)
		}
	}
	for _, kid := range c.e.st.where("FeedItem", "ParentId", r.ID) {
		c.bury(c.e.schema["feeditem"], kid)
	}
}

// mayEdit holds the rule of comments: one's own, or an administrator's.
func (c *call) mayEdit(o *object, r *record) error {
	own := []string{"CaseComment", "FeedItem", "FeedComment"}
	if slices.Contains(own, o.name) && !c.admin() && r.text("CreatedById") != c.user.ID {
		return noAccess()
	}
	return nil
}

// fill takes over the fields to write. extra holds what is not stored but acted on.
func (c *call) fill(o *object, r *record, in row, creating bool) (extra row, err error) {
	extra = row{}
	var sealed []string
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		v := in[name]
		if name == "attributes" {
			continue
		}
		f := o.field(name)
		if f == nil {
			if key, ok := v.(map[string]any); ok && o.related(name) != nil {
				if f = o.related(name); c.sees(o, f) {
					if v, err = c.byKey(f, key); err != nil {
						return nil, err
					}
				}
			}
		}
		if f == nil || !c.sees(o, f) {
			return nil, refuse(400, "INVALID_FIELD", "No such column '"+name+"' on sobject of type "+o.name)
		}
		if !f.writable && !(f.createOnly && creating) {
			sealed = append(sealed, f.name)
			continue
		}
		value, err := c.convert(f, v)
		if err != nil {
			return nil, err
		}
		if f.name == "Comments" || f.kind == "base64" {
			extra[f.name] = value
			continue
		}
		r.set(f.name, value)
	}
	if len(sealed) > 0 {
		return nil, bad("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+join(sealed)+
			". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", sealed...)
	}
	return extra, nil
}

// byKey finds the record that a relationship names by an external id: {"Ext_Key__c": "x"}.
func (c *call) byKey(f *field, key row) (any, error) {
	for _, target := range f.refs {
		o := c.e.schema[lower(target)]
		for name, v := range key {
			text, _ := v.(string)
			if k := o.field(name); k != nil && k.external {
				_, found, err := c.external(o, name, text)
				if err != nil {
					return nil, err
				}
				if len(found) == 1 {
					return found[0].ID, nil
				}
				return nil, bad("INVALID_FIELD", "Foreign key external ID: "+text+" not found for field "+k.name+" in entity "+o.name)
			}
		}
	}
	return nil, bad("INVALID_FIELD", "Relationship "+f.relation+" needs an external ID field of the record it names")
}

// check holds what is required and unique, and the validation rules.
func (c *call) check(o *object, old, r *record) error {
	var missing []string
	for _, f := range o.fields {
		if f.required && f.kind != "base64" && r.Values[f.name] == nil {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return bad("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+join(missing)+"]", missing...)
	}
	for _, f := range o.fields {
		if !f.unique || r.Values[f.name] == nil {
			continue
		}
		for _, other := range c.e.st.table(o.name) {
			if other.ID != r.ID && !other.deleted() && other.Values[f.name] == r.Values[f.name] {
				return bad("DUPLICATE_VALUE", "duplicate value found: "+f.name+" duplicates value on record with id: "+other.ID)
			}
		}
	}
	return c.validate(o, r)
}
