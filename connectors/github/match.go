package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"duplex/connectors"
	"duplex/core"
)

// mostMatches is how many issues with one value are listed; two are too many already.
const mostMatches = 10

// FindByField finds issues by a label or their number, by lists, which are up to date, or by their title, by search, whose index lags. Search finds
// titles by their words: every issue found is looked at.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	repo, err := c.scoped(ctx, t.Scope)
	if err != nil {
		return nil, err
	}
	switch name {
	case "labels":
		return c.byLabel(ctx, repo, value)
	case "title":
		return c.byTitle(ctx, repo, value)
	case "number":
		return c.byNumber(ctx, repo, value)
	}
	return nil, connectors.Invalid(c.name, name, "issues cannot be searched by this field; use title, labels or number")
}

func (c *Connector) byNumber(ctx context.Context, repo *repository, value string) ([]core.Ref, error) {
	n, ok := number(value)
	if !ok {
		return nil, nil
	}
	_, is, err := c.issueAt(ctx, issueID(repo.ID, int(n)))
	if errors.Is(err, connectors.ErrNotFound) {
		return nil, nil
	}
	if err != nil || !is.within(repo) {
		return nil, err
	}
	return []core.Ref{c.ref(repo, is.Number, is.HTMLURL)}, nil
}

func (c *Connector) byLabel(ctx context.Context, repo *repository, value string) ([]core.Ref, error) {
	switch {
	case strings.TrimSpace(value) == "":
		return nil, nil
	case strings.Contains(value, ","):
		return nil, connectors.Invalid(c.name, "labels", "a label with a comma cannot be looked for")
	}
	var refs []core.Ref
	err := pages(ctx, c, repo.path("issues"), url.Values{"state": {"all"}, "labels": {value}}, func(page []issue) bool {
		for _, is := range page {
			if !is.pull() && slices.Contains(is.labels(), value) {
				refs = append(refs, c.ref(repo, is.Number, is.HTMLURL))
			}
		}
		return len(refs) >= mostMatches
	})
	if err != nil {
		return nil, fmt.Errorf("%s: looking for issues by a label: %w", c.name, hiddenList(err, repo))
	}
	return refs, nil
}

func (c *Connector) byTitle(ctx context.Context, repo *repository, value string) ([]core.Ref, error) {
	if value == "" {
		return nil, nil
	}
	words := strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return nil, connectors.Invalid(c.name, "title", "GitHub searches titles by their words, and the value has no letter and no digit")
	}
	query := phrase(words, mostQuery-len([]rune("repo:"+repo.FullName+" is:issue  in:title")))
	if query == "" {
		return nil, connectors.Invalid(c.name, "title", "its first word is too long to be searched for")
	}
	var refs []core.Ref
	for page := 1; ; page++ {
		list, total, more, err := c.searchPage(ctx, repo, query+" in:title", page)
		if err != nil {
			return nil, err
		}
		for _, is := range list {
			if is.within(repo) && connectors.Holds(core.String(is.Title), value) {
				refs = append(refs, c.ref(repo, is.Number, is.HTMLURL))
			}
		}
		switch {
		case len(refs) >= mostMatches || !more && total <= mostResults:
			return refs, nil
		case !more:
			return nil, connectors.Invalid(c.name, "title", "more than a thousand issues have the words of the value in their titles: use a value that is rarer")
		}
	}
}

// phrase is as many of the words, in quotes, as there is room for.
func phrase(words []string, room int) string {
	out := ""
	for _, w := range words {
		next := strings.TrimSpace(out + " " + w)
		if len([]rune(next))+2 > room {
			break
		}
		out = next
	}
	if out == "" {
		return ""
	}
	return `"` + out + `"`
}
