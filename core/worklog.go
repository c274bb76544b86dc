package core

import "time"

// Worklog is time that somebody spent on an item.
type Worklog struct {
	ID         string     `json:"id"`
	Author     Value      `json:"author"`           // a user
	Started    time.Time  `json:"started,omitzero"` // UTC
	Seconds    int64      `json:"seconds"`
	Body       Value      `json:"body"` // a text, often empty
	Visibility Visibility `json:"visibility"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	UpdatedAt  time.Time  `json:"updated_at,omitzero"` // equal to CreatedAt when never edited or not reported
	Mark       string     `json:"mark,omitempty"`      // the mark it carries if a sync wrote it and the list shows marks
	Own        bool       `json:"own,omitempty"`       // written by the sync's own account
}

// WorklogDraft is a worklog to write. It is for the team: it is written where nobody else reads it.
type WorklogDraft struct {
	Started time.Time `json:"started"` // UTC
	Seconds int64     `json:"seconds"`
	Body    Value     `json:"body"` // text in the target's format, header included; may be empty
	Mark    string    `json:"mark"`
}

// WorklogPolicy says how worklogs travel.
type WorklogPolicy struct {
	Flow    Flow   // "" = none
	Header  string // template with {author}, {system}, {time}
	Edits   bool
	Deletes bool
}
