package asana

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// story is an entry of a task's history: a comment, or a change that Asana tells of.
type story struct {
	GID     string     `json:"gid"`
	Type    string     `json:"type"`
	Subtype string     `json:"resource_subtype"`
	Created *time.Time `json:"created_at"`
	By      *user      `json:"created_by"`
	HTML    *string    `json:"html_text"`
	Text    string     `json:"text"`
	Edited  bool       `json:"is_edited"`
	Field   *named     `json:"custom_field"`
}

var storyOpts = []string{"type", "resource_subtype", "created_at", "created_by.name", "created_by.email", "html_text", "text", "is_edited", "custom_field.gid"}

func (s story) comment() bool { return s.Type == "comment" || s.Subtype == "comment_added" }

func (s story) at() time.Time {
	if s.Created == nil {
		return time.Time{}
	}
	return s.Created.UTC()
}

func (s story) by() string {
	if s.By == nil {
		return ""
	}
	return s.By.GID
}

// The mark of a comment is the address of a link around an invisible character at its end: stories have no external data. Asana rewrites
// texts, and may take the link away; FindComment tells when that was so.
const (
	markAddress = "https://duplex.invalid/"
	markText    = "\u2060"
)

var markLink = regexp.MustCompile(`<a\b[^>]*\bhref="https://duplex\.invalid/([^"]*)"[^>]*>[^<]*</a>`)

// unmarked stands for the mark of an own comment that was written without one, so that a lost mark is told from none.
const unmarked = "-"

// signed puts a mark at the end of a text.
func signed(source, mark string) string {
	mark = cmp.Or(mark, unmarked)
	link := `<a href="` + markAddress + html.EscapeString(mark) + `">` + markText + `</a>`
	return strings.TrimSuffix(source, "</body>") + link + "</body>"
}

// unsigned takes the mark out of a text.
func unsigned(source string) (text, mark string) {
	if m := markLink.FindStringSubmatch(source); m != nil {
		mark = html.UnescapeString(m[1])
	}
	return markLink.ReplaceAllString(source, ""), mark
}

// value is a comment. Asana has no audiences: whoever sees the task reads it, which is taken as internal, so that it travels no further than
// it may. When it was edited is not told.
func (s story) value(self string) core.Comment {
	source := ""
	if s.HTML != nil {
		source = *s.HTML
	}
	source, mark := unsigned(source)
	out := core.Comment{ID: s.GID, Body: core.Text(format, richtext.Normal(richtext.Asana, source)), Visibility: core.Visibility{Audience: core.Internal},
		CreatedAt: s.at(), UpdatedAt: s.at(), Author: core.Empty(core.KindUser)}
	if s.By != nil {
		out.Author = s.By.value()
	}
	if out.Own = self != "" && s.by() == self; out.Own && mark != unmarked {
		out.Mark = mark
	}
	return out
}

// markless tells a comment whose mark Asana took away, or that somebody wrote as the own account.
func (s story) markless() bool { return s.HTML == nil || !markLink.MatchString(*s.HTML) }

// stories are all entries of a task's history, the oldest first.
func (c *Connector) stories(ctx context.Context, id string) ([]story, error) {
	if !isGID(id) {
		return nil, fmt.Errorf("%s: task: %w", c.system, connectors.ErrNotFound)
	}
	all, err := list[story](ctx, c, "/tasks/"+id+"/stories", optFields(storyOpts...))
	if err = outOfSight(err); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b story) int { return a.at().Compare(b.at()) })
	for _, s := range all {
		if s.comment() {
			c.owners.Put(s.GID, id)
		}
		if s.comment() && s.HTML == nil {
			return nil, connectors.Busy(c.system+": read comments", "the answer shows a comment without its text", 0)
		}
	}
	return all, nil
}

// write is the text of a draft as Asana takes it in a comment: without headings and rules, and with the mark.
func commentText(d core.CommentDraft) string {
	source, _ := richtext.Convert(richtext.Asana, richtext.AsanaComment, d.Body.Source())
	return signed(source, d.Mark)
}

// AddComment writes a comment as the own account ("Create a story on a task"). Everybody who sees the task reads it, so that one for part of
// the team is refused.
func (c *Connector) AddComment(ctx context.Context, itemID string, d core.CommentDraft) (core.Comment, error) {
	if a := d.Visibility.Audience; a != core.Public && a != core.Internal {
		return core.Comment{}, c.unsupported("comment", "Asana cannot keep a comment to part of those who see the task")
	}
	if !isGID(itemID) {
		return core.Comment{}, fmt.Errorf("%s: comment: %w", c.system, connectors.ErrNotFound)
	}
	made, err := c.tell(ctx, http.MethodPost, "/tasks/"+itemID+"/stories", d)
	return made, c.orGone(ctx, itemID, err)
}

// EditComment replaces the text of an own comment ("Update a story"). It keeps its mark where the draft has none.
func (c *Connector) EditComment(ctx context.Context, itemID, commentID string, d core.CommentDraft) (core.Comment, error) {
	mark, err := c.ofTask(ctx, itemID, commentID)
	if err != nil {
		return core.Comment{}, err
	}
	d.Mark = cmp.Or(d.Mark, mark)
	return c.tell(ctx, http.MethodPut, "/stories/"+commentID, d)
}

func (c *Connector) tell(ctx context.Context, method, path string, d core.CommentDraft) (core.Comment, error) {
	none := core.Comment{}
	self, err := c.Self(ctx)
	if err != nil {
		return none, err
	}
	made, _, err := call[story](ctx, c, method, path, map[string]string{"html_text": commentText(d)}, optFields(storyOpts...))
	if err != nil {
		return none, err
	}
	if made.GID == "" || made.HTML == nil {
		return none, connectors.Busy(c.system+": comment", "the answer shows no comment", 0)
	}
	return made.value(self.ID()), nil
}

// DeleteComment deletes an own comment; only the author can ("Delete a story").
func (c *Connector) DeleteComment(ctx context.Context, itemID, commentID string) error {
	if _, err := c.ofTask(ctx, itemID, commentID); err != nil {
		return err
	}
	return c.send(ctx, http.MethodDelete, "/stories/"+commentID, nil)
}

// ofTask is ErrNotFound unless the comment is one of the task's, and own: another's cannot be changed. It gives the comment's mark.
func (c *Connector) ofTask(ctx context.Context, itemID, commentID string) (mark string, err error) {
	gone := fmt.Errorf("%s: comment: %w", c.system, connectors.ErrNotFound)
	if !isGID(commentID) {
		return "", gone
	}
	type placed struct {
		By     *user  `json:"created_by"`
		Target *named `json:"target"`
		HTML   string `json:"html_text"`
	}
	s, _, err := call[placed](ctx, c, http.MethodGet, "/stories/"+commentID, nil, optFields("created_by", "target.gid", "html_text"))
	if err = outOfSight(err); err != nil {
		return "", err
	}
	if s.Target != nil && s.Target.GID != itemID {
		return "", gone
	}
	self, err := c.Self(ctx)
	if err != nil {
		return "", err
	}
	if s.By != nil && s.By.GID != self.ID() {
		return "", c.unsupported("change comment", "in Asana only its author can change a comment")
	}
	_, mark = unsigned(s.HTML)
	return mark, nil
}

// FindComment looks through the task's comments. Where an own comment shows no mark, Asana took it away, and whether a comment with the mark
// is among those cannot be told.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	none := core.Comment{}
	all, err := c.stories(ctx, itemID)
	if err != nil {
		return none, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return none, err
	}
	lost := false
	for _, s := range all {
		if !s.comment() || s.by() != self.ID() {
			continue
		}
		v := s.value(self.ID())
		if v.Mark == mark {
			return v, nil
		}
		lost = lost || s.markless()
	}
	if lost {
		return none, c.unsupported("find comment", "a comment of the own account has lost its mark; look at the task, then resync")
	}
	return none, fmt.Errorf("%s: such a comment: %w", c.system, connectors.ErrNotFound)
}
