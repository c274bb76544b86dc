// Package mapping turns the files an admin writes into what the engine runs.
//
// A file is parsed with the place of every value, checked against its schema, then against what is known of the two
// systems, and compiled into an immutable Mapping. Everything that is wrong is told at once, with file, line, column and
// what would be right. Evaluation is pure: no clock, no network, the same item gives the same values.
package mapping
