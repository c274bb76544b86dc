package salesforce

import (
	"context"
	"fmt"
	"regexp"

	"duplex/connectors"
	"duplex/core"
)

// markForm is what a mark looks like; any other value of the field belongs to somebody else.
var markForm = regexp.MustCompile(`^dx-[a-z2-7]{26}$`)

func markOf(value string) string {
	if markForm.MatchString(value) {
		return value
	}
	return ""
}

// markable tells whether records of the object can carry a mark.
func (c *Connector) markable(s *schema) error {
	if _, ok := s.byAPI(c.mark); !ok {
		return fmt.Errorf("%w: %s has no field %s that the account may see: an admin must add it as text, External ID and Unique, and give the account the right to edit it",
			connectors.ErrDenied, s.object, c.mark)
	}
	return nil
}

// Find lists the records whose field for marks is the mark, by a query, which sees a new record at once.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	s, err := c.schema(ctx, typeOf(t))
	if err == nil {
		err = c.markable(s)
	}
	if err != nil || mark == "" {
		return nil, err
	}
	list, err := c.rows(ctx, "query by mark", "SELECT "+s.refColumns()+" FROM "+s.object+" WHERE "+c.mark+" = "+literal(mark)+" LIMIT 10")
	if err != nil {
		return nil, c.fail("looking for a mark", err)
	}
	var refs []core.Ref
	for _, r := range list {
		refs = append(refs, c.refOf(s, r))
	}
	return refs, nil
}

// refColumns are the columns that a ref and a revision are made of.
func (s *schema) refColumns() string {
	if s.keyAPI == "" {
		return "Id, SystemModstamp"
	}
	return "Id, SystemModstamp, " + s.keyAPI
}

func (c *Connector) refOf(s *schema, r record) core.Ref {
	return c.ref(s.object, long(r.text("Id")), r.text(s.keyAPI))
}

func (c *Connector) change(s *schema, r record) connectors.Change {
	return connectors.Change{Ref: c.refOf(s, r), Revision: revision(r.text("SystemModstamp")), UpdatedAt: instant(r.text("SystemModstamp")), Deleted: r.is("IsDeleted")}
}

// maxMark is how many bytes a mark adds to a comment.
const maxMark = 36

// hiddenMark is a mark at the end of a comment: a line of a plain text, or a link of a post.
var hiddenMark = regexp.MustCompile(`\s*(?:\bref: (dx-[a-z2-7]{26})|<p>\s*<a\b[^>]*#(dx-[a-z2-7]{26})\b[^>]*>[^<]*</a>\s*</p>)\s*$`)

// withMark puts a mark at the end of a comment, since it has no place of its own: a line as Salesforce's own mails have it, or a dot that
// links to the organization.
func (c *Connector) withMark(text, mark string, rich bool) string {
	switch {
	case mark == "":
		return text
	case rich:
		return text + `<p><a href="` + c.base.String() + `/#` + mark + `">·</a></p>`
	}
	return text + "\n\nref: " + mark
}

// splitMark takes the mark out of a comment again.
func splitMark(body string) (text, mark string) {
	m := hiddenMark.FindStringSubmatchIndex(body)
	if m == nil {
		return body, ""
	}
	at := m[2:4]
	if at[0] < 0 {
		at = m[4:6]
	}
	return body[:m[0]], body[at[0]:at[1]]
}

// FindComment finds a comment by the mark at its end, where comments have one; see Has.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	attempt := "looking for a comment of " + itemID
	s, err := c.schemaOf(ctx, itemID)
	if err != nil {
		return core.Comment{}, err
	}
	list, err := c.entriesOf(ctx, s, long(itemID))
	if err != nil {
		return core.Comment{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	for _, e := range list {
		if _, got := e.split(self); mark != "" && got == mark {
			return c.comment(e, self), nil
		}
	}
	return core.Comment{}, c.fail(attempt, connectors.ErrNotFound)
}
