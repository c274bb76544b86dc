// Package real syncs a real product with an emulated one through the real gateway, worker and workflow engine, each a process of its own
// that is killed on the way. Its tests run where the environment names a Redmine; make real starts one.
package real
