package httpx

import (
	"cmp"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// FormFile is the file of a form.
type FormFile struct {
	Field, Name string
	MediaType   string // "": application/octet-stream
	Size        int64  // bytes the content must have, negative: not known
	Content     io.Reader
	// Disposition is the header of that name; "" is the one that browsers send, the name quoted and in UTF-8.
	Disposition string
}

// fileName makes a name fit into a quoted header value, the way browsers do. Other characters are sent as UTF-8.
var fileName = strings.NewReplacer("\\", "\\\\", `"`, `\"`, "\r", "%0D", "\n", "%0A")

// Form is a multipart form of fields, in their order, and one file after them, written while it is read. A content that breaks off, or has
// another size than it must have, breaks the form off, so that no half file is kept. The caller closes the body, read or not.
func Form(fields [][2]string, f FormFile) (body io.ReadCloser, contentType string) {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() { w.CloseWithError(writeForm(form, fields, f)) }()
	return r, form.FormDataContentType()
}

func writeForm(form *multipart.Writer, fields [][2]string, f FormFile) error {
	for _, kv := range fields {
		if err := form.WriteField(kv[0], kv[1]); err != nil {
			return err
		}
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", cmp.Or(f.Disposition, `form-data; name="`+f.Field+`"; filename="`+fileName.Replace(f.Name)+`"`))
	head.Set("Content-Type", cmp.Or(f.MediaType, "application/octet-stream"))
	part, err := form.CreatePart(head)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, Exactly(f.Content, f.Size)); err != nil {
		return err
	}
	return form.Close()
}
