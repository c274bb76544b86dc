package jira

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeLayout is how the vendor writes moments: milliseconds, offset without a colon.
const timeLayout = "2006-01-02T15:04:05.000-0700"

// state is everything that outlives a request. It is one JSON document on disk.
type state struct {
	LastID       int64                        `json:"last_id"`
	Counters     map[string]int               `json:"counters"` // issue number last given, by project key
	Issues       map[string]*issue            `json:"issues"`   // by id
	Moved        map[string]string            `json:"moved"`    // old keys of moved issues → id
	Links        []*issueLink                 `json:"links"`
	Hooks        []*hook                      `json:"hooks"`
	Tokens       map[string]*grant            `json:"tokens"` // access and refresh tokens, and authorisation codes
	Sprints      []*sprint                    `json:"sprints"`
	GoneWorklogs []goneWorklog                `json:"gone_worklogs,omitempty"`
	UserData     map[string]map[string]rawDoc `json:"user_data"`
}

type rawDoc = json.RawMessage

// issue is one work item. The lists hold comments and the rest oldest first.
type issue struct {
	ID, Key, ProjectID, TypeID, StatusID string

	Values      map[string]value
	CreatorID   string
	Created     time.Time
	Updated     time.Time
	Resolved    time.Time
	CategoryAt  time.Time
	Comments    []*comment
	Attachments []*attachment
	Worklogs    []*worklog
	RemoteLinks []*remoteLink
	Properties  map[string]rawDoc
	History     []*change
	Watchers    []string
}

type comment struct {
	ID         string
	AuthorID   string
	UpdaterID  string
	Body       *node
	Created    time.Time
	Updated    time.Time
	Visibility *visibility
	Properties map[string]rawDoc
}

type visibility struct {
	Type       string `json:"type"`
	Value      string `json:"value"`
	Identifier string `json:"identifier"`
}

type attachment struct {
	ID, Filename, MimeType, AuthorID string
	Size                             int
	Created                          time.Time
	MediaID                          string
}

type remoteLink struct {
	ID           int64
	GlobalID     string
	Relationship string
	Application  rawDoc
	Object       rawDoc
}

type issueLink struct{ ID, TypeID, InwardID, OutwardID string }

// change is one entry of an issue's history.
type change struct {
	ID       string
	AuthorID string
	At       time.Time
	Items    []changeItem
	Metadata rawDoc
}

type changeItem struct {
	Field      string  `json:"field"`
	FieldType  string  `json:"fieldtype"`
	FieldID    string  `json:"fieldId"`
	From       *string `json:"from"`
	FromString *string `json:"fromString"`
	To         *string `json:"to"`
	ToString   *string `json:"toString"`
}

func newState() *state {
	return &state{Sprints: seedSprints(), LastID: 10200, Counters: map[string]int{}, Issues: map[string]*issue{}, Moved: map[string]string{},
		Tokens: map[string]*grant{}, UserData: map[string]map[string]rawDoc{}}
}

func (s *state) nextID() string {
	s.LastID++
	return strconv.FormatInt(s.LastID, 10)
}

func (s *state) nextKey(p *project) string {
	s.Counters[p.Key]++
	return fmt.Sprintf("%s-%d", p.Key, s.Counters[p.Key])
}

// find knows an issue by its id, its key (in any case), or a key it had before it moved.
func (s *state) find(idOrKey string) *issue {
	if i := s.Issues[idOrKey]; i != nil {
		return i
	}
	key := strings.ToUpper(idOrKey)
	for _, i := range s.Issues {
		if i.Key == key {
			return i
		}
	}
	return s.Issues[s.Moved[key]]
}

// sorted lists all issues by id, oldest first.
func (s *state) sorted() []*issue {
	return slices.SortedFunc(maps.Values(s.Issues), func(a, b *issue) int { return int(number(a.ID) - number(b.ID)) })
}

// children are the issues with this parent; subtasks only those that cannot be without it.
func (s *state) children(parentID string) []*issue { return s.holding("parent", parentID) }

// holding are the issues whose field names that issue.
func (s *state) holding(fieldID, issueID string) []*issue {
	var out []*issue
	for _, i := range s.sorted() {
		if i.Values[fieldID].Text == issueID {
			out = append(out, i)
		}
	}
	return out
}

func (s *state) subtasks(parentID string) []*issue {
	return slices.DeleteFunc(s.children(parentID), func(i *issue) bool { return !isSubtask(i.TypeID) })
}

func (s *state) linksOf(issueID string) []*issueLink {
	var out []*issueLink
	for _, l := range s.Links {
		if l.InwardID == issueID || l.OutwardID == issueID {
			out = append(out, l)
		}
	}
	return out
}

func (s *state) findComment(id string) (*issue, *comment) {
	for _, i := range s.Issues {
		if c := i.comment(id); c != nil {
			return i, c
		}
	}
	return nil, nil
}

func (s *state) findAttachment(match func(*attachment) bool) (*issue, *attachment) {
	for _, i := range s.Issues {
		for _, a := range i.Attachments {
			if match(a) {
				return i, a
			}
		}
	}
	return nil, nil
}

func (i *issue) comment(id string) *comment {
	for _, c := range i.Comments {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (i *issue) project() *project { return findProject(i.ProjectID) }

// copy is a version of the issue that later changes do not touch.
func (i *issue) copy() *issue {
	out := *i
	out.Values = maps.Clone(i.Values)
	out.Properties = maps.Clone(i.Properties)
	out.Comments = slices.Clone(i.Comments)
	out.Worklogs = slices.Clone(i.Worklogs)
	out.Attachments = slices.Clone(i.Attachments)
	out.History = slices.Clone(i.History)
	return &out
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}
