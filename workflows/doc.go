// Package workflows decides when something is done. It does no I/O and holds no content: ids, hashes, field names,
// counts and reasons only.
//
// One workflow per pair, and it is the pair's lock. Everything that may have changed reaches it as a signal with a hint;
// many hints become one sync.
package workflows
