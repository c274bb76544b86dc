// Package merge decides what a sync does. It is pure: base and current observations in, decisions with reasons out.
//
// One rule with known bases, sides A and B, is decided like this. "Same" means that one side's value, converted,
// equals the other's.
//
//	A changed  B changed  flow        decision
//	no         no         any         none
//	yes        no         to B        write B, or agree when B already means the same
//	yes        no         not to B    keep: A's edit stays on A
//	no         yes        …           the mirror image
//	yes        yes        any, same   agree
//	yes        yes        both        conflict: the policy names the winner, or park
//	yes        yes        one way     conflict: the side that may flow wins, the other value is kept in the plan
//
// Without a known base (two existing items that were linked, a rule that is new) an empty side is filled from the
// other, and two different values are a conflict. A field that a system does not show is never a source.
// Sets are merged element by element, so they have no conflicts.
package merge
