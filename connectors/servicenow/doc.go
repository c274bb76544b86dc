// Package servicenow speaks to ServiceNow: items are records of incident, or of any other table.
//
// What a mapping has to know:
//
//   - The item type is the table: incident, problem, sc_task, u_request. Tables of the instance's own and their inherited fields count
//     like the vendor's. Fields go by their column names (short_description, u_area), a scope names columns with stored values.
//   - A choice is an option by its label or its stored value; only those of the language en are offered. A choice that depends on another
//     (subcategory on category) has to fit it. A choice that is only suggested is plain text.
//   - priority is computed from impact and urgency on incidents and problems and cannot be written: map those two.
//   - state needs further fields on its way: Resolved and Closed need close_code and close_notes, On Hold needs hold_reason, given with
//     also: beside the state. incident_state follows state and cannot be written.
//   - A reference to sys_user is a user. A reference to a task is a reference, which as: link follows. A reference to anything else
//     (assignment_group, company, cmdb_ci) is an option by name, whose choices are too many to list.
//   - What a reference names can be read with a dot: caller_id.phone, assignment_group.name, assigned_to.manager.
//   - watch_list and other lists of people are sets of users.
//   - description and other texts are plain, of several lines; html columns are HTML.
//   - comments and work_notes are no fields: they are the item's comments, public and internal. They cannot be edited or deleted.
//   - correlation_id holds the sync's mark and cannot be mapped as a target. settings.mark_field names another column for tables without it.
//   - Whoever reads a record reads its files, callers too: files are public, unless settings.files says otherwise.
//
// A revision is the record's counter of updates with its time. A new file does not move it (the vendor does not say that it would), so
// that files are always listed anew.
//
// Rules of the instance run as the account that writes: what they change besides looks like an own change, and is found by comparing values.
package servicenow
