package core

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// KindErased is the kind of what is left of a value that was erased: a digest. It equals the value it was made from, so
// that a merge base still tells whether a side has changed. It is never written to a system.
const KindErased Kind = "erased"

// Erased is the digest of a value under the salt. An absent, empty or erased value is itself.
func Erased(v Value, salt string) Value {
	if v.IsAbsent() || v.IsEmpty() || v.kind == KindErased {
		return v
	}
	return Value{kind: KindErased, id: salt, text: v.digest(salt)}
}

// digest is over what identifies the value, by the same rules as Equal.
func (v Value) digest(salt string) string {
	var what string
	switch v.kind {
	case KindOption, KindReference:
		what = firstOf(v.id, v.name)
	case KindUser:
		what = firstOf(v.id, strings.ToLower(v.text), v.name)
	case KindDateTime:
		what = v.Time().UTC().Format(time.RFC3339Nano)
	case KindSet, KindList:
		for _, e := range v.items {
			what += e.digest(salt) + "\x00"
		}
	default:
		what = v.name + "\x00" + v.text
	}
	sum := sha256.Sum256([]byte(salt + "\x00" + string(v.kind) + "\x00" + what))
	return hex.EncodeToString(sum[:])
}

// erasedEqual compares where at least one of two present values was erased.
func erasedEqual(a, b Value) bool {
	if a.kind == KindErased && b.kind == KindErased {
		return a.id == b.id && a.text == b.text
	}
	if b.kind == KindErased {
		a, b = b, a
	}
	return a.text == b.digest(a.id)
}
