// Package app runs all of duplex in one process: Temporal's server, the gateway and the worker, on SQLite files in one
// directory. The wiring is that of the separate programs; only the constructors differ.
package app
