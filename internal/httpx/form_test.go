package httpx

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
)

func TestFormIsReadBack(t *testing.T) {
	body, contentType := Form([][2]string{{"parent", "12"}}, FormFile{Field: "file", Name: "a \"b\".txt", Size: 3, Content: strings.NewReader("abc")})
	defer body.Close()
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(body, params["boundary"]).ReadForm(1 << 10)
	if err != nil {
		t.Fatal(err)
	}
	f := form.File["file"]
	if form.Value["parent"][0] != "12" || len(f) != 1 || f[0].Filename != `a "b".txt` || f[0].Header.Get("Content-Type") != "application/octet-stream" || f[0].Size != 3 {
		t.Errorf("read back as %+v", form)
	}
}

func TestHalfAFileBreaksTheFormOff(t *testing.T) {
	broken := errors.New("the line is dead")
	for _, c := range []struct {
		content io.Reader
		size    int64
		class   string
		reason  string
	}{
		{strings.NewReader("abc"), 3, "", "the whole file"},
		{strings.NewReader("abc"), -1, "", "a size that is not known"},
		{strings.NewReader("ab"), 3, "busy", "less came than there is"},
		{strings.NewReader("abcd"), 3, "busy", "more came than there is"},
		{io.MultiReader(strings.NewReader("a"), failing{broken}), 3, "failed", "the content breaks off"},
	} {
		body, _ := Form(nil, FormFile{Field: "file", Name: "f", Size: c.size, Content: c.content})
		if _, err := io.ReadAll(body); connectors.Class(err) != c.class {
			t.Errorf("%s: %v", c.reason, err)
		}
		body.Close()
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestNotTheFile(t *testing.T) {
	for _, c := range []struct {
		status     int
		got, bytes string
		mediaType  string
		size       int64
		ok         bool
		reason     string
	}{
		{200, "image/png", "3", "image/png", 3, true, "the file"},
		{200, "text/html; charset=utf-8", "3", "image/png", 3, false, "a page that asks to sign in"},
		{200, "text/html", "3", "text/html", 3, true, "a file that is a page"},
		{200, "image/png", "2", "image/png", 3, false, "a part of it"},
		{206, "image/png", "3", "image/png", 3, false, "a status that says so"},
		{200, "", "", "", 0, true, "nothing is known"},
	} {
		h := http.Header{}
		if c.got != "" {
			h.Set("Content-Type", c.got)
		}
		if c.bytes != "" {
			h.Set("Content-Length", c.bytes)
		}
		if why := NotTheFile(&Response{Status: c.status, Header: h}, c.mediaType, c.size); (why == "") != c.ok {
			t.Errorf("%s: %q", c.reason, why)
		}
	}
}

func TestShort(t *testing.T) {
	if got := Short(" a\n b\tc "); got != "a b c" {
		t.Errorf("%q", got)
	}
	if got := Short(strings.Repeat("ü", 400)); len([]rune(got)) != mostSaid+1 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

func TestCounted(t *testing.T) {
	broken := errors.New("the line is dead")
	c := &Counted{From: io.MultiReader(strings.NewReader("abc"), failing{broken})}
	if _, err := io.ReadAll(c); !errors.Is(err, broken) || c.N != 3 || !errors.Is(c.Err, broken) {
		t.Errorf("%d bytes, %v, %v", c.N, c.Err, err)
	}
	whole := &Counted{From: strings.NewReader("abc")}
	if _, err := io.ReadAll(whole); err != nil || whole.N != 3 || whole.Err != nil {
		t.Errorf("%d bytes, %v, %v", whole.N, whole.Err, err)
	}
}
