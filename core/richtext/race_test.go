//go:build race

package richtext

import "flag"

// share is the part of the random cases that is played with the race detector, which slows them tenfold and finds nothing in pure
// code: all of them are played without it. See "make test".
const share = 10

func init() {
	if err := flag.Set("rapid.checks", "10"); err != nil { // of a hundred for each law; the command line may say otherwise
		panic(err)
	}
}
