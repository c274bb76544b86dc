package activities_test

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	_ "duplex/connectors/jira"
	"duplex/connectors/memory"
	_ "duplex/connectors/zendesk"
	"duplex/core"
	"duplex/core/richtext"
	jira "duplex/emulators/jira"
	zendesk "duplex/emulators/zendesk"
)

const vendorsFile = `
connection: desk
sides:
  support:     {system: left, type: ticket, start: true}
  engineering: {system: right, type: issue, scope: {project: ENG, issuetype: Bug}}
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, flow: to-engineering, when: create}
comments: {flow: both, deletes: true}
attachments: {flow: both, deletes: true}
`

// vendors is a desk between a Zendesk account and a Jira site, with Ada, who works in both.
type vendors struct {
	*desk
	ada [2]connectors.Connector
}

func newVendors(t *testing.T, file string) *vendors {
	t.Helper()
	v := &vendors{desk: newDesk(t, file)}
	clock := func() time.Time { return v.now }
	zd, err := zendesk.New(zendesk.Options{Clock: clock, Limits: zendesk.Limits{Account: -1, Updates: -1, Incremental: -1, TicketsIndex: -1, Users: -1}})
	v.must(err)
	ji, err := jira.New(jira.Options{Clock: clock, Seed: 1, Limits: jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}})
	v.must(err)
	left, right := httptest.NewServer(zd.Handler()), httptest.NewServer(ji.Handler())
	zd.SetBaseURL(left.URL)
	ji.SetBaseURL(right.URL)
	t.Cleanup(func() { left.Close(); right.Close(); zd.Close(); ji.Close() })
	open := func(side core.Side, who string) connectors.Connector {
		sys := core.System{Name: "left", Kind: "zendesk", BaseURL: left.URL, Auth: map[string]string{"method": "token", "email": who + "@acme.example", "token": "zd-token-" + who}}
		if side == core.B {
			sys = core.System{Name: "right", Kind: "jira", BaseURL: right.URL, Auth: map[string]string{"email": who + "@acme.example", "token": who + "-api-token"}}
		}
		k, err := connectors.Lookup(sys.Kind)
		v.must(err)
		c, err := k.New(connectors.Config{System: sys, Now: clock})
		v.must(err)
		return c
	}
	for _, side := range core.Sides {
		c := open(side, "sync")
		v.as[side], v.ada[side] = func(*memory.Connector) connectors.Connector { return c }, open(side, "ada")
	}
	return v
}

// begin makes a ticket as Ada, and its issue. The description shows the pictures.
func (v *vendors) begin(pictures ...string) {
	v.t.Helper()
	description := core.Text("html", "<p>how it began</p>")
	var files []connectors.InlineFile
	for _, p := range pictures {
		f := picture(p)
		files, description = append(files, f), core.Text("html", description.Source()+`<p><img src="`+f.Ref+`" alt="`+p+`"></p>`)
	}
	o, _, err := v.ada[core.A].(connectors.InlineCreator).CreateWith(v.t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{
		"subject": core.String("it burns"), "description": description}}, files)
	v.must(err)
	v.pair = core.PairID("desk", "support", o.Ref.ID)
	if r := v.fetch(core.A, core.Ref{System: "left", ID: o.Ref.ID}, true); r.Refused != "" {
		v.t.Fatal(r.Refused)
	}
	v.settle()
}

func picture(name string) connectors.InlineFile {
	content := []byte("the bytes of " + name)
	return connectors.InlineFile{Ref: "cid:test/" + name, File: core.AttachmentDraft{Name: name, MediaType: "image/png", Size: int64(len(content)), Visibility: core.Visibility{Audience: core.Internal}},
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func (v *vendors) settle() {
	v.t.Helper()
	v.now = v.now.Add(2 * time.Second)
	v.sync()
	v.now = v.now.Add(2 * time.Second)
}

func (v *vendors) read(side core.Side) core.Observation {
	v.t.Helper()
	o, err := v.ada[side].Get(v.t.Context(), v.refs[side].ID, connectors.Want{Comments: true, Attachments: true})
	v.must(err)
	return o
}

// words are the comments of a side, less the opening one, as plain text.
func (v *vendors) words(side core.Side) []string {
	v.t.Helper()
	var all []string
	for _, c := range v.read(side).Comments {
		if !c.Opening {
			all = append(all, strings.TrimSpace(richtext.PlainText(richtext.Format(c.Body.Format()), c.Body.Source())))
		}
	}
	return all
}

func (v *vendors) note(side core.Side, text string, sees core.Visibility) core.Comment {
	v.t.Helper()
	format := []richtext.Format{richtext.HTML, richtext.ADF}[side]
	source, _ := richtext.Convert(richtext.Plain, format, text)
	c, err := v.ada[side].(connectors.Commenter).AddComment(v.t.Context(), v.refs[side].ID, core.CommentDraft{Body: core.Text(string(format), source), Visibility: sees})
	v.must(err)
	v.now = v.now.Add(time.Second)
	return c
}

// shows holds which files of its item a text shows, and that it names nothing of the other system.
func (v *vendors) shows(reason string, side core.Side, text core.Value, names ...string) {
	v.t.Helper()
	o := v.read(side)
	var got []string
	for _, r := range richtext.References(richtext.Format(text.Format()), text.Source()) {
		name := "(something else)"
		for _, f := range o.Attachments {
			if r.ID != "" && slices.Contains(f.Names, r.ID) || r.URL != "" && slices.Contains(f.Names, r.URL) {
				name = f.Name
			}
		}
		got = append(got, name)
	}
	other := v.read(side.Other())
	foreign := strings.Contains(text.Source(), "cid:")
	for _, f := range other.Attachments {
		for _, name := range f.Names {
			foreign = foreign || strings.Contains(text.Source(), name)
		}
	}
	if !slices.Equal(got, names) || foreign {
		v.t.Errorf("%s: it shows %v, want %v; names of the other system: %v: %s", reason, got, names, foreign, text.Source())
	}
}

// TestPain08InlineImagesBetweenZendeskAndJira: pictures of descriptions and comments are pictures of the copied files, in both directions,
// each file once, and an unedited text is not written again.
func TestPain08InlineImagesBetweenZendeskAndJira(t *testing.T) {
	v := newVendors(t, vendorsFile)
	v.begin("first.png")
	issue := v.read(core.B)
	v.shows("the issue's description", core.B, issue.Field("description"), "first.png")

	internal := core.Visibility{Audience: core.Internal}
	two := picture("two.png")
	_, _, err := v.ada[core.A].(connectors.InlineCommenter).AddCommentWith(t.Context(), v.refs[core.A].ID, core.CommentDraft{
		Body: core.Text("html", `<p>from the customer <img src="`+two.Ref+`" alt="two.png"></p>`), Visibility: internal}, []connectors.InlineFile{two})
	v.must(err)
	v.settle()
	issue = v.read(core.B)
	v.shows("a comment in Jira", core.B, issue.Comments[0].Body, "two.png")

	three := picture("three.png")
	content, _ := three.Open(t.Context())
	made, err := v.ada[core.B].(connectors.Attacher).Attach(t.Context(), v.refs[core.B].ID, three.File, content)
	v.must(err)
	doc := richtext.Doc{Blocks: []richtext.Node{{Kind: richtext.Paragraph, Children: []richtext.Node{{Kind: richtext.Text, Text: "from an engineer "}}},
		{Kind: richtext.Paragraph, Children: []richtext.Node{{Kind: richtext.Image, ID: made.Names[0], Text: "three.png"}}}}}
	source, _ := richtext.Render(richtext.ADF, doc)
	_, err = v.ada[core.B].(connectors.Commenter).AddComment(t.Context(), v.refs[core.B].ID, core.CommentDraft{Body: core.Text("adf", source), Visibility: internal})
	v.must(err)
	v.settle()
	ticket := v.read(core.A)
	last := ticket.Comments[len(ticket.Comments)-1]
	v.shows("a note in Zendesk", core.A, last.Body, "three.png")
	if len(ticket.Comments) != 3 {
		t.Errorf("%d comments in Zendesk, want the description, the customer's and the engineer's: the picture goes with its text", len(ticket.Comments))
	}
	for _, side := range core.Sides {
		var names []string
		for _, f := range v.read(side).Attachments {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"first.png", "three.png", "two.png"}) {
			t.Errorf("files on side %d: %v", side, names)
		}
	}
	before := [2]string{v.read(core.A).Revision, v.read(core.B).Revision}
	v.settle()
	if after := [2]string{v.read(core.A).Revision, v.read(core.B).Revision}; after != before {
		t.Errorf("something was written though nobody had edited anything: %v, then %v", before, after)
	}
	if p := v.row().Parked; len(p) != 0 {
		t.Errorf("parked %v", p)
	}
}

// TestPain11CommentEditsAndDeletesBetweenZendeskAndJira: Zendesk has no edit and no delete: the new wording is added, and a deletion takes
// every wording out of sight. Files go the same way.
func TestPain11CommentEditsAndDeletesBetweenZendeskAndJira(t *testing.T) {
	v := newVendors(t, vendorsFile)
	v.begin()
	internal := core.Visibility{Audience: core.Internal}
	c := v.note(core.B, "first wording", internal)
	back := v.note(core.A, "by support", internal)
	file, err := v.ada[core.B].(connectors.Attacher).Attach(t.Context(), v.refs[core.B].ID, core.AttachmentDraft{Name: "plan.txt", MediaType: "text/plain", Size: 4, Visibility: internal}, strings.NewReader("plan"))
	v.must(err)
	v.settle()
	edited, _ := richtext.Convert(richtext.Plain, richtext.ADF, "second wording")
	_, err = v.ada[core.B].(connectors.CommentEditor).EditComment(t.Context(), v.refs[core.B].ID, c.ID, core.CommentDraft{Body: core.Text("adf", edited)})
	v.must(err)
	v.settle()
	if all := strings.Join(v.words(core.A), "|"); !strings.Contains(all, "first wording") || !strings.Contains(all, "second wording") || !strings.Contains(all, "plan.txt") {
		t.Errorf("after the edit Zendesk says %q", all)
	}
	v.must(v.ada[core.B].(connectors.CommentDeleter).DeleteComment(t.Context(), v.refs[core.B].ID, c.ID))
	v.must(v.ada[core.B].(connectors.AttachmentDeleter).DeleteAttachment(t.Context(), v.refs[core.B].ID, file.ID))
	v.settle()
	if all := strings.Join(v.words(core.A), "|"); strings.Contains(all, "wording") || strings.Contains(all, "plan") || !strings.Contains(all, "by support") {
		t.Errorf("after the deletion Zendesk says %q", all)
	}
	if files := v.read(core.A).Attachments; len(files) != 0 {
		t.Errorf("files in Zendesk: %v", files)
	}
	v.must(v.ada[core.A].(connectors.CommentRedactor).RedactComment(t.Context(), v.refs[core.A].ID, back.ID))
	v.fetch(core.A, v.refs[core.A], false)
	v.settle()
	if all := strings.Join(v.words(core.B), "|"); strings.Contains(all, "by support") {
		t.Errorf("what was redacted in Zendesk stays in Jira: %q", all)
	}
}

// TestPain13RestrictedCommentsBetweenJiraAndZendesk: a role of Jira means nothing in Zendesk; only publish in words opens its comments, and
// what is restricted later is taken out of sight.
func TestPain13RestrictedCommentsBetweenJiraAndZendesk(t *testing.T) {
	role := core.Visibility{Audience: core.Restricted, Group: "Administrators"}
	for _, c := range []struct {
		reason, file string
		crosses      bool
	}{
		{"without a word it stays", vendorsFile, false},
		{"opened in words it is an internal note", strings.Replace(vendorsFile, "comments: {flow: both,", "comments: {publish: {engineering: {restricted: internal}},", 1), true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			v := newVendors(t, c.file)
			v.begin()
			v.note(core.B, "for admins", role)
			later := v.note(core.B, "for all at first", core.Visibility{Audience: core.Internal})
			v.settle()
			if _, err := v.ada[core.B].(connectors.CommentNarrower).NarrowComment(t.Context(), v.refs[core.B].ID, later.ID, role); err != nil {
				t.Fatal(err)
			}
			v.settle()
			all := strings.Join(v.words(core.A), "|")
			if strings.Contains(all, "for admins") != c.crosses || strings.Contains(all, "for all at first") != c.crosses {
				t.Errorf("Zendesk says %q", all)
			}
			for _, m := range v.read(core.A).Comments {
				if !m.Opening && m.Visibility.Audience == core.Public {
					t.Errorf("public in Zendesk: %+v", m)
				}
			}
			if p := v.row().Parked; len(p) != 0 {
				t.Errorf("parked %v", p)
			}
		})
	}
}

// TestACommentWrittenAsItsAuthorInZendeskStaysOurs: the ticket shows Ada, and nothing takes the comment for hers.
func TestACommentWrittenAsItsAuthorInZendeskStaysOurs(t *testing.T) {
	v := newVendors(t, strings.Replace(vendorsFile, "comments: {flow: both,", "comments: {as: author,", 1))
	v.begin()
	v.note(core.B, "by Ada herself", core.Visibility{Audience: core.Internal})
	v.settle()
	v.settle()
	ticket := v.read(core.A)
	c := ticket.Comments[len(ticket.Comments)-1]
	if c.Author.Email() != "ada@acme.example" || strings.Contains(c.Body.Source(), "(right)") || c.Visibility.Audience != core.Internal || c.Mark == "" {
		t.Errorf("Zendesk shows %+v", c)
	}
	if n := len(v.read(core.B).Comments); n != 1 {
		t.Errorf("%d comments in Jira: the copy came back", n)
	}
	// Without the link the mark in the update's metadata is all that tells.
	links, err := v.store.Links(t.Context(), v.pair)
	v.must(err)
	for _, l := range links {
		v.must(v.store.RemoveLink(t.Context(), l))
	}
	v.settle()
	if a, b := len(v.read(core.A).Comments), len(v.read(core.B).Comments); a != 2 || b != 1 {
		t.Errorf("%d comments in Zendesk and %d in Jira after the link was lost", a, b)
	}
}

// TestMentionsInJiraBecomeNamesInZendesk: and never an account's id.
func TestMentionsInJiraBecomeNamesInZendesk(t *testing.T) {
	v := newVendors(t, vendorsFile)
	v.begin()
	self, err := v.ada[core.B].(connectors.Identifier).Self(t.Context())
	v.must(err)
	body := `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"ask "},{"type":"mention","attrs":{"id":"` + self.ID() + `"}}]}]}`
	_, err = v.ada[core.B].(connectors.Commenter).AddComment(t.Context(), v.refs[core.B].ID, core.CommentDraft{Body: core.Text("adf", body), Visibility: core.Visibility{Audience: core.Internal}})
	v.must(err)
	v.settle()
	if all := strings.Join(v.words(core.A), "|"); !strings.Contains(all, "ask Ada Lovelace") || strings.Contains(all, self.ID()) {
		t.Errorf("Zendesk says %q", all)
	}
}
