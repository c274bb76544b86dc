// Package desktest is the test bench of the two desks' emulators: people sign in with their keys, every exchange is held against the
// vendor's document, and answers tell the code of what was refused.
package desktest

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"

	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// Rig is a desk that serves, and people who call it.
type Rig struct{ *bench.Rig }

// New makes the emulator with the rig's clock. Keys of people are keys followed by their short name.
func New[E bench.Emulator](t *testing.T, kind, keys string, make func(harness.Clock) (E, error)) (*Rig, E) {
	t.Helper()
	clock := bench.NewClock(bench.Start)
	e, err := make(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	r := &Rig{bench.New(t, e, clock)}
	r.Hold(contract.Load(t, kind))
	r.Sign = func(req *http.Request, who string) { req.SetBasicAuth(keys+who, "X") }
	return r, e
}

// Answer is a response of a desk.
type Answer struct{ bench.Answer }

// Code is the code and field of the first validation error.
func (a Answer) Code() string {
	if code := a.At("errors", 0, "code"); code != nil {
		return fmt.Sprintf("%v %v", a.At("errors", 0, "field"), code)
	}
	return a.Text("code")
}

// As is bench.Rig's.
func (r *Rig) As(who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	return Answer{r.Rig.As(who, method, path, body, headers...)}
}

// Must is bench.Rig's.
func (r *Rig) Must(status int, who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	return Answer{r.Rig.Must(status, who, method, path, body, headers...)}
}

// Form sends a form: pairs of names and values, with a file named file where it is not "".
func (r *Rig) Form(who, method, path, file string, data []byte, pairs ...string) Answer {
	r.T.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	if file != "" {
		part, _ := w.CreateFormFile("attachments[]", file)
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return r.As(who, method, path, buf.String(), "Content-Type", w.FormDataContentType())
}
