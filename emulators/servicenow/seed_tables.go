package servicenow

// tableSeed is a table of the fresh instance. A line of columns is: element, type, label, options. Options are ro (read
// only), must (mandatory in the dictionary), ref=table, max=length, list=1 (one of the choices), list=2 (suggestions), on=element
// (the choices depend on it) and is=default, in which ~ stands for a blank.
type tableSeed struct{ name, label, super, columns string }

const systemColumns = `
	sys_id GUID Sys_ID ro max=32
	sys_class_name sys_class_name Task_type ro max=80
	sys_created_on glide_date_time Created ro
	sys_created_by string Created_by ro max=40
	sys_updated_on glide_date_time Updated ro
	sys_updated_by string Updated_by ro max=40
	sys_mod_count integer Updates ro`

var tables = []tableSeed{
	{"task", "Task", "", `
	number string Number max=40
	short_description string Short_description max=160 must
	description string Description max=4000
	state integer State list=1 is=1
	impact integer Impact list=1 is=3
	urgency integer Urgency list=1 is=3
	priority integer Priority list=1 is=4
	active boolean Active is=true
	approval string Approval list=1 is=not~requested
	upon_approval string Upon_approval list=1 is=proceed
	contact_type string Contact_type list=2
	escalation integer Escalation list=1 is=0
	assigned_to reference Assigned_to ref=sys_user
	assignment_group reference Assignment_group ref=sys_user_group
	opened_by reference Opened_by ref=sys_user
	opened_at glide_date_time Opened
	closed_by reference Closed_by ref=sys_user
	closed_at glide_date_time Closed
	company reference Company ref=core_company
	parent reference Parent ref=task
	due_date glide_date_time Due_date
	follow_up glide_date_time Follow_up
	watch_list glide_list Watch_list ref=sys_user max=4000
	comments journal_input Additional_comments
	work_notes journal_input Work_notes
	comments_and_work_notes journal_list Comments_and_Work_notes ro
	correlation_id string Correlation_ID max=100
	correlation_display string Correlation_display max=100
	close_notes string Close_notes max=4000
	sys_tags related_tags Tags ro`},
	{"incident", "Incident", "task", `
	caller_id reference Caller ref=sys_user must
	incident_state integer Incident_state list=1 ro
	hold_reason integer On_hold_reason list=1
	severity integer Severity list=1 is=3
	category string Category list=1 is=inquiry
	subcategory string Subcategory list=1 on=category
	close_code string Resolution_code list=1
	close_notes string Resolution_notes max=4000
	resolved_by reference Resolved_by ref=sys_user
	resolved_at glide_date_time Resolved
	reopen_count integer Reopen_count ro is=0
	reassignment_count integer Reassignment_count ro is=0
	parent_incident reference Parent_Incident ref=incident
	problem_id reference Problem ref=problem
	u_customer_ref string Customer_reference max=40
	u_details string Details max=1000
	u_effort integer Effort
	u_cost decimal Cost
	u_start glide_date Start
	u_due glide_date_time Due
	u_vip boolean VIP
	u_area string Area list=1
	u_channel string Channel list=2
	u_owner reference Owner ref=sys_user
	u_reviewers glide_list Reviewers ref=sys_user max=1000
	u_summary html Summary
	u_link url Link
	u_internal_cost decimal Internal_cost`},
	{"problem", "Problem", "task", `
	u_root_cause string Root_cause max=1000`},
	{"u_request", "Build request", "task", `
	u_reason string Reason must max=255
	u_size string Size list=1
	u_incident reference Incident ref=incident`},
	{"sys_user", "User", "", `
	user_name string User_ID max=40
	name string Name max=151 ro
	first_name string First_name max=50
	last_name string Last_name max=50
	email email Email
	active boolean Active is=true
	time_zone string Time_zone max=40
	date_format string Date_format max=40
	time_format string Time_format max=40
	title string Title max=60
	phone string Business_phone max=40
	company reference Company ref=core_company`},
	{"sys_user_group", "Group", "", `
	name string Name max=80
	email email Group_email
	active boolean Active is=true
	manager reference Manager ref=sys_user`},
	{"sys_user_grmember", "Group member", "", `
	group reference Group ref=sys_user_group
	user reference User ref=sys_user`},
	{"core_company", "Company", "", `
	name string Name max=80
	city string City max=50
	u_contract string Contract max=40`},
	{"sys_db_object", "Tables", "", `
	name string Name max=80
	label string Label max=80
	super_class reference Extends_table ref=sys_db_object`},
	{"sys_dictionary", "Dictionary entry", "", `
	name string Table max=80
	element string Column_name max=80
	column_label string Column_label max=80
	internal_type string Type max=40
	reference string Reference max=80
	mandatory boolean Mandatory
	max_length integer Max_length
	read_only boolean Read_only
	choice integer Choice
	active boolean Active is=true
	default_value string Default_value max=512
	dependent_on_field string Dependent_on_field max=80`},
	{"sys_documentation", "Field label", "", `
	name string Table max=80
	element string Element max=80
	label string Label max=80
	language string Language max=3`},
	{"sys_choice", "Choice", "", `
	name string Table max=80
	element string Element max=80
	value string Value max=100
	label string Label max=100
	language string Language max=3 is=en
	inactive boolean Inactive
	sequence integer Sequence
	dependent_value string Dependent_value max=40`},
	{"sys_journal_field", "Journal entry", "", `
	name string Name max=80
	element string Element max=80
	element_id string Element_ID max=32
	value string Value max=65000`},
	{"sys_audit", "Audit", "", `
	tablename string Table_name max=80
	fieldname string Field_name max=80
	documentkey string Document_key max=32
	user string User max=40
	oldvalue string Old_value max=65000
	newvalue string New_value max=65000
	record_checkpoint integer Update_count`},
	{"sys_audit_delete", "Deleted record", "", `
	tablename string Table_name max=80
	documentkey string Document_key max=32
	display_value string Display_value max=255
	user string User max=40`},
	{"sys_attachment", "Attachment", "", `
	file_name string File_name max=100
	content_type string Content_type max=100
	size_bytes integer Size_bytes ro
	table_name string Table_name max=80
	table_sys_id string Table_sys_ID max=32
	hash string Hash ro max=64`},
}

// choiceLists has per line: table, element, language, values. An entry is value=label, with @ and what it depends on, and with ! at
// the label's end where it is inactive. A table's list takes the place of that of the table it extends.
const choiceLists = `
	task|state|en|-5=Pending,1=Open,2=Work in Progress,3=Closed Complete,4=Closed Incomplete,7=Closed Skipped
	task|impact|en|1=1 - High,2=2 - Medium,3=3 - Low
	task|urgency|en|1=1 - High,2=2 - Medium,3=3 - Low
	task|priority|en|1=1 - Critical,2=2 - High,3=3 - Moderate,4=4 - Low,5=5 - Planning
	task|priority|de|1=1 - Kritisch,2=2 - Hoch,3=3 - Mittel,4=4 - Niedrig,5=5 - Planung
	task|approval|en|not requested=Not Yet Requested,requested=Requested,approved=Approved
	task|upon_approval|en|proceed=Proceed to Next Task,do_nothing=Wait for a User to Close this task
	task|contact_type|en|phone=Phone,email=Email,self-service=Self-service
	task|escalation|en|0=Normal,1=Moderate,2=High,3=Overdue
	incident|state|en|1=New,2=In Progress,3=On Hold,6=Resolved,7=Closed,8=Canceled
	incident|state|de|1=Neu,2=In Arbeit,3=Angehalten,6=Erledigt,7=Geschlossen,8=Abgebrochen
	incident|incident_state|en|1=New,2=In Progress,3=On Hold,6=Resolved,7=Closed,8=Canceled
	incident|hold_reason|en|1=Awaiting Caller,3=Awaiting Problem,4=Awaiting Vendor,5=Awaiting Change
	incident|severity|en|1=1 - High,2=2 - Medium,3=3 - Low
	incident|category|en|inquiry=Inquiry / Help,software=Software,hardware=Hardware,network=Network,telephony=Telephony!
	incident|subcategory|en|antivirus=Antivirus@inquiry,email=Email@inquiry,email=Email client@software,os=Operating System@software,cpu=CPU@hardware,disk=Disk@hardware,dns=DNS@network,vpn=VPN@network
	incident|close_code|en|Solution provided=Solution provided,Workaround provided=Workaround provided,Duplicate=Duplicate,User error=User error,Solved (Permanently)=Solved (Permanently)!
	incident|u_area|en|web=Web,mobile=Mobile,backend=Backend
	incident|u_channel|en|chat=Chat,fair=Trade fair
	u_request|state|en|1=New,10=Building,20=Done
	u_request|u_size|en|s=Small,m=Medium,l=Large`
