package core

import "time"

// System is one account on one product, as its file says. Secrets are references (${env:NAME}, ${file:PATH}) in
// stored form and are resolved only in memory.
type System struct {
	Name        string            `json:"system"`
	Kind        string            `json:"kind"`     // the connector: jira, zendesk, …
	BaseURL     string            `json:"base_url"` // scheme and host, no trailing slash
	Auth        map[string]string `json:"auth,omitempty"`
	Webhook     map[string]string `json:"webhook,omitempty"` // how incoming calls are verified
	Settings    map[string]string `json:"settings,omitempty"`
	Limits      Limits            `json:"limits,omitzero"`
	Maintenance []Window          `json:"maintenance,omitempty"`
	// Files are those that the system's file names, by the names it uses. They are stored with it.
	Files map[string]string `json:"-"`
}

// Limits are the admin's budget for a system.
type Limits struct {
	RequestsPerSecond float64 `json:"requests_per_second,omitempty"` // 0: the connector's default
	Concurrency       int     `json:"concurrency,omitempty"`         // calls at once per worker; 0: 8
}

// Window is a recurring maintenance window.
type Window struct {
	Days     []string `json:"days,omitempty"` // mon … sun; none means every day
	From     string   `json:"from"`           // 15:04 in Zone
	To       string   `json:"to"`             // 15:04 in Zone; may be past midnight
	Zone     string   `json:"zone"`           // IANA name
	Comments string   `json:"comments,omitempty"`
}

// ConnectionVersion is one stored version of a connection file.
type ConnectionVersion struct {
	Name     string `json:"name"`
	Version  int    `json:"version"` // 1, 2, …
	Source   []byte `json:"source"`  // the file as the admin wrote it
	FileName string `json:"file_name"`
	// Files are the tables the mapping names, by the name it uses, as they were when it was applied.
	Files     map[string]string `json:"files,omitempty"`
	Active    bool              `json:"active"`
	AppliedAt time.Time         `json:"applied_at"` // UTC
	AppliedBy string            `json:"applied_by,omitempty"`
	Draft     bool              `json:"draft,omitempty"`    // it was never in force
	BasedOn   int               `json:"based_on,omitempty"` // the version in force when it was stored; 0: none
	Before    int               `json:"before,omitempty"`   // the version whose place it took when it was put in force last; 0: none
}

// SystemVersion is a stored system file.
type SystemVersion struct {
	Name      string            `json:"name"`
	Source    []byte            `json:"source"`
	FileName  string            `json:"file_name"`
	Files     map[string]string `json:"files,omitempty"` // those it names, by the name it uses, as they were when it was applied
	Version   int               `json:"version"`
	AppliedAt time.Time         `json:"applied_at"` // UTC
}

// Connection is a parsed connection file: two sides, rules, policies.
type Connection struct {
	Name        string
	Version     int
	Sides       [2]ConnectionSide
	Conflicts   Policy      // default of the rules
	Losers      LoserPolicy // default of the rules
	Comments    CommentPolicy
	Attachments AttachmentPolicy
	Worklogs    WorklogPolicy
	Problems    [2]ProblemNote      // where problems are told to the people of a side
	Deletes     [2]DeletePolicy     // what happens to side X's item when the other side's item is deleted
	Close       [2]map[string]Value // with DeleteClose: the fields that close side X's item
	Sweep       time.Duration       // time between two sweeps; 0: only when somebody asks
	Brakes      Brakes
	// Match[X] is the field of side X whose value names the item of the other side, or MatchID or MatchKey; "" is no rule. An
	// item that enters the sync is paired with the item it matches instead of getting a new twin.
	Match [2]string
}

// What an item itself is called, in Connection.Match.
const (
	MatchID  = "id"
	MatchKey = "key"
)

// ConnectionSide is one side of a connection.
type ConnectionSide struct {
	Name   string
	System string
	Type   string
	Scope  map[string]string
	Starts bool // items of this side may enter the sync
}

// CommentPolicy says how comments travel.
type CommentPolicy struct {
	Flow    Flow // "" = none
	Private PrivatePolicy
	Publish [2]bool // internal comments written on side X may be shown to the public on the other side
	// Open[X] is the audience that restricted comments written on side X may be shown to on the other side; 0: none but Groups.
	Open [2]Audience
	// Groups are the roles and groups that correspond, a line for each: its name on side A, its name on side B. A comment for a group
	// without a line stays where it is, unless Open says more.
	Groups [][2]string
	Header string // template with {author}, {system}, {time}
	// AsAuthor: a comment is written as the person of the other side who wrote it, where there is one and the system can. Else, and by
	// default, the header names the author.
	AsAuthor bool
	Edits    bool
	Deletes  bool
}

// Group is what a role or group of the other side is called on side to, "" when it has no counterpart. Of several the first counts.
func (p CommentPolicy) Group(to Side, name string) string {
	for _, line := range p.Groups {
		if line[to.Other()] == name {
			return line[to]
		}
	}
	return ""
}

// PrivatePolicy says what becomes of comments that are not public.
type PrivatePolicy string

// The private policies.
const (
	PrivateKeep PrivatePolicy = "keep" // carried, and kept private
	PrivateStop PrivatePolicy = "stop" // not carried
)

// AttachmentPolicy says how files travel.
type AttachmentPolicy struct {
	Flow    Flow  // "" = none
	MinSize int64 // bytes; smaller files stay where they are
	MaxSize int64 // bytes; 0 = the target's own limit
	Types   []string
	// Names are globs of file names, those that begin with ! exclude. A name needs one that takes it, when there are any such, and none
	// that excludes it.
	Names   []string
	Publish [2]bool
	Edits   bool // a new version of a file is carried
	Deletes bool // a deleted file takes its copy along
}

// DeletePolicy says what happens to an item whose twin was deleted.
type DeletePolicy string

// The delete policies.
const (
	DeleteIgnore DeletePolicy = "ignore"
	DeleteUnlink DeletePolicy = "unlink"
	DeleteNote   DeletePolicy = "note"
	DeleteClose  DeletePolicy = "close"
	DeleteDelete DeletePolicy = "delete"
)
