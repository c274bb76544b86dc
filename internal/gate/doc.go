// Package gate keeps duplex from calling systems that are not to be called, and from calling the others too often.
//
// A Keeper per process knows the gate of every system: it reads the gates of the whole fleet from the store, closes them
// for what the systems answer, opens and closes them for recurring windows, and probes closed ones. It gives the HTTP
// transport through which connectors speak, and the slots of a system's task queue.
//
// Deciding is pure (core.Gate, Judge, limiter, streak); the rest carries it out.
package gate
