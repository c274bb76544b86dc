// Package asana syncs tasks of Asana. It speaks the REST API (version 1.0) as one user, who must be a member of every project that is
// synced; a dedicated user or a service account keeps the sync's edits apart from people's.
//
// An item is a task in one project: the scope names the project by its gid, the number in the project's address. A task that is in several
// projects is one item, read with the section and the custom fields of the scope's project.
//
// # Fields
//
//	name                     the title, one line
//	notes                    the description, rich text of the format asana (core/richtext)
//	completed                done or not
//	section                  the column of the scope's project; an option
//	assignee                 a user; one at most
//	due_on, due_at, start_on a day, an instant, a day. A task has due_on alone or both: writing due_on takes the time of day away
//	tags                     a set of words; a tag that is not there is made
//	followers                a set of users
//	projects                 a set of options: all projects the task is in. The scope's own cannot be taken out
//	project                  the scope's project where the task is in it, else another of its projects; read-only
//	parent                   a reference to the task this one is a subtask of
//	dependencies, dependents sets of references: tasks this one waits for, and those that wait for it
//	subtype                  default_task, milestone or approval; given when a task is created
//	approval_status          of tasks of subtype approval
//	created_at, completed_at, created_by   read-only
//
// and every custom field of the project under its name: text, number, enum (option), multi_enum (set of options), date, people (set of
// users), reference (set of references, read-only); formulas and ids as the text that Asana shows, read-only. Two custom fields of one
// name, or one with the name of a field above, are told apart by their gid: "Priority (1205…)".
//
// Attributes: parent.name, parent.completed, assignee.name, assignee.email, created_by.name, created_by.email.
//
// A status is what the project's people use for it: the section, the field completed, or an enum field.
//
// # What Asana cannot do
//
//   - Comments have no audience: whoever sees the task reads them. They are taken as internal; one for a role or group is refused.
//   - A comment is always by the own account, and only it can delete its comments.
//   - The API has no precondition: an update reads the task just before it writes.
//   - A move to another section does not move modified_at. The revision is made of both, and the feed of changes joins a list by time with
//     the events of the project. Events may be lost; a move to another section that is lost with them is found when the task changes again.
//   - Marks need OAuth, where they are external data of the app. With a personal access token a custom field keeps them (mark_field).
//   - Subtasks are items only where they are in the project themselves.
//   - Custom fields, search and dependencies are part of paid plans; without one they are refused, and the rest works.
//   - Files of other hosts (Google Drive, Dropbox, links) are not shown.
package asana
