package chaos

import (
	"slices"
	"strings"
	"time"
)

// The fields that both connections keep in step.
const (
	fieldTitle    = "title"
	fieldPriority = "priority"
	fieldStatus   = "status"
	fieldAssignee = "assignee"
	fieldLabels   = "labels"
)

// singles are the fields whose value moves as a whole.
var singles = []string{fieldTitle, fieldPriority, fieldStatus, fieldAssignee}

// shown is one item as its own system shows it to an administrator. Values are texts in that system's words; people are
// e-mail addresses; labels are in order, with a space between.
type shown struct {
	side     side
	id       string
	values   map[string]string
	comments []comment
	files    []file
	history  []change // oldest first
}

type comment struct {
	id, text string
	audience string // public, internal, or role:<name>
	own      bool   // by the sync's account
	at       time.Time
}

type file struct {
	id, name, hash string
	audience       string
	own            bool
}

// change is one entry of the system's own history.
type change struct {
	at       time.Time // by the system's clock
	audit    string    // what the system calls the entry
	own      bool      // by the sync's account
	created  bool      // the value the item was created with
	field    string
	from, to string
}

func words(s string) []string { return strings.Fields(s) }

func joined(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}
