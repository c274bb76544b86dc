package httpx

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// mostSaid is how many characters of a system's own words are repeated.
const mostSaid = 300

// Short keeps what a system says of itself to one line of a length that logs and screens bear.
func Short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > mostSaid {
		return string(r[:mostSaid]) + "…"
	}
	return s
}

// NotTheFile says why an answer is not the file of that media type and size that was asked for, "" when it is: a page in its place, such as
// one that asks to sign in, or a part of it. What is not known of the file ("" and 0) is not looked at.
func NotTheFile(resp *Response, mediaType string, size int64) string {
	got, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	said, _, _ := mime.ParseMediaType(mediaType)
	n := resp.Header.Get("Content-Length")
	switch {
	case got == "text/html" && said != "" && said != got:
		return "the answer is a page, not the file"
	case n != "" && size > 0 && resp.Header.Get("Content-Encoding") == "" && n != fmt.Sprint(size):
		return fmt.Sprintf("the answer has %s bytes, the file %d", n, size)
	case resp.Status != http.StatusOK:
		return fmt.Sprintf("status %d is not the whole file", resp.Status)
	}
	return ""
}
