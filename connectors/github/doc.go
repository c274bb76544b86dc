// Package github speaks to GitHub, github.com and Enterprise Server: items are issues, never pull requests.
//
// What a mapping has to know:
//
//   - A connection's scope is repository, as owner/name, one of settings.repositories. Its other keys (type, milestone, labels) are fields:
//     a new issue is given them.
//   - status is open, completed, not_planned or duplicate: the state with its reason. An issue that was closed without a reason is completed.
//   - body is Markdown. Its last line is a comment that people do not see and mappings do not get: the sync's mark. An issue whose mark
//     somebody took out is not found again by it.
//   - assignees is a set of people; assignee is the first of them, and writing it makes that person the only one. Map one or the other.
//     Whoever cannot be assigned in the repository is refused.
//   - labels are words; a label that the repository does not have is made by GitHub. milestone goes by its title, type by its name. The
//     organization's issue fields go by their names; one that is called like a field of every issue is "name (field)".
//   - parent names the issue that this one is a sub-issue of; sub_issues can be read, and costs a call. Both issues belong to one owner.
//   - milestone.due_on, .state and .description, creator.name, .email, .company come along where they are asked for.
//   - E-mail addresses are hidden unless a person publishes theirs: people are found by that public address only. Use a table for the others.
//   - GitHub has no API to add files, and shows files as links in texts: there are no attachments. A link to a file stays a link, and
//     whoever may not see a private repository cannot follow it.
//   - Everybody who sees the repository sees all comments: those of a public one are public, those of another internal. A comment that is
//     not to be public is refused where the repository is.
//   - Nothing is deleted: an issue can be closed. A deleted one is gone, and so is one in a repository that the account no longer sees.
//   - #12 and GH-12 in texts of another system are written with a sign of no width, so that they refer to no issue here; @name likewise.
//
// An item's id is the repository's id and the number. An issue that was moved to another repository is followed, and shown there.
//
// A revision is updated_at, in seconds, with a digest of what an issue shows: two changes within a second are told apart. GitHub has no
// precondition for writes: an issue is read just before it is written. Editing or deleting a comment does not move updated_at: sweeps look at the
// repository's comments for edits, and only webhooks tell of deleted ones.
package github
