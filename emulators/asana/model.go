package asana

import (
	"strconv"
	"time"
)

// object is a JSON object.
type object = map[string]any

// state is everything that is kept over restarts.
type state struct {
	NextID      int64
	Seq         int64 // of events
	Numbers     int64 // last number of the custom_id field
	Tasks       map[string]*task
	Stories     map[string]*story
	Attachments map[string]*attachment
	Sections    map[string]*section
	Tags        map[string]*tag
	Options     map[string][]option // custom field gid → its options
	Events      []event
	SyncFloor   time.Time // sync tokens given before are too old
	Webhooks    map[string]*webhook
	Access      map[string]*accessToken
	Refresh     map[string]string // refresh token → user
	Codes       map[string]time.Time
}

func (st *state) id() string {
	st.NextID++
	return strconv.FormatInt(st.NextID, 10)
}

type task struct {
	GID, Name, HTML, Workspace, Creator string
	Created, Modified                   time.Time
	Completed                           bool
	CompletedAt                         time.Time
	CompletedBy                         string
	Assignee                            string
	DueOn, DueAt, StartOn, StartAt      string
	Subtype, Approval                   string
	Parent                              string
	Memberships                         []membership
	Followers, Tags, Dependencies       []string
	Values                              map[string]value
	External                            map[string]external // per app
	Deleted                             time.Time
	Number                              int64
	Separator                           bool
}

type membership struct{ Project, Section string }

type external struct{ GID, Data string }

// value is what a custom field holds; which part counts is the field's type.
type value struct {
	Text           string   `json:",omitempty"`
	Number         *float64 `json:",omitempty"`
	GIDs           []string `json:",omitempty"` // options or people
	Date, DateTime string   `json:",omitempty"`
}

func (v value) empty() bool {
	return v.Text == "" && v.Number == nil && len(v.GIDs) == 0 && v.Date == "" && v.DateTime == ""
}

type story struct {
	GID, Task, User, Subtype, HTML, Text, Source string
	Comment                                      bool
	Created                                      time.Time
	Edited, Pinned                               bool
	// Extra are the typed pairs of a system story, ready to be shown; Key tells which stories may be merged.
	Extra object
	Key   string
}

type attachment struct {
	GID, Task, Name, Type, Subtype, URL, User, Token string
	Size                                             int64
	Created                                          time.Time
}

type section struct {
	GID, Name, Project string
	Created            time.Time
	Order              int64
}

type tag struct {
	GID, Name, Workspace, Color, Notes string
	Created                            time.Time
}

type option struct {
	GID, Name, Color string
	Enabled          bool
}

// version is a task as it was from a time on: what search looks at.
type version struct {
	at time.Time
	t  task
}

func (e *Emulator) indexTask(t *task, at time.Time) {
	copied := *t
	copied.Memberships = append([]membership(nil), t.Memberships...)
	copied.Tags, copied.Followers = append([]string(nil), t.Tags...), append([]string(nil), t.Followers...)
	copied.Values = map[string]value{}
	for k, v := range t.Values {
		copied.Values[k] = v
	}
	list := append(e.index[t.GID], version{at, copied})
	e.index[t.GID] = list[max(0, len(list)-20):]
}

// deleted tells whether the task, or one it is a subtask of, is in the trash.
func (e *Emulator) deleted(t *task) bool {
	for ; t != nil; t = e.st.Tasks[t.Parent] {
		if !t.Deleted.IsZero() {
			return true
		}
	}
	return false
}

func (t *task) in(project string) *membership {
	for i := range t.Memberships {
		if t.Memberships[i].Project == project {
			return &t.Memberships[i]
		}
	}
	return nil
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
