package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// repository is a repository as the vendor shows it. name is what the settings call it, which stays when it is renamed.
type repository struct {
	ID       int64
	FullName string `json:"full_name"`
	Private  bool
	Archived bool
	Issues   *bool `json:"has_issues"`
	Owner    struct{ Login, Type string }
	Rights   *struct{ Admin, Maintain, Push, Triage, Pull bool } `json:"permissions"`

	name string
}

func (r *repository) path(parts ...string) string {
	return "/repos/" + r.FullName + "/" + strings.Join(parts, "/")
}

// place is where an issue is.
type place struct {
	repo   *repository
	number int
}

func (p place) path(parts ...string) string {
	return p.repo.path(append([]string{"issues", strconv.Itoa(p.number)}, parts...)...)
}

// repo is a repository by the name that settings and scopes use. It is believed for ten minutes.
func (c *Connector) repo(ctx context.Context, name string) (*repository, error) {
	if r, ok := c.repos.Get(strings.ToLower(name)); ok {
		return r, nil
	}
	return c.freshRepo(ctx, name)
}

// freshRepo asks the vendor. One that is hidden looks like one that is not there: both are for an admin.
func (c *Connector) freshRepo(ctx context.Context, name string) (*repository, error) {
	if !repositoryName.MatchString(name) {
		return nil, connectors.Invalid(c.name, "repository", "it is not of the form owner/name")
	}
	var r repository
	_, err := c.read(ctx, "/repos/"+name, nil, &r)
	if errors.Is(err, connectors.ErrNotFound) {
		err = fmt.Errorf("%w: the account does not see the repository %s", connectors.ErrDenied, name)
	}
	if err == nil && (r.ID == 0 || r.FullName == "") {
		err = connectors.Busy("GET /repos/"+name, "the answer is no repository", 0)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: reading a repository: %w", c.name, err)
	}
	r.name = name
	c.repos.Put(strings.ToLower(name), &r)
	c.mu.Lock()
	c.known[r.ID] = name
	c.mu.Unlock()
	return &r, nil
}

// repoByID is one of the repositories of the settings.
func (c *Connector) repoByID(ctx context.Context, id int64) (*repository, error) {
	c.mu.Lock()
	name, ok := c.known[id]
	c.mu.Unlock()
	if ok {
		if r, err := c.repo(ctx, name); err != nil || r.ID == id { // else another repository was given the name
			return r, err
		}
	}
	var hidden error
	for _, name := range c.names {
		switch r, err := c.repo(ctx, name); {
		case err == nil && r.ID == id:
			return r, nil
		case errors.Is(err, connectors.ErrDenied): // it may be the one looked for
			hidden = err
		case err != nil:
			return nil, err
		}
	}
	if hidden != nil {
		return nil, hidden
	}
	return nil, fmt.Errorf("%s: the repository with the id %d is none of settings.repositories: %w", c.name, id, connectors.ErrUnsupported)
}

// scoped is the repository that a scope names, or the only one.
func (c *Connector) scoped(ctx context.Context, scope map[string]string) (*repository, error) {
	name := scope["repository"]
	if name == "" && len(c.names) == 1 {
		name = c.names[0]
	}
	if name == "" {
		return nil, connectors.Invalid(c.name, "repository", "the scope has to name a repository, such as acme/app")
	}
	for _, n := range c.names {
		if strings.EqualFold(n, name) {
			return c.repo(ctx, n)
		}
	}
	return nil, connectors.Invalid(c.name, "repository", name+" is none of settings.repositories")
}

// locate finds where the issue of an id is: the repository's id and the number. An issue known to have been moved is looked for where it went.
func (c *Connector) locate(ctx context.Context, id string) (place, error) {
	if p, ok := c.moved.Get(id); ok {
		return p, nil
	}
	repo, number, ok := strings.Cut(id, "-")
	r, err1 := strconv.ParseInt(repo, 10, 64)
	n, err2 := strconv.Atoi(number)
	if !ok || err1 != nil || err2 != nil || n <= 0 {
		return place{}, fmt.Errorf("%s: no issue has such an id: %w", c.name, connectors.ErrNotFound)
	}
	found, err := c.repoByID(ctx, r)
	return place{found, n}, err
}

func issueID(repo int64, number int) string { return fmt.Sprintf("%d-%d", repo, number) }

// repoOf is the repository whose address an issue tells.
func (c *Connector) repoOf(ctx context.Context, address string) (*repository, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, connectors.Busy("reading an issue", "it names no repository", 0)
	}
	_, name, _ := strings.Cut(u.Path, "/repos/")
	return c.repo(ctx, name)
}

func (c *Connector) ref(r *repository, number int, address string) core.Ref {
	return core.Ref{System: c.name, Type: "issue", ID: issueID(r.ID, number), Key: fmt.Sprintf("%s#%d", r.FullName, number), URL: address}
}

// audience is who reads what is written in a repository.
func (r *repository) audience() core.Visibility {
	if r.Private {
		return core.Visibility{Audience: core.Internal}
	}
	return core.Visibility{Audience: core.Public}
}
