// Package activities does what a sync decided: it reads and writes systems through connectors and keeps the ledger.
//
// Fetch and Apply run on the task queue of the system they call, Transform beside the workflow. Every activity may be
// run again at any point: a write that may have happened is looked for before it is tried again. Nothing that an
// activity returns or fails with holds an item's content.
package activities
