package conformance

import (
	"context"
	"testing"
	"time"

	"duplex/core"
)

// TB is what the suite's steps need of whoever runs them. *testing.T is one; Check has one of its own.
type TB interface {
	Helper()
	Context() context.Context
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
	Skipf(format string, args ...any)
}

// lift makes a test's instance one of the suite's steps, whose TB is then a *testing.T.
func lift(i Instance) Setup[TB] {
	s := Setup[TB]{Connector: i.Connector, Type: i.Type, Draft: i.Draft, Samples: i.Samples, Title: i.Title, Cleared: i.Cleared, Body: i.Body,
		Plain: i.Plain, Attributes: i.Attributes, Known: i.Known, Search: i.Search, WebhookBody: i.WebhookBody, SignedCall: i.SignedCall,
		ID: i.ID, Secrets: i.Secrets, Made: i.Made}
	test := func(tb TB) *testing.T { return tb.(*testing.T) }
	if f := i.Settle; f != nil {
		s.Settle = func(tb TB) { f(test(tb)) }
	}
	if f := i.Tick; f != nil {
		s.Tick = func(tb TB) { f(test(tb)) }
	}
	if f := i.Fault; f != nil {
		s.Fault = func(tb TB, fault Fault) { f(test(tb), fault) }
	}
	p := i.Person
	if p.Create != nil {
		s.Person.Create = func(tb TB, d core.Draft) string { return p.Create(test(tb), d) }
	}
	if p.Edit != nil {
		s.Person.Edit = func(tb TB, id string, fields map[string]core.Value) { p.Edit(test(tb), id, fields) }
	}
	if p.Comment != nil {
		s.Person.Comment = func(tb TB, id, text string, a core.Audience) { p.Comment(test(tb), id, text, a) }
	}
	if p.Attach != nil {
		s.Person.Attach = func(tb TB, id, name string, content []byte) { p.Attach(test(tb), id, name, content) }
	}
	if p.Work != nil {
		s.Person.Work = func(tb TB, id string, started time.Time, seconds int64, text string) {
			p.Work(test(tb), id, started, seconds, text)
		}
	}
	if p.Delete != nil {
		s.Person.Delete = func(tb TB, id string) { p.Delete(test(tb), id) }
	}
	return s
}
