package richtext

import (
	"slices"
	"strings"
	"testing"
)

// conversion is one case of a corpus.
type conversion struct {
	reason   string
	from, to Format
	source   string
	want     string
	losses   string // kinds, in order, words of one kind joined by "-"
}

// adf wraps content in a document.
func adf(content string) string { return `{"version":1,"type":"doc","content":[` + content + `]}` }

// para wraps inline content in a document of one paragraph.
func para(inline string) string { return adf(`{"type":"paragraph","content":[` + inline + `]}`) }

func checkConversions(t *testing.T, cases []conversion) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got, losses := Convert(c.from, c.to, c.source)
			if got != c.want {
				t.Errorf("%s to %s of %q\ngot:  %q\nwant: %q", c.from, c.to, c.source, got, c.want)
			}
			var kinds []string
			for _, l := range losses {
				kinds = append(kinds, strings.ReplaceAll(l.Kind, " ", "-"))
			}
			if !slices.Equal(kinds, strings.Fields(c.losses)) {
				t.Errorf("losses %v, want %q", losses, c.losses)
			}
			lawHolds(t, c.from, c.source)
			lawHolds(t, c.to, got)
		})
	}
}

func TestCorpus(t *testing.T) {
	text := func(s string) string { return `{"type":"text","text":"` + s + `"}` }
	p := func(s string) string { return `{"type":"paragraph","content":[` + text(s) + `]}` }
	cases := []conversion{
		{"paragraphs and line breaks survive plain to HTML", Plain, HTML, "a\nb\n\nc", "<p>a<br>b</p><p>c</p>", ""},
		{"and back", HTML, Plain, "<p>a<br>b</p><p>c</p>", "a\nb\n\nc", ""},
		{"and to ADF", Plain, ADF, "a\nb", para(text("a") + `,{"type":"hardBreak"},` + text("b")), ""},
		{"and from ADF", ADF, Plain, adf(p("a") + "," + p("b")), "a\n\nb", ""},
		{"and to Markdown", Plain, Markdown, "a\nb\n\nc", "a\\\nb\n\nc", ""},
		{"indentation of pasted logs stays", Plain, HTML, "x\n  at y", "<p>x<br>&nbsp;&nbsp;at y</p>", ""},
		{"Windows line ends are line ends", Plain, Plain, "a\r\nb", "a\nb", ""},
		{"empty text is an empty paragraph in ADF", Plain, ADF, "", adf(`{"type":"paragraph"}`), ""},
		{"empty ADF is empty HTML", ADF, HTML, adf(`{"type":"paragraph"}`), "", ""},
		{"angle brackets of text are no elements", Plain, HTML, "a <b> & c", "<p>a &lt;b&gt; &amp; c</p>", ""},
		{"notation in text is no Markdown", Plain, Markdown, "*a* # b", `\*a\* # b`, ""},
		{"a line that looks like a list is none", Plain, Markdown, "1. a\n- b", "1\\. a\\\n\\- b", ""},
		{"snake case needs no backslashes", Plain, Markdown, "snake_case_name", "snake_case_name", ""},
		{"bare addresses become links", Plain, ADF, "https://a.b/c", para(`{"type":"text","marks":[{"type":"link","attrs":{"href":"https://a.b/c"}}],"text":"https://a.b/c"}`), ""},
		{"the full stop is not part of the address", Plain, HTML, "see https://a.b/c.", `<p>see <a href="https://a.b/c">https://a.b/c</a>.</p>`, ""},
		{"links to themselves are autolinks in Markdown", HTML, Markdown, `<a href="https://a.b/">https://a.b/</a>`, "<https://a.b/>", ""},
		{"a link's target stays in plain text", HTML, Plain, `<a href="https://a.b/">here</a>`, "here (https://a.b/)", "link"},
		{"javascript links lose their target", HTML, HTML, `<a href="javascript:alert(1)">x</a>`, "<p>x</p>", ""},
		{"hidden javascript links too", HTML, HTML, `<a href=" jav&#9;ascript:alert(1)">x</a>`, "<p>x</p>", ""},
		{"scripts are no content", HTML, HTML, `a<script>alert("<b>")</script>b`, "<p>ab</p>", ""},
		{"styles and comments are no content", HTML, HTML, `<style>p{}</style>a<!-- b -->`, "<p>a</p>", ""},
		{"event handlers vanish", HTML, HTML, `<p onclick="x()">a</p>`, "<p>a</p>", ""},
		{"tracking pixels vanish", HTML, HTML, `a<img src="https://t.example/o" width="1" height="1">`, "<p>a</p>", "trackingImage"},
		{"tracking pixels by style vanish", HTML, HTML, `a<img src="https://t.example/o" style="width: 1px">`, "<p>a</p>", "trackingImage"},
		{"Zendesk's wrapper is noise", HTML, HTML, `<div class="zd-comment" dir="auto"><p dir="auto">a</p></div>`, "<p>a</p>", ""},
		{"divisions are lines of mail", HTML, HTML, "<div>a</div><div>b</div>", "<p>a</p><p>b</p>", ""},
		{"two breaks are a new paragraph", HTML, HTML, "a<br><br>b", "<p>a</p><p>b</p>", ""},
		{"white space collapses", HTML, HTML, "<p>\n  a\n  b </p>", "<p>a b</p>", ""},
		{"no-break spaces are spaces that stay", HTML, ADF, "<p>a&nbsp;&nbsp;b</p>", para(text("a  b")), ""},
		{"misnested formatting is read as meant", HTML, HTML, "<b>a<i>b</b>c</i>", "<p><strong>a<em>b</em></strong><em>c</em></p>", ""},
		{"formatting ends with its cell", HTML, HTML, "<table><tr><td><b>a<td>b</table>c", "<table><tbody><tr><td><strong>a</strong></td><td>b</td></tr></tbody></table><p>c</p>", ""},
		{"marks of Word and mail come as styles", HTML, Markdown, `<span style="font-weight:700">a</span>`, "**a**", ""},
		{"a space inside bold moves out", HTML, Markdown, "<b>a </b>b", "**a** b", ""},
		{"bold inside a word needs HTML", HTML, Markdown, "a<b>b</b>c", "a<strong>b</strong>c", ""},
		{"colours stay in ADF", HTML, ADF, `<span style="color:red">a</span>`, para(`{"type":"text","marks":[{"type":"textColor","attrs":{"color":"#ff0000"}}],"text":"a"}`), ""},
		{"colours are lost in Markdown", HTML, Markdown, `<span style="color:#f00">a</span>`, "a", "color"},
		{"code in ADF has no other formatting", HTML, ADF, "<b><code>a</code></b>", para(`{"type":"text","marks":[{"type":"code"}],"text":"a"}`), ""},
		{"underline, sub and sup go to HTML", ADF, HTML, para(`{"type":"text","text":"a","marks":[{"type":"underline"},{"type":"subsup","attrs":{"type":"sub"}}]}`), "<p><u><sub>a</sub></u></p>", ""},
		{"and to what GitHub shows", ADF, Markdown, para(`{"type":"text","text":"a","marks":[{"type":"underline"}]}`), "<ins>a</ins>", ""},
		{"headings", ADF, Markdown, adf(`{"type":"heading","attrs":{"level":2},"content":[` + text("a") + `]}`), "## a", ""},
		{"a heading in a list is bold in ADF", HTML, ADF, "<ul><li><h2>a</h2></li></ul>", adf(`{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","marks":[{"type":"strong"}],"text":"a"}]}]}]}`), "heading"},
		{"nested lists", Markdown, HTML, "- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>", ""},
		{"lists never closed", HTML, Markdown, "<ul><li>a<li>b<ul><li>c", "- a\n- b\n  - c", ""},
		{"first numbers stay", Markdown, ADF, "3. a", adf(`{"type":"orderedList","attrs":{"order":3},"content":[{"type":"listItem","content":[` + p("a") + `]}]}`), ""},
		{"two ordered lists stay two", HTML, Markdown, "<ol><li>a</ol><ol><li>b</ol>", "1. a\n\n1) b", ""},
		{"lists are lines in plain text", HTML, Plain, "<ul><li>a<ul><li>b</ul></ul>", "- a\n  - b", "bulletList"},
		{"tasks", Markdown, ADF, "- [x] a", adf(`{"type":"taskList","attrs":{"localId":"local-1"},"content":[{"type":"taskItem","attrs":{"localId":"local-2","state":"DONE"},"content":[` + text("a") + `]}]}`), ""},
		{"tasks are boxes in HTML", ADF, HTML, adf(`{"type":"taskList","content":[{"type":"taskItem","attrs":{"state":"TODO"},"content":[` + text("a") + `]}]}`), "<ul><li>☐ a</li></ul>", ""},
		{"boxes in HTML are tasks", HTML, Markdown, "<ul><li>☑ a</li></ul>", "- [x] a", ""},
		{"check boxes in HTML are tasks", HTML, Markdown, `<ul><li><input type="checkbox" checked> a</li></ul>`, "- [x] a", ""},
		{"code blocks keep language and lines", Markdown, HTML, "```go\na  b\n\nc\n```", "<pre><code class=\"language-go\">a  b\n\nc</code></pre>", ""},
		{"a fence is longer than what it holds", HTML, Markdown, "<pre>```</pre>", "````\n```\n````", ""},
		{"code blocks in ADF have no marks", HTML, ADF, "<pre><b>a</b></pre>", adf(`{"type":"codeBlock","content":[` + text("a") + `]}`), ""},
		{"quotes", HTML, Markdown, "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b", ""},
		{"quotes in plain text", HTML, Plain, "<blockquote>a<br>b</blockquote>", "> a\n> b", "quote"},
		{"ADF has no quotes in quotes", HTML, ADF, "<blockquote>a<blockquote>b</blockquote></blockquote>", adf(`{"type":"blockquote","content":[` + p("a") + "," + p("> b") + `]}`), "quote"},
		{"panels are quotes in HTML that know what they were", ADF, HTML, adf(`{"type":"panel","attrs":{"panelType":"warning"},"content":[` + p("a") + `]}`), "<blockquote data-panel=\"warning\"><p>a</p></blockquote>", ""},
		{"panels are alerts on GitHub", ADF, Markdown, adf(`{"type":"panel","attrs":{"panelType":"warning"},"content":[` + p("a") + `]}`), "> [!WARNING]\n> a", ""},
		{"alerts are panels in Jira", Markdown, ADF, "> [!CAUTION]\n> a", adf(`{"type":"panel","attrs":{"panelType":"error"},"content":[` + p("a") + `]}`), ""},
		{"expands", ADF, HTML, adf(`{"type":"expand","attrs":{"title":"T"},"content":[` + p("a") + `]}`), "<details><summary>T</summary><p>a</p></details>", ""},
		{"expands in cells are nested expands", HTML, ADF, "<table><tr><td><details><summary>T</summary>a</details></td></tr></table>", adf(`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"nestedExpand","attrs":{"title":"T"},"content":[` + p("a") + `]}]}]}]}`), ""},
		{"rules", Markdown, HTML, "a\n\n---\n\nb", "<p>a</p><hr><p>b</p>", ""},
		{"tables", Markdown, HTML, "|a|b|\n|-|-|\n|c|d|", "<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></tbody></table>", ""},
		{"simple tables in Markdown", HTML, Markdown, "<table><tr><th>a<th>b|c<tr><td>1<td>2</table>", "| a | b\\|c |\n| --- | --- |\n| 1 | 2 |", ""},
		{"spans need an HTML table", HTML, Markdown, "<table><tr><td colspan=2>a</table>", `<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>`, ""},
		{"tables are lines in plain text", HTML, Plain, "<table><tr><td>a<td>b</table>", "a | b", "table"},
		{"mentions keep the name", ADF, HTML, para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}}`), "<p>@Ann</p>", "mention"},
		{"mentions round-trip in ADF", ADF, ADF, para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann","localId":"x"}}`), para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}}`), ""},
		{"an emoji is its character", ADF, Plain, para(`{"type":"emoji","attrs":{"shortName":":smile:","text":"😄"}}`), "😄", ""},
		{"an emoji without one is its name", ADF, Plain, para(`{"type":"emoji","attrs":{"shortName":":acme:"}}`), ":acme:", "emoji"},
		{"dates are days in UTC", ADF, Plain, para(`{"type":"date","attrs":{"timestamp":"1700000000000"}}`), "2023-11-14", "date"},
		{"statuses stay readable", ADF, HTML, para(`{"type":"status","attrs":{"text":"DONE","color":"green"}}`), "<p><span data-status=\"green\">[DONE]</span></p>", ""},
		{"pictures of mail", HTML, ADF, `<img src="https://a.b/c.png" alt="c">`, adf(`{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"media","attrs":{"alt":"c","type":"external","url":"https://a.b/c.png"}}]}`), ""},
		{"pictures in Markdown", HTML, Markdown, `a <img src="https://a.b/c.png" alt="c">`, "a ![c](https://a.b/c.png)", ""},
		{"stored pictures leave a placeholder", ADF, HTML, adf(`{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"media","attrs":{"type":"file","id":"1","collection":"","alt":"c.png"}}]}`), "<p>[image: c.png]</p>", "image"},
		{"stored files in text leave one too", ADF, Plain, para(text("a ") + `,{"type":"mediaInline","attrs":{"id":"1","collection":"","alt":"c.log"}}`), "a [file: c.log]", "file"},
		{"a nameless picture leaves one", ADF, Plain, adf(`{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"file","id":"1","collection":""}}]}`), "[image]", "image"},
		{"cards are links", ADF, HTML, para(`{"type":"inlineCard","attrs":{"url":"https://a.b/"}}`), `<p><a href="https://a.b/">https://a.b/</a></p>`, "inlineCard"},
		{"unknown blocks keep their text", ADF, HTML, adf(`{"type":"layoutSection","content":[{"type":"layoutColumn","attrs":{"width":50},"content":[` + p("a") + `]}]}`), "<p>a</p>", "layoutColumn layoutSection"},
		{"macros leave their name", ADF, Plain, adf(`{"type":"extension","attrs":{"extensionKey":"chart","extensionType":"x"}}`), "[extension: chart]", "extension"},
		{"decisions are a list", ADF, Markdown, adf(`{"type":"decisionList","content":[{"type":"decisionItem","content":[` + text("a") + `]}]}`), "- a", "decisionList"},
		{"text where ADF was expected is text", ADF, HTML, "not json", "<p>not json</p>", ""},
		{"null is empty", ADF, HTML, "null", "", ""},
		{"control characters vanish", Plain, ADF, "a\x00\x07b", para(text("ab")), ""},
		{"inline HTML counts in Markdown", Markdown, HTML, "<b>a</b> H<sub>2</sub>O", "<p><strong>a</strong> H<sub>2</sub>O</p>", ""},
		{"scripts do not come in by Markdown", Markdown, HTML, "a <img src=x onerror=alert(1)> [b](javascript:x)", `<p>a <img src="x" alt=""> b</p>`, ""},
		{"GitHub breaks lines at line ends", Markdown, HTML, "a\nb", "<p>a<br>b</p>", ""},
		{"no bold in plain text", Markdown, Plain, "**a**", "a", "strong"},
	}
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	checkConversions(t, cases)
}
