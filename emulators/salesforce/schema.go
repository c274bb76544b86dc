package salesforce

import "strings"

// object is one kind of record.
type object struct {
	name, label, prefix string
	fields              []*field
	writable            bool   // by the API
	history             string // the object that holds its field history; "" for none
	parent              string // of a history object: the field that names the record
	events              bool   // change events are sent
	of                  string // a view: the object whose records are shown
}

// field is one column. What is neither writable nor createOnly is set by the platform.
type field struct {
	name, label, kind string // kind is the describe type
	length, scale     int
	writable          bool
	createOnly        bool
	required          bool // not nillable and without a default
	rich, long        bool // HTML; text that cannot be filtered or sorted
	external, unique  bool
	restricted        bool
	tracked           bool // in the field history
	formula           bool
	refs              []string
	relation          string // what SOQL calls the referenced record
	options           []string
	controller        string
	validFor          map[string][]string // by option: the controlling values
	preset            any                 // value of a new record
	bytes             bool                // length counts bytes
}

func lower(s string) string { return strings.ToLower(s) }

func (f *field) custom() bool { return strings.HasSuffix(f.name, "__c") }

func (f *field) filterable() bool { return !f.long && f.kind != "base64" }

// field finds a column by name in any case; nil where there is none.
func (o *object) field(name string) *field {
	for _, f := range o.fields {
		if strings.EqualFold(f.name, name) {
			return f
		}
	}
	return nil
}

// related finds the reference column behind a relationship name.
func (o *object) related(name string) *field {
	for _, f := range o.fields {
		if f.relation != "" && strings.EqualFold(f.relation, name) {
			return f
		}
	}
	return nil
}

// system are the columns that every object has.
func system() []*field {
	user := []string{"User"}
	return []*field{
		{name: "Id", label: "Record ID", kind: "id", length: 18},
		{name: "IsDeleted", label: "Deleted", kind: "boolean"},
		{name: "CreatedDate", label: "Created Date", kind: "datetime"},
		{name: "CreatedById", label: "Created By ID", kind: "reference", length: 18, refs: user, relation: "CreatedBy"},
		{name: "LastModifiedDate", label: "Last Modified Date", kind: "datetime"},
		{name: "LastModifiedById", label: "Last Modified By ID", kind: "reference", length: 18, refs: user, relation: "LastModifiedBy"},
		{name: "SystemModstamp", label: "System Modstamp", kind: "datetime"},
	}
}

// objects is the organization's schema by lower-case name.
func objects() map[string]*object {
	out := map[string]*object{}
	for _, o := range append(append(caseObjects(), contentObjects()...), settingObjects()...) {
		o.fields = append(system(), o.fields...)
		for _, f := range o.fields {
			if f.length == 0 && (f.kind == "string" || f.kind == "picklist" || f.kind == "url" || f.kind == "multipicklist") {
				f.length = 255
			}
		}
		out[lower(o.name)] = o
	}
	return out
}

// child is a relationship from a record to those that name it.
type child struct{ of, name, object, field string }

func children() []child {
	return []child{{"Case", "CaseComments", "CaseComment", "ParentId"}, {"Case", "Histories", "CaseHistory", "CaseId"},
		{"Case", "Feeds", "CaseFeed", "ParentId"}, {"Case", "ContentDocumentLinks", "ContentDocumentLink", "LinkedEntityId"},
		{"Case", "Cases", "Case", "ParentId"}, {"Escalation__c", "Histories", "Escalation__History", "ParentId"},
		{"Escalation__c", "Cases__r", "Case", "Escalation__c"}, {"Escalation__c", "ContentDocumentLinks", "ContentDocumentLink", "LinkedEntityId"},
		{"FeedItem", "FeedComments", "FeedComment", "FeedItemId"}, {"ContentDocument", "ContentVersions", "ContentVersion", "ContentDocumentId"}}
}
