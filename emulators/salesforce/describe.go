package salesforce

import (
	"encoding/base64"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// getObjects lists what there is (vendor page "Describe Global").
func (c *call) getObjects() error {
	if err := c.conditional(c.e.st.Schema); err != nil {
		return err
	}
	var out []row
	for _, o := range c.e.schema {
		out = append(out, row{"name": o.name, "label": o.label, "custom": strings.HasSuffix(o.name, "__c"), "createable": o.writable,
			"updateable": o.writable, "queryable": true, "keyPrefix": o.prefix})
	}
	sort.Slice(out, func(i, j int) bool { return out[i]["name"].(string) < out[j]["name"].(string) })
	c.w.Header().Set("Last-Modified", c.e.st.Schema.Format(http.TimeFormat))
	return c.answer(http.StatusOK, row{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": out})
}

// describe leaves out what field-level security hides, without a word. Picklist values are those of the whole
// organization, whatever a record type allows (vendor page "sObject Describe").
func (c *call) describe() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	if err := c.conditional(c.e.st.Schema); err != nil {
		return err
	}
	var fields []row
	for _, f := range o.fields {
		if c.sees(o, f) {
			fields = append(fields, o.describe(f))
		}
	}
	types := []row{}
	for _, t := range c.e.st.where("RecordType", "SobjectType", o.name) {
		types = append(types, row{"recordTypeId": t.ID, "name": t.text("Name"), "developerName": t.text("DeveloperName"), "available": true,
			"active": true, "defaultRecordTypeMapping": t.ID == RecordTypeSupport, "master": false})
	}
	types = append(types, row{"recordTypeId": "012000000000000AAA", "name": "Master", "developerName": "Master", "available": true, "active": true,
		"defaultRecordTypeMapping": len(types) == 0, "master": true})
	kids := []row{}
	for _, k := range children() {
		if k.of == o.name {
			kids = append(kids, row{"childSObject": k.object, "field": k.field, "relationshipName": k.name})
		}
	}
	c.w.Header().Set("Last-Modified", c.e.st.Schema.Format(http.TimeFormat))
	return c.answer(http.StatusOK, row{"name": o.name, "label": o.label, "keyPrefix": o.prefix, "custom": strings.HasSuffix(o.name, "__c"),
		"createable": o.writable, "updateable": o.writable, "deletable": o.writable, "queryable": true, "fields": fields,
		"recordTypeInfos": types, "childRelationships": kids})
}

func (o *object) describe(f *field) row {
	sent := f.writable || f.createOnly
	out := row{"name": f.name, "label": f.label, "type": f.kind, "length": f.length, "scale": f.scale, "nillable": !f.required && f.kind != "boolean" && f.name != "OwnerId" && !isSystem(f),
		"defaultedOnCreate": f.preset != nil || isSystem(f) || f.name == "OwnerId" || f.kind == "boolean", "createable": sent && o.writable,
		"updateable": f.writable && o.writable, "custom": f.custom(), "externalId": f.external, "unique": f.unique, "caseSensitive": f.unique,
		"calculated": f.formula, "htmlFormatted": f.rich, "restrictedPicklist": f.restricted, "dependentPicklist": f.controller != "",
		"controllerName": nil, "referenceTo": slices.Clip(append([]string{}, f.refs...)), "relationshipName": nil, "picklistValues": []row{},
		"filterable": f.filterable(), "sortable": f.filterable()}
	if f.controller != "" {
		out["controllerName"] = f.controller
	}
	if f.relation != "" {
		out["relationshipName"] = f.relation
	}
	var values []row
	for _, v := range f.options {
		values = append(values, row{"value": v, "label": v, "active": true, "defaultValue": f.preset == v, "validFor": o.validFor(f, v)})
	}
	if values != nil {
		out["picklistValues"] = values
	}
	return out
}

func isSystem(f *field) bool {
	return slices.ContainsFunc(system(), func(s *field) bool { return s.name == f.name })
}

// validFor is a bitmap in base64: bit i, from the left, stands for value i of the controlling field.
func (o *object) validFor(f *field, value string) any {
	if f.controller == "" {
		return nil
	}
	controlling := o.field(f.controller).options
	bits := make([]byte, (len(controlling)+7)/8)
	for i, v := range controlling {
		if slices.Contains(f.validFor[value], v) {
			bits[i/8] |= 0x80 >> (i % 8)
		}
	}
	return base64.StdEncoding.EncodeToString(bits)
}

// picklistValues are those that a record type allows (vendor page "Get Values for All Picklist Fields of a Record Type"):
// cases of the type Product have no status Escalated.
func (c *call) picklistValues() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	id, _ := fullID(c.req.PathValue("record_type"))
	if t := c.e.st.live(id); id != "012000000000000AAA" && (t == nil || t.text("SobjectType") != o.name) {
		return notFound()
	}
	out := row{}
	for _, f := range o.fields {
		if f.options == nil || !c.sees(o, f) {
			continue
		}
		values := []row{}
		for _, v := range f.options {
			if o.name == "Case" && f.name == "Status" && id == RecordTypeProduct && v == "Escalated" {
				continue
			}
			values = append(values, row{"value": v, "label": v, "attributes": nil, "validFor": []int{}})
		}
		out[f.name] = row{"values": values, "controllerValues": row{}, "defaultValue": nil}
	}
	return c.answer(http.StatusOK, row{"picklistFieldValues": out})
}

// eventSchema describes the change events (vendor page "Platform Event Schema by Schema ID").
func (c *call) eventSchema() error {
	for _, o := range c.e.schema {
		if !o.events || c.req.PathValue("schema") != schemaID(o) {
			continue
		}
		fields := []row{{"name": "ChangeEventHeader", "type": "record"}}
		for _, f := range o.eventFields() {
			fields = append(fields, row{"name": f.name, "type": []string{"null", "string"}, "default": nil})
		}
		return c.answer(http.StatusOK, row{"name": eventName(o), "namespace": "com.sforce.eventbus", "type": "record", "fields": fields, "uuid": schemaID(o)})
	}
	return notFound()
}
