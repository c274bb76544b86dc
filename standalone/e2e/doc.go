// Package e2e proves duplex as a whole: a real workflow engine, a worker that is a process of its own and can be killed,
// the gateway, and two emulated systems over HTTP. Everything is in its tests.
package e2e
