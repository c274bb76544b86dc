// Package servicenow emulates the task side of a ServiceNow instance: Table, Attachment, Aggregate and Batch API, OAuth, and the
// business rule that tells of changes over outbound REST.
//
// It is written from the vendor's published facts (ServiceNow docs, release Australia: Table API, Attachment API, REST API,
// Inbound REST API rate limiting, Incident management state model, Priority lookup rules, Data policy, Journal fields, The
// sys_audit table, Business rules, GlideSystem). Everything is a row of a table, the dictionary and the choice lists
// included: who changes sys_dictionary or sys_choice changes the instance. Where the vendor leaves something open the
// emulator takes the reading that is harder for a client:
//
//   - a date without gs.dateGenerate in a query is read in the caller's time zone, as one inside it is;
//   - text is compared without regard to case, as the instance's database does it;
//   - rows without ORDERBY come in the order of sys_id;
//   - X-Total-Count counts rows that the caller may not see; with sysparm_no_count the next link stays until a page is not full;
//   - a reference that names nothing is stored as it is, a choice that is none and a number that is none are not stored at
//     all, text that is too long is cut, and none of it is an error;
//   - a new file does not move the record's sys_updated_on, a comment does;
//   - the business rule also tells of the integration account's own changes.
//
// # Accounts
//
// Every account may use HTTP Basic with its user name and "sn-password-<short name>". User names are not e-mail addresses.
//
//	sync@acme.example         duplex.sync     itil, audit_viewer, duplex (reads metadata, deletes tasks)   GMT
//	ada@acme.example          ada.lovelace    admin                        Europe/Berlin, dates dd-MM-yyyy
//	grace@acme.example        grace.hopper    itil                         America/Los_Angeles
//	linus@acme.example        linus.pauling   itil, itil_admin             GMT
//	triage@acme.example       triage.desk     itil                         GMT
//	customer1@globex.example  carla.customer  none: her own incidents and their comments only
//
// The OAuth client of ClientID and ClientSecret belongs to the integration account: grants client_credentials, password and
// refresh_token, form-encoded. KeySync is its API key (header x-sn-apikey).
//
// # Tables
//
// incident and problem are the vendor's, u_request is a table of the customer's own; all three extend task. Records of the
// group Legal are seen by its members and administrators only, u_internal_cost by administrators only. Import sets need
// a staging table that a customer makes; this instance has none. sys_history_set and sys_history_line are not played.
//
// # Further controls
//
//	POST /_control/limits     {"table_per_hour":100}: a rate rule of the Table API; -1 ends it
//	POST /_control/hibernate  {"on":true}: every route answers an HTML page with status 200
//	POST /_control/cancel     {"lists":1,"creates":1}: the next lists answer 200 with broken JSON, the next creates are done
//	                          and answer 500 "Transaction cancelled"
//	POST /_control/property   {"name":"glide.invalid_query.returns_no_rows","value":"true"}
//	POST /_control/roles      {"user":"duplex.sync","roles":["itil"]}
//	POST /_control/rule       {"table":"incident","set":{"u_area":"web"},"async":false}: a business rule of the customer's on every
//	                          update, as the user who updates; async makes an update of its own of it; {} ends it
//	POST /_control/members    {"on":true}: assigned_to is emptied where the person is no member of assignment_group
//	POST /_control/push       {"hold":true}: outbound calls wait; {"hold":false} lets them go, each with the newest record
//	POST /_control/late       {"table":"incident","sys_id":"…","set":{…},"age":"90s"}: a job's update becomes visible that late;
//	                          with "quiet":true neither its time nor its count moves, and no business rule tells of it
//	POST /_control/autoclose/{sys_id}   closes a resolved incident as the scheduled job does, under an administrator's name
package servicenow
