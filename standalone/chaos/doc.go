// Package chaos is the proof under fire. Emulated systems, the embedded engine, two gateways and two workers run as
// processes of their own. Scripted people work on both systems through the vendors' APIs. Meanwhile the systems answer
// slowly, wrongly, too late or not at all, webhooks are lost, doubled and reordered, clocks are off, credentials are
// revoked, and processes are killed. When it is quiet again a judge reads everything from outside, through the vendors'
// APIs, and compares it with what the people did.
//
// Nothing here looks into duplex to decide what is right: the correspondence of values is written down once more, by hand,
// and the ledger is asked only where an edit lost to another one.
package chaos
