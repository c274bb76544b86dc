package salesforce

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// mostJSON is how large a request with base64 content may be (vendor page "Insert or Update Blob Data").
const mostJSON = 50 << 20

// multipart reads a request of the parts entity_content (JSON) and VersionData (bytes).
func (c *call) multipart(o *object) (row, error) {
	_, params, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if err != nil || o.name != "ContentVersion" {
		return nil, refuse(400, "INVALID_MULTIPART_REQUEST", "Multipart message is not expected or is badly formed")
	}
	in := row{}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return in, nil
		}
		if err != nil {
			return nil, refuse(400, "INVALID_MULTIPART_REQUEST", "Multipart message is badly formed")
		}
		data, _ := io.ReadAll(part)
		switch part.FormName() {
		case "entity_content":
			if err := json.Unmarshal(data, &in); err != nil {
				return nil, refuse(400, "JSON_PARSER_ERROR", "entity_content is not a JSON object")
			}
		case "VersionData":
			if part.FileName() == "" {
				return nil, refuse(400, "INVALID_MULTIPART_REQUEST", "The part VersionData needs a file name")
			}
			in["VersionData"] = base64.StdEncoding.EncodeToString(data)
		}
	}
}

// beforeVersion holds what a new version needs. A version of an existing document follows its latest one.
func (c *call) beforeVersion(old, r *record, extra row) error {
	if old != nil {
		return nil
	}
	data, ok := extra["VersionData"].(string)
	if !ok || r.text("PathOnClient") == "" {
		return bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [VersionData, PathOnClient]", "VersionData", "PathOnClient")
	}
	if len(c.body) > mostJSON && strings.HasPrefix(c.req.Header.Get("Content-Type"), "application/json") {
		return bad("REQUEST_ENTITY_TOO_LARGE", "The maximum size of base64 content is 37.5 MB")
	}
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return bad("INVALID_BASE64", "VersionData: value not of required type", "VersionData")
	}
	if r.text("ContentDocumentId") != "" && r.text("FirstPublishLocationId") != "" {
		return bad("INVALID_FIELD", "FirstPublishLocationId is for new documents only", "FirstPublishLocationId")
	}
	ext := strings.TrimPrefix(filepath.Ext(r.text("PathOnClient")), ".")
	if r.text("Title") == "" {
		r.set("Title", strings.TrimSuffix(filepath.Base(r.text("PathOnClient")), filepath.Ext(r.text("PathOnClient"))))
	}
	sum := md5.Sum(content)
	r.set("FileExtension", ext)
	r.set("FileType", strings.ToUpper(ext))
	r.set("Checksum", hex.EncodeToString(sum[:]))
	r.Values["ContentSize"] = float64(len(content))
	r.Values["IsLatest"] = true
	r.set("VersionNumber", "1")
	return nil
}

// publish stores the content and makes or moves on the document; a new one is linked to where it is published first.
func (c *call) publish(r *record, data string) error {
	content, _ := base64.StdEncoding.DecodeString(data)
	if err := c.e.keep(r.ID, content); err != nil {
		return err
	}
	docs := c.e.schema["contentdocument"]
	if id := r.text("ContentDocumentId"); id != "" {
		for _, v := range c.e.st.where("ContentVersion", "ContentDocumentId", id) {
			if v.ID != r.ID && v.flag("IsLatest") {
				next := v.clone()
				next.Values["IsLatest"] = false
				c.e.st.put(next)
			}
		}
		doc := c.e.st.live(id)
		next := doc.clone()
		next.set("LatestPublishedVersionId", r.ID)
		next.Values["ContentSize"] = r.Values["ContentSize"]
		next.set("Title", r.text("Title"))
		c.replace(docs, doc, next)
		return nil
	}
	doc := &record{Object: docs.name, Values: row{"OwnerId": c.user.ID}}
	for _, name := range []string{"Title", "FileType", "FileExtension", "ContentSize"} {
		doc.set(name, r.Values[name])
	}
	doc.set("LatestPublishedVersionId", r.ID)
	c.add(docs, doc)
	r.set("ContentDocumentId", doc.ID)
	c.link(doc.ID, c.user.ID, "I", "AllUsers")
	if at := r.text("FirstPublishLocationId"); at != "" && at != c.user.ID {
		c.link(doc.ID, at, "V", "AllUsers")
	}
	return nil
}

func (c *call) link(doc, to, share, visibility string) {
	c.add(c.e.schema["contentdocumentlink"], &record{Object: "ContentDocumentLink",
		Values: row{"ContentDocumentId": doc, "LinkedEntityId": to, "ShareType": share, "Visibility": visibility}})
}

func (e *Emulator) keep(id string, content []byte) error {
	if e.opts.File == "" {
		e.files[id] = content
		return nil
	}
	return os.WriteFile(filepath.Join(e.fileDir(), id), content, 0o600)
}

// getContent gives a version's bytes; of a deleted document there are none.
func (c *call) getContent() error {
	r := c.e.st.live(c.req.PathValue("id"))
	if r == nil || r.Object != "ContentVersion" {
		return notFound()
	}
	content, ok := c.e.files[r.ID]
	if c.e.opts.File != "" {
		var err error
		content, err = os.ReadFile(filepath.Join(c.e.fileDir(), r.ID))
		ok = err == nil
	}
	if !ok {
		return notFound()
	}
	if content == nil {
		content = []byte{}
	}
	return c.answer(http.StatusOK, content)
}
