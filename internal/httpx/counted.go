package httpx

import "io"

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
