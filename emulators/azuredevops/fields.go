package azuredevops

import (
	"slices"
	"strings"
)

// The reference names the rules know.
const (
	fieldProject   = "System.TeamProject"
	fieldType      = "System.WorkItemType"
	fieldState     = "System.State"
	fieldReason    = "System.Reason"
	fieldArea      = "System.AreaPath"
	fieldIteration = "System.IterationPath"
	fieldTags      = "System.Tags"
	fieldHistory   = "System.History"
	fieldRemaining = "Microsoft.VSTS.Scheduling.RemainingWork"
	fieldCause     = "Custom.RootCause"
	// FieldUmlaut is the reference name of the field "Störungsgrund": a name with a letter outside ASCII has a GUID.
	FieldUmlaut = "Custom.5c1f39f2-7f10-4b0b-9c36-2f6d3a1e8b77"
)

// field is a field of the organization.
type field struct {
	ref, name, kind string
	readOnly        bool
	values          []string // of a picklist
	suggested       bool     // other values may be written too
	types           []string // the work item types that have it; nil is all
	initial         any
	computed        bool // not kept in a revision
}

var fields = []*field{
	{ref: "System.Id", name: "ID", kind: "integer", readOnly: true, computed: true},
	{ref: "System.Rev", name: "Rev", kind: "integer", readOnly: true, computed: true},
	{ref: "System.Title", name: "Title", kind: "string"},
	{ref: "System.Description", name: "Description", kind: "html"},
	{ref: fieldProject, name: "Team Project", kind: "string"},
	{ref: fieldType, name: "Work Item Type", kind: "string"},
	{ref: fieldState, name: "State", kind: "string"},
	{ref: fieldReason, name: "Reason", kind: "string"},
	{ref: fieldArea, name: "Area Path", kind: "treePath"},
	{ref: fieldIteration, name: "Iteration Path", kind: "treePath"},
	{ref: "System.AreaId", name: "Area ID", kind: "integer", computed: true},
	{ref: "System.IterationId", name: "Iteration ID", kind: "integer", computed: true},
	{ref: "System.NodeName", name: "Node Name", kind: "string", readOnly: true, computed: true},
	{ref: "System.AssignedTo", name: "Assigned To", kind: "identity"},
	{ref: "System.CreatedDate", name: "Created Date", kind: "dateTime", readOnly: true},
	{ref: "System.CreatedBy", name: "Created By", kind: "identity", readOnly: true},
	{ref: "System.ChangedDate", name: "Changed Date", kind: "dateTime", readOnly: true},
	{ref: "System.ChangedBy", name: "Changed By", kind: "identity", readOnly: true},
	{ref: "System.AuthorizedDate", name: "Authorized Date", kind: "dateTime", readOnly: true, computed: true},
	{ref: "System.AuthorizedAs", name: "Authorized As", kind: "identity", readOnly: true, computed: true},
	{ref: "System.RevisedDate", name: "Revised Date", kind: "dateTime", readOnly: true, computed: true},
	{ref: "System.Watermark", name: "Watermark", kind: "integer", readOnly: true, computed: true},
	{ref: "System.PersonId", name: "Person ID", kind: "integer", readOnly: true, computed: true},
	{ref: "System.CommentCount", name: "Comment Count", kind: "integer", readOnly: true},
	{ref: "System.Parent", name: "Parent", kind: "integer", readOnly: true, computed: true},
	{ref: "System.IsDeleted", name: "Is Deleted", kind: "boolean", readOnly: true, computed: true},
	{ref: "System.BoardColumn", name: "Board Column", kind: "string", readOnly: true, computed: true},
	{ref: "WEF_EB329F44FE5F4A94ACB1DA153FDF38BA_Kanban.Column", name: "Kanban.Column", kind: "string", readOnly: true, computed: true},
	{ref: fieldTags, name: "Tags", kind: "plainText"},
	{ref: fieldHistory, name: "History", kind: "history"},

	{ref: "Microsoft.VSTS.Common.Priority", name: "Priority", kind: "integer", values: []string{"1", "2", "3", "4"}, initial: 2.0},
	{ref: "Microsoft.VSTS.Common.Severity", name: "Severity", kind: "string", types: []string{"Bug"},
		values: []string{"1 - Critical", "2 - High", "3 - Medium", "4 - Low"}, initial: "3 - Medium"},
	{ref: "Microsoft.VSTS.Common.ValueArea", name: "Value Area", kind: "string", types: []string{"Bug", "User Story", "Product Backlog Item", "Feature", "Epic"},
		values: []string{"Architectural", "Business"}, initial: "Business"},
	{ref: "Microsoft.VSTS.Common.StateChangeDate", name: "State Change Date", kind: "dateTime", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ActivatedDate", name: "Activated Date", kind: "dateTime", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ActivatedBy", name: "Activated By", kind: "identity", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ResolvedDate", name: "Resolved Date", kind: "dateTime", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ResolvedBy", name: "Resolved By", kind: "identity", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ClosedDate", name: "Closed Date", kind: "dateTime", readOnly: true},
	{ref: "Microsoft.VSTS.Common.ClosedBy", name: "Closed By", kind: "identity", readOnly: true},
	{ref: "Microsoft.VSTS.Common.AcceptanceCriteria", name: "Acceptance Criteria", kind: "html", types: []string{"Bug", "User Story", "Product Backlog Item", "Feature"}},
	{ref: "Microsoft.VSTS.TCM.ReproSteps", name: "Repro Steps", kind: "html", types: []string{"Bug"}},
	{ref: "Microsoft.VSTS.TCM.SystemInfo", name: "System Info", kind: "html", types: []string{"Bug"}},
	{ref: "Microsoft.VSTS.Scheduling.StoryPoints", name: "Story Points", kind: "double", types: []string{"Bug", "User Story"}},
	{ref: "Microsoft.VSTS.Scheduling.Effort", name: "Effort", kind: "double", types: []string{"Bug", "Product Backlog Item", "Feature", "Epic"}},
	{ref: fieldRemaining, name: "Remaining Work", kind: "double", types: []string{"Task", "Bug"}},
	{ref: "Microsoft.VSTS.Scheduling.OriginalEstimate", name: "Original Estimate", kind: "double", types: []string{"Task", "Bug"}},
	{ref: "Microsoft.VSTS.Scheduling.CompletedWork", name: "Completed Work", kind: "double", types: []string{"Task", "Bug"}},
	{ref: "Microsoft.VSTS.Scheduling.TargetDate", name: "Target Date", kind: "dateTime", types: []string{"Feature", "Epic"}},

	{ref: "Custom.SyncId", name: "Sync Id", kind: "string"},
	{ref: "Custom.Customer", name: "Customer", kind: "string"},
	{ref: "Custom.Channel", name: "Channel", kind: "string", values: []string{"mail", "phone", "portal"}, suggested: true},
	{ref: fieldCause, name: "Root Cause", kind: "string", values: []string{"Hardware", "Software", "Human error"}},
	{ref: "Custom.Approver", name: "Approver", kind: "identity"},
	{ref: "Custom.Billable", name: "Billable", kind: "boolean", initial: false},
	{ref: "Custom.Hours", name: "Hours", kind: "double"},
	{ref: "Custom.Count", name: "Count", kind: "integer"},
	{ref: "Custom.DueOn", name: "Due On", kind: "dateTime"},
	{ref: "Custom.Notes", name: "Notes", kind: "html"},
	{ref: FieldUmlaut, name: "Störungsgrund", kind: "string"},
}

// fieldBy finds a field by reference name without regard to case, or by its display name, as the vendor does.
func fieldBy(name string) *field {
	i := slices.IndexFunc(fields, func(f *field) bool { return strings.EqualFold(f.ref, name) })
	if i < 0 {
		i = slices.IndexFunc(fields, func(f *field) bool { return strings.EqualFold(f.name, name) })
	}
	if i < 0 {
		return nil
	}
	return fields[i]
}

func (f *field) on(kind string) bool { return f.types == nil || slices.Contains(f.types, kind) }

// long fields are left out of the reporting feed unless asked for.
func (f *field) long() bool { return f.kind == "html" || f.kind == "history" }

func noField(name string) error {
	return bad("WorkItemTrackingFieldDefinitionNotFoundException", "TF51535: Cannot find field "+name+".")
}

func (e *Emulator) fieldView(f *field) object {
	ops := []any{}
	for _, op := range [][2]string{{"SupportedOperations.Equals", "="}, {"SupportedOperations.NotEquals", "<>"}, {"SupportedOperations.In", "In"}} {
		ops = append(ops, object{"referenceName": op[0], "name": op[1]})
	}
	kind := f.kind
	if kind == "identity" {
		kind = "string"
	}
	out := object{"name": f.name, "referenceName": f.ref, "type": kind, "usage": "workItem", "readOnly": f.readOnly, "canSortBy": !f.long(),
		"isQueryable": true, "supportedOperations": ops, "isIdentity": f.kind == "identity", "isPicklist": f.picklist(),
		"isPicklistSuggested": f.picklist() && f.suggested, "url": e.api("_apis", "wit", "fields", f.ref)}
	if f.picklist() {
		out["picklistId"] = guid("picklist "+f.ref, 0)
	}
	return out
}

// picklist fields are those an organization made itself: the lists of the vendor's own fields are rules of the types.
func (f *field) picklist() bool { return f.values != nil && strings.HasPrefix(f.ref, "Custom.") }

func (c *call) listFields() error {
	out := []any{}
	for _, f := range fields {
		out = append(out, c.e.fieldView(f))
	}
	return c.list(out)
}

func (c *call) getField() error {
	f := fieldBy(c.params["field"])
	if f == nil {
		return noFieldFound(c.params["field"])
	}
	return c.answer(c.e.fieldView(f))
}

func noFieldFound(name string) error {
	err := noField(name).(*apiError)
	err.status = 404
	return err
}
