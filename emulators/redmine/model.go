package redmine

import (
	"slices"
	"time"
)

// object is a JSON object.
type object = map[string]any

// state is everything that is kept over restarts.
type state struct {
	LastIssue, LastJournal, LastFile, LastRelation int
	Issues                                         map[int]*issue
	Journals                                       map[int]*journal
	Files                                          map[int]*file
	Relations                                      map[int]*relation
	SyncIsAdmin                                    bool
}

type issue struct {
	ID, Project, Tracker, Status, Priority, Author, Assigned, Parent int
	Subject, Description, Start, Due                                 string
	Done                                                             int
	Estimated                                                        *float64
	Private                                                          bool
	Values                                                           map[int][]string
	Created, Updated, Closed                                         time.Time // with their fraction
	Lock                                                             int
}

type journal struct {
	ID, Issue, User int
	Notes           *string // nil for the changes that came with a private note
	Private         bool
	Created         time.Time
	Details         []detail
}

type detail struct {
	Property string  `json:"property"`
	Name     string  `json:"name"`
	Old      *string `json:"old_value"`
	New      *string `json:"new_value"`
}

// file is an upload, and once an issue took it an attachment.
type file struct {
	ID, Issue, Author, Size        int
	Name, Type, Description, Token string
	Created                        time.Time
}

type relation struct {
	ID, From, To int
	Type         string
	Delay        *int
}

// below are the subtasks of an issue, oldest first.
func (st *state) below(id int) []*issue {
	var out []*issue
	for _, i := range st.Issues {
		if i.Parent == id && id != 0 {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *issue) int { return a.ID - b.ID })
	return out
}

// roll makes an issue's priority, dates and progress those of its subtasks, and so on upwards.
func (st *state) roll(i *issue, now time.Time) {
	for ; i != nil; i = st.Issues[i.Parent] {
		list := st.below(i.ID)
		if len(list) == 0 {
			continue
		}
		priority, start, due, done := 0, "", "", 0
		for _, sub := range list {
			if !closed(sub.Status) {
				priority = max(priority, sub.Priority)
			}
			if sub.Start != "" && (start == "" || sub.Start < start) {
				start = sub.Start
			}
			due = max(due, sub.Due)
			if closed(sub.Status) {
				done += 100
			} else {
				done += sub.Done
			}
		}
		if priority == 0 {
			priority = PriorityNormal
		}
		i.Priority, i.Start, i.Due, i.Done, i.Updated = priority, start, due, done/len(list), now
		i.Lock++
	}
}
