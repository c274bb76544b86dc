//go:build !race

package merge

// share: all random cases are played.
const share = 1
