package azuredevops

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// findLag is how long a query may miss a new item. The vendor tells no bound for the index behind its queries.
const findLag = 2 * time.Minute

var markForm = regexp.MustCompile(`(?i)^dx-[a-z2-7]{26}$`)

func isMark(s string) bool { return markForm.MatchString(s) }

// markOf is the mark that an item carries, unless somebody else than the account self made it: a person's copy of an item has its tags and fields
// too, and is an item of its own.
func (c *Connector) markOf(w workItem, self core.Value) string {
	if by := readIdentity(w.Fields[refCreatedBy]); by.ID != "" && !sameID(by.ID, self.ID()) {
		return ""
	}
	if c.markRef != "" {
		if s := w.text(c.markRef); isMark(s) {
			return s
		}
	}
	for _, t := range splitTags(w.text(refTags)) {
		if isMark(t) {
			return strings.ToLower(t)
		}
	}
	return ""
}

// marked adds the mark to the operations of a create.
func (c *Connector) marked(ops []op, mark string) []op {
	switch {
	case mark == "":
		return ops
	case c.markRef != "":
		return append(ops, put(c.markRef, mark))
	}
	for i, o := range ops {
		if o.Path == "/fields/"+refTags {
			text, _ := o.Value.(string)
			ops[i] = put(refTags, strings.TrimPrefix(text+"; "+mark, "; "))
			return ops
		}
	}
	return append(ops, put(refTags, mark))
}

// Find lists the items of the account's projects that carry the mark, by a query whose index may lag; see Facts. Items of other projects and types
// than the scope's are listed too: a mark is nobody else's, a rule may create in another project, and people move items. What the query finds is read, so that a mark that was taken away is not believed.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	if !isMark(mark) {
		return nil, nil
	}
	where := "[" + refTags + "] CONTAINS " + literal(mark)
	if c.markRef != "" {
		where = "[" + c.markRef + "] = " + literal(mark)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := c.allFound(ctx, "", where, mostFound)
	if err != nil {
		return nil, fmt.Errorf("%s: looking for a mark: %w", c.name, elsewhere(err, "", noOrganization))
	}
	return c.refsThat(ctx, ids, func(w workItem) bool { return strings.EqualFold(c.markOf(w, self), mark) })
}
