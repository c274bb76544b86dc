package activities_test

import (
	"fmt"
	"strings"
	"testing"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/richtext"
)

// richDesk is a desk whose left side writes ADF and whose right side writes what is said.
func richDesk(t *testing.T, file, right string) *desk {
	return newDesk(t, file, func(side core.Side, o *memory.Options) {
		f := memory.New(memory.Options{}).Connector().Facts()
		f.RichText = "adf"
		if side == core.B {
			f.RichText = right
			// The same people have other accounts there, and one account has the id of somebody else here.
			o.Users = []core.Value{core.Person("r-1", "ada@acme.example", "A. Lovelace"), core.Person("u-grace", "linus@acme.example", "Linus P."),
				core.Person("r-3", "triage@acme.example", "Triage"), core.Person("r-4", "grace.h@other.example", "Grace H.")}
		}
		o.Facts = &f
	})
}

func adf(content string) string { return `{"type":"doc","version":1,"content":[` + content + `]}` }

func said(parts ...string) string {
	return adf(`{"type":"paragraph","content":[` + strings.Join(parts, ",") + `]}`)
}

func word(text string) string { return fmt.Sprintf(`{"type":"text","text":%q}`, text) }

func at(id, name string) string {
	return fmt.Sprintf(`{"type":"mention","attrs":{"id":%q,"text":%q}}`, id, name)
}

func media(id, alt string) string {
	return fmt.Sprintf(`{"type":"mediaInline","attrs":{"type":"image","id":%q,"collection":"","alt":%q}}`, id, alt)
}

func refs(v core.Value) []richtext.Reference {
	return richtext.References(richtext.Format(v.Format()), v.Source())
}

func TestMentionsAreOfTheSamePerson(t *testing.T) {
	d := richDesk(t, deskFile+"mentions: {users: [email, {table: [{support: grace@acme.example, engineering: grace.h@other.example}]}]}\n", "adf")
	text := said(at("u-ada", "@Ada Lovelace"), word(" asks "), at("u-grace", "@Grace Hopper"), word(" and "), at("u-nobody", ""), word(" and "), at("u-sync2", "@Some One"))
	d.open(values{"description": core.Text("adf", text)})
	d.sync()
	d.say(core.A, "u-ada", text, core.Public)
	d.sync()
	twin := d.item(core.B)
	for what, v := range map[string]core.Value{"description": twin.Field("description"), "comment": twin.Comments[0].Body} {
		var ids []string
		for _, r := range refs(v) {
			ids = append(ids, r.ID+"="+r.Name)
		}
		if got := strings.Join(ids, " "); got != "r-1=A. Lovelace r-4=Grace H." {
			t.Errorf("the %s mentions %q", what, got)
		}
		plain := richtext.PlainText("adf", v.Source())
		if !strings.Contains(plain, "somebody and Some One") || strings.Contains(plain, "u-") {
			t.Errorf("the %s reads %q", what, plain)
		}
	}
	// On the way back nothing has changed; an edit there mentions the same people here.
	before := d.item(core.A).Revision
	d.sync()
	if after := d.item(core.A).Revision; after != before {
		t.Error("the text was written back though nobody had edited it")
	}
	d.edit(core.B, values{"description": core.Text("adf", said(word("thanks "), at("r-1", "@A. Lovelace"), word(" and "), at("u-grace", "@Linus P.")))})
	d.sync()
	back := d.item(core.A)
	if got := refs(back.Field("description")); len(got) != 2 || got[0].ID != "u-ada" || got[1].ID != "u-linus" {
		t.Errorf("back here %v are mentioned", got)
	}
}

func TestMentionsBecomeNamesWhereThereAreNone(t *testing.T) {
	d := richDesk(t, deskFile, "html")
	d.open(values{"description": core.Text("adf", said(at("u-ada", "@Ada"), word(" and "), at("u-secret", "")))})
	d.sync()
	twin := d.item(core.B)
	if got := twin.Field("description").Source(); got != "<p>Ada Lovelace and somebody</p>" {
		t.Errorf("it reads %q", got)
	}
}

// TestWrittenAsTheirAuthor: by the person's account, and still never taken for the person's own.
func TestWrittenAsTheirAuthor(t *testing.T) {
	d := richDesk(t, strings.Replace(deskFile, "private: keep", "as: author", 1), "html")
	d.open(nil)
	d.sync()
	id := d.say(core.A, "u-ada", said(word("by Ada")), core.Public)
	d.say(core.A, "u-grace", said(word("by Grace")), core.Public)
	d.sys[core.B].FailNext(memory.OpAddComment, memory.AfterCommit) // its link is missing: only the mark tells
	d.sync()
	d.sync()
	check := func(ada string) {
		t.Helper()
		got := map[string]string{}
		for _, c := range d.item(core.B).Comments {
			got[c.Author.Name()] += richtext.PlainText("html", c.Body.Source())
		}
		if len(got) != 2 || got["A. Lovelace"] != ada || !strings.Contains(got["duplex sync"], "Grace Hopper (left):") {
			t.Errorf("written as %v", got)
		}
		if n := len(d.item(core.A).Comments); n != 2 {
			t.Errorf("%d comments where they come from: a copy came back", n)
		}
	}
	check("by Ada")
	d.must(d.sys[core.A].EditCommentAs("u-ada", d.refs[core.A].ID, id, said(word("by Ada, edited"))))
	d.sync()
	check("by Ada, edited")
	for _, c := range d.item(core.B).Comments { // a lost link is no licence to copy it back
		if c.Own || c.Mark != "" {
			continue
		}
		t.Errorf("%+v is neither own nor marked", c)
	}
}

// TestPain08InlineImagesShowTheCopiedFile: in comments and descriptions, both ways, whatever is written first.
func TestPain08InlineImagesShowTheCopiedFile(t *testing.T) {
	for _, right := range []string{"html", "adf"} {
		t.Run(right, func(t *testing.T) {
			d := richDesk(t, strings.Replace(deskFile, ", max_size: 10B", "", 1), right)
			d.open(nil)
			attach := func(side core.Side, name string) core.Attachment {
				a, err := d.sys[side].AttachAs("u-ada", d.refs[side].ID, name, "image/png", []byte(name), core.Public)
				if err != nil {
					a, err = d.sys[side].AttachAs("r-1", d.refs[side].ID, name, "image/png", []byte(name), core.Public)
				}
				d.must(err)
				return a
			}
			one, two := attach(core.A, "one.png"), attach(core.A, "two.png")
			d.edit(core.A, values{"description": core.Text("adf", said(word("look: "), media(one.Names[0], "one.png")))})
			d.sync()
			shows := func(reason string, v core.Value, side core.Side, names ...string) {
				t.Helper()
				var got []string
				for _, r := range refs(v) {
					for _, f := range d.item(side).Attachments {
						if f.Names[0] == r.ID || f.Names[0] == r.URL {
							got = append(got, f.Name)
						}
					}
				}
				if strings.Join(got, " ") != strings.Join(names, " ") || strings.Contains(v.Source(), d.sys[side.Other()].Name()+"-media") ||
					strings.Contains(v.Source(), d.sys[side.Other()].Name()+".example") || strings.Contains(v.Source(), "cid:") {
					t.Errorf("%s: it shows %q in %s", reason, got, v.Source())
				}
			}
			twin := d.item(core.B)
			shows("the description", twin.Field("description"), core.B, "one.png")
			d.say(core.A, "u-ada", said(media(two.Names[0], "two.png"), word(" and "), media(one.Names[0], "one.png")), core.Public)
			three := attach(core.A, "three.png")
			d.say(core.A, "u-ada", said(media(three.Names[0], "three.png")), core.Public)
			d.sync()
			twin = d.item(core.B)
			shows("a comment", twin.Comments[0].Body, core.B, "two.png", "one.png")
			shows("a comment with its file", twin.Comments[1].Body, core.B, "three.png")
			if len(twin.Attachments) != 3 {
				t.Errorf("there are %d files, want each once", len(twin.Attachments))
			}
			// Nobody has edited anything: nothing is written.
			revisions := [2]string{d.item(core.A).Revision, d.item(core.B).Revision}
			d.sync()
			if now := [2]string{d.item(core.A).Revision, d.item(core.B).Revision}; now != revisions {
				t.Errorf("revisions moved from %v to %v", revisions, now)
			}
			// An edit on the other side keeps the picture here, and brings one of its own.
			four := attach(core.B, "four.png")
			edited := richtext.Rewrite(richtext.Format(right), twin.Field("description").Source(), func(r richtext.Reference) richtext.Reference { return r })
			doc := richtext.Parse(richtext.Format(right), edited)
			pic := richtext.Node{Kind: richtext.Image, Text: "four.png", ID: four.Names[0]}
			if right == "html" {
				pic = richtext.Node{Kind: richtext.Image, Text: "four.png", URL: four.Names[0]}
			}
			doc.Blocks = append(doc.Blocks, richtext.Node{Kind: richtext.Paragraph, Children: []richtext.Node{{Kind: richtext.Text, Text: "seen, "}, pic}})
			written, _ := richtext.Render(richtext.Format(right), doc)
			d.now = d.now.Add(1e9)
			d.must(d.sys[core.B].EditAs("r-1", d.refs[core.B].ID, values{"description": core.Text(right, written)}))
			d.sync()
			origin := d.item(core.A)
			shows("the edited description back here", origin.Field("description"), core.A, "one.png", "four.png")
			if id := refs(origin.Field("description"))[0].ID; id != one.Names[0] {
				t.Errorf("the picture here is %s now, it was %s", id, one.Names[0])
			}
		})
	}
}

// TestAPictureIsNotShownToMoreThanMayReadItsFile: a public comment does not carry an internal file along.
func TestAPictureIsNotShownToMoreThanMayReadItsFile(t *testing.T) {
	d := richDesk(t, strings.Replace(deskFile, ", max_size: 10B", ", names: ['!stays*']", 1), "html")
	d.open(nil)
	d.sync()
	inner, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "inner.png", "image/png", []byte("x"), core.Internal)
	d.must(err)
	stays, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "stays.png", "image/png", []byte("y"), core.Public)
	d.must(err)
	d.say(core.A, "u-ada", said(media(inner.Names[0], "inner.png"), media(stays.Names[0], "stays.png")), core.Public)
	d.sync()
	c := d.item(core.B).Comments[0]
	if len(refs(c.Body)) != 0 || !strings.Contains(c.Body.Source(), "[image: inner.png]") || strings.Contains(c.Body.Source(), "left") && strings.Contains(c.Body.Source(), "href") {
		t.Errorf("it reads %s", c.Body.Source())
	}
}
