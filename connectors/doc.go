// Package connectors is the contract between duplex and the systems it speaks to: a small required interface,
// capabilities that are discovered, and error classes that say who must act.
//
// A connector decides nothing. It reads and writes one system, in that system's own vocabulary, and makes every
// write safe to repeat as far as the system allows.
package connectors
