package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
)

// uploadLimit is the largest attachment in bytes; maxFiles how many one upload may carry.
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
	sum := sha256.Sum256([]byte("media of attachment " + id))
	a := &attachment{ID: id, Filename: filename, MimeType: mimeType, AuthorID: s.user.AccountID, Size: len(content), Created: s.now,
		MediaID: hex.EncodeToString(sum[:])}
	if a.MimeType == "" || a.MimeType == "application/octet-stream" {
		a.MimeType = http.DetectContentType(content)
	}
	i.Attachments = append(i.Attachments, a)
	s.record(i, changeItem{Field: "Attachment", FieldType: "jira", FieldID: "attachment", To: &a.ID, ToString: &a.Filename})
	s.emitAttachment("attachment_created", i, a)
	return a, nil
}

func (s *session) detach(i *issue, a *attachment) {
	at := slices.Index(i.Attachments, a)
	i.Attachments = slices.Delete(slices.Clone(i.Attachments), at, at+1)
	s.gone = append(s.gone, a.ID)
	s.record(i, changeItem{Field: "Attachment", FieldType: "jira", FieldID: "attachment", From: &a.ID, FromString: &a.Filename})
	s.emitAttachment("attachment_deleted", i, a)
}
