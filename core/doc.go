// Package core holds the nouns of duplex: values, observations, rules, plans, pairs.
//
// It imports the standard library only and knows no system, no store and no workflow engine.
// The words are those of docs/glossary.md.
package core
