package github

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// findLag is how long a new issue may be missing from the list. The list is no search index; how far copies of it lag is not documented, so it is
// believed after a minute only.
const findLag = time.Minute

// mostScanned is how many pages of a hundred issues by the own account are looked through for a mark.
const mostScanned = 200

// markLine is a mark as it stands in a text: a comment that the page does not show. It may stand anywhere, since people edit around it.
var markLine = regexp.MustCompile(`\n*[ \t]*<!--[ \t]*duplex:(dx-[a-z2-7]{26})[ \t]*-->[ \t]*`)

// markOf is the mark a text carries, "" for none. Of several the last counts, where marks are put. A mark in a person's text was copied with what they
// quote, and says nothing.
func markOf(text string) string {
	all := markLine.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

// withoutMarks is a text as people see it.
func withoutMarks(text string) string { return markLine.ReplaceAllString(text, "") }

// withMark puts the mark at the end.
func withMark(text, mark string) string {
	if mark == "" {
		return text
	}
	line := "<!-- duplex:" + mark + " -->"
	if text == "" {
		return line
	}
	return text + "\n\n" + line
}

// Find looks through the issues that the own account made in the scope's repository, newest first, for the mark in their texts: the list is no search
// index, and search does not find comments that the page hides.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil || mark == "" {
		return nil, err
	}
	repo, err := c.scoped(ctx, t.Scope)
	if err != nil {
		return nil, err
	}
	self, err := c.freshSelf(ctx)
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	scanned := 0
	q := url.Values{"state": {"all"}, "creator": {self.Name()}, "sort": {"created"}, "direction": {"desc"}}
	err = pages(ctx, c, repo.path("issues"), q, func(page []issue) bool {
		for _, is := range page {
			ref := c.ref(repo, is.Number, is.HTMLURL)
			if !is.pull() && markOf(is.body()) == mark && !slices.Contains(refs, ref) { // an issue made meanwhile shifts one to the next page
				refs = append(refs, ref)
			}
		}
		scanned++
		return scanned >= mostScanned
	})
	err = hiddenList(err, repo)
	if err == nil && len(refs) == 0 && scanned >= mostScanned {
		err = fmt.Errorf("more than %d issues by the own account: %w", mostScanned*100, connectors.ErrUnsupported)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: looking for an issue by its mark: %w", c.name, err)
	}
	return refs, nil
}

// FindComment looks through an issue's comments for the mark.
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	at, _, err := c.issueAt(ctx, itemID)
	if err != nil {
		return core.Comment{}, err
	}
	list, err := c.comments(ctx, at)
	if err != nil {
		return core.Comment{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return core.Comment{}, err
	}
	for _, m := range list {
		if found := c.comment(at.repo, m, self); mark != "" && found.Mark == mark {
			return found, nil
		}
	}
	return core.Comment{}, fmt.Errorf("%s: no comment of the issue carries the mark: %w", c.name, connectors.ErrNotFound)
}

func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return n, err == nil && n > 0
}
