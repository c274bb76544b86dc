package conformance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Suite is what a connector's test hands to Run.
type Suite struct {
	Name string // column of the feature table: jira, zendesk
	// Capabilities the connector declares, by the names of Capabilities. The suite fails when they are not exactly
	// those it implements.
	Capabilities []string
	New          func(t *testing.T) Instance // called once per test; the system need not be empty
	Skips        map[string]string           // test name -> reason
}

// Instance is one system under test.
type Instance = Setup[*testing.T]

// Person is somebody who works in the system itself, without duplex.
type Person = Actor[*testing.T]

// Setup is a system under test, whose own steps are told of by a V: *testing.T in a test, TB outside one.
type Setup[V TB] struct {
	Connector connectors.Connector
	Type      connectors.ItemType
	// Draft is a new item, different for every n, with every field a create needs. The suite sets its mark.
	Draft func(n int) core.Draft
	// Samples are two different values for fields that Update can write, in any order.
	Samples map[string][2]core.Value
	Title   string                  // a string field that Update can write
	Cleared string                  // a field that Update can empty, one of Samples
	Body    func(string) core.Value // rich text from plain text; a newline is a line break
	Plain   func(core.Value) string // and back
	// Attributes are dotted fields that every new item of Draft shows with a value, when they are asked for.
	Attributes []string
	Person     Actor[V]
	Known      core.Value // a user of the system with an e-mail
	Search     Search     // how the system is searched; needed by Searcher and FieldFinder
	// Settle waits until everything done so far shows in Changes and Find; nil: it always does.
	Settle func(t V)
	// Tick makes the system's clock move on by at least Facts().Precision; nil: it need not.
	Tick func(t V)
	// Fault makes the calls from now on fail in that way.
	Fault func(t V, f Fault)
	// WebhookBody is the payload of a call that tells of a change of the item, SignedCall a call with that body as
	// the system sends it, signed at present.
	WebhookBody func(id string) []byte
	SignedCall  func(body []byte) connectors.WebhookCall
	ID          func(number string) string // the id of an item with that number; nil: the number itself
	Secrets     []string                   // must not appear in any error
	// Made is told of every item that the suite made, so that it can be taken away; nil: nobody wants to know.
	Made func(id string)
}

// Search describes how items are searched for.
type Search struct {
	Query   func(word string) string // in the vendor's language: items whose Title is that one word
	Wrong   string                   // a query that the vendor cannot read
	PageOf  int                      // items on a page of results; make it small where the system allows
	Fields  []string                 // those that FieldFinder searches: of one line of text, or sets of words
	Refused string                   // a field that FieldFinder cannot search, "" for none
	// Elsewhere is the same type of item in a scope that is not part of Instance.Type's.
	Elsewhere map[string]string
}

// Actor is a Person whose steps are told of by a V.
type Actor[V TB] struct {
	Create  func(t V, d core.Draft) (id string)
	Edit    func(t V, id string, fields map[string]core.Value)
	Comment func(t V, id, text string, audience core.Audience)
	Attach  func(t V, id, name string, content []byte)
	Work    func(t V, id string, started time.Time, seconds int64, text string) // needed by Worklogger
	Delete  func(t V, id string)
}

// Fault is a way in which a system fails.
type Fault string

// The faults. Throttled says to wait for ThrottledFor.
const (
	Denied     Fault = "denied"      // credentials are refused
	Throttled  Fault = "throttled"   // too many requests
	Failing    Fault = "failing"     // an internal error
	TimesOut   Fault = "times-out"   // no answer in the client's time
	LostAnswer Fault = "lost-answer" // the next write only: it is done, its answer never arrives
)

// ThrottledFor is the wait, in seconds, that a Throttled system tells.
const ThrottledFor = 7

// test is one named test of the suite.
type test struct {
	name  string // Group/Name
	needs string // a capability, "" for none
	run   func(*T)
}

// T is one running test with its instance.
type T struct {
	TB
	Setup[TB]
	drafts int
}

// every test of the suite, in order.
func every() []test {
	return slices.Concat(describeTests, attributeTests, createTests, getTests, updateTests, textTests, changesTests,
		commentTests, worklogTests, attachmentTests, searchTests, matchTests, userTests, batchTests, webhookTests, errorTests)
}

// Run runs every test and returns what was learned about the connector.
func Run(t *testing.T, s Suite) Features {
	t.Helper()
	all := every()
	known := map[string]bool{}
	var groups []string
	for _, tt := range all {
		known[tt.name] = true
		if g, _, _ := strings.Cut(tt.name, "/"); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	for name, reason := range s.Skips {
		if !known[name] {
			t.Errorf("Skips names %q, which is no test of the suite", name)
		}
		if strings.TrimSpace(reason) == "" {
			t.Errorf("Skips gives no reason for %q", name)
		}
	}
	has := Capabilities(s.New(t).Connector)
	t.Run("Capabilities", func(t *testing.T) { compareCapabilities(t, s.Capabilities, has) })
	for _, g := range groups {
		t.Run(g, func(t *testing.T) {
			for _, tt := range all {
				if group, name, _ := strings.Cut(tt.name, "/"); group == g {
					t.Run(name, func(t *testing.T) { s.run(t, tt, has) })
				}
			}
		})
	}
	return Features{Name: s.Name, Has: has, Skips: s.Skips}
}

func (s Suite) run(t *testing.T, tt test, has []string) {
	if reason, ok := s.Skips[tt.name]; ok {
		t.Skip(reason)
	}
	if tt.needs != "" && !slices.Contains(has, tt.needs) {
		t.Skip("the connector has no " + tt.needs)
	}
	tt.run(&T{TB: t, Setup: lift(s.New(t))})
}

func compareCapabilities(t *testing.T, declared, has []string) {
	for _, c := range declared {
		if !slices.Contains(has, c) {
			t.Errorf("%s is declared and not implemented", c)
		}
	}
	for _, c := range has {
		if !slices.Contains(declared, c) {
			t.Errorf("%s is implemented and not declared", c)
		}
	}
}
