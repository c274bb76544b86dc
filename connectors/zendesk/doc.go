// Package zendesk speaks to Zendesk Support: items are tickets.
//
// What a mapping has to know:
//
//   - The description is the first comment. It is written once, when the sync creates the ticket, and never changes
//     (vendor page "Tickets"). It is an internal note unless settings.opening is public.
//   - tags holds the plain tags only. The tags that drop-down, multi-select and checkbox fields keep in the same list
//     belong to those fields and are kept out of it, and are never lost by writing it.
//   - status is the status category; custom statuses are not told apart.
//   - external_id holds the sync's mark and cannot be mapped as a target.
//   - Custom fields go by their title; where two have the same title, by "title (id)".
//   - problem_id names a ticket. Only an incident has a problem: a ticket that is given one becomes an incident with the same write.
//   - requester, assignee and organization bring along attributes: requester.email, .name, .phone, .time_zone, .locale, .external_id,
//     .notes, .details, organization.name, .external_id, .notes, .details, and the custom fields of users and organizations by their
//     keys (requester.vip, organization.plan). They are believed for ten minutes.
//   - There are no worklogs.
//   - A comment is public or internal. It cannot be edited or deleted.
//   - A file hangs on a comment of its own, which names it.
//
// A revision is the ticket's updated_at, in seconds: the finest the vendor compares (vendor page "Tickets",
// updated_stamp). Two changes within one second look like one to it.
package zendesk
