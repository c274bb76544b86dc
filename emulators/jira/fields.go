package jira

import "slices"

// kind is how a field's value is read, stored and shown.
type kind int

const (
	kindComputed kind = iota // kept by the server, never set by a client
	kindText                 // one line
	kindDoc                  // Atlassian Document Format
	kindNumber
	kindDate
	kindDateTime
	kindOption
	kindOptions
	kindCascade // an option and, optionally, one of its children
	kindUser
	kindUsers
	kindLabels
	kindComponents
	kindVersions
	kindPriority
	kindResolution
	kindIssueType
	kindProject
	kindParent
	kindSprint
	kindTimes // original and remaining estimate
	kindEpic  // Data Center's epic of an issue
)

// field describes one field of the site. Screen membership is part of it: a field that is not on
// the create or edit screen is refused there.
type field struct {
	ID, Name string
	Kind     kind
	Type     string // schema type
	Items    string // schema items
	Custom   string // schema.custom, "" for system fields
	CustomID int64
	Project  string   // id of the only project that has it on its screens; "": all
	Types    []string // issue type ids that have it on their screens; nil: all
	Options  []*named
	Required bool
	Needed   []string // issue type ids that require it beside Required
	OnCreate bool
	OnEdit   bool
	Limit    int // characters, 0: none

	DataCenter bool // Cloud does not have it
}

const (
	customTypes  = "com.atlassian.jira.plugin.system.customfieldtypes:"
	textLimit    = 32767
	summaryLimit = 255
)

var fields = []*field{
	{ID: "summary", Name: "Summary", Kind: kindText, Type: "string", Required: true, OnCreate: true, OnEdit: true, Limit: summaryLimit},
	{ID: "issuetype", Name: "Issue Type", Kind: kindIssueType, Type: "issuetype", Required: true, OnCreate: true, OnEdit: true},
	{ID: "project", Name: "Project", Kind: kindProject, Type: "project", Required: true, OnCreate: true},
	{ID: "parent", Name: "Parent", Kind: kindParent, Type: "issuelink", OnCreate: true, OnEdit: true},
	{ID: "description", Name: "Description", Kind: kindDoc, Type: "string", OnCreate: true, OnEdit: true, Limit: textLimit},
	{ID: "environment", Name: "Environment", Kind: kindDoc, Type: "string", OnCreate: true, OnEdit: true, Limit: textLimit},
	{ID: "priority", Name: "Priority", Kind: kindPriority, Type: "priority", OnCreate: true, OnEdit: true},
	{ID: "labels", Name: "Labels", Kind: kindLabels, Type: "array", Items: "string", OnCreate: true, OnEdit: true},
	{ID: "components", Name: "Components", Kind: kindComponents, Type: "array", Items: "component", OnCreate: true, OnEdit: true},
	{ID: "fixVersions", Name: "Fix versions", Kind: kindVersions, Type: "array", Items: "version", OnCreate: true, OnEdit: true},
	{ID: "versions", Name: "Affects versions", Kind: kindVersions, Type: "array", Items: "version", OnCreate: true, OnEdit: true},
	{ID: "assignee", Name: "Assignee", Kind: kindUser, Type: "user", OnCreate: true, OnEdit: true},
	{ID: "reporter", Name: "Reporter", Kind: kindUser, Type: "user", OnCreate: true, OnEdit: true},
	{ID: "duedate", Name: "Due date", Kind: kindDate, Type: "date", OnCreate: true, OnEdit: true},
	{ID: "resolution", Name: "Resolution", Kind: kindResolution, Type: "resolution"},

	{ID: "customfield_10015", Name: "Start date", Kind: kindDate, Type: "date", Custom: customTypes + "datepicker", CustomID: 10015, OnCreate: true, OnEdit: true},
	{ID: "customfield_10016", Name: "Story Points", Kind: kindNumber, Type: "number", Custom: customTypes + "float", CustomID: 10016, OnCreate: true, OnEdit: true, Types: []string{"10001", "10002", "10004"}},
	{ID: sprintField, Name: "Sprint", Kind: kindSprint, Type: "array", Items: "json", Custom: "com.pyxis.greenhopper.jira:gh-sprint", CustomID: 10020, OnCreate: true, OnEdit: true,
		Project: "10000", Types: []string{"10001", "10002", "10004", typeIncident}},
	{ID: "customfield_10031", Name: "Product area", Kind: kindOption, Type: "option", Custom: customTypes + "select", CustomID: 10031, OnCreate: true, OnEdit: true,
		Options: []*named{{ID: "10100", Name: "Billing"}, {ID: "10101", Name: "Login"}, {ID: "10102", Name: "Reports"}}},
	{ID: "customfield_10032", Name: "Support ref", Kind: kindText, Type: "string", Custom: customTypes + "textfield", CustomID: 10032, OnCreate: true, OnEdit: true, Limit: 254},
	{ID: "customfield_10033", Name: "Noticed at", Kind: kindDateTime, Type: "datetime", Custom: customTypes + "datetime", CustomID: 10033, OnCreate: true, OnEdit: true},
	{ID: "customfield_10034", Name: "Platforms", Kind: kindOptions, Type: "array", Items: "option", Custom: customTypes + "multiselect", CustomID: 10034, OnCreate: true, OnEdit: true,
		Options: []*named{{ID: "10110", Name: "Web"}, {ID: "10111", Name: "iOS"}, {ID: "10112", Name: "Android"}}},
	{ID: "customfield_10035", Name: "Workaround", Kind: kindDoc, Type: "string", Custom: customTypes + "textarea", CustomID: 10035, OnCreate: true, OnEdit: true, Limit: textLimit},
	{ID: "customfield_10036", Name: "Affected by", Kind: kindOptions, Type: "array", Items: "option", Custom: customTypes + "multicheckboxes", CustomID: 10036, OnCreate: true, OnEdit: true,
		Options: []*named{{ID: "10120", Name: "Security"}, {ID: "10121", Name: "Privacy"}}},
	{ID: "customfield_10037", Name: "Reviewer", Kind: kindUser, Type: "user", Custom: customTypes + "userpicker", CustomID: 10037, OnCreate: true, OnEdit: true},
	{ID: "customfield_10038", Name: "Affected system", Kind: kindCascade, Type: "option-with-child", Custom: customTypes + "cascadingselect", CustomID: 10038, OnCreate: true, OnEdit: true,
		Options: []*named{
			{ID: "10130", Name: "Hardware", Children: []*named{{ID: "10131", Name: "Laptop"}, {ID: "10132", Name: "Phone"}, {ID: "10133", Name: "Fax", Disabled: true}}},
			{ID: "10134", Name: "Software", Children: []*named{{ID: "10135", Name: "Browser"}, {ID: "10136", Name: "Phone"}}},
			{ID: "10137", Name: "Other"},
		}},
	{ID: "customfield_10039", Name: "Customer impact", Kind: kindOption, Type: "option", Custom: customTypes + "radiobuttons", CustomID: 10039, OnCreate: true, OnEdit: true,
		Options: []*named{{ID: "10140", Name: "None"}, {ID: "10141", Name: "Some customers"}, {ID: "10142", Name: "All customers"}, {ID: "10143", Name: "Unknown", Disabled: true}}},
	{ID: "customfield_10040", Name: "Topics", Kind: kindLabels, Type: "array", Items: "string", Custom: customTypes + "labels", CustomID: 10040, OnCreate: true, OnEdit: true},
	{ID: "customfield_10041", Name: "Informed", Kind: kindUsers, Type: "array", Items: "user", Custom: customTypes + "multiuserpicker", CustomID: 10041, OnCreate: true, OnEdit: true},
	{ID: "customfield_10042", Name: "Runbook", Kind: kindText, Type: "string", Custom: customTypes + "url", CustomID: 10042, OnCreate: true, OnEdit: true},
	{ID: "customfield_10043", Name: "Severity", Kind: kindOption, Type: "option", Custom: customTypes + "select", CustomID: 10043, OnCreate: true, OnEdit: true,
		Types: []string{typeIncident}, Needed: []string{typeIncident}, Options: []*named{{ID: "10150", Name: "Critical"}, {ID: "10151", Name: "Major"}, {ID: "10152", Name: "Minor"}}},
	{ID: "customfield_10044", Name: "Detected at", Kind: kindDateTime, Type: "datetime", Custom: customTypes + "datetime", CustomID: 10044, OnCreate: true, OnEdit: true,
		Types: []string{typeIncident}, Needed: []string{typeIncident}},

	{ID: epicField, Name: "Epic Link", Kind: kindEpic, Type: "any", Custom: "com.pyxis.greenhopper.jira:gh-epic-link", CustomID: 10014, OnCreate: true, OnEdit: true, DataCenter: true,
		Types: []string{"10001", "10002", "10004", typeIncident}},
	{ID: rankField, Name: "Rank", Type: "any", Custom: "com.pyxis.greenhopper.jira:gh-lexo-rank", CustomID: 10019, DataCenter: true},

	{ID: "status", Name: "Status", Type: "status"},
	{ID: "created", Name: "Created", Type: "datetime"},
	{ID: "updated", Name: "Updated", Type: "datetime"},
	{ID: "creator", Name: "Creator", Type: "user"},
	{ID: "resolutiondate", Name: "Resolved", Type: "datetime"},
	{ID: "statuscategorychangedate", Name: "Status Category Changed", Type: "datetime"},
	{ID: "attachment", Name: "Attachment", Type: "array", Items: "attachment"},
	{ID: "comment", Name: "Comment", Type: "comments-page"},
	{ID: "issuelinks", Name: "Linked Issues", Type: "array", Items: "issuelinks", OnCreate: true, OnEdit: true},
	{ID: "subtasks", Name: "Sub-tasks", Type: "array", Items: "issuelinks"},
	{ID: "watches", Name: "Watchers", Type: "watches"},
	{ID: "votes", Name: "Votes", Type: "votes"},
	{ID: "worklog", Name: "Log Work", Type: "array", Items: "worklog"},
	{ID: "timetracking", Name: "Time tracking", Kind: kindTimes, Type: "timetracking", OnCreate: true, OnEdit: true},
	{ID: "security", Name: "Security Level", Type: "securitylevel"},
	{ID: "lastViewed", Name: "Last Viewed", Type: "datetime"},
	{ID: "progress", Name: "Progress", Type: "progress"},
	{ID: "aggregateprogress", Name: "Σ Progress", Type: "progress"},
	{ID: "workratio", Name: "Work Ratio", Type: "number"},
	{ID: "timespent", Name: "Time Spent", Type: "number"},
	{ID: "timeestimate", Name: "Remaining Estimate", Type: "number"},
	{ID: "timeoriginalestimate", Name: "Original estimate", Type: "number"},
	{ID: "aggregatetimespent", Name: "Σ Time Spent", Type: "number"},
	{ID: "aggregatetimeestimate", Name: "Σ Remaining Estimate", Type: "number"},
	{ID: "aggregatetimeoriginalestimate", Name: "Σ Original Estimate", Type: "number"},
}

func findField(id string) *field {
	for _, f := range fields {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// onScreens tells whether issues of this project and type have the field at all.
func (f *field) onScreens(projectID, issueType string) bool {
	return (f.Project == "" || f.Project == projectID) && (f.Types == nil || slices.Contains(f.Types, issueType))
}

// required tells whether an issue of this type must have a value.
func (f *field) required(issueType string) bool {
	return f.Required || slices.Contains(f.Needed, issueType)
}

// hasOptions tells whether the field's values are chosen from options of its own.
func (f *field) hasOptions() bool {
	return f.Kind == kindOption || f.Kind == kindOptions || f.Kind == kindCascade
}

// schema is the vendor's JsonTypeBean of the field.
func (f *field) schema() map[string]any {
	s := map[string]any{"type": f.Type}
	if f.Items != "" {
		s["items"] = f.Items
	}
	if f.Custom != "" {
		s["custom"], s["customId"] = f.Custom, f.CustomID
	} else {
		s["system"] = f.ID
	}
	return s
}

// operations are the verbs of the update section the field understands.
func (f *field) operations() []string {
	if f.ID == "issuelinks" {
		return []string{"add"}
	}
	switch f.Kind {
	case kindLabels, kindComponents, kindVersions, kindOptions, kindUsers:
		return []string{"add", "set", "remove"}
	}
	return []string{"set"}
}
