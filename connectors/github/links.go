package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// parentOf is a reference to the issue at an address of the API. A parent in a repository that the account does not see is not shown.
func (c *Connector) parentOf(ctx context.Context, address string) (core.Value, error) {
	u, err := url.Parse(address)
	if err != nil {
		return core.Absent(), nil
	}
	_, rest, _ := strings.Cut(u.Path, "/repos/")
	name, n, ok := strings.Cut(rest, "/issues/")
	number, err := strconv.Atoi(n)
	if !ok || err != nil {
		return core.Absent(), nil
	}
	repo, err := c.repo(ctx, name)
	switch {
	case errors.Is(err, connectors.ErrDenied):
		return core.Absent(), nil
	case err != nil:
		return core.Value{}, err
	}
	return core.Reference(issueID(repo.ID, number), fmt.Sprintf("%s#%d", repo.FullName, number)), nil
}

// subIssues are references to an issue's sub-issues.
func (c *Connector) subIssues(ctx context.Context, at place) (core.Value, error) {
	var all []core.Value
	var failed error
	err := pages(ctx, c, at.path("sub_issues"), nil, func(page []issue) bool {
		for _, is := range page {
			repo, err := c.repoOf(ctx, is.RepositoryURL)
			if err != nil && absent(err) {
				continue // in a repository that the account does not see
			}
			if err != nil {
				failed = err
				return true
			}
			all = append(all, core.Reference(issueID(repo.ID, is.Number), fmt.Sprintf("%s#%d", repo.FullName, is.Number)))
		}
		return false
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return core.Value{}, fmt.Errorf("%s: reading the sub-issues: %w", c.name, err)
	}
	return core.Set(all...), nil
}

// parentMeant is where the issue is that a reference names, or why there is none.
func (c *Connector) parentMeant(ctx context.Context, v core.Value) (place, string, error) {
	if v.Kind() != core.KindReference || v.ID() == "" {
		return place{}, "it takes a reference to an issue", nil
	}
	at, _, err := c.issueAt(ctx, v.ID())
	if err != nil && (absent(err) || errors.Is(err, connectors.ErrUnsupported)) {
		return at, "the issue that it names is not there, or not for the account", nil
	}
	return at, "", err
}

// setParent puts an issue below another, or below none. The call takes the issue's id where all others take its number. What is not found then is the
// parent, and not the issue.
func (c *Connector) setParent(ctx context.Context, is issue, to *place) error {
	if to != nil {
		in := map[string]any{"sub_issue_id": is.ID, "replace_parent": true}
		err := c.write(ctx, http.MethodPost, to.path("sub_issues"), in, nil)
		if err != nil && absent(err) {
			err = connectors.Invalid("setting the parent", "parent", "the account may not put sub-issues there: both issues belong to one owner")
		}
		return about("parent", err)
	}
	if is.ParentURL == nil || *is.ParentURL == "" {
		return nil
	}
	path := strings.TrimPrefix(*is.ParentURL, strings.TrimSuffix(c.http.Base.String(), "/"))
	err := c.write(ctx, http.MethodDelete, path+"/sub_issue", map[string]any{"sub_issue_id": is.ID}, nil)
	if errors.Is(err, connectors.ErrNotFound) { // it is no sub-issue of that one any more
		return nil
	}
	return about("parent", err)
}
