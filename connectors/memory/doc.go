// Package memory is the reference implementation of the connector contract: every capability, no network, nothing
// kept when the process ends.
//
// A System is the remote product: its items, people, clock and change feed. A Connector is duplex's way into it,
// and may be opened as often as needed. Tests play people with the As methods (EditAs, CommentAs, …), play webhooks
// with OnChange, and make the system nasty with SetNasty and FailNext. People are never counted and never disturbed.
//
// To write a connector for a real system, copy the shape of this package and make the conformance suite pass.
package memory
