package azuredevops_test

import (
	"testing"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

// TestAKnownItemIsWrittenInOneCall: what the caller knows of the revision that guards a write is not read again, and nothing is lost by that.
func TestAKnownItemIsWrittenInOneCall(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c, ada := a.connector(emulator.TokenSync), a.connector(emulator.TokenAda)
	id := a.create(c, bug.Scope, map[string]core.Value{"title": core.String("x"), "tags": core.Strings("one"), "repro_steps": htmlOf("y"), "severity": option("2 - High")}).Ref.ID
	want := connectors.Want{Type: bug, Fields: []string{"title", "tags", "repro_steps", "severity", "state", "Customer", "parent"}}
	know := func() core.Observation {
		o, err := c.Get(t.Context(), id, want)
		check(t, err)
		return o
	}
	for _, tt := range []struct {
		patch  core.Patch
		calls  int
		reason string
	}{
		{core.Patch{Fields: title("a")}, 1, "a text of one line"},
		{core.Patch{Fields: map[string]core.Value{"state": option("Active"), "severity": option("4 - Low"), "Customer": core.String("Globex")}}, 1, "a state and other fields"},
		{core.Patch{Fields: map[string]core.Value{"Customer": core.Empty(core.KindString)}}, 1, "a field is emptied"},
		{core.Patch{Fields: map[string]core.Value{"repro_steps": htmlOf("z")}}, 1, "a long text whose format is seen"},
		{core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("two"), Remove: core.Strings("one")}}}, 1, "tags, with the mark kept"},
		{core.Patch{Fields: title("a")}, 1, "nothing: the read that the answer takes"},
		{core.Patch{Fields: map[string]core.Value{"hyperlinks": core.Strings("https://acme.example/1")}}, 2, "links are written by their place, which a read tells"},
	} {
		o := know()
		known := want
		known.Known = &o
		before := a.emu.Harness().Calls(0).Total
		after, err := c.Update(t.Context(), id, tt.patch, o.Revision, known)
		if got := a.emu.Harness().Calls(0).Total - before; err != nil || got != tt.calls {
			t.Errorf("%s: %d calls, want %d, %v", tt.reason, got, tt.calls, err)
		}
		if now := know(); now.Hash() != after.Hash() || now.Mark == "" {
			t.Errorf("%s: the update says\n%+v, a read\n%+v", tt.reason, after, now)
		}
	}
	if o := know(); !core.Equal(o.Field("tags"), core.Strings("two")) || o.Field("state").ID() != "Active" || !o.Field("Customer").IsEmpty() {
		t.Errorf("in the end: %v", o.Fields)
	}
	o := know()
	known := want
	known.Known = &o
	_, err := ada.Update(t.Context(), id, core.Patch{Fields: title("by ada")}, "", connectors.Want{})
	check(t, err)
	if _, err := c.Update(t.Context(), id, core.Patch{Fields: title("over it")}, o.Revision, known); connectors.Class(err) != "stale" {
		t.Errorf("what is known is old: %v", err)
	}
	if now := know(); now.Field("title").Source() != "by ada" {
		t.Errorf("ada's edit was overwritten by %v", now.Field("title"))
	}
}
