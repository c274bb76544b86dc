package salesforce

import "strings"

// caseObjects are the work items and what hangs on them.
func caseObjects() []*object {
	owner := []string{"User", "Group"}
	syncID := func() *field {
		return &field{name: "Sync_Id__c", label: "Sync Id", kind: "string", writable: true, external: true, unique: true}
	}
	return []*object{
		{name: "Case", label: "Case", prefix: "500", writable: true, history: "CaseHistory", events: true, fields: []*field{
			{name: "CaseNumber", label: "Case Number", kind: "string", length: 30},
			{name: "Subject", label: "Subject", kind: "string", writable: true, tracked: true},
			{name: "Description", label: "Description", kind: "textarea", length: 32000, long: true, writable: true, tracked: true},
			{name: "Status", label: "Status", kind: "picklist", writable: true, tracked: true, options: statuses(), preset: "New"},
			{name: "Priority", label: "Priority", kind: "picklist", writable: true, tracked: true, options: []string{"High", "Medium", "Low"}, preset: "Medium"},
			{name: "Origin", label: "Case Origin", kind: "picklist", writable: true, options: []string{"Phone", "Email", "Web"}},
			{name: "Type", label: "Case Type", kind: "picklist", writable: true, options: []string{"Question", "Problem", "Feature Request"}},
			{name: "Reason", label: "Case Reason", kind: "picklist", writable: true, tracked: true, options: []string{"Installation", "Performance", "Breakdown", "Other"}},
			{name: "OwnerId", label: "Owner ID", kind: "reference", writable: true, tracked: true, refs: owner, relation: "Owner"},
			{name: "ContactId", label: "Contact ID", kind: "reference", writable: true, tracked: true, refs: []string{"Contact"}, relation: "Contact"},
			{name: "AccountId", label: "Account ID", kind: "reference", writable: true, refs: []string{"Account"}, relation: "Account"},
			{name: "ParentId", label: "Parent Case ID", kind: "reference", writable: true, refs: []string{"Case"}, relation: "Parent"},
			{name: "RecordTypeId", label: "Record Type ID", kind: "reference", writable: true, refs: []string{"RecordType"}, relation: "RecordType", preset: RecordTypeSupport},
			{name: "IsClosed", label: "Closed", kind: "boolean", preset: false},
			{name: "ClosedDate", label: "Closed Date", kind: "datetime"},
			{name: "IsEscalated", label: "Escalated", kind: "boolean", writable: true, preset: false},
			{name: "SuppliedEmail", label: "Email Address", kind: "email", length: 80, writable: true},
			{name: "SuppliedName", label: "Name", kind: "string", length: 80, writable: true},
			{name: "Comments", label: "Internal Comments", kind: "textarea", length: 4000, long: true, bytes: true, writable: true},
			syncID(),
			{name: "Tracker_Key__c", label: "Tracker Key", kind: "string", length: 80, writable: true, external: true, tracked: true},
			{name: "Severity__c", label: "Severity", kind: "picklist", writable: true, tracked: true, restricted: true, options: []string{"S1", "S2", "S3"}},
			{name: "Platforms__c", label: "Platforms", kind: "multipicklist", length: 4099, writable: true, tracked: true, options: []string{"Web", "iOS", "Android", "Desktop"}},
			{name: "Product__c", label: "Product", kind: "picklist", writable: true, options: []string{"Printer", "Scanner"}},
			{name: "Component__c", label: "Component", kind: "picklist", writable: true, options: []string{"Toner", "Paper Feed", "Lamp"}, controller: "Product__c",
				validFor: map[string][]string{"Toner": {"Printer"}, "Paper Feed": {"Printer", "Scanner"}, "Lamp": {"Scanner"}}},
			{name: "Affected_Users__c", label: "Affected Users", kind: "double", writable: true, tracked: true},
			{name: "Refund__c", label: "Refund", kind: "currency", scale: 2, writable: true},
			{name: "Progress__c", label: "Progress", kind: "percent", scale: 1, writable: true},
			{name: "Confirmed__c", label: "Confirmed", kind: "boolean", writable: true, preset: false},
			{name: "Due_Date__c", label: "Due Date", kind: "date", writable: true, tracked: true},
			{name: "Respond_By__c", label: "Respond By", kind: "datetime", writable: true},
			{name: "Tracker_URL__c", label: "Tracker URL", kind: "url", writable: true},
			{name: "Reporter_Email__c", label: "Reporter Email", kind: "email", length: 80, writable: true},
			{name: "Callback_Phone__c", label: "Callback Phone", kind: "phone", length: 40, writable: true},
			{name: "Steps__c", label: "Steps to Reproduce", kind: "textarea", length: 32768, long: true, writable: true},
			{name: "Analysis__c", label: "Analysis", kind: "textarea", length: 32768, long: true, rich: true, writable: true},
			{name: "Reviewer__c", label: "Reviewer", kind: "reference", writable: true, tracked: true, refs: []string{"User"}, relation: "Reviewer__r"},
			{name: "Escalation__c", label: "Escalation", kind: "reference", writable: true, refs: []string{"Escalation__c"}, relation: "Escalation__r"},
			{name: "Age_Days__c", label: "Age in Days", kind: "double", formula: true},
		}},
		{name: "Escalation__c", label: "Escalation", prefix: "a00", writable: true, history: "Escalation__History", events: true, fields: []*field{
			{name: "OwnerId", label: "Owner ID", kind: "reference", writable: true, tracked: true, refs: owner, relation: "Owner"},
			{name: "Name", label: "Title", kind: "string", length: 80, writable: true, required: true, tracked: true},
			{name: "Stage__c", label: "Stage", kind: "picklist", writable: true, required: true, tracked: true, restricted: true, options: []string{"Open", "In Progress", "Blocked", "Done"}},
			{name: "Details__c", label: "Details", kind: "textarea", length: 32768, long: true, rich: true, writable: true},
			{name: "Impact__c", label: "Impact", kind: "double", scale: 2, writable: true},
			{name: "Assignee__c", label: "Assignee", kind: "reference", writable: true, refs: []string{"User"}, relation: "Assignee__r"},
			syncID(),
		}},
		{name: "CaseComment", label: "Case Comment", prefix: "00a", writable: true, events: true, fields: []*field{
			{name: "ParentId", label: "Parent ID", kind: "reference", createOnly: true, required: true, refs: []string{"Case"}, relation: "Parent"},
			{name: "CommentBody", label: "Body", kind: "textarea", length: 4000, bytes: true, long: true, writable: true},
			{name: "IsPublished", label: "Published", kind: "boolean", writable: true, preset: false},
		}},
		feedItem("FeedItem", ""), feedItem("CaseFeed", "FeedItem"),
		{name: "FeedComment", label: "Feed Comment", prefix: "0D7", writable: true, fields: []*field{
			{name: "FeedItemId", label: "Feed Item ID", kind: "reference", createOnly: true, required: true, refs: []string{"FeedItem"}, relation: "FeedItem"},
			{name: "ParentId", label: "Parent ID", kind: "reference", refs: []string{"Case", "Escalation__c"}, relation: "Parent"},
			{name: "CommentBody", label: "Comment Body", kind: "textarea", length: 10000, long: true, writable: true},
			{name: "IsRichText", label: "Is Rich Text", kind: "boolean", writable: true, preset: false},
		}},
		historyOf("CaseHistory", "CaseId", "Case", "017"), historyOf("Escalation__History", "ParentId", "Escalation__c", "h00"),
		{name: "EmailMessage", label: "Email Message", prefix: "02s", writable: true, fields: []*field{
			{name: "ParentId", label: "Case ID", kind: "reference", writable: true, refs: []string{"Case"}, relation: "Parent"},
			{name: "Subject", label: "Subject", kind: "string", length: 3000, writable: true},
			{name: "TextBody", label: "Text Body", kind: "textarea", length: 131072, long: true, writable: true},
			{name: "HtmlBody", label: "HTML Body", kind: "textarea", length: 131072, long: true, rich: true, writable: true},
			{name: "FromAddress", label: "From Address", kind: "email", length: 1000, writable: true},
			{name: "Incoming", label: "Is Incoming", kind: "boolean", writable: true, preset: false},
			{name: "HasAttachment", label: "Has Attachment", kind: "boolean", preset: false},
			{name: "Status", label: "Status", kind: "picklist", writable: true, options: []string{"0", "1", "2", "3", "4", "5"}},
		}},
	}
}

func feedItem(name, of string) *object {
	parents := []string{"Case", "Escalation__c", "User"}
	return &object{name: name, of: of, label: "Feed Item", prefix: "0D5", writable: of == "", events: of == "", fields: []*field{
		{name: "ParentId", label: "Parent ID", kind: "reference", createOnly: true, required: true, refs: parents, relation: "Parent"},
		{name: "Type", label: "Feed Item Type", kind: "picklist", createOnly: true, preset: "TextPost", restricted: true,
			options: []string{"TextPost", "ContentPost", "LinkPost", "CaseCommentPost", "ChangeStatusPost", "CallLogPost", "EmailMessageEvent"}},
		{name: "Title", label: "Title", kind: "string", writable: true},
		{name: "Body", label: "Body", kind: "textarea", length: 10000, long: true, writable: true},
		{name: "IsRichText", label: "Is Rich Text", kind: "boolean", writable: true, preset: false},
		{name: "LinkUrl", label: "Link Url", kind: "url", length: 1000, createOnly: true},
		{name: "RelatedRecordId", label: "Related Record ID", kind: "reference", createOnly: true, refs: []string{"ContentVersion", "CaseComment"}},
		{name: "Visibility", label: "Visibility", kind: "picklist", writable: true, restricted: true, options: []string{"InternalUsers", "AllUsers"}, preset: "InternalUsers"},
		{name: "CommentCount", label: "Comment Count", kind: "int", preset: 0.0},
		{name: "LastEditById", label: "Last Edit By ID", kind: "reference", refs: []string{"User"}, relation: "LastEditBy"},
		{name: "LastEditDate", label: "Last Edit Date", kind: "datetime"},
		{name: "Status", label: "Status", kind: "picklist", writable: true, restricted: true, options: []string{"Published", "PendingReview"}, preset: "Published"},
	}}
}

func historyOf(name, parent, of, prefix string) *object {
	return &object{name: name, label: of + " History", prefix: prefix, parent: parent, fields: []*field{
		{name: parent, label: "Record ID", kind: "reference", refs: []string{of}, relation: strings.TrimSuffix(of, "__c")},
		{name: "Field", label: "Changed Field", kind: "picklist"},
		{name: "DataType", label: "Datatype", kind: "picklist"},
		{name: "OldValue", label: "Old Value", kind: "anyType", long: true},
		{name: "NewValue", label: "New Value", kind: "anyType", long: true},
	}}
}
