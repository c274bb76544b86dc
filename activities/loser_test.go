package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors/memory"
	"duplex/core"
)

const postingFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
conflicts: support
losers: comment
rules:
  - {support: title, engineering: title}
  - {support: description, engineering: description, conflict: merge}
  - {support: estimate, engineering: estimate, loser: ledger}
comments: {flow: both, private: keep}
`

// both edits a field on both sides before a sync sees either.
func (d *desk) both(field string, left, right core.Value) {
	d.t.Helper()
	d.edit(core.A, map[string]core.Value{field: left})
	d.edit(core.B, map[string]core.Value{field: right})
}

func TestTheLosingValueIsPosted(t *testing.T) {
	for _, c := range []struct {
		reason string
		fault  func(*desk)
	}{
		{"nothing goes wrong", func(*desk) {}},
		{"the answer to the comment is lost", func(d *desk) { d.sys[core.B].FailNext(memory.OpAddComment, memory.AfterCommit) }},
		{"the comment does not arrive", func(d *desk) { d.sys[core.B].FailNext(memory.OpAddComment, memory.Before) }},
		{"the answer to the field's write is lost", func(d *desk) { d.sys[core.B].FailNext(memory.OpUpdate, memory.AfterCommit) }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, postingFile)
			d.open(nil)
			d.sync()
			d.both("title", core.String("left's"), core.String("right's"))
			c.fault(d)
			d.sync()
			d.title("left's")
			d.sync()
			right := d.item(core.B)
			if len(right.Comments) != 1 || right.Comments[0].Visibility.Audience != core.Internal || !strings.Contains(right.Comments[0].Body.Source(), "right's") {
				t.Errorf("the right has the comments %+v, want the losing value once, internal", right.Comments)
			}
			if left := d.item(core.A); len(left.Comments) != 0 {
				t.Errorf("the left has the comments %+v: the losing value crossed", left.Comments)
			}
		})
	}
}

func TestALoserStaysInTheLedgerWhereTheRuleSaysSo(t *testing.T) {
	d := newDesk(t, postingFile)
	d.open(map[string]core.Value{"estimate": core.Int(1)})
	d.sync()
	d.both("estimate", core.Int(2), core.Int(3))
	d.sync()
	if right := d.item(core.B); len(right.Comments) != 0 || !core.Equal(right.Field("estimate"), core.Int(2)) {
		t.Errorf("estimate %v, comments %+v", right.Field("estimate"), right.Comments)
	}
}

func TestTwoEditsOfATextAreBothKept(t *testing.T) {
	text := func(s string) core.Value { return core.Text("plain", s) }
	d := newDesk(t, postingFile)
	d.open(map[string]core.Value{"description": text("first\nsecond\nthird")})
	d.sync()
	d.both("description", text("first!\nsecond\nthird"), text("first\nsecond\nthird and last"))
	d.sync()
	for _, side := range core.Sides {
		o := d.item(side)
		if got := o.Field("description").Source(); got != "first!\nsecond\nthird and last" {
			t.Errorf("side %d shows %q", side, got)
		}
	}
	if n := len(d.item(core.B).Comments); n != 0 {
		t.Errorf("%d comments: nothing has lost", n)
	}
}
