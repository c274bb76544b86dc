package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors/memory"
	"duplex/core"
)

const planFile = `connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority != "low"'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
  - {support: description, engineering: description}
  - {support: priority, engineering: priority}
  - {support: assignee, engineering: assignee, users: [email]}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep}
attachments: {flow: both, max_size: 1KB}
`

// played is a desk whose systems hold pairs in every state that a test run can tell of.
func played(t *testing.T) (d *desk, draft string) {
	t.Helper()
	d = newDesk(t)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	for side := range d.sys {
		d.sys[side] = memory.New(memory.Options{Name: []string{"left", "right"}[side], Clock: clock,
			Users: append(memory.DefaultUsers(), core.Person(fmt.Sprint("u-only-", side), fmt.Sprintf("only-%d@acme.example", side), "Only Here"))})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"left", "right"} {
		_, _, err := d.store.PutSystem(t.Context(), core.SystemVersion{Name: name, FileName: name + ".yaml", Source: []byte("system: " + name + "\nkind: memory\nbase_url: http://" + name + ".acme.example\n")})
		must(err)
	}
	_, _, err := d.store.PutConnection(t.Context(), core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(planFile), AppliedBy: "ann", AppliedAt: now})
	must(err)
	act := &activities.Activities{Store: d.store, Systems: d, Now: clock, Log: slog.New(slog.DiscardHandler), Mappings: &activities.Mappings{Store: d.store, Systems: d}}
	ctx := t.Context()
	pair := func(f map[string]core.Value) (refs [2]core.Ref) {
		t.Helper()
		ref, err := d.sys[0].CreateAs("u-ada", core.Draft{Type: "item", Fields: f})
		must(err)
		refs[0] = core.Ref{System: "left", ID: ref.ID}
		id, seen := core.PairID("desk", "support", ref.ID), [2]string{}
		for first := true; ; first = false {
			for side, ref := range refs {
				if ref.ID != "" {
					r, err := act.Fetch(ctx, activities.FetchInput{Pair: id, Connection: "desk", Side: core.Side(side), Ref: ref, Full: true, First: first})
					must(err)
					seen[side] = r.Hash
				}
			}
			tr, err := act.Transform(ctx, activities.TransformInput{Pair: id, Seen: seen})
			must(err)
			if !tr.Write {
				return refs
			}
			a, err := act.Apply(ctx, activities.ApplyInput{Pair: id, Plan: tr.Plan, To: tr.To})
			must(err)
			refs[tr.To] = a.Ref
		}
	}
	item := func(title, priority string) map[string]core.Value {
		return map[string]core.Value{"title": core.String(title), "priority": core.Option("", priority), "labels": core.Strings("crm")}
	}
	resting := pair(item("Login fails", "high"))
	_ = resting
	edited := pair(item("Printer on fire", "normal"))
	disputed := pair(item("Export is slow", "normal"))
	stranger := pair(item("Who takes this", "normal"))
	entries := pair(item("With a comment", "normal"))
	lost := pair(item("Deleted over there", "normal"))
	now = now.Add(time.Minute)
	must(d.sys[0].EditAs("u-ada", edited[0].ID, map[string]core.Value{"title": core.String("Printer is on fire <again>"), "priority": core.Option("", "high"), "labels": core.Strings("crm", "hot"),
		"description": core.Text("plain", "Smoke comes out of the tray.\nSomebody should look at it before it spreads to the next room, and it is getting late.")}))
	must(d.sys[0].EditAs("u-ada", disputed[0].ID, map[string]core.Value{"title": core.String("Export takes an hour")}))
	now = now.Add(time.Minute)
	must(d.sys[1].EditAs("u-grace", disputed[1].ID, map[string]core.Value{"title": core.String("Export takes two hours")}))
	must(d.sys[0].EditAs("u-ada", stranger[0].ID, map[string]core.Value{"assignee": core.Person("u-only-0", "", "")}))
	_, err = d.sys[0].CommentAs("u-ada", entries[0].ID, "Can you reproduce this?", core.Internal)
	must(err)
	_, err = d.sys[0].AttachAs("u-ada", entries[0].ID, "trace.log", "text/plain", make([]byte, 700), core.Public)
	must(err)
	_, err = d.sys[0].AttachAs("u-ada", entries[0].ID, "video.mp4", "video/mp4", make([]byte, 4096), core.Public)
	must(err)
	must(d.sys[1].DeleteAs("u-grace", lost[1].ID))
	now = now.Add(time.Minute)
	for _, p := range []string{"high", "low"} {
		ref, err := d.sys[0].CreateAs("u-ada", core.Draft{Type: "item", Fields: item("New with priority "+p, p)})
		must(err)
		_, err = d.sys[0].CommentAs("u-ada", ref.ID, "First words", core.Public)
		must(err)
	}
	t.Chdir(t.TempDir())
	draft = "draft.yaml"
	must(os.WriteFile(draft, []byte(strings.NewReplacer("{support: priority, engineering: priority}", "{support: priority, engineering: priority, values: {high: normal, normal: low, low: low}}",
		"  - {support: labels, engineering: labels, as: set}\n", "", `item.priority != "low"`, `item.priority == "low"`).Replace(planFile)), 0o600))
	return d, draft
}

// TestPlan shows what a person sees of a test run.
func TestPlan(t *testing.T) {
	d, draft := played(t)
	d.run("plan", "desk", "--sample", "20")
	d.run("plan", "desk", "--file", draft, "--sample", "20")
	d.run("plan", "desk", "--recorded")
	d.run("plan", "desk", "--recorded", "--file", draft)
	d.run("plan", "desk", "--items", "support=1")
	d.run("plan", "desk", "--failing")
	d.run("plan", "desk", "--items", "99", "--sample", "3")
	d.run("plan", "nowhere", "--sample", "3")
	d.golden()
}

// TestPlanIsStopped: whoever stops a test run sees what it had told by then, and that nothing was written.
func TestPlanIsStopped(t *testing.T) {
	d, _ := played(t)
	ctx, stop := context.WithCancel(t.Context())
	d.sys[0].OnCall(func(op memory.Op, _ string) {
		if op == memory.OpGetMany {
			stop()
		}
	})
	var out, errs bytes.Buffer
	code := Run(ctx, Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, []string{"plan", "desk", "--sample", "20"}, func(name string) string { return d.env[name] })
	if code != ExitRefused || !strings.Contains(errs.String(), "stopped by hand; nothing was written") || !strings.Contains(out.String(), "stopped after telling of 0 items") {
		t.Errorf("exit %d: %s\n%s", code, out.String(), errs.String())
	}
}

// TestPlanSaysThatABrakeIsOn: what is shown would wait.
func TestPlanSaysThatABrakeIsOn(t *testing.T) {
	d, _ := played(t)
	if _, _, err := d.store.PutBrake(t.Context(), core.Brake{Connection: "desk", Side: "support", Kind: core.BrakeChanged, Saw: "too much was changed"}); err != nil {
		t.Fatal(err)
	}
	d.run("plan", "desk", "--items", "support=1")
	if !strings.Contains(d.said.String(), "! desk writes nothing now, because too much was changed: what follows waits for duplex release desk") {
		t.Error(d.said.String())
	}
}

// TestPlanPage: the page a person sends to a colleague needs nothing but itself, escapes what people wrote, says that it holds
// content, and is as wide as it needs to be for everything the text says.
func TestPlanPage(t *testing.T) {
	d, draft := played(t)
	for _, c := range []struct {
		args []string
		want []string
		not  []string
	}{
		{[]string{"--sample", "20"}, []string{"Test run of desk", "version 1, in force", "holds the content of items", "by ann", "Nothing was written to any system",
			"Printer is on fire &lt;again&gt;", "Conflict: engineering wins", "nobody in right", "video.mp4, 4 KB", "Can you reproduce this?", `id="only-parked"`, "#only-parked:checked) .item:not(.parked)", "to be created"},
			[]string{"<again>", "the plan of that time"}},
		{[]string{"--sample", "20", "--file", draft}, []string{"draft.yaml</b> against <b>version 1, in force", "it does not enter the sync", "leaves all of this alone", "6 differ"}, nil},
		{[]string{"--recorded", "--file", draft}, []string{"the plan of that time", "without a call to either system"}, nil},
		{[]string{"--items", "support=1", "--version", "1"}, []string{"Login fails"}, nil},
	} {
		if code := d.run(append([]string{"plan", "desk", "--html", "page.html"}, c.args...)...); code == ExitUsage || code == ExitRefused {
			t.Fatalf("%v: exit %d\n%s", c.args, code, d.said.String())
		}
		b, err := os.ReadFile("page.html")
		if err != nil {
			t.Fatal(err)
		}
		page := string(b)
		for _, part := range c.want {
			if !strings.Contains(page, part) {
				t.Errorf("%v: the page lacks %q", c.args, part)
			}
		}
		for _, part := range append(c.not, "<script", "<link", "<img", "@import", "url(", "ZgotmplZ") {
			if strings.Contains(page, part) {
				t.Errorf("%v: the page holds %q", c.args, part)
			}
		}
	}
	if s, err := os.Stat("page.html"); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: content is for its owner alone", s.Mode(), err)
	}
}

// TestVersions shows a draft on its way: told in words, counted over what is recorded, published, and rolled back.
func TestVersions(t *testing.T) {
	d, draft := played(t)
	d.run("diff", "desk")
	d.run("diff", "desk", "--file", draft)
	d.run("draft", draft)
	d.run("draft", draft)
	d.run("versions", "desk")
	d.run("diff", "desk")
	d.run("plan", "desk", "--version", "2", "--items", "support=2")
	if err := os.WriteFile("other.yaml", []byte(strings.Replace(planFile, "private: keep", "private: stop", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run("apply", "other.yaml")
	d.run("publish", "desk")
	d.run("publish", "desk", "2")
	d.run("publish", "desk", "2", "--force")
	d.run("diff", "desk", "1", "3")
	d.run("rollback", "desk")
	d.run("rollback", "desk")
	d.run("rollback", "desk")
	d.run("diff", "desk", "1", "--words")
	d.run("publish", "desk", "nine")
	d.run("publish", "nowhere")
	d.run("diff", "nowhere")
	d.run("versions", "desk")
	d.golden()
}
