package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// AddWorklog adds a worklog as the account duplex acts as. Adding twice makes two.
func (c *Connector) AddWorklog(ctx context.Context, itemID string, draft core.WorklogDraft) (core.Worklog, error) {
	return c.worklog(ctx, OpAddWorklog, itemID, func(it *item) (core.Worklog, error) {
		return c.sys.addWorklog(c.sys.self, it, draft, core.Visibility{Audience: core.Internal})
	})
}

// EditWorklog replaces what a worklog says.
func (c *Connector) EditWorklog(ctx context.Context, itemID, worklogID string, draft core.WorklogDraft) (core.Worklog, error) {
	return c.worklog(ctx, OpEditWorklog, itemID, func(it *item) (core.Worklog, error) {
		return c.sys.editWorklog(c.sys.self, it, worklogID, draft)
	})
}

// DeleteWorklog removes a worklog.
func (c *Connector) DeleteWorklog(ctx context.Context, itemID, worklogID string) error {
	_, err := c.worklog(ctx, OpDeleteWorklog, itemID, func(it *item) (core.Worklog, error) {
		return core.Worklog{}, c.sys.deleteWorklog(c.sys.self, it, worklogID)
	})
	return err
}

// FindWorklog finds a worklog by its mark.
func (c *Connector) FindWorklog(ctx context.Context, itemID, mark string) (core.Worklog, error) {
	return c.worklog(ctx, OpFindWorklog, itemID, func(it *item) (core.Worklog, error) {
		for _, w := range it.worklogs {
			if mark != "" && w.Mark == mark {
				return w, nil
			}
		}
		return core.Worklog{}, fmt.Errorf("worklog with that mark: %w", connectors.ErrNotFound)
	})
}

func (c *Connector) worklog(ctx context.Context, op Op, itemID string, do func(*item) (core.Worklog, error)) (core.Worklog, error) {
	var w core.Worklog
	err := c.sys.call(ctx, op, itemID, func() error {
		it, err := c.sys.find(itemID)
		if err == nil {
			w, err = do(it)
		}
		return err
	})
	if err != nil {
		return core.Worklog{}, err
	}
	return w, nil
}

// WorkAs adds time that a person spent.
func (s *System) WorkAs(user, id string, started time.Time, seconds int64, text string, audience core.Audience) (core.Worklog, error) {
	var w core.Worklog
	err := s.onItem(user, id, func(by core.Value, it *item) (err error) {
		w, err = s.addWorklog(by, it, core.WorklogDraft{Started: started, Seconds: seconds, Body: core.Text(s.facts.RichText, text)}, core.Visibility{Audience: audience})
		return err
	})
	return w, err
}

// EditWorkAs replaces what a worklog says.
func (s *System) EditWorkAs(user, id, worklogID string, started time.Time, seconds int64, text string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		_, err := s.editWorklog(by, it, worklogID, core.WorklogDraft{Started: started, Seconds: seconds, Body: core.Text(s.facts.RichText, text)})
		return err
	})
}

// RestrictWorkAs keeps a worklog to some of the team.
func (s *System) RestrictWorkAs(user, id, worklogID, group string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error {
		i, err := it.worklogAt(worklogID)
		if err != nil {
			return err
		}
		it.worklogs[i].Visibility = core.Visibility{Audience: core.Restricted, Group: group}
		s.touch(it, by, core.HintComments)
		return nil
	})
}

// DeleteWorkAs deletes a worklog.
func (s *System) DeleteWorkAs(user, id, worklogID string) error {
	return s.onItem(user, id, func(by core.Value, it *item) error { return s.deleteWorklog(by, it, worklogID) })
}

// The functions below change a worklog and its item's revision. The caller holds the lock.

func (s *System) addWorklog(by core.Value, it *item, draft core.WorklogDraft, seen core.Visibility) (core.Worklog, error) {
	if err := s.checkWorklog(draft); err != nil {
		return core.Worklog{}, err
	}
	w := core.Worklog{ID: s.newID(), Author: by, Started: draft.Started.UTC(), Seconds: draft.Seconds, Body: draft.Body, Visibility: seen,
		CreatedAt: s.now(), UpdatedAt: s.now(), Mark: draft.Mark, Own: core.Equal(by, s.self)}
	it.worklogs = append(it.worklogs, w)
	s.touch(it, by, core.HintComments)
	return w, nil
}

func (s *System) editWorklog(by core.Value, it *item, id string, draft core.WorklogDraft) (core.Worklog, error) {
	if err := s.checkWorklog(draft); err != nil {
		return core.Worklog{}, err
	}
	i, err := it.worklogAt(id)
	if err != nil {
		return core.Worklog{}, err
	}
	w := &it.worklogs[i]
	if w.Seconds == draft.Seconds && w.Started.Equal(draft.Started) && same(w.Body, draft.Body) {
		return *w, nil
	}
	w.Started, w.Seconds, w.Body, w.UpdatedAt = draft.Started.UTC(), draft.Seconds, draft.Body, s.now()
	s.touch(it, by, core.HintComments)
	return *w, nil
}

func (s *System) deleteWorklog(by core.Value, it *item, id string) error {
	i, err := it.worklogAt(id)
	if err != nil {
		return err
	}
	it.worklogs = slices.Delete(it.worklogs, i, i+1)
	s.touch(it, by, core.HintComments)
	return nil
}

// worklogAt is the place of a worklog in a copy of the list: earlier observations keep theirs.
func (it *item) worklogAt(id string) (int, error) {
	it.worklogs = slices.Clone(it.worklogs)
	i := slices.IndexFunc(it.worklogs, func(w core.Worklog) bool { return w.ID == id })
	if i < 0 {
		return 0, fmt.Errorf("worklog %s: %w", id, connectors.ErrNotFound)
	}
	return i, nil
}

func (s *System) checkWorklog(d core.WorklogDraft) error {
	if d.Seconds <= 0 || d.Started.IsZero() {
		return &connectors.InvalidError{Fields: map[string]string{"worklog": "it needs a time when the work began, and how long it took"}}
	}
	if d.Body.IsEmpty() || d.Body.IsAbsent() {
		return nil
	}
	if _, why := s.accept(connectors.Field{Kind: core.KindText}, d.Body); why != "" {
		return &connectors.InvalidError{Fields: map[string]string{"worklog": why}}
	}
	return nil
}
