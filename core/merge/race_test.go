//go:build race

package merge

// share is the part of the random cases that is played with the race detector, which slows them tenfold and finds nothing in pure
// code: all of them are played without it. See "make test".
const share = 10
