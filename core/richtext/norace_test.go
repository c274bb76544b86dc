//go:build !race

package richtext

// share: all random cases are played.
const share = 1
