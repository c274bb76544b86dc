// Package freshworks is what the connectors of Freshdesk and Freshservice do alike. The two are siblings of one company:
// the same sign-in, errors, conversations, custom fields and limits, with other names and a few other rules. What differs is
// a Product, a table that each of the two connectors writes down; a Connector plays it.
//
// Three things follow from what the vendor does not have:
//
//   - Nothing guards a write, so an update reads the item first, compares it, and sends only what differs.
//   - Items and notes hold no mark of their own. A new item carries it in a custom text field, or as a tag; a note in the
//     address of a link, shown as a dot, because hidden parts of a text may be taken out.
//   - Lists are pages of offsets. A page always begins with the last row of the page before, so that a row that was taken
//     away in between is noticed; see changes.go.
package freshworks
