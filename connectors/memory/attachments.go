package memory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// OpenAttachment streams a file's content.
func (c *Connector) OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error) {
	var content []byte
	err := c.sys.call(ctx, OpOpen, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(it.files, func(f file) bool { return f.ID == a.ID })
		if i < 0 {
			return fmt.Errorf("file %s: %w", a.ID, connectors.ErrNotFound)
		}
		content = it.files[i].content
		return nil
	})
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

// Attach adds a file. A content that breaks off, or has another length than the draft says, adds nothing.
func (c *Connector) Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return core.Attachment{}, fmt.Errorf("%s: %s: reading the content: %w", c.sys.name, OpAttach, err)
	}
	var a core.Attachment
	err = c.sys.call(ctx, OpAttach, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err == nil {
			a, err = c.sys.attach(c.sys.self, it, draft, data)
		}
		return err
	})
	if err != nil {
		return core.Attachment{}, err
	}
	return a, nil
}

// DeleteAttachment removes a file.
func (c *Connector) DeleteAttachment(ctx context.Context, itemID, attachmentID string) error {
	return c.sys.call(ctx, OpDetach, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err == nil {
			err = c.sys.detach(c.sys.self, it, attachmentID)
		}
		return err
	})
}

// FindAttachment finds a file by its mark.
func (c *Connector) FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error) {
	var a core.Attachment
	err := c.sys.call(ctx, OpFindFile, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err != nil {
			return err
		}
		for _, f := range it.files {
			if draft.Mark != "" && f.mark == draft.Mark && !slices.Contains(taken, f.ID) {
				a = f.Attachment
				return nil
			}
		}
		return fmt.Errorf("file with that mark: %w", connectors.ErrNotFound)
	})
	return a, err
}

// attach stores a file. The caller holds the lock.
func (s *System) attach(by core.Value, it *item, draft core.AttachmentDraft, data []byte) (core.Attachment, error) {
	size := int64(len(data))
	switch {
	case s.maxFile > 0 && size > s.maxFile:
		return core.Attachment{}, fmt.Errorf("a file of %d bytes, the limit is %d: %w", size, s.maxFile, connectors.ErrTooLarge)
	case draft.Size >= 0 && size != draft.Size:
		return core.Attachment{}, connectors.Busy("reading the content", fmt.Sprintf("%d of %d bytes came", size, draft.Size), 0)
	}
	seen, err := s.narrow(draft.Visibility)
	if err != nil {
		return core.Attachment{}, err
	}
	id := s.newID()
	a := core.Attachment{
		ID: id, Sum: sum(data), Names: s.names(id), Name: draft.Name, MediaType: draft.MediaType, Size: size, Author: by, Visibility: seen,
		CreatedAt: s.now(), Own: core.Equal(by, s.self),
	}
	it.files = append(it.files, file{Attachment: a, mark: draft.Mark, content: data})
	s.touch(it, by, core.HintComments)
	return a, nil
}

// detach removes a file. The caller holds the lock.
func (s *System) detach(by core.Value, it *item, id string) error {
	i := slices.IndexFunc(it.files, func(f file) bool { return f.ID == id })
	if i < 0 {
		return fmt.Errorf("file %s: %w", id, connectors.ErrNotFound)
	}
	it.files = slices.Delete(slices.Clone(it.files), i, i+1)
	s.touch(it, by, core.HintComments)
	return nil
}
