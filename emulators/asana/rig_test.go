package asana

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// rig is an emulator whose client is held against the vendor's document. People are named by their tokens.
type rig struct {
	*bench.Rig
	e *Emulator
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start)
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	r.Hold(contract.Load(t, "asana"))
	r.Path = func(path string) string { return "/api/1.0" + path }
	r.Sign = func(req *http.Request, token string) { req.Header.Set("Authorization", "Bearer "+token) }
	return r
}

// task creates a task in Bugs by Ada and gives its path.
func (r *rig) task(fields string) string {
	r.T.Helper()
	if fields != "" {
		fields = "," + fields
	}
	a := r.Must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Printer on fire","projects":["`+ProjectBugs+`"]`+fields+`}}`)
	return "/tasks/" + a.Text("data", "gid")
}

// upload attaches a file; name is written as the vendor wants it, URL-encoded.
func (r *rig) upload(token, parent, name, content string) bench.Answer {
	r.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("parent", parent)
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write([]byte(content))
	_ = form.Close()
	return r.As(token, "POST", "/attachments", body.String(), "Content-Type", form.FormDataContentType())
}

func gidOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }
