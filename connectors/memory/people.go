package memory

import (
	"fmt"
	"slices"
	"sort"

	"duplex/connectors"
	"duplex/core"
)

// The As methods are people's hands: the same rules as for connectors, but not counted and never disturbed. The user
// is named by id or e-mail.

// CreateAs makes an item. The mark of the draft may be "".
func (s *System) CreateAs(user string, draft core.Draft) (core.Ref, error) {
	var ref core.Ref
	err := s.as(user, func(by core.Value) error {
		it, err := s.create(by, draft)
		if err == nil {
			ref = s.ref(it)
		}
		return err
	})
	return ref, err
}

// EditAs writes fields.
func (s *System) EditAs(user, id string, fields map[string]core.Value) error {
	return s.onItem(user, id, func(by core.Value, it *item) error { return s.apply(by, it, core.Patch{Fields: fields}) })
}

// DeleteAs deletes an item.
func (s *System) DeleteAs(user, id string) error {
	return s.onItem(user, id, func(by core.Value, _ *item) error { return s.remove(by, id) })
}

// MoveAs puts an item into another scope.
func (s *System) MoveAs(user, id string, scope map[string]string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		it.scope = scope
		s.touch(it, by, core.HintChanged)
		return nil
	})
}

// CommentAs adds a comment in the system's own rich-text format.
func (s *System) CommentAs(user, id, text string, audience core.Audience) (core.Comment, error) {
	var cm core.Comment
	err := s.onItem(user, id, func(by core.Value, it *item) (err error) {
		cm, err = s.addComment(by, it, core.CommentDraft{
			Body: core.Text(s.facts.RichText, text), Visibility: core.Visibility{Audience: audience},
		})
		return err
	})
	return cm, err
}

// EditCommentAs replaces a comment's text.
func (s *System) EditCommentAs(user, id, commentID, text string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		_, err := s.editComment(by, it, commentID, core.Text(s.facts.RichText, text))
		return err
	})
}

// ShowCommentAs lets other people read a comment than before.
func (s *System) ShowCommentAs(user, id, commentID string, v core.Visibility) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		i := slices.IndexFunc(it.comments, func(c core.Comment) bool { return c.ID == commentID })
		if i < 0 {
			return fmt.Errorf("comment %s: %w", commentID, connectors.ErrNotFound)
		}
		s.showComment(by, it, i, v)
		return nil
	})
}

// DeleteCommentAs deletes a comment.
func (s *System) DeleteCommentAs(user, id, commentID string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error { return s.deleteComment(by, it, commentID) })
}

// AttachAs adds a file.
func (s *System) AttachAs(user, id, name, mediaType string, content []byte, audience core.Audience) (core.Attachment, error) {
	var a core.Attachment
	err := s.onItem(user, id, func(by core.Value, it *item) (err error) {
		a, err = s.attach(by, it, core.AttachmentDraft{
			Name: name, MediaType: mediaType, Size: -1, Visibility: core.Visibility{Audience: audience},
		}, slices.Clone(content))
		return err
	})
	return a, err
}

// DetachAs deletes a file.
func (s *System) DetachAs(user, id, attachmentID string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error { return s.detach(by, it, attachmentID) })
}

// ReplaceAs puts other content into a file, which keeps its id and name.
func (s *System) ReplaceAs(user, id, attachmentID string, content []byte) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		return s.onFile(it, attachmentID, func(f *file) { f.content, f.Size, f.Sum = slices.Clone(content), int64(len(content)), sum(content) }, by)
	})
}

// ShowFileAs lets other people read a file than before.
func (s *System) ShowFileAs(user, id, attachmentID string, audience core.Audience) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		return s.onFile(it, attachmentID, func(f *file) { f.Visibility = core.Visibility{Audience: audience} }, by)
	})
}

func (s *System) onFile(it *item, id string, change func(*file), by core.Value) error {
	i := slices.IndexFunc(it.files, func(f file) bool { return f.ID == id })
	if i < 0 {
		return fmt.Errorf("file %s: %w", id, connectors.ErrNotFound)
	}
	it.files = slices.Clone(it.files)
	change(&it.files[i])
	s.touch(it, by, core.HintComments)
	return nil
}

// Items are all live items as a person sees them, oldest first, comments and files included.
func (s *System) Items() []core.Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	var live []*item
	for _, it := range s.items {
		if !it.deleted {
			live = append(live, it)
		}
	}
	sort.Slice(live, func(i, j int) bool { return live[i].number < live[j].number })
	out := make([]core.Observation, len(live))
	for i, it := range live {
		out[i] = s.observe(it, connectors.Want{Comments: true, Attachments: true, Worklogs: true})
	}
	return out
}

// Item is one live item as a person sees it.
func (s *System) Item(id string) (core.Observation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, err := s.find(id)
	if err != nil {
		return core.Observation{}, false
	}
	return s.observe(it, connectors.Want{Comments: true, Attachments: true, Worklogs: true}), true
}

// Content is the content of a file, nil where there is none.
func (s *System) Content(itemID, attachmentID string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it, ok := s.items[itemID]; ok {
		for _, f := range it.files {
			if f.ID == attachmentID {
				return f.content
			}
		}
	}
	return nil
}

func (s *System) as(user string, do func(by core.Value) error) error {
	s.mu.Lock()
	defer s.unlock()
	by, ok := s.user(core.Person(user, "", ""))
	if !ok {
		by, ok = s.user(core.Person("", user, ""))
	}
	if !ok {
		return fmt.Errorf("user %s: %w", user, connectors.ErrNotFound)
	}
	return do(by)
}

func (s *System) onItem(user, id string, do func(by core.Value, it *item) error) error {
	return s.as(user, func(by core.Value) error {
		it, err := s.find(id)
		if err != nil {
			return err
		}
		return do(by, it)
	})
}
