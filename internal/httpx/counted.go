package httpx

import (
	"errors"
	"fmt"
	"io"

	"duplex/connectors"
)

// Counted counts what is read of a content that is sent as it is, and remembers why reading it failed. It is looked at after the call.
type Counted struct {
	From io.Reader
	N    int64 // bytes
	Err  error // not io.EOF
}

func (c *Counted) Read(p []byte) (int, error) {
	n, err := c.From.Read(p)
	c.N += int64(n)
	if err != nil && err != io.EOF {
		c.Err = err
	}
	return n, err
}

// Exactly is a content that breaks off, with a BusyError, where it ends before or goes on after size bytes, so that no half file is kept.
// A negative size is not known and not held.
func Exactly(content io.Reader, size int64) io.Reader { return &exact{content, size, 0} }

type exact struct {
	from       io.Reader
	size, read int64
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	e.read += int64(n)
	if ended := errors.Is(err, io.EOF); e.size >= 0 && (e.read > e.size || ended && e.read < e.size) {
		return n, connectors.Busy("reading the content", fmt.Sprintf("%d of %d bytes came", e.read, e.size), 0)
	}
	return n, err
}
