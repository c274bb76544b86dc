package github_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"duplex/core"
	emulator "duplex/emulators/github"
)

func TestMarksAreHidden(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"body": markdown("It burns.")})
	raw, _ := a.raw(emulator.RepoWeb, o.Ref.ID)["body"].(string)
	if !strings.Contains(raw, "<!-- duplex:"+o.Mark+" -->") || strings.Contains(o.Field("body").Source(), "duplex") || o.Mark != mark(1) {
		t.Errorf("GitHub has %q, a mapping sees %q", raw, o.Field("body").Source())
	}
	after := a.update(o.Ref.ID, set("body", markdown("It smokes.")))
	raw, _ = a.raw(emulator.RepoWeb, o.Ref.ID)["body"].(string)
	if after.Mark != o.Mark || strings.Count(raw, "duplex:") != 1 || plainOf(after.Field("body")) != "It smokes." {
		t.Errorf("after an edit: %q", raw)
	}
	a.pass(2 * time.Second)
	a.control("web_edit", map[string]any{"repo": emulator.RepoWeb, "number": numberOf(a, o.Ref.ID), "body": "It smokes.\nA person writes below.\n\n" + "<!-- duplex:" + o.Mark + " -->\n\nand below the mark"})
	got := a.get(o.Ref.ID)
	if text := plainOf(got.Field("body")); strings.Contains(text, "\r") || !strings.Contains(text, "below the mark") || strings.Contains(text, "duplex") || got.Mark != o.Mark {
		t.Errorf("an edit in the browser: %q", got.Field("body").Source())
	}
	a.pass(2 * time.Second)
	a.edit(emulator.RepoWeb, o.Ref.ID, map[string]core.Value{"body": core.String("somebody took the mark out")})
	if got := a.get(o.Ref.ID); got.Mark != "" || !got.OwnItem {
		t.Errorf("without its mark: %q", got.Mark)
	}
	empty := a.made(emulator.RepoWeb, nil)
	if empty.Mark != mark(1) || !empty.Field("body").IsEmpty() {
		t.Errorf("an issue without a text: mark %q, body %q", empty.Mark, empty.Field("body"))
	}
	if cleared := a.update(empty.Ref.ID, set("body", markdown("x"))); cleared.Mark != mark(1) {
		t.Errorf("its mark is lost: %q", cleared.Mark)
	}
	if cleared := a.update(empty.Ref.ID, set("body", core.Empty(core.KindText))); !cleared.Field("body").IsEmpty() || cleared.Mark != mark(1) {
		t.Errorf("a text that was emptied: %q %q", cleared.Field("body"), cleared.Mark)
	}
}

func TestAPersonWhoQuotesDuplexSaysItThemselves(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	own, err := a.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("hello"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark(6)})
	if err != nil {
		t.Fatal(err)
	}
	a.pass(2 * time.Second)
	a.call("POST", issuePath(emulator.RepoWeb, o.Ref.ID, "comments"), map[string]string{"body": "> hello\n\n<!-- duplex:" + mark(6) + " -->\nI agree"}, nil)
	list := a.get(o.Ref.ID).Comments
	if len(list) != 2 || list[0].Mark != mark(6) || list[1].Mark != "" || list[1].Own || strings.Contains(list[1].Body.Source(), "duplex") {
		t.Errorf("shown as %+v", list)
	}
	if found, err := a.conn.FindComment(t.Context(), o.Ref.ID, mark(6)); err != nil || found.ID != own.ID {
		t.Errorf("found %+v %v", found, err)
	}
	var copied struct{ Number int }
	a.call("POST", "/repos/"+emulator.RepoWeb+"/issues", map[string]string{"title": "a copy", "body": "<!-- duplex:" + o.Mark + " -->"}, &copied)
	if got := a.get(fmt.Sprintf("%d-%d", a.repoID(emulator.RepoWeb), copied.Number)); got.Mark != "" || got.OwnItem {
		t.Errorf("a person's copy of an issue: mark %q, own %v", got.Mark, got.OwnItem)
	}
}

func TestForeignTextsReferToNothingHere(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	target := a.made(emulator.RepoWeb, nil)
	n := "#" + number(target.Ref.ID)
	text := "see " + n + " and acme/web" + n + ", GH-" + number(target.Ref.ID) + ", x&#35;1 and @ada; a#b `" + n + "`"
	o := a.made(emulator.RepoWeb, map[string]core.Value{"body": core.Text("markdown", strings.Replace(text, "@ada", "@<!-- -->ada", 1))})
	raw, _ := a.raw(emulator.RepoWeb, o.Ref.ID)["body"].(string)
	if strings.Contains(strings.Replace(raw, "`"+n+"`", "", 1), n) || strings.Contains(raw, "x#1") || strings.Contains(raw, "GH-"+number(target.Ref.ID)) || !strings.Contains(raw, "`"+n+"`") || strings.Contains(raw, "@ada") {
		t.Errorf("GitHub gets %q", raw)
	}
	if got := o.Field("body").Source(); !strings.Contains(got, "see "+n+" and acme/web"+n) || strings.Contains(got, "\u200b") {
		t.Errorf("a mapping sees %q", got)
	}
	again := a.update(o.Ref.ID, set("body", o.Field("body")))
	if again.Revision != o.Revision {
		t.Error("writing what is there moves the revision")
	}
	a.pass(2 * time.Second)
	a.edit(emulator.RepoWeb, o.Ref.ID, map[string]core.Value{"body": core.String("a person refers to " + n)})
	a.update(o.Ref.ID, set("body", core.Text("markdown", "a person refers to "+n+", and a customer to #77")))
	raw, _ = a.raw(emulator.RepoWeb, o.Ref.ID)["body"].(string)
	if !strings.Contains(raw, "refers to "+n+",") || strings.Contains(raw, "#77") {
		t.Errorf("a reference that is there stays, a foreign one is none: %q", raw)
	}
}

func TestPeopleWhomTextsMention(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, nil)
	a.pass(2 * time.Second)
	a.edit(emulator.RepoWeb, o.Ref.ID, map[string]core.Value{"body": core.String("ask @ada, @grace and @nobody-at-all")})
	people := a.get(o.Ref.ID).People
	if len(people) != 2 || people[0].ID() != "ada" || people[0].Email() != "ada@acme.example" || people[1].Name() != "grace" || people[1].Email() != "" {
		t.Errorf("mentioned: %v", people)
	}
}

func TestPeopleAreMentionedByTheirLogins(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"body": core.Text("markdown", fmt.Sprintf("ask @%d and @999999", emulator.UserGrace))})
	raw, _ := a.raw(emulator.RepoWeb, o.Ref.ID)["body"].(string)
	if !strings.HasPrefix(raw, "ask @grace and @999999") {
		t.Errorf("GitHub gets %q", raw)
	}
	o = a.update(o.Ref.ID, set("assignee", core.Person("grace", "", ""))) // as a table names people
	if v := o.Field("assignee"); v.ID() != fmt.Sprint(emulator.UserGrace) || v.Name() != "grace" {
		t.Errorf("assigned to %v", v)
	}
}

func TestLongTexts(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	o := a.made(emulator.RepoWeb, map[string]core.Value{"body": core.Text("markdown", strings.Repeat("x", 65_400))})
	if n := len(o.Field("body").Source()); n != 65_400 {
		t.Errorf("%d characters came back", n)
	}
	_, err := a.conn.Create(t.Context(), core.Draft{Scope: web.Scope, Mark: mark(1), Fields: map[string]core.Value{"title": core.String("x"), "body": core.Text("markdown", strings.Repeat("x", 65_536))}})
	wantClass(t, "no room for the mark", err, "too-large")
}

func TestCommentsAreNeverShownToMore(t *testing.T) {
	a := newAccount(t, document(t), emulator.Options{})
	for _, c := range []struct {
		repo     string
		audience core.Audience
		shown    core.Audience // 0: refused
		reason   string
	}{
		{emulator.RepoApp, core.Public, core.Public, "a public repository"},
		{emulator.RepoApp, core.Internal, 0, "a note for the team in a public repository"},
		{emulator.RepoWeb, core.Public, core.Internal, "in a private one fewer people read it than may"},
		{emulator.RepoWeb, core.Internal, core.Internal, "a note for the team"},
		{emulator.RepoWeb, core.Restricted, 0, "a note for some of the team"},
	} {
		o := a.made(c.repo, nil)
		m, err := a.conn.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: markdown("a note"), Visibility: core.Visibility{Audience: c.audience}, Mark: mark(4)})
		if c.shown == 0 {
			wantClass(t, c.reason, err, "unsupported")
			if got := a.get(o.Ref.ID); len(got.Comments) != 0 {
				t.Errorf("%s: it was written", c.reason)
			}
		} else if err != nil || m.Visibility.Audience != c.shown {
			t.Errorf("%s: %v %v", c.reason, m.Visibility, err)
		}
	}
}
