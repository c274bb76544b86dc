package zendesk

import (
	"maps"
	"slices"
	"time"
)

// state is everything the account remembers, as it is written to the snapshot.
type state struct {
	NextTicket int64
	NextID     int64
	Changes    int64 // grows with every change of any ticket: the order of the incremental export
	Tickets    map[int64]*ticket
	Users      map[int64]*user
	Orgs       map[int64]*organization
	Files      map[int64]*attachment
	Uploads    map[string]*upload
	Webhooks   map[string]*webhook
	Access     map[string]*accessToken
	Refresh    map[string]*refreshToken
	Codes      map[string]time.Time
	Keys       map[string]*idempotent
}

// id gives the next number for anything but tickets.
func (s *state) id() int64 {
	s.NextID++
	return s.NextID
}

// ticket is one ticket with its whole history. An id of 0 is null.
type ticket struct {
	ID             int64
	ExternalID     string
	Subject        string
	Type           string
	Priority       string
	Status         string
	CustomStatusID int64
	RequesterID    int64
	SubmitterID    int64
	AssigneeID     int64
	GroupID        int64
	OrganizationID int64
	ProblemID      int64
	FormID         int64     // 0: the default form
	DueAt          time.Time // zero: none
	Tags           []string  // sorted, lower case
	Fields         map[int64]any
	Collaborators  []int64
	Channel        string
	FollowupOf     int64
	FollowupIDs    []int64
	Created        time.Time
	Updated        time.Time
	Generated      time.Time
	Change         int64
	DeletedAt      time.Time // zero: not deleted
	DeletedBy      int64
	Comments       []*comment
	Audits         []*audit
}

// clone copies what an update may change; comments and audits are shared, and only appended to.
func (t *ticket) clone() *ticket {
	c := *t
	c.Tags = slices.Clone(t.Tags)
	c.Fields = maps.Clone(t.Fields)
	c.Collaborators = slices.Clone(t.Collaborators)
	return &c
}

func (t *ticket) deleted() bool { return !t.DeletedAt.IsZero() }

func (t *ticket) comment(id int64) *comment {
	for _, c := range t.Comments {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// description is the first comment's text, for ever.
func (t *ticket) description() string {
	if len(t.Comments) == 0 {
		return ""
	}
	return t.Comments[0].Body
}

type comment struct {
	ID       int64
	AuditID  int64
	AuthorID int64
	Public   bool
	Body     string // plain text
	HTML     string // as read back: sanitised and wrapped
	Created  time.Time
	Channel  string
	Files    []int64
	Custom   map[string]any // the audit's custom metadata
}

type audit struct {
	ID       int64
	AuthorID int64
	Created  time.Time
	Channel  string
	Custom   map[string]any
	Events   []event
}

// event is one entry of an audit. Value and Previous are as the API shows them.
type event struct {
	ID       int64
	Type     string // Create, Change, Comment, CommentPrivacyChange, CommentRedactionEvent
	Field    string
	Value    any
	Previous any
	Comment  int64 // for comment events
	Rule     *rule // set where a trigger made it
}

type rule struct {
	ID    int64
	Title string
}

type user struct {
	ID         int64
	Name       string
	Email      string
	Role       string // admin, agent, end-user
	OrgID      int64
	GroupIDs   []int64
	ExternalID string
	Phone      string
	Details    string
	Notes      string
	Tags       []string
	Values     map[string]any // custom fields, by key
	Token      string         // API token; "" for none
	Created    time.Time
	Updated    time.Time
}

func (u *user) staff() bool { return u.Role != "end-user" }

type organization struct {
	ID                         int64
	Name                       string
	Domains                    []string
	Created                    time.Time
	Updated                    time.Time
	ExternalID, Details, Notes string
	Tags                       []string
	Values                     map[string]any // custom fields, by key
}

type attachment struct {
	ID      int64
	Name    string
	Type    string
	Size    int64
	Token   string // part of the content URL
	Inline  bool
	Created time.Time
}

type upload struct {
	Files   []int64
	Expires time.Time
}
