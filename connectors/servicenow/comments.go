package servicenow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// maxComment is how many characters of a comment are written. The vendor names no limit of the journal; the column of its entries takes a
// text of this size in every release.
const maxComment = 60_000

var journals = map[core.Audience]string{core.Public: "comments", core.Internal: "work_notes"}

// entryColumns are what is read of a journal entry.
var entryColumns = []string{"sys_id", "element", "value", "sys_created_on", "sys_created_by"}

// comments are the entries of both journals, oldest first. hidden tells that there are more, which the account may not read.
func (c *Connector) comments(ctx context.Context, id string) (out []core.Comment, hidden bool, err error) {
	rows, hidden, err := c.entries(ctx, id, "^ORDERBYsys_created_on")
	for _, r := range rows {
		out = append(out, c.comment(r))
	}
	return out, hidden, err
}

// entries reads journal entries of a record. Where all of them are hidden the account lacks a right: an empty list would be a failure that
// nobody sees.
func (c *Connector) entries(ctx context.Context, id, more string) (rows []record, hidden bool, err error) {
	rows, hidden, err = c.every(ctx, "sys_journal_field", "element_id="+id+"^elementINcomments,work_notes"+more, entryColumns)
	if errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) || err == nil && hidden && len(rows) == 0 {
		return nil, hidden, fmt.Errorf("reading comments: the account may not read sys_journal_field; give it the role audit_viewer or an ACL: %w", connectors.ErrDenied)
	}
	if err != nil {
		return nil, hidden, fmt.Errorf("reading comments: %w", err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r["sys_created_by"].Value)
	}
	return rows, hidden, c.learnPeople(ctx, nil, names)
}

func (c *Connector) comment(r record) core.Comment {
	said, mark := signed(r["value"].Value)
	made := instant(r["sys_created_on"].Value)
	own := r["sys_created_by"].Value == c.username
	if !own { // somebody may have copied the text with its signs
		mark = ""
	}
	audience := core.Internal
	if r["element"].Value == "comments" {
		audience = core.Public
	}
	return core.Comment{ID: r.id(), Author: c.personNamed(r["sys_created_by"].Value), Body: journal(said), Visibility: core.Visibility{Audience: audience},
		CreatedAt: made, UpdatedAt: made, Mark: mark, Own: own}
}

func journal(s string) core.Value {
	normal := richtext.Normal(richtext.Journal, s)
	if richtext.IsEmpty(richtext.Journal, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text(string(richtext.Journal), normal)
}

// AddComment writes a comment for customers or a work note, and reads its entry back: the answer does not name it. Its mark is part of the text,
// in signs that nobody sees. A text for fewer readers than all who work on the record is ErrUnsupported.
func (c *Connector) AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: commenting on %s: %w", c.name, itemID, err) }
	element, ok := journals[draft.Visibility.Audience]
	if !ok {
		return core.Comment{}, attempt(fmt.Errorf("everybody who works on a record reads its work notes, this text is for fewer: %w", connectors.ErrUnsupported))
	}
	if draft.Body.Kind() != core.KindText || draft.Body.Format() != string(richtext.Journal) || richtext.IsEmpty(richtext.Journal, draft.Body.Source()) {
		return core.Comment{}, attempt(connectors.Invalid("the text", "", "a comment takes text of the format "+string(richtext.Journal)))
	}
	text := draft.Body.Source() + sign(draft.Mark)
	if n := utf8.RuneCountInString(text); n > maxComment {
		return core.Comment{}, attempt(fmt.Errorf("a text of %d characters, the limit is %d: %w", n, maxComment, connectors.ErrTooLarge))
	}
	table, err := c.tableOf(ctx, itemID, "")
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	q := both([]string{"sys_id", "sys_updated_on"})
	if _, err := c.call(ctx, http.MethodPatch, tablePath(table, itemID), q, map[string]string{element: text}, nil); err != nil {
		return core.Comment{}, attempt(err)
	}
	after, _, err := c.entries(ctx, itemID, "^sys_created_by="+literal(c.username)+"^ORDERBYDESCsys_created_on")
	if err != nil {
		return core.Comment{}, attempt(connectors.Busy("reading the new comment", "it was written, and its entry cannot be read now", 0))
	}
	for _, same := range []func(core.Comment, string) bool{
		func(m core.Comment, _ string) bool { return draft.Mark != "" && m.Mark == draft.Mark },
		func(_ core.Comment, value string) bool { return value == text || value == draft.Body.Source() },
	} {
		for _, r := range after { // the newest first
			if m := c.comment(r); same(m, r["value"].Value) && c.now().Sub(m.CreatedAt) < time.Hour {
				return m, c.narrow(m, draft, attempt)
			}
		}
	}
	return core.Comment{}, attempt(fmt.Errorf("the instance kept no entry of it: the account may not write %s (work notes need the role itil): %w", element, connectors.ErrDenied))
}

// narrow refuses an entry that came out wider than it may. It cannot be taken back: entries can be deleted by administrators only.
func (c *Connector) narrow(m core.Comment, draft core.CommentDraft, attempt func(error) error) error {
	if m.Visibility.WiderThan(draft.Visibility) {
		return attempt(fmt.Errorf("ServiceNow showed a work note to customers: an administrator has to delete entry %s of sys_journal_field: %w", m.ID, connectors.ErrDenied))
	}
	return nil
}

// FindComment looks for an own entry with the mark. Where there are own entries without any mark, the instance takes the signs off, and nothing
// can be told; nor where some of them are hidden.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: looking for a comment of %s: %w", c.name, itemID, err) }
	if !sysID(itemID) {
		return core.Comment{}, attempt(connectors.ErrNotFound)
	}
	rows, hidden, err := c.entries(ctx, itemID, "^sys_created_by="+literal(c.username)+"^ORDERBYDESCsys_created_on")
	if err != nil {
		return core.Comment{}, attempt(err)
	}
	unmarked := 0
	for _, r := range rows {
		switch m := c.comment(r); {
		case mark != "" && m.Mark == mark:
			return m, nil
		case m.Mark == "" && c.now().Sub(m.CreatedAt) < time.Hour:
			unmarked++
		}
	}
	if unmarked > 0 && !slices.ContainsFunc(rows, func(r record) bool { return strings.ContainsRune(r["value"].Value, unseen[0]) }) {
		return core.Comment{}, attempt(fmt.Errorf("the instance keeps no marks in comments, so that it cannot be told whether it was written: %w", connectors.ErrUnsupported))
	}
	if hidden {
		return core.Comment{}, attempt(fmt.Errorf("the account may not read all of its own entries, so that it cannot be told whether it was written: %w", connectors.ErrUnsupported))
	}
	return core.Comment{}, attempt(connectors.ErrNotFound)
}
