package github

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// issue is the vendor's issue. PullRequest is there when it is none.
type issue struct {
	ID            int64
	Number        int
	Title         string
	Body          *string
	State         string
	Reason        *string `json:"state_reason"`
	User          *account
	Labels        []label
	Assignees     []account
	Milestone     *milestone
	Type          *issueType
	Locked        bool
	Comments      int
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	ClosedAt      *time.Time      `json:"closed_at"`
	HTMLURL       string          `json:"html_url"`
	RepositoryURL string          `json:"repository_url"`
	ParentURL     *string         `json:"parent_issue_url"`
	PullRequest   json.RawMessage `json:"pull_request"`
	Values        []fieldValue    `json:"issue_field_values"`
}

type account struct {
	ID    int64
	Login string
	Type  string
}

// label is an object in issues; in some old answers it is its name alone.
type label struct{ Name string }

// UnmarshalJSON takes either form.
func (l *label) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &l.Name) == nil {
		return nil
	}
	var o struct{ Name string }
	err := json.Unmarshal(b, &o)
	l.Name = o.Name
	return err
}

type milestone struct {
	Number      int
	Title       string
	State       string
	Description *string
	DueOn       *time.Time `json:"due_on"`
}

type issueType struct {
	ID      int64
	Name    string
	Enabled *bool `json:"is_enabled"`
}

func (is issue) pull() bool { return len(is.PullRequest) > 0 && string(is.PullRequest) != "null" }

func (is issue) body() string {
	if is.Body == nil {
		return ""
	}
	return *is.Body
}

func (is issue) labels() []string {
	out := []string{}
	for _, l := range is.Labels {
		out = append(out, l.Name)
	}
	return out
}

// revision is the time of the last change with a digest of what changes: seconds alone would make two changes one.
func (is issue) revision() string {
	var people []int64
	for _, a := range is.Assignees {
		people = append(people, a.ID)
	}
	slices.Sort(people)
	labels := is.labels()
	slices.Sort(labels)
	milestone, typ := 0, int64(0)
	if is.Milestone != nil {
		milestone = is.Milestone.Number
	}
	if is.Type != nil {
		typ = is.Type.ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %v %d %d", is.Title, unixLines(is.body()), is.status(), labels, people, milestone, typ))
	return fmt.Sprintf("%d-%x", is.UpdatedAt.Unix(), sum[:5])
}

func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// issueAt reads an issue. A pull request is none. One that was moved comes with the place where it is now.
func (c *Connector) issueAt(ctx context.Context, id string) (place, issue, error) {
	at, err := c.locate(ctx, id)
	if err != nil {
		return at, issue{}, err
	}
	var is issue
	_, err = c.read(ctx, at.path(), nil, &is)
	if errors.Is(err, connectors.ErrNotFound) { // a hidden repository answers the same
		if _, denied := c.freshRepo(ctx, at.repo.name); denied != nil {
			return at, is, denied
		}
	}
	switch {
	case err != nil:
		return at, is, fmt.Errorf("%s: reading an issue: %w", c.name, err)
	case is.Number == 0:
		return at, is, connectors.Busy(c.name+": reading an issue", "the answer is no issue", 0)
	case is.pull():
		return at, is, fmt.Errorf("%s: it is a pull request and no issue: %w", c.name, connectors.ErrNotFound)
	}
	return c.follow(ctx, id, at, is)
}

// follow notes where an issue was moved to.
func (c *Connector) follow(ctx context.Context, id string, at place, is issue) (place, issue, error) {
	if is.Number == at.number && (is.RepositoryURL == "" || strings.HasSuffix(strings.ToLower(is.RepositoryURL), "/"+strings.ToLower(at.repo.FullName))) {
		return at, is, nil
	}
	repo, err := c.repoOf(ctx, is.RepositoryURL)
	if err != nil {
		return at, is, err
	}
	if repo.ID == at.repo.ID { // the repository has another name
		renamed := *at.repo
		renamed.FullName = repo.FullName
		at.repo = &renamed
		return at, is, nil
	}
	now := place{repo, is.Number}
	c.moved.Put(id, now)
	return now, is, nil
}

// person is a user as an issue names them, nobody where the account is gone.
func (c *Connector) person(a *account) core.Value {
	if a == nil || a.ID == 0 {
		return core.Person("", "", "ghost")
	}
	c.users.Put(a.ID, a.Login)
	return core.Person(fmt.Sprint(a.ID), "", a.Login)
}
