// Package rig is what the demo, the benchmarks and the trials stand on: the two emulated systems, the people who work in
// them, the parts of a standalone as processes that can be killed, and what can be measured from outside.
//
// A program that starts Processes must answer the command "serve" as the standalone does, and "emulators" where it starts
// the systems as a process: see Child.
package rig
