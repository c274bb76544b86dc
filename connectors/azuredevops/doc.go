// Package azuredevops speaks to Azure DevOps Services and Azure DevOps Server: items are work items.
//
// What a mapping has to know:
//
//   - A scope names the project and the type: {project: Fabrikam, type: Bug}. Both are fields too, and read-only.
//   - Fields of the vendor's own go by the last part of their reference name in small letters: title, state, reason,
//     assigned_to, description, repro_steps, area_path, iteration_path, priority, severity, story_points. Fields of an
//     organization go by their display name, with the reference name behind it where two have the same. The main text of a
//     Bug is repro_steps.
//   - tags holds the tags but for the one that is the sync's mark. A tag cannot hold a comma or a semicolon.
//   - state takes the transitions of the type, several where needed; reason is chosen by the vendor unless it is written too.
//   - parent is the parent work item. related, predecessors, successors and children are sets of work items, hyperlinks is a set
//     of addresses. Reading one of them, or the files, reads all fields of the item: the vendor gives no choice.
//   - Texts are HTML, or Markdown where a person turned a field to it; what is written to such a field is written as Markdown.
//   - Every field that names a person brings along .email and .name, iteration_path brings .start_date and .finish_date.
//   - Comments are seen by everybody who sees the item. They are internal, or public where the project is public: there an
//     internal comment is not written. A comment for a role or group is not written.
//   - There are no worklogs.
//
// The mark of an item is a tag, or the text of settings.mark_field, a field that an administrator adds for it. Both are found
// by a query, whose index may lag. The mark of a comment is an empty link at its end, that of a file its comment.
//
// A revision is the item's rev: it moves with every change, comments and files included, and guards every write.
package azuredevops
