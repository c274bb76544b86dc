// Package signature checks that an incoming call was made by who knows a secret, in constant time.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// SHA256 is the HMAC-SHA256 of the parts, one after the other.
func SHA256(secret string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// Signed tells whether given is the HMAC-SHA256 of the parts under one of the secrets. An empty secret signs nothing.
func Signed(given []byte, secrets []string, parts ...[]byte) bool {
	good := false
	for _, s := range secrets {
		good = s != "" && hmac.Equal(SHA256(s, parts...), given) || good
	}
	return good
}

// Shared tells whether given is one of the secrets. An empty secret is nobody's.
func Shared(given string, secrets ...string) bool {
	good := false
	for _, s := range secrets {
		a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s))
		good = s != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1 || good
	}
	return good
}
