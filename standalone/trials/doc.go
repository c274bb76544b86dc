// Package trials measures promises with real processes: the engine, the gateway and the worker run as in production, the
// emulated systems are a process of their own, and what is claimed is counted from outside. Each trial prints one JSON
// line of figures, and fails when a claim does not hold.
package trials
