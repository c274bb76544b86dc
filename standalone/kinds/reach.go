package kinds

import "duplex/core"

// Reach is who may see the copy of a comment or file at most, under the connection that Connection writes; false where it stays on its own
// side. from and to are what both sides say of comments, or of files.
func Reach(a core.Audience, from, to Audiences) (most core.Audience, carried bool) {
	if from.None != "" || to.None != "" {
		return 0, false
	}
	if a != core.Internal || to.Internal == "" {
		return a, true
	}
	return core.Public, publishes(from)
}

// publishes tells of a kind whose comments or files cannot be told apart by their audience: what is internal there is published by a
// rule that says so, where the other side has nothing but public ones.
func publishes(from Audiences) bool { return from.Public != "" || from.Internal != "" }
