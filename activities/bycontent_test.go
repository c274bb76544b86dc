package activities_test

import (
	"context"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// markless is a system whose comments have no place for a mark.
type markless struct {
	connectors.Connector
	connectors.Commenter
	connectors.Identifier
}

// Get leaves the marks of comments out, as such a system would.
func (m markless) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := m.Connector.Get(ctx, id, want)
	for i := range o.Comments {
		o.Comments[i].Mark = ""
	}
	return o, err
}

// TestACommentWithoutAMarkIsFoundByItsWords: the answer to a comment was lost, and the system holds no marks.
func TestACommentWithoutAMarkIsFoundByItsWords(t *testing.T) {
	for _, c := range []struct {
		reason string
		when   memory.When
		before string // what the own account says there by other means, between the attempts
		want   string
		parked bool
	}{
		{"it was written: it is found, and not written twice", memory.AfterCommit, "", "first", false},
		{"it was not written: it is written now", memory.Before, "", "first", false},
		{"something else of the own account may be it: a person is asked", memory.Before, "fi…", "fi…", true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			d.as[core.B] = func(m *memory.Connector) connectors.Connector { return markless{m, m, m} }
			d.open(nil)
			d.sync()
			id := d.say(core.A, "u-ada", "first", core.Public)
			d.sys[core.B].FailNext(memory.OpAddComment, c.when)
			d.fetch(core.A, d.refs[core.A], false)
			if _, err := d.apply(d.plan()); err == nil {
				t.Fatal("no error for a lost answer")
			}
			if c.before != "" {
				d.say(core.B, memory.DefaultSelf().ID(), c.before, core.Public)
			}
			d.sync()
			if got := d.said(core.B); got != c.want {
				t.Errorf("there is %q, want %q", got, c.want)
			}
			if _, parked := d.row().Parked["comment:"+id]; parked != c.parked {
				t.Errorf("parked: %v, want %v: %v", parked, c.parked, d.row().Parked)
			}
		})
	}
}
