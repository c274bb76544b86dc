package activities

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"duplex/core"
)

// Mark is the deterministic mark of what a pair writes to a side: of the item itself when source is "", else of the copy
// of an entry. It tells nothing about the pair to who reads it.
func Mark(pair string, kind string, to core.Side, source string) string {
	side := "a"
	if to == core.B {
		side = "b"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"duplex", pair, kind, side, source}, "\x00")))
	return "dx-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}
