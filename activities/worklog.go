package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/core/richtext"
)

// work is a worklog for the other side: its text converted, with the header that names who spent the time.
func (s *step) work(to core.Side, w core.Worklog) core.WorklogDraft {
	source, target := w.Body.Format(), s.formats[to]
	if source == "" {
		source = "plain"
	}
	text := ""
	if !w.Body.IsAbsent() && !w.Body.IsEmpty() {
		text = mapping.Carry(source, target, w.Body.Source(), s.refer(to, core.Visibility{Audience: core.Internal}))
	}
	if h := s.header(s.mapping.Connection.Worklogs.Header, to.Other(), w.Author, w.Started); h != "" {
		text = richtext.Prepend(richtext.Format(target), text, h)
	}
	return core.WorklogDraft{Started: w.Started.UTC(), Seconds: w.Seconds, Body: core.Text(target, text)}
}

// header is the line before a copy, "" for none.
func (s *step) header(template string, from core.Side, by core.Value, at time.Time) string {
	author := by.String()
	if by.IsAbsent() || by.IsEmpty() {
		author = "somebody"
	}
	return strings.NewReplacer("{author}", author, "{system}", s.pair.Sides[from].Ref.System,
		"{time}", at.UTC().Format("2006-01-02 15:04 UTC")).Replace(template)
}

func (w *applying) addWorklog(ctx context.Context, id string, e *core.EntryDecision) (string, error) {
	logger, ok := connectors.As[connectors.Worklogger](w.c)
	if !ok {
		return "", connectors.ErrUnsupported
	}
	made, err := logger.AddWorklog(ctx, id, *e.Worklog)
	return made.ID, err
}

func (w *applying) editWorklog(ctx context.Context, id string, e *core.EntryDecision) error {
	editor, ok := connectors.As[connectors.WorklogEditor](w.c)
	if !ok {
		return connectors.ErrUnsupported
	}
	_, err := editor.EditWorklog(ctx, id, e.Target, *e.Worklog)
	return entryGone(err)
}

// findWorklog looks for a copy that an earlier attempt may have written: time must never be counted twice.
func (w *applying) findWorklog(ctx context.Context, id string, e *core.EntryDecision) (found string, outdated bool, err error) {
	finder, ok := connectors.As[connectors.WorklogFinder](w.c)
	if !ok {
		return "", false, unknown(e)
	}
	l, err := finder.FindWorklog(ctx, id, e.Worklog.Mark)
	if errors.Is(err, connectors.ErrNotFound) {
		return "", false, nil
	}
	same := l.Seconds == e.Worklog.Seconds && l.Started.Equal(e.Worklog.Started) && (alike(l.Body, e.Worklog.Body) || l.Body.IsEmpty() && e.Worklog.Body.IsEmpty())
	return l.ID, err == nil && !same, err
}

func (w *applying) deleteWorklog(ctx context.Context, id, target string) error {
	d, ok := connectors.As[connectors.WorklogDeleter](w.c)
	if !ok {
		return fmt.Errorf("worklogs cannot be deleted there: %w", connectors.ErrUnsupported)
	}
	return d.DeleteWorklog(ctx, id, target)
}
