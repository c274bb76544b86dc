// Package pairs proves that any two kinds of systems sync: every ordered pair of the profiles of package kinds passes through one
// life of two items, from the creation of a twin to the deletion of one of them. The workflows, activities and connectors are the real
// ones; the connectors speak HTTP to the emulators, and the emulators' webhooks are what the workflow hears.
//
//	go test ./pairs                          # all pairs, against docs/pairs.md
//	go test ./pairs -run 'Pairs/every/jira-zendesk'
//	go test ./pairs -update                  # write docs/pairs.md
package pairs
