package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

const alsoFile = "  - {support: labels, engineering: labels, as: set}\n"

// TestWhatIsWrittenAlso: further fields go with the rule's own write, and with nothing else; when the system refuses one, the rule
// waits as a whole, and the field is named.
func TestWhatIsWrittenAlso(t *testing.T) {
	file := strings.Replace(deskFile, alsoFile, alsoFile+
		"  - {support: status, engineering: status, also: {engineering: {estimate: 'value == \"done\" ? 0.0 : null', due: 'value == \"done\" ? item.due : null'}}}\n", 1)
	d := newDesk(t, file)
	due, _ := core.Date("2026-03-09")
	d.open(map[string]core.Value{"status": core.Option("", "open"), "due": due})
	d.sync()
	shows := func(reason, status, estimate string) {
		t.Helper()
		o := d.item(core.B)
		if o.Field("status").Name() != status || o.Field("estimate").Source() != estimate {
			t.Fatalf("%s: status %v, estimate %v; want %s, %q", reason, o.Field("status"), o.Field("estimate"), status, estimate)
		}
	}
	set := func(side core.Side, fields map[string]core.Value) {
		d.edit(side, fields)
		d.sync()
	}
	shows("null is not written to a new item", "open", "")
	d.edit(core.A, map[string]core.Value{"status": core.Option("", "done")})
	d.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, connectors.Invalid("write", "estimate", "not with this status, says "+connectors.ThisSide))
	d.sync()
	shows("what is refused takes the rule's own field with it", "open", "")
	if p := d.parked("status~status"); p.Problem.Field != "estimate" || p.Problem.Text != "right refused estimate: not with this status, says engineering" {
		t.Errorf("parked with %+v; want the field named, and the side", p.Problem)
	}
	set(core.A, map[string]core.Value{"status": core.Option("", "in progress")})
	shows("another value is tried", "in progress", "")
	set(core.A, map[string]core.Value{"status": core.Option("", "done")})
	shows("written together", "done", "0")
	if o := d.item(core.B); !core.Equal(o.Field("due"), due) {
		t.Errorf("the expression reads the other item: due is %v", o.Field("due"))
	}
	if len(d.row().Parked) > 0 {
		t.Errorf("still parked: %+v", d.row().Parked)
	}
	d.edit(core.B, map[string]core.Value{"estimate": core.Int(5)})
	set(core.A, map[string]core.Value{"title": core.String("again")})
	shows("with another field it is not written", "done", "5")
	set(core.B, map[string]core.Value{"status": core.Option("", "open")})
	if a := d.item(core.A); a.Field("status").Name() != "open" || !a.Field("estimate").IsEmpty() {
		t.Errorf("the other way: %v, estimate %v", a.Field("status"), a.Field("estimate"))
	}
}
