// Package freshservice speaks to Freshservice: items are tickets, problems and changes. What it does alike with Freshdesk is in
// internal/freshworks.
//
// What a mapping has to know:
//
//   - Ids of problems and changes have their type before them (problem-12), since each type counts for itself.
//   - status, priority, urgency, impact, risk and change_type go by the labels agents read, which the form tells. An account may work the
//     priority out from urgency and impact, and then keeps no other.
//   - agent is whoever works on an item, whatever the vendor calls it there; requester who asked; requested_for for whom.
//   - category, sub_category and item_category are levels: all of them are mapped or none.
//   - Custom fields go by their API names, and belong to a workspace: give the scope {workspace_id: "2"}. Without it an item is read and
//     changed wherever it is, and a new one is made in the primary workspace.
//   - tags belong to tickets alone; reading them costs more, and is done where they are mapped, or where marks are tags.
//     Problems and changes have no tags: they need settings.mark_field to be created.
//   - requester.email, .name, .phone and .mobile are attributes: read-only, believed for ten minutes.
//   - A ticket's comment is a note: private, or public. Replies are written only where settings.public_comments says reply: they are
//     mails to the requester. Only notes can be edited. Notes of problems and changes have no privacy: they take internal comments only
//     where settings.object_notes says internal, and are public elsewhere only where it says public.
//   - A file hangs on a note of its own, of tickets only. All files of a ticket have 40 MB together.
//   - Service requests are read and synced like incidents, and cannot be created.
//   - A problem needs due_by, a change planned_start_date and planned_end_date. A change's status is held to its life cycle: what the
//     vendor refuses parks the field.
//   - scope is workspace_id.
//
// A new note may not move an item: without webhooks it is seen with the item's next change. Nothing guards a write: each update reads the
// item first. A revision is updated_at, in seconds.
package freshservice
