// Package kinds says of every kind of system what a test needs to play it: how its emulator is started, who signs in how, and
// what the things that every kind has are called there. Tests that take two profiles play any two kinds together.
//
// # To add a kind
//
// Write one file, <kind>.go, with one call of add in init; jira.go and zendesk.go are the models. Fill in every field of Profile;
// what the kind does not have gets the vendor's reason instead (None, Once, Public, Internal, Webhooks, Delete). Nothing else in this repository
// learns about it. Then:
//
//	cd standalone && go test ./kinds -run 'Kind/<kind>'
//
// holds the profile against the connector on the emulator, signed in as the integration's account and as ada@acme.example: the fields
// and options exist, both people are found, an item passes through its statuses, comments have the audience they were
// written for, a file comes back whole, the item can be deleted, and the emulator's webhooks are read by the connector.
package kinds
