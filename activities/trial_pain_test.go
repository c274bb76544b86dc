package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// TestPain18RulesAreTriedFirst: what a test run of a draft says is what a sync does once the draft is in force, field by field, and until
// then nothing is written.
func TestPain18RulesAreTriedFirst(t *testing.T) {
	for _, c := range []struct {
		reason string
		draft  func(string) string
		play   func(d *desk)
	}{
		{"another table", func(f string) string {
			return strings.Replace(f, "{support: priority, engineering: priority}", "{support: priority, engineering: priority, values: {high: normal, normal: low, low: low}}", 1)
		}, func(d *desk) {
			d.edit(core.A, map[string]core.Value{"priority": core.Option("", "high"), "title": core.String("new")})
		}},
		{"another winner", func(f string) string { return strings.Replace(f, "conflicts: latest", "conflicts: support", 1) }, func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("left")})
			d.edit(core.B, map[string]core.Value{"title": core.String("right")})
		}},
		{"a rule more", func(f string) string {
			return strings.Replace(f, "rules:\n", "rules:\n  - {engineering: status, flow: to-engineering, set: '\"done\"'}\n", 1)
		}, func(d *desk) {}},
		{"a flow the other way", func(f string) string {
			return strings.Replace(f, "{support: description, engineering: description}", "{support: description, engineering: description, flow: to-support}", 1)
		}, func(d *desk) {
			d.edit(core.B, map[string]core.Value{"description": core.Text("plain", "right")})
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			d.open(nil)
			d.sync()
			c.play(d)
			draft := c.draft(deskFile)
			if draft == deskFile {
				t.Fatal("the draft is the file in force")
			}
			want := [2]core.Observation{d.item(core.A), d.item(core.B)}
			items, _, _, err := d.trial(draft, "", core.TrialRequest{Sample: 5, All: true})
			d.must(err)
			if len(items) != 1 {
				t.Fatalf("%d items", len(items))
			}
			for _, f := range items[0].Fields {
				for side, s := range items[0].Sides {
					if f.To == s.Name && !f.Unlike && f.Problem == nil {
						want[side] = want[side].With(f.Fields[side], f.New)
					}
				}
			}
			for side := range want {
				if now := d.item(core.Side(side)); now.Revision != want[side].Revision {
					t.Errorf("the test run changed side %d", side)
				}
			}
			_, _, err = d.store.PutConnection(t.Context(), core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(draft)})
			d.must(err)
			d.sync()
			for side := range want {
				now := d.item(core.Side(side))
				for name, v := range want[side].Fields {
					if !core.Equal(now.Field(name), v) {
						t.Errorf("%s on side %d is %v; the test run said %v", name, side, now.Field(name), v)
					}
				}
			}
		})
	}
}

// TestPain07LossesAreShown: what of a text cannot be carried is told before it is written, in words and without a word of the text.
func TestPain07LossesAreShown(t *testing.T) {
	d := newDesk(t, deskFile, func(side core.Side, o *memory.Options) {
		facts := connectors.Facts{Revisions: true, Precondition: true, ReportsActor: true, ServerFilter: true, ListsDeletions: true, Rate: 1000, RichText: "markdown"}
		if side == core.B {
			facts.RichText = "plain"
		}
		o.Facts = &facts
	})
	d.open(map[string]core.Value{"description": core.Text("markdown", "quiet")})
	d.sync()
	d.edit(core.A, map[string]core.Value{"description": core.Text("markdown", "| salary | name |\n|---|---|\n| 1 | ada |\n")})
	_, err := d.sys[core.A].CommentAs("u-ada", d.refs[core.A].ID, "**loud** words", core.Internal)
	d.must(err)
	items, sum, _, err := d.trial("", "", core.TrialRequest{Sample: 1})
	d.must(err)
	if len(items) != 1 || sum.Lossy != 1 {
		t.Fatalf("%d items, %+v", len(items), sum)
	}
	for _, f := range items[0].Fields {
		if text := strings.Join(f.Losses, ", "); f.Rule == "description~description" && (!strings.Contains(text, "a table") || strings.Contains(text, "salary")) {
			t.Errorf("told %q", text)
		}
	}
	if e := items[0].Entries; len(e) != 1 || !strings.Contains(strings.Join(e[0].Losses, ", "), "bold") {
		t.Errorf("of the comment is told %+v", e)
	}
}
