package jira

import (
	"strings"
	"testing"
)

// metaOf finds a field in the answer of createmeta.
func metaOf(t *testing.T, a answer, id string) map[string]any {
	t.Helper()
	list, _ := a.at("fields").([]any)
	for _, one := range list {
		if f, _ := one.(map[string]any); f["fieldId"] == id {
			return f
		}
	}
	t.Fatalf("createmeta has no %s", id)
	return nil
}

func TestCustomFieldsReadBackAsTheyAreWritten(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", object{
		"customfield_10038": object{"value": "Hardware", "child": object{"value": "Laptop"}}, "customfield_10039": object{"id": "10141"},
		"customfield_10040": []string{"boot", "disk"}, "customfield_10041": []object{{"accountId": users[1].AccountID}, {"id": users[2].AccountID}},
		"customfield_10042": "https://wiki.acme.example/boot"})
	got := c.issue(id)
	got.is("fields.customfield_10038.value", "Hardware")
	got.is("fields.customfield_10038.child.id", "10131")
	got.is("fields.customfield_10039.value", "Some customers")
	got.is("fields.customfield_10040", "[boot disk]")
	got.is("fields.customfield_10041.1.accountId", users[2].AccountID)
	got.is("fields.customfield_10042", "https://wiki.acme.example/boot")

	path := "/rest/api/3/issue/" + id
	c.do("PUT", path, object{"fields": object{"customfield_10038": object{"id": "10134"}}}).want(204)
	if c.issue(id).at("fields.customfield_10038.child") != nil {
		t.Error("the child of another option stayed")
	}
	log := c.do("GET", path+"/changelog", nil)
	log.is("values.0.items.0.fromString", "Parent values: Hardware(10130)Level 1 values: Laptop(10131)")
	log.is("values.0.items.0.toString", "Parent values: Software(10134)")
	c.do("PUT", path, object{"update": object{"customfield_10041": []object{{"remove": object{"accountId": users[1].AccountID}}}, "customfield_10040": []object{{"add": "cold"}}}}).want(204)
	c.issue(id).is("fields.customfield_10041.0.accountId", users[2].AccountID)
	c.issue(id).is("fields.customfield_10040", "[boot cold disk]")
	c.do("PUT", path, object{"fields": object{"customfield_10038": nil, "customfield_10040": []string{}}}).want(204)
	if got := c.issue(id); got.at("fields.customfield_10038") != nil || got.at("fields.customfield_10040") != nil {
		t.Errorf("emptied custom fields are not null: %s", got.Raw)
	}
}

func TestCustomFieldsAreRefusedByField(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	for _, tc := range []struct {
		reason, field string
		value         any
		want          string
	}{
		{"a parent nobody knows", "customfield_10038", object{"value": "Furniture"}, "'Furniture' is not valid"},
		{"a child of another parent", "customfield_10038", object{"value": "Software", "child": object{"value": "Laptop"}}, "'Laptop' is not valid"},
		{"a child's id of another parent", "customfield_10038", object{"id": "10134", "child": object{"id": "10131"}}, "Option id '10131'"},
		{"a disabled child", "customfield_10038", object{"value": "Hardware", "child": object{"value": "Fax"}}, "'Fax' is not valid"},
		{"a disabled option", "customfield_10039", object{"value": "Unknown"}, "'Unknown' is not valid"},
		{"a name where an option is due", "customfield_10039", "None", "valid 'id'"},
		{"a topic with a space", "customfield_10040", []string{"a b"}, "spaces"},
		{"one person where several are due", "customfield_10041", object{"accountId": users[1].AccountID}, "array"},
		{"no address", "customfield_10042", "runbook", "URL"},
		{"a field of another type's screens", "customfield_10043", object{"value": "Minor"}, "appropriate screen"},
	} {
		in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "x", tc.field: tc.value}
		got := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400)
		if text := got.text("errors." + tc.field); !strings.Contains(text, tc.want) {
			t.Errorf("%s: errors.%s is %q, want it to contain %q", tc.reason, tc.field, text, tc.want)
		}
	}
}

func TestRequiredFieldsAreToldAndHeld(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	meta := c.do("GET", "/rest/api/3/issue/createmeta/ENG/issuetypes/"+typeIncident+"?maxResults=200", nil).want(200)
	if f := metaOf(t, meta, "customfield_10043"); f["required"] != true {
		t.Errorf("createmeta says required: %v", f["required"])
	}
	in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Incident"}, "summary": "Down"}
	refused := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400)
	refused.is("errors.customfield_10043", "Severity is required.")
	refused.is("errors.customfield_10044", "Detected at is required.")
	in["customfield_10043"], in["customfield_10044"] = object{"value": "Major"}, "2026-05-04T10:00:00.000+0200"
	id := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(201).text("id")
	c.do("GET", "/rest/api/3/issue/"+id+"/editmeta", nil).want(200).is("fields.customfield_10043.required", true)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"customfield_10043": nil}}).want(400).is("errors.customfield_10043", "Severity is required.")
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "Still down"}}).want(204)
}

func TestMetaTellsTheOptionsThatMayBeChosen(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	f := metaOf(t, c.do("GET", "/rest/api/3/issue/createmeta/ENG/issuetypes/10004?maxResults=200", nil).want(200), "customfield_10038")
	schema, _ := f["schema"].(map[string]any)
	if schema["type"] != "option-with-child" || schema["custom"] != customTypes+"cascadingselect" {
		t.Errorf("the schema is %v", schema)
	}
	options, _ := f["allowedValues"].([]any)
	first, _ := options[0].(map[string]any)
	children, _ := first["children"].([]any)
	if first["value"] != "Hardware" || len(children) != 2 {
		t.Errorf("the first option is %v", first)
	}
	all := c.do("GET", "/rest/api/3/field/customfield_10038/context/10038/option", nil).want(200)
	all.is("total", 8)
	all.is("values.3.optionId", "10130")
	all.is("values.3.disabled", true)
}

func TestJQLFindsByCustomFields(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", object{"customfield_10038": object{"value": "Hardware", "child": object{"value": "Laptop"}}, "customfield_10040": []string{"boot"},
		"customfield_10041": []object{{"accountId": users[2].AccountID}}})
	c.newIssue("y", nil)
	for _, jql := range []string{`cf[10038] = Laptop`, `"Affected system" = Hardware`, `Topics = boot`, `cf[10041] = ` + users[2].AccountID} {
		c.do("POST", "/rest/api/3/search/jql", object{"jql": jql}).want(200).is("issues.0.id", id)
	}
}
