package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// uploadLimit is the largest attachment in bytes unless Options say otherwise; maxFiles how many one
// upload may carry.
const (
	uploadLimit = 100 << 20
	maxFiles    = 60
)

// attach stores a file on an issue. The error says that the content could not be kept.
func (s *session) attach(i *issue, filename, mimeType string, content []byte) (*attachment, error) {
	id := s.state.nextID()
	if err := s.files.put(id, content); err != nil {
		return nil, err
	}
	a := &attachment{ID: id, Filename: filename, MimeType: mimeType, AuthorID: s.user.AccountID, Size: len(content), Created: s.now,
		MediaID: mediaID(id)}
	if a.MimeType == "" || a.MimeType == "application/octet-stream" {
		a.MimeType = http.DetectContentType(content)
	}
	i.Attachments = append(i.Attachments, a)
	s.record(i, changeItem{Field: "Attachment", FieldType: "jira", FieldID: "attachment", To: &a.ID, ToString: &a.Filename})
	s.emitAttachment("attachment_created", i, a)
	return a, nil
}

// mediaID is the file's name on the media host: a UUID, and nothing a client can compute.
func mediaID(attachmentID string) string {
	sum := sha256.Sum256([]byte("media of attachment " + attachmentID))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// mediaToken is what the media host asks for along with the file's id.
func mediaToken(mediaID string) string {
	sum := sha256.Sum256([]byte("token of " + mediaID))
	return hex.EncodeToString(sum[:16])
}

func (a *attachment) image() bool { return strings.HasPrefix(a.MimeType, "image/") }

func (s *session) detach(i *issue, a *attachment) {
	at := slices.Index(i.Attachments, a)
	i.Attachments = slices.Delete(slices.Clone(i.Attachments), at, at+1)
	s.gone = append(s.gone, a.ID)
	s.record(i, changeItem{Field: "Attachment", FieldType: "jira", FieldID: "attachment", From: &a.ID, FromString: &a.Filename})
	s.emitAttachment("attachment_deleted", i, a)
}

func (v view) attachment(a *attachment) object {
	out := object{"self": v.self("/attachment/" + a.ID), "id": a.ID, "filename": a.Filename, "author": v.user(a.AuthorID),
		"created": formatTime(a.Created, v.viewer), "size": a.Size, "mimeType": a.MimeType, "content": v.self("/attachment/content/" + a.ID)}
	if v.dc {
		return v.filed(a, out)
	}
	if a.image() {
		out["thumbnail"] = v.self("/attachment/thumbnail/" + a.ID)
	}
	return out
}
