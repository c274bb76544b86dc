package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"duplex/connectors"
	"duplex/core"
)

// copied is what became of a file.
type copied struct {
	file core.Attachment // on the target
	sum  string          // SHA-256 of the content, in hexadecimal
	same bool            // the content was there already, as the copy of another file
}

// attach streams a file to the target. A content that is there already, as the copy of another file of the same readers, is not sent
// again. A copy that is not what was sent is taken away again.
func (w *applying) attach(ctx context.Context, id string, e *core.EntryDecision) (copied, error) {
	attacher, ok := connectors.As[connectors.Attacher](w.c)
	if !ok {
		return copied{}, connectors.ErrUnsupported
	}
	f, err := w.sourceFile(e.Source)
	if err != nil {
		return copied{}, err
	}
	if same, ok, err := w.sameContent(ctx, f, e.Attachment.Visibility); ok || err != nil {
		return same, err
	}
	content, err := w.open(ctx, f)
	if err != nil {
		return copied{}, err
	}
	defer content.Close()
	in := newMeter(content)
	made, err := attacher.Attach(ctx, id, *e.Attachment, in)
	if err != nil {
		return copied{}, err
	}
	if wrong := in.differs(f.Size, made); wrong != "" {
		return copied{}, w.broken(ctx, id, made, wrong)
	}
	return copied{file: made, sum: in.sum()}, nil
}

// replaced takes away the copy of a version that a new one has replaced, where deletions are carried.
func (w *applying) replaced(ctx context.Context, id string, e *core.EntryDecision, target string) error {
	if e.Kind != core.EntryAttachment || e.Target == "" || e.Target == target || !w.mapping.Connection.Attachments.Deletes || !w.can[w.to].DeleteFile {
		return nil
	}
	for _, l := range w.step.links {
		if l.Kind == e.Kind && l.IDs[w.to] == e.Target && !l.Dropped && !l.Withdrawn {
			return nil // another file's copy too
		}
	}
	if err := w.removeCopy(ctx, id, e.Kind, e.Target); err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	return nil
}

// sourceFile is a file of the source as it was observed.
func (w *applying) sourceFile(id string) (core.Attachment, error) {
	for _, f := range w.now[w.from].Attachments {
		if f.ID == id {
			return f, nil
		}
	}
	return core.Attachment{}, fmt.Errorf("the file is no longer in the observation: %w", connectors.ErrUnsupported)
}

func (w *applying) open(ctx context.Context, f core.Attachment) (io.ReadCloser, error) {
	opener, ok := connectors.As[connectors.AttachmentOpener](w.source)
	if !ok {
		return nil, connectors.ErrUnsupported
	}
	content, err := opener.OpenAttachment(ctx, w.pair.Sides[w.from].Ref.ID, f)
	if err != nil {
		return nil, entryGone(doing("read the file from "+w.pair.Sides[w.from].Ref.System, err))
	}
	return content, nil
}

// sameContent looks for a copy with the same content for the same readers. A file is only read for that when one of its size was copied.
func (w *applying) sameContent(ctx context.Context, f core.Attachment, readers core.Visibility) (copied, bool, error) {
	sum := ""
	for _, l := range w.step.links {
		if l.Kind != core.EntryAttachment || l.Origin != w.from || l.Dropped || l.Withdrawn || l.Sum == "" || l.Seen != readers || l.IDs[w.from] == f.ID {
			continue
		}
		there := attachmentOf(w.now[w.to], l.IDs[w.to])
		if other := attachmentOf(w.now[w.from], l.IDs[w.from]); there == nil || other == nil || other.Size != f.Size {
			continue
		}
		if sum == "" {
			content, err := w.open(ctx, f)
			if err != nil {
				return copied{}, false, err
			}
			in := newMeter(content)
			_, err = io.Copy(io.Discard, in)
			content.Close()
			if err != nil {
				return copied{}, false, connectors.Busy("read the file from "+w.pair.Sides[w.from].Ref.System, "it broke off", 0)
			}
			sum = in.sum()
		}
		if l.Sum == sum {
			return copied{file: *there, sum: sum, same: true}, true, nil
		}
	}
	return copied{}, false, nil
}

func attachmentOf(o *core.Observation, id string) *core.Attachment {
	if o != nil {
		for i := range o.Attachments {
			if o.Attachments[i].ID == id {
				return &o.Attachments[i]
			}
		}
	}
	return nil
}

// broken takes a copy away that is not what was sent. The error has no class, so that it is tried again; a copy that stays asks for a
// person.
func (w *applying) broken(ctx context.Context, id string, made core.Attachment, wrong string) error {
	if err := w.removeCopy(ctx, id, core.EntryAttachment, made.ID); err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return fmt.Errorf("%s, and the copy could not be removed: delete it by hand, then resync: %w", wrong, connectors.ErrUnsupported)
	}
	return errors.New(wrong + "; the copy was removed")
}

// meter counts and digests what is read through it.
type meter struct {
	r io.Reader
	h hash.Hash
	n int64
}

func newMeter(r io.Reader) *meter { return &meter{r: r, h: sha256.New()} }

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.h.Write(p[:n])
	m.n += int64(n)
	return n, err
}

func (m *meter) sum() string { return hex.EncodeToString(m.h.Sum(nil)) }

// differs says how a copy is not what was read, "" when it is as far as the systems tell.
func (m *meter) differs(said int64, made core.Attachment) string {
	switch {
	case said > 0 && m.n != said:
		return fmt.Sprintf("the file has %d bytes, and %d came", said, m.n)
	case made.Size > 0 && made.Size != m.n:
		return fmt.Sprintf("%d bytes of the file were sent, and the copy has %d", m.n, made.Size)
	case made.Sum != "" && made.Sum != m.sum():
		return "the copy's content is not the file's: their SHA-256 differ"
	}
	return ""
}
