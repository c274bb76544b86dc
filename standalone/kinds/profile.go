package kinds

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
)

// Profile is what a test has to know of one kind.
type Profile struct {
	Kind string // as the connector is registered
	// Variant tells a further profile of a kind from its first, "" the first. Find knows it as kind-variant; All leaves it out, so that
	// what plays every kind with every other does not play one twice.
	Variant string
	// Start starts an emulator without rate limits. Its address is set later.
	Start func(Options) (Emulator, error)
	// System is the system file's content for one account, with plain secrets: "sync" is the integration's account, "ada" a person who
	// may do and see everything. It need not set Name, Kind and BaseURL. A setting that says how long search may lag is 6s: tests
	// let emulators lag for three.
	System func(who string) core.System
	Type   connectors.ItemType // of the items; new items are created in its scope

	// Needs are further fields that a new item cannot do without, by name, with what they are given.
	Needs map[string]string

	Title       string // a text of one line
	Description Description
	Priority    Choice // over Priorities
	Status      Choice // over Statuses
	// Closing are the further fields that must be given, by name, with the write that sets the status to done.
	Closing  map[string]string
	Assignee Assignee
	Labels   Labels
	Custom   Custom

	Comments Audiences
	Files    Audiences
	Webhooks string // why the system sends none; "" where it does
	Delete   string // why no item can be deleted through the API; "" where one can
}

// Priorities and Statuses are the canonical words, in order.
var (
	Priorities = []string{"low", "medium", "high", "urgent"}
	Statuses   = []string{"todo", "doing", "done"}
)

// Description is the long text.
type Description struct {
	Field  string
	Format richtext.Format // "" where the field is plain text of kind string
	Once   string          // why it cannot be changed after the item was created; "" where it can
}

// Choice is a field with a value for canonical words. Words without a value are left out.
type Choice struct {
	Field  string
	Values map[string]string // canonical word -> the field's value, by the name people read
	Also   map[string]string // further values -> the canonical word they mean as well
	None   string            // why there is no such field
}

// Assignee is the field of whoever works on an item: a user, or a set of users.
type Assignee struct {
	Field  string
	People [2]string // e-mail addresses of two people who can be assigned
	// Hidden are, by those addresses, the ids of people whose address the system does not show.
	Hidden map[string]string
	None   string
}

// Labels is a set of words.
type Labels struct {
	Field string
	None  string
}

// Custom is one of the account's own fields. Kind is string wherever the account has such a field, since any two of those
// correspond as they are; of other kinds the two values correspond to the other side's.
type Custom struct {
	Field  string
	Kind   core.Kind
	Values [2]string
	None   string
}

// Audiences say why a comment or a file cannot be kept to an audience when it is written; "" where it can. What an audience
// has a reason against is written for a smaller one, or not at all. None says why the API takes none whatsoever.
type Audiences struct{ Public, Internal, None string }

// Options are what a test may want of an emulator.
type Options struct {
	Clock    harness.Clock // nil: the machine's
	Seed     uint64
	File     string        // keeps the state over a restart; "" keeps nothing
	IndexLag time.Duration // how far search runs behind, where the vendor's does
	// RetryWait is the shortest wait before a webhook is sent again; 0 is the vendor's.
	RetryWait time.Duration
	Front     func(http.Handler) http.Handler // what stands before the emulator; nil: nothing
}

// Emulator is what all emulators have in common.
type Emulator interface {
	Handler() http.Handler
	SetBaseURL(string)
	Harness() *harness.Server
	Webhooks() *harness.Sender
	Close()
}

// Has reports whether there is a value for the canonical word.
func (c Choice) Has(word string) bool { return c.None == "" && c.Values[word] != "" }

// Word is the canonical word that a value of the field means, "" where it means none.
func (c Choice) Word(value string) string {
	for word, v := range c.Values {
		if v == value {
			return word
		}
	}
	return c.Also[value]
}

// Value is a field's value of that kind from the text people read.
func Value(kind core.Kind, text string) (core.Value, error) {
	switch kind {
	case core.KindString:
		return core.String(text), nil
	case core.KindOption:
		return core.Option("", text), nil
	case core.KindNumber:
		return core.Number(text)
	case core.KindBool:
		return core.Bool(text == "true"), nil
	case core.KindDate:
		return core.Date(text)
	case core.KindUser:
		return core.Person("", text, ""), nil
	case core.KindSet:
		return core.Strings(text), nil
	}
	return core.Absent(), fmt.Errorf("a field of kind %s is not part of a profile", kind)
}

var profiles []Profile

// add puts a kind into the list; files call it from init.
func add(p Profile) { profiles = append(profiles, p) }

// All are the profiles by name of their kind.
func All() []Profile {
	all := slices.DeleteFunc(slices.Clone(profiles), func(p Profile) bool { return p.Variant != "" })
	slices.SortFunc(all, func(a, b Profile) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
	return all
}

// Called is the profile's name: the kind, with its variant where there are several of it.
func (p Profile) Called() string {
	if p.Variant == "" {
		return p.Kind
	}
	return p.Kind + "-" + p.Variant
}

// Variants are the further profiles of kinds, which All leaves out.
func Variants() []Profile {
	return slices.DeleteFunc(slices.Clone(profiles), func(p Profile) bool { return p.Variant == "" })
}

// Find is the profile of that name; the error names those there are.
func Find(kind string) (Profile, error) {
	var names []string
	for _, p := range append(All(), Variants()...) {
		if p.Called() == kind {
			return p, nil
		}
		names = append(names, p.Called())
	}
	return Profile{}, fmt.Errorf("there is no profile of kind %q; there are: %v", kind, names)
}
