// Package freshdesk speaks to Freshdesk: items are tickets. What it does alike with Freshservice is in internal/freshworks.
//
// What a mapping has to know:
//
//   - description is rich text and can be changed, except of a ticket that began as an outgoing mail.
//   - status, priority and source go by the label agents read (Open, Waiting on Customer), which the account's form tells, with its own
//     statuses. There are no transitions: any status may follow any other, as far as the form's required fields are filled.
//   - Custom fields go by their API names (cf_build). A field of levels has one name per level; the vendor refuses a lower level that does
//     not belong to the one above, so that all of them are mapped or none.
//   - agent is whoever works on a ticket, group the team, requester who asked. A requester whose e-mail address nobody has is refused,
//     unless settings.requesters says create. New tickets are the own account's where nothing else is mapped.
//   - tags are the plain tags. The tag by which the sync marks a ticket is kept out of them and never lost by writing them.
//   - requester.email, .name, .phone and .mobile are attributes: read-only, believed for ten minutes.
//   - A comment is a note: private, or public, which the portal shows. Replies are written only where settings.public_comments says
//     reply: they are mails to the requester. Only notes can be edited.
//   - A file hangs on a note of its own. All files of a ticket have 20 MB together.
//   - due_by and fr_due_by are worked out some seconds after a write: map them from Freshdesk to the other side at most.
//   - A ticket marked as spam, or archived, is shown and cannot be changed. A deleted one is gone.
//   - scope is product_id and type.
//
// Nothing guards a write: each update reads the ticket first. A revision is updated_at, in seconds.
package freshdesk
