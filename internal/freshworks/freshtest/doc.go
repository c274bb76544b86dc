// Package freshtest is the test bench of the two desks' connectors: an emulated account whose clock only tests move, and the suite's
// instance of it. A connector's tests add what their product calls its fields, and which values these take.
package freshtest
