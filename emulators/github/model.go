package github

import (
	"slices"
	"strings"
	"time"
)

// state is everything that a snapshot keeps.
type state struct {
	NextID     int64
	Users      map[int64]*user
	Repos      map[int64]*repo
	Issues     map[int64]*issue
	Comments   map[int64]*comment
	Events     []*event // timeline of all issues, oldest first
	Hooks      map[int64]*hook
	Deliveries []*delivery
	Tokens     map[string]*installationToken
}

type user struct {
	ID     int64
	Login  string
	Name   string
	Email  string
	Public bool   // the e-mail address is shown
	Kind   string // User, Bot, Organization
	Token  string // personal access token; "" for none
	Gone   bool   // deleted: what they wrote is shown as the ghost's
}

// The roles in a repository, ascending.
const (
	roleNone = iota
	roleRead
	roleTriage
	roleWrite
	roleAdmin
)

var roleNames = []string{"none", "read", "triage", "write", "admin"}

type repo struct {
	ID         int64
	Owner      string // login
	Name       string
	Old        []string // full names it had before
	Private    bool
	HasIssues  bool
	LastNumber int64
	Labels     []*label
	Milestones []*milestone
	Roles      map[int64]int
	Created    time.Time
}

func (r *repo) full() string { return r.Owner + "/" + r.Name }

func (r *repo) label(name string) *label {
	for _, l := range r.Labels {
		if strings.EqualFold(l.Name, name) {
			return l
		}
	}
	return nil
}

func (r *repo) labelByID(id int64) *label {
	for _, l := range r.Labels {
		if l.ID == id {
			return l
		}
	}
	return nil
}

func (r *repo) milestone(number int64) *milestone {
	for _, m := range r.Milestones {
		if m.Number == number {
			return m
		}
	}
	return nil
}

type label struct {
	ID          int64
	Name        string
	Color       string
	Description *string
}

type milestone struct {
	ID, Number  int64
	Title       string
	Description *string
	State       string
	Due         *time.Time
	Creator     int64
	Created     time.Time
	Updated     time.Time
	Closed      *time.Time
}

// issue is an issue or a pull request: both share one list of numbers.
type issue struct {
	ID, Repo, Number int64
	Title            string
	Body             *string
	State            string // open, closed
	Reason           string // state_reason; "" is null
	Author           int64
	Labels           []int64
	Assignees        []int64
	Milestone        int64 // number; 0 is none
	Type             int64
	Values           map[int64]any // issue field id → text, float64, or []string
	Locked           bool
	LockReason       string
	Pull             bool
	ViaApp           bool
	Parent           int64   // issue id
	Children         []int64 // issue ids, in order
	BlockedBy        []int64
	Created, Updated time.Time
	Closed           *time.Time
	ClosedBy         int64
	Deleted          bool
	// Was are the places the issue was transferred away from.
	Was []place
}

type place struct{ Repo, Number int64 }

// copied is a copy that later changes do not reach.
func (i *issue) copied() issue {
	out := *i
	out.Labels, out.Assignees = slices.Clone(i.Labels), slices.Clone(i.Assignees)
	out.Children, out.BlockedBy = slices.Clone(i.Children), slices.Clone(i.BlockedBy)
	return out
}

type comment struct {
	ID, Issue, Author int64
	Body              string
	ViaApp            bool
	Created, Updated  time.Time
}

// event is one entry of an issue's timeline that is no comment.
type event struct {
	ID, Issue, Actor int64
	Kind             string
	At               time.Time
	ViaApp           bool
	Extra            map[string]any // further keys, as they are shown
	User             int64          // assignee
	Other            int64          // the other issue of a link or reference
}

// id draws the next global id.
func (s *state) id() int64 {
	s.NextID++
	return s.NextID
}

func (s *state) userByLogin(login string) *user {
	for _, u := range s.Users {
		if !u.Gone && strings.EqualFold(u.Login, login) {
			return u
		}
	}
	return nil
}

// issueAt finds the issue that has the number now, deleted ones too.
func (s *state) issueAt(r *repo, number int64) *issue {
	for _, i := range s.Issues {
		if i.Repo == r.ID && i.Number == number {
			return i
		}
	}
	return nil
}

// movedFrom finds the issue that had the number before it was transferred.
func (s *state) movedFrom(r *repo, number int64) *issue {
	for _, i := range s.Issues {
		if slices.Contains(i.Was, place{r.ID, number}) {
			return i
		}
	}
	return nil
}

// issuesOf lists a repository's issues that exist, by number.
func (s *state) issuesOf(keep func(*issue) bool) []*issue {
	var out []*issue
	for _, i := range s.Issues {
		if !i.Deleted && keep(i) {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *issue) int { return int(a.ID - b.ID) })
	return out
}

func (s *state) commentsOf(keep func(*comment) bool) []*comment {
	var out []*comment
	for _, c := range s.Comments {
		if keep(c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *comment) int { return int(a.ID - b.ID) })
	return out
}

func (s *state) countComments(issue int64) int {
	n := 0
	for _, c := range s.Comments {
		if c.Issue == issue {
			n++
		}
	}
	return n
}
