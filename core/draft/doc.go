// Package draft proposes a mapping between two systems from what they say of themselves: which fields correspond and why,
// which options mean the same, what a new item needs. It is pure and gives the same draft for the same descriptions.
//
// A draft is for a person to read: each rule has its reasons, and what is only a guess is marked as one and not in force.
package draft
