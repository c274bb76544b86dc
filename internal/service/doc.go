// Package service wires the parts into running processes: the worker, the gateway, and both together. The programs in cmd
// and the standalone use the same wiring with other constructors.
package service
