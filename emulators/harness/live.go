package harness

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
)

// LiveScript keeps an emulator's page up to date in the browser; the page works without it. It needs
// the page's PageVersion in body's data-version and in the ETag header, also of HEAD, and an element
// with id "changed" that is hidden: it is shown where the page is out of date while somebody writes.
// It marks the root element with class "live". Pages that answer a refused form leave it out.
//
//go:embed live.js
var LiveScript string

// LivePolicy is what a Content-Security-Policy has to allow for LiveScript, and no other script.
func LivePolicy() string {
	sum := sha256.Sum256([]byte(LiveScript))
	return "script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; connect-src 'self'"
}

// PageVersion names a content: equal contents have equal versions. It is an ETag with its quotes.
func PageVersion(content []byte) string {
	sum := sha256.Sum256(content)
	return fmt.Sprintf(`"%x"`, sum[:8])
}
