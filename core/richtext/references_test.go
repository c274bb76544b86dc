package richtext

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReferences(t *testing.T) {
	media := `{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"media","attrs":{"type":"file","id":"m-1","collection":"c","alt":"a.png"}}]}`
	cases := []struct {
		reason string
		format Format
		source string
		want   []Reference
	}{
		{"people and files of Jira", ADF, adf(`{"type":"paragraph","content":[{"type":"mention","attrs":{"id":"5b","text":"@Ann"}},{"type":"mediaInline","attrs":{"type":"file","id":"f-1","collection":"c"}}]},` + media),
			[]Reference{{Kind: Mention, ID: "5b", Name: "Ann"}, {Kind: File, ID: "f-1", Collection: "c"}, {Kind: Image, ID: "m-1", Name: "a.png", Collection: "c"}}},
		{"pictures inside of lists and tables", HTML, `<ul><li><img src="https://a.b/1.png" alt="one"></ul><table><tr><td><img src="https://a.b/2.png">`,
			[]Reference{{Kind: Image, URL: "https://a.b/1.png", Name: "one"}, {Kind: Image, URL: "https://a.b/2.png"}}},
		{"names of attached files", Wiki, "[~ann] !a.png|thumbnail! [^b.zip]",
			[]Reference{{Kind: Mention, ID: "ann"}, {Kind: Image, ID: "a.png", Name: "a.png"}, {Kind: File, ID: "b.zip", Name: "b.zip"}}},
		{"people of Asana", Asana, `<body><a data-asana-gid="12" href="https://app.asana.com/0/12">@Ann</a></body>`, []Reference{{Kind: Mention, ID: "12", Name: "Ann"}}},
		{"pictures that track are none", HTML, `<img src="https://a.b/1.gif" width=1>`, nil},
		{"plain text names nobody", Plain, "@ann !a.png!", nil},
	}
	for _, c := range cases {
		if got := References(c.format, c.source); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestRewrite(t *testing.T) {
	to := func(after Reference) Change { return func(Reference) Reference { return after } }
	picture := `<p><b>a</b> <img src="https://a.b/1.png" alt="one"></p><ul><li>b</li></ul>`
	cases := []struct {
		reason string
		format Format
		source string
		change Change
		want   string
	}{
		{"another picture, all else stays", HTML, picture, to(Reference{Kind: Image, URL: "https://c.d/2.png", Name: "one"}),
			`<p><strong>a</strong> <img src="https://c.d/2.png" alt="one"></p><ul><li>b</li></ul>`},
		{"a picture becomes a text", HTML, picture, to(Reference{Kind: Text, Name: "(see one.png)"}), `<p><strong>a</strong> (see one.png)</p><ul><li>b</li></ul>`},
		{"a picture becomes a link", HTML, picture, to(Reference{Kind: Text, Name: "one", URL: "https://c.d/"}), `<p><strong>a</strong> <a href="https://c.d/">one</a></p><ul><li>b</li></ul>`},
		{"a picture is taken out", HTML, picture, to(Reference{Kind: Text}), `<p><strong>a</strong></p><ul><li>b</li></ul>`},
		{"a picture that would run code is none", HTML, picture, to(Reference{Kind: Image, URL: "javascript:x", Name: "one"}), `<p><strong>a</strong> [image: one]</p><ul><li>b</li></ul>`},
		{"nothing changes: not a byte does", HTML, picture, func(r Reference) Reference { return r }, picture},
		{"another person", ADF, para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}}`), to(Reference{Kind: Mention, ID: "7c", Name: "Bo"}), para(`{"type":"mention","attrs":{"id":"7c","text":"@Bo"}}`)},
		{"a person becomes a name", ADF, para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}}`), to(Reference{Kind: Text, Name: "Ann (support)"}), para(`{"type":"text","text":"Ann (support)"}`)},
		{"an attached picture of another name", Wiki, "a !a.png! b", to(Reference{Kind: Image, ID: "a-2.png", Name: "a-2.png"}), "a !a-2.png! b"},
	}
	for _, c := range cases {
		if got := Rewrite(c.format, c.source, c.change); got != c.want {
			t.Errorf("%s\ngot:  %s\nwant: %s", c.reason, got, c.want)
		}
	}
}

func TestCarryChangesOnTheWay(t *testing.T) {
	source := para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}},{"type":"mention","attrs":{"id":"6b","text":"@Bo"}},{"type":"mediaInline","attrs":{"type":"image","id":"m","collection":"","alt":"a.png"}}`)
	change := func(r Reference) Reference {
		switch {
		case r.Kind == Image:
			return Reference{Kind: Image, URL: "https://x.example/a.png", Name: r.Name}
		case r.ID == "5b":
			return Reference{Kind: Mention, ID: "12", Name: r.Name}
		}
		return Reference{Kind: Text, Name: "Bo"}
	}
	got, losses := Carry(ADF, Asana, source, change)
	if want := `<body><a data-asana-gid="12">@Ann</a>Bo<a href="https://x.example/a.png">[image: a.png]</a></body>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if words := LossWords(losses); !slices.Equal(words, []string{"a picture became text"}) {
		t.Errorf("losses %v", words)
	}
}

// A change that keeps everything changes nothing, and what a text names is
// what a change is asked about.
func TestLawReferences(t *testing.T) {
	for _, f := range formats {
		t.Run(string(f), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				source, _ := Render(f, someDoc.Draw(t, "doc"))
				var asked []Reference
				if got := Rewrite(f, source, func(r Reference) Reference { asked = append(asked, r); return r }); got != source {
					t.Fatalf("changed by no change\ngot:  %q\nwant: %q", got, source)
				}
				if refs := References(f, source); !slices.Equal(refs, asked) {
					t.Fatalf("listed %v, asked about %v", refs, asked)
				}
				gone := Rewrite(f, source, func(r Reference) Reference { return Reference{Kind: Text, Name: "x"} })
				if refs := References(f, gone); len(refs) > 0 {
					t.Fatalf("%v are left in %q", refs, gone)
				}
				lawHolds(t, f, gone)
			})
		})
	}
}

func TestLossWords(t *testing.T) {
	cases := []struct {
		losses []Loss
		want   string
	}{
		{[]Loss{{"table", 1, "text"}}, "a table became text"},
		{[]Loss{{"table", 3, "text"}, {"strong", 4, "text"}}, "3 tables became text; bold became text"},
		{[]Loss{{"heading level", 2, "2"}}, "2 heading levels became 2"},
		{[]Loss{{"trackingImage", 2, "nothing"}}, "2 tracking pictures were left out"},
		{[]Loss{{"secret project", 1, "text"}, {"secret budget", 1, "text"}}, "something this system alone has became text"},
		{[]Loss{{"panel", 1, "a shout"}}, "a panel was changed"},
		{nil, ""},
	}
	for _, c := range cases {
		if got := strings.Join(LossWords(c.losses), "; "); got != c.want {
			t.Errorf("%v: %q, want %q", c.losses, got, c.want)
		}
	}
	if got := LossWords(Losses(Markdown, Asana, "|a|b|\n|-|-|\n|c|d|")); !slices.Equal(got, []string{"a table became text"}) {
		t.Errorf("of a table in Asana: %v", got)
	}
}
