package chaos

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// TestTheMixedJudgeFindsWhatIsWrong: after a calm run the sync stops, and somebody does on one side what the sync would have to answer.
func TestTheMixedJudgeFindsWhatIsWrong(t *testing.T) {
	t.Setenv(childFlag, "1")
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	o, err := parse(strings.Fields("-kinds jira,zendesk -calm -seconds 8 -items 6 -rate 1 -seed 3 -store sqlite -sweep 5s"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSite(ctx, o, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	if err := s.start(ctx); err != nil {
		t.Fatal(err)
	}
	desks, err := s.desks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rec, p := newRecord(t.TempDir()), draw(o)
	defer rec.close()
	c := &crew{s: s, desks: desks, rec: rec, wishes: map[*item][]wish{}}
	c.storm(ctx, p, t.Output())
	if quiet := s.settle(ctx, nil, t.Output()); quiet != "" {
		t.Fatal(quiet)
	}
	for _, worker := range []string{"worker-1", "worker-2"} {
		if err := s.procs.kill(worker); err != nil {
			t.Fatal(err)
		}
	}
	c.sabotage(ctx, t)
	sleep(ctx, restFor) // the systems' lists run a second behind
	v := c.judge(ctx, p, "")
	var out bytes.Buffer
	v.print(&out)
	for _, want := range []string{"the titles are", "2 items in jira", "the priority is", "the labels are", "has no copy in", "which nobody made", "the last title that people set", "is public in zendesk"} {
		if !slices.ContainsFunc(v.findings, func(f string) bool { return strings.Contains(f, want) }) {
			t.Errorf("nothing is found that says %q", want)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// sabotage does, with the sync stopped, everything that must not be when it is over.
func (c *crew) sabotage(ctx context.Context, t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	jira, zendesk := c.desks[0], c.desks[1]
	var known []*item
	for _, i := range c.rec.all() {
		if !i.dead() && i.known(0, time.Now()) {
			known = append(known, i)
		}
	}
	if len(known) < 2 {
		t.Fatalf("%d items are known on both sides", len(known))
	}
	i, other := known[0], known[1]
	edit := func(id string, p core.Patch) {
		t.Helper()
		_, err := jira.ada.Update(ctx, id, p, "", connectors.Want{Type: jira.Type})
		must(err)
	}
	create := func(title string) {
		t.Helper()
		_, err := jira.ada.Create(ctx, core.Draft{Type: jira.Type.Type, Scope: jira.Type.Scope, Fields: map[string]core.Value{jira.Title: core.String(title)}})
		must(err)
	}
	edit(i.ids[0], core.Patch{Fields: map[string]core.Value{jira.Title: core.String(i.token + " changed"), jira.Labels.Field: core.Strings("l-alone")}})
	o, err := zendesk.ada.Get(ctx, i.ids[1], connectors.Want{Type: zendesk.Type})
	must(err)
	word := "urgent"
	if zendesk.Priority.Word(o.Fields[zendesk.Priority.Field].Name()) == word {
		word = "low"
	}
	edit(i.ids[0], core.Patch{Fields: map[string]core.Value{jira.Priority.Field: core.Option("", jira.Priority.Values[word])}})
	create(other.token + " again")
	create("k00000000 of nobody")
	c.wishes[other] = append(c.wishes[other], wish{support, other.token + " never written"})
	_, err = jira.ada.(connectors.Commenter).AddComment(ctx, i.ids[0], core.CommentDraft{Body: core.Text("plain", "say-alone"), Visibility: core.Visibility{Audience: core.Public}})
	must(err)
	i.said = append(i.said, &said{side: support, audience: "1", wordings: []string{"say-alone"}}, &said{side: support, audience: "2", wordings: []string{"say-secret"}})
	_, err = zendesk.ada.(connectors.Commenter).AddComment(ctx, i.ids[1], core.CommentDraft{Body: core.Text("html", "<p>say-secret</p>"), Visibility: core.Visibility{Audience: core.Public}})
	must(err)
}
