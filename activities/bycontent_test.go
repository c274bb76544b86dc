package activities_test

import (
	"context"
	"fmt"
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

// stripped is a system that takes the marks of comments away.
type stripped struct{ markless }

func (stripped) FindComment(context.Context, string, string) (core.Comment, error) {
	return core.Comment{}, fmt.Errorf("it cannot be told: %w", connectors.ErrUnsupported)
}

// TestACommentWithoutAMarkIsFoundByItsWords: the answer to a comment was lost, and the system holds no marks.
func TestACommentWithoutAMarkIsFoundByItsWords(t *testing.T) {
	without := func(m *memory.Connector) connectors.Connector { return markless{m, m, m} }
	for _, c := range []struct {
		reason string
		when   memory.When
		before string // what the own account says there by other means, between the attempts
		want   string
		parked bool
		as     func(m *memory.Connector) connectors.Connector
	}{
		{"it was written: it is found, and not written twice", memory.AfterCommit, "", "first", false, without},
		{"the system takes marks away: it is found all the same", memory.AfterCommit, "", "first", false,
			func(m *memory.Connector) connectors.Connector { return stripped{markless{m, m, m}} }},
		{"it was not written: it is written now", memory.Before, "", "first", false, without},
		{"something else of the own account may be it: a person is asked", memory.Before, "fi…", "fi…", true, without},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			d.as[core.B] = c.as
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
