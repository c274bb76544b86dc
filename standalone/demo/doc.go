// Package demo shows duplex at work: two emulated systems, one connection, people who edit.
package demo

import "duplex/standalone/rig"

const connection = "support-escalation"

// demoPorts are those the README names.
var demoPorts = rig.Ports{Zendesk: 7101, Jira: 7102, Admin: 7080, Webhooks: 7081, Temporal: 7233, UI: 8233}
