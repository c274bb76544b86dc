package salesforce

// contentObjects are files and where they are linked.
func contentObjects() []*object {
	return []*object{
		{name: "ContentVersion", label: "Content Version", prefix: "068", writable: true, fields: []*field{
			{name: "ContentDocumentId", label: "ContentDocument ID", kind: "reference", createOnly: true, refs: []string{"ContentDocument"}, relation: "ContentDocument"},
			{name: "Title", label: "Title", kind: "string", writable: true},
			{name: "Description", label: "Description", kind: "textarea", length: 1000, writable: true},
			{name: "PathOnClient", label: "Path On Client", kind: "string", length: 500, createOnly: true, required: true},
			{name: "VersionData", label: "Version Data", kind: "base64", createOnly: true, required: true},
			{name: "FirstPublishLocationId", label: "First Publish Location ID", kind: "reference", createOnly: true, refs: []string{"Case", "Escalation__c", "User"}},
			{name: "VersionNumber", label: "Version Number", kind: "string", length: 20},
			{name: "IsLatest", label: "Is Latest", kind: "boolean"},
			{name: "FileType", label: "File Type", kind: "string", length: 20},
			{name: "FileExtension", label: "File Extension", kind: "string", length: 40},
			{name: "ContentSize", label: "Size", kind: "int"},
			{name: "Checksum", label: "Checksum", kind: "string", length: 50},
			{name: "Sync_Id__c", label: "Sync Id", kind: "string", writable: true, external: true, unique: true},
		}},
		{name: "ContentDocument", label: "Content Document", prefix: "069", writable: true, fields: []*field{
			{name: "Title", label: "Title", kind: "string", writable: true},
			{name: "OwnerId", label: "Owner ID", kind: "reference", writable: true, refs: []string{"User"}, relation: "Owner"},
			{name: "LatestPublishedVersionId", label: "Latest Published Version ID", kind: "reference", refs: []string{"ContentVersion"}, relation: "LatestPublishedVersion"},
			{name: "FileType", label: "File Type", kind: "string", length: 20},
			{name: "FileExtension", label: "File Extension", kind: "string", length: 40},
			{name: "ContentSize", label: "Size", kind: "int"},
		}},
		{name: "ContentDocumentLink", label: "Content Document Link", prefix: "06A", writable: true, fields: []*field{
			{name: "ContentDocumentId", label: "ContentDocument ID", kind: "reference", createOnly: true, required: true, refs: []string{"ContentDocument"}, relation: "ContentDocument"},
			{name: "LinkedEntityId", label: "Linked Entity ID", kind: "reference", createOnly: true, required: true, refs: []string{"Case", "Escalation__c", "User"}, relation: "LinkedEntity"},
			{name: "ShareType", label: "Share Type", kind: "picklist", writable: true, restricted: true, options: []string{"V", "C", "I"}, preset: "V"},
			{name: "Visibility", label: "Visibility", kind: "picklist", writable: true, restricted: true, options: []string{"AllUsers", "InternalUsers", "SharedUsers"}, preset: "AllUsers"},
		}},
		{name: "Topic", label: "Topic", prefix: "0TO", writable: true, fields: []*field{
			{name: "Name", label: "Name", kind: "string", length: 150, writable: true, required: true, unique: true}}},
		{name: "TopicAssignment", label: "Topic Assignment", prefix: "0TA", writable: true, fields: []*field{
			{name: "TopicId", label: "Topic ID", kind: "reference", createOnly: true, required: true, refs: []string{"Topic"}, relation: "Topic"},
			{name: "EntityId", label: "Record ID", kind: "reference", createOnly: true, required: true, refs: []string{"Case", "Escalation__c"}, relation: "Entity"}}},
	}
}

// settingObjects are people, companies and setup.
func settingObjects() []*object {
	return []*object{
		{name: "User", label: "User", prefix: "005", fields: []*field{
			{name: "Name", label: "Full Name", kind: "string", length: 121}, {name: "Email", label: "Email", kind: "email", length: 128},
			{name: "Username", label: "Username", kind: "string", length: 80, unique: true}, {name: "Alias", label: "Alias", kind: "string", length: 8},
			{name: "IsActive", label: "Active", kind: "boolean"}, {name: "UserType", label: "User Type", kind: "picklist"}}},
		{name: "Group", label: "Group", prefix: "00G", fields: []*field{
			{name: "Name", label: "Name", kind: "string", length: 40}, {name: "DeveloperName", label: "Developer Name", kind: "string", length: 80},
			{name: "Type", label: "Type", kind: "picklist"}, {name: "Email", label: "Email", kind: "email", length: 255}}},
		{name: "Account", label: "Account", prefix: "001", writable: true, fields: []*field{
			{name: "Name", label: "Account Name", kind: "string", writable: true, required: true}, {name: "Phone", label: "Phone", kind: "phone", length: 40, writable: true},
			{name: "Website", label: "Website", kind: "url", writable: true},
			{name: "OwnerId", label: "Owner ID", kind: "reference", writable: true, refs: []string{"User"}, relation: "Owner"}}},
		{name: "Contact", label: "Contact", prefix: "003", writable: true, fields: []*field{
			{name: "Name", label: "Full Name", kind: "string", length: 121}, {name: "FirstName", label: "First Name", kind: "string", length: 40, writable: true},
			{name: "LastName", label: "Last Name", kind: "string", length: 80, writable: true, required: true}, {name: "Email", label: "Email", kind: "email", length: 80, writable: true},
			{name: "Phone", label: "Business Phone", kind: "phone", length: 40, writable: true},
			{name: "AccountId", label: "Account ID", kind: "reference", writable: true, refs: []string{"Account"}, relation: "Account"},
			{name: "OwnerId", label: "Owner ID", kind: "reference", writable: true, refs: []string{"User"}, relation: "Owner"},
			{name: "Ext_Key__c", label: "External Key", kind: "string", length: 80, writable: true, external: true, unique: true}}},
		{name: "RecordType", label: "Record Type", prefix: "012", fields: []*field{
			{name: "Name", label: "Name", kind: "string", length: 80}, {name: "DeveloperName", label: "Record Type Name", kind: "string", length: 80},
			{name: "SobjectType", label: "SObject Type Name", kind: "picklist"}, {name: "IsActive", label: "Active", kind: "boolean"}}},
		{name: "CaseStatus", label: "Case Status Value", prefix: "01J", fields: []*field{
			{name: "ApiName", label: "API Name", kind: "string"}, {name: "MasterLabel", label: "Master Label", kind: "string"}, {name: "SortOrder", label: "Sort Order", kind: "int"},
			{name: "IsDefault", label: "Is Default", kind: "boolean"}, {name: "IsClosed", label: "Is Closed", kind: "boolean"}}},
		{name: "Organization", label: "Organization", prefix: "00D", fields: []*field{
			{name: "Name", label: "Name", kind: "string", length: 80}, {name: "IsSandbox", label: "Is Sandbox", kind: "boolean"}}},
	}
}
