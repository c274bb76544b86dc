package contract

// known lists, per vendor, where the vendor's document is wrong about the vendor's service.
var known = map[string][]Exception{
	"github": {
		{Operation: "GET /search/issues", Contains: "/body: Value is not nullable", Reason: "an issue without a body shows null, as everywhere else in the document"},
		{Operation: "GET /app/installations", Contains: "/account/", Reason: "an account is a user or an enterprise (as the single installation says), not both at once"},
		{Contains: "/errors/0: value must be an object", Reason: "the errors of a 422 may be plain texts (vendor page Troubleshooting the REST API)"},
		{Operation: "PUT /repos/{owner}/{repo}/issues/{issue_number}/issue-field-values", Contains: "/value: value doesn't match any schema", Reason: "values of multi_select fields are lists of option names (as the POST beside it says)"},
	},
	"azuredevops": {
		{Contains: "JsonPatchDocument: at /: value must be an object", Reason: "the document makes the patch an object and a list at once; it is a list (vendor page Work Items - Update)"},
		{Operation: "POST /{organization}/{project}/_apis/wit/attachments", Contains: "value is required but missing", Reason: "an upload in pieces begins without a body (vendor page Attachments - Create)"},
		{Contains: "/allowedValues/", Reason: "values are typed as objects; those of every kind but identities are plain texts (vendor page Work Item Types Field - List)"},
		{Contains: `Content-Type has unexpected value: "text/html`, Reason: "who is not signed in, or calls while the service is down, gets a page for people"},
		{Operation: "POST /{organization}/{project}/_apis/wit/workitemsbatch", Contains: ": Value is not nullable", Reason: "with errorPolicy omit a missing item may be null"},
		{Contains: "parameter api-version: value is required but missing", Reason: "the version may go in the Accept header (vendor page REST API versioning)"},
		{Contains: "/attributes/", Reason: "attributes of relations, relation types and nodes are typed as objects; the document's own examples hold texts, numbers and truth values"},
		{Contains: "/defaultValue: ", Reason: "typed as an object; it is a plain value, or null where there is none (same page)"},
	},
	"freshdesk":    desk,
	"freshservice": desk,
	"zendesk": append([]Exception{
		{Contains: "/custom_fields/", Reason: "values are typed as text only, and in requests entries are described as whole field definitions; drop-downs, check boxes, multi-selects and empty fields hold other types (vendor guide Creating and Updating Tickets)"},
		{Contains: `/value: value doesn't match any schema from "oneOf"`, Reason: "audit event values are lists for tags and null for emptied fields (vendor page Ticket Audits)"},
		{Contains: "/organization_fields/", Reason: "values are typed as text and numbers only; an empty field is null (vendor page Organization Fields)"},
		{Contains: "/status: value is not one of the allowed values", Operation: "GET /api/v2/incremental/tickets/cursor", Reason: "deleted tickets are exported with the status deleted (vendor page Incremental Exports)"},
		{Operation: "GET /api/v2/incremental/tickets/cursor", Contains: "parameter start_time: value is required but missing", Reason: "start_time is for the first page only, the cursor for the others (vendor guide Using the Incremental Export API)"},
		{Operation: "POST /api/v2/tickets", Contains: `readOnly property "id" in request`, Reason: "custom field entries are written by id (same guide)"},
		{Operation: "PUT /api/v2/tickets/{ticket_id}", Contains: `readOnly property "id" in request`, Reason: "custom field entries are written by id (same guide)"},
	}, nullable("/assignee_id", "/group_id", "/organization_id", "/problem_id", "/external_id", "/recipient", "/forum_topic_id",
		"/satisfaction_rating", "/priority", "/type", "/width", "/height", "/agent_description", "/links/next", "/links/prev",
		"/after_cursor", "/before_cursor", "/phone", "/description")...),
	"asana": append([]Exception{
		{Contains: "/data/custom_fields/", Reason: "requests type every custom field value as text; numbers, lists of gids, date objects and null are written too (the document's own text on custom_fields)"},
		{Contains: "_number_value: ", Reason: "the pair of a changed number is typed as integer and not null; numbers have decimals, and a field may be emptied"},
	}, nullable("/parent", "/created_by", "/completed_by", "/assignee", "/enum_value", "/date_value", "/user", "/photo", "/description", "/next_page",
		"/last_success_at", "/last_failure_at", "/next_attempt_after", "/failure_deletion_timestamp", "_enum_value", "_date_value", "_text_value", "/due_on", "/target")...),
	"salesforce": {
		{Contains: "Value is not nullable", Reason: "records have fields of any type in the document, which its validator takes for never null; an empty field is null (vendor page Using Salesforce REST API, Records)"},
		{Contains: "doesn't match schema #/components/schemas/Errors: at /: value must be an array", Reason: "what a proxy or an injected fault answers is not the service's"},
		{Contains: "response header Content-Type has unexpected value", Reason: "while the service is down it shows a page for people (vendor page Status Codes and Error Responses)"},
	},
}

// desk is what both desks' documents, which are written by hand, leave out.
var desk = []Exception{
	{Operation: "GET /data/*", Reason: "files lie at a host of their own, not in the API"},
	{Contains: "failed to decode request body: part ", Reason: "a form takes every field of the JSON body, in brackets where it is a list or an object; the document names a few"},
}

func nullable(pointers ...string) []Exception {
	var out []Exception
	for _, p := range pointers {
		out = append(out, Exception{Contains: p + ": Value is not nullable", Reason: "the service answers null where nothing is set"})
	}
	return out
}
