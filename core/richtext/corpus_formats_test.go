package richtext

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCorpusWiki(t *testing.T) {
	checkConversions(t, []conversion{
		{"headings", Wiki, HTML, "h1. A\nh6. B", "<h1>A</h1><h6>B</h6>", ""},
		{"formats", Wiki, HTML, "*a* _b_ -c- +d+ x^e^ {{f}}", "<p><strong>a</strong> <em>b</em> <s>c</s> <u>d</u> x^e^ <code>f</code></p>", ""},
		{"formats inside words need braces", Wiki, HTML, "H{~}2{~}O x{^}2{^}", "<p>H<sub>2</sub>O x<sup>2</sup></p>", ""},
		{"and get them", HTML, Wiki, "<p>H<sub>2</sub>O a<b>b</b>c</p>", "H{~}2{~}O a{*}b{*}c", ""},
		{"words need none", HTML, Wiki, "<p><b>a b</b> <i>c</i>, <b><i>d</i></b></p>", "*a b* _c_, *_d_*", ""},
		{"a dash between words is no strike", Wiki, HTML, "a - b - c, x-y-z", "<p>a - b - c, x-y-z</p>", ""},
		{"snake case is no emphasis", Wiki, Wiki, "snake_case_name", "snake_case_name", ""},
		{"colours", Wiki, HTML, "{color:red}a{color} {color:#00FF00}b{color}", `<p><span style="color:#ff0000">a</span> <span style="color:#00ff00">b</span></p>`, ""},
		{"colours span lines", Wiki, HTML, "{color:red}a\nb{color}", `<p><span style="color:#ff0000">a<br>b</span></p>`, ""},
		{"a colour that is none", Wiki, HTML, "{color:nice}a{color}", `<p>a</p>`, "color"},
		{"a colour without end is text", Wiki, HTML, "{color:red}a", `<p>{color:red}a</p>`, ""},
		{"line ends are breaks, blank lines paragraphs", Wiki, HTML, "a\nb\n\nc", "<p>a<br>b</p><p>c</p>", ""},
		{"forced breaks", Wiki, HTML, `a\\b`, "<p>a<br>b</p>", ""},
		{"paths of servers are no breaks", Wiki, HTML, `\\server\share C:\dir`, `<p>\\server\share C:\dir</p>`, ""},
		{"a backslash is kept", Plain, Wiki, `a\\b \* c\`, `a&#92;\b &#92;\* c&#92;`, ""},
		{"escapes", Wiki, HTML, `\*a\* \[b\] \{c\}`, "<p>*a* [b] {c}</p>", ""},
		{"notation in text is escaped", Plain, Wiki, "*a* {b} [c] d|e !f.png!", `\*a\* \{b\} \[c\] d\|e \!f.png!`, ""},
		{"lines that look like blocks", Plain, Wiki, "h1. a\n# b\n- c\nbq. d\n----", "h1&#46; a\n&#35; b\n\\- c\nbq&#46; d\n\\-\\-\\-\\-", ""},
		{"placeholders are text", Plain, Wiki, "{{ticket.id}}", `\{\{ticket.id\}\}`, ""},
		{"code with language", Wiki, Markdown, "{code:java}\nint a;\n{code}", "```java\nint a;\n```", ""},
		{"code with parameters", Wiki, Markdown, "{code:title=A.java|borderStyle=solid|java}int a;{code}", "**A.java**\n\n```java\nint a;\n```", ""},
		{"noformat", Wiki, HTML, "{noformat}\n*a*\n{noformat}", "<pre><code>*a*</code></pre>", ""},
		{"code without language is noformat", Markdown, Wiki, "```\na\n```", "{noformat}\na\n{noformat}", ""},
		{"code that holds the end of noformat", HTML, Wiki, "<pre>{noformat}</pre>", "{code}\n{noformat}\n{code}", ""},
		{"code that holds its own end", HTML, Wiki, `<pre class="lang-go">{code}</pre>`, "{noformat}\n{code}\n{noformat}", "language"},
		{"code that holds both ends is text", HTML, Wiki, `<pre>{code}{noformat}</pre>`, `\{code\}\{noformat\}`, "codeBlock"},
		{"code without end", Wiki, HTML, "{code}\na\n\nb", "<pre><code>a\n\nb</code></pre>", ""},
		{"quotes", Wiki, HTML, "{quote}a\n\nb{quote}\nbq. c", "<blockquote><p>a</p><p>b</p></blockquote><blockquote><p>c</p></blockquote>", ""},
		{"quotes in quotes have no notation", HTML, Wiki, "<blockquote>a<blockquote>b</blockquote></blockquote>", "{quote}\na\n\n> b\n{quote}", "quote"},
		{"panels", Wiki, ADF, "{panel:bgColor=#FFEBE6}a{panel}", adf(`{"type":"panel","attrs":{"panelType":"error"},"content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}`), ""},
		{"the title of a panel", Wiki, Markdown, "{panel:title=T|borderStyle=dashed}\na\n{panel}", "> [!NOTE]\n> **T**\n>\n> a", ""},
		{"nested lists", Wiki, HTML, "* a\n** b\n*# c\n* d\n\n# e", "<ul><li>a<ul><li>b</li></ul><ol><li>c</li></ol></li><li>d</li></ul><ol><li>e</li></ol>", ""},
		{"dashes are bullets", Wiki, Wiki, "- a\n- b", "* a\n* b", ""},
		{"items go on on the next line", Wiki, HTML, "* a\nb\n\nc", "<ul><li>a<br>b</li></ul><p>c</p>", ""},
		{"code in an item does not end the list", Wiki, HTML, "# a\n{code}\nx\n{code}\n# b", "<ol><li>a<pre><code>x</code></pre></li><li>b</li></ol>", ""},
		{"lists start at one", Markdown, Wiki, "3. a", "# a", "start-number"},
		{"tasks are boxes", Markdown, Wiki, "- [x] a\n- [ ] b", "* ☑ a\n* ☐ b", ""},
		{"boxes are tasks", Wiki, Markdown, "* ☑ a", "- [x] a", ""},
		{"tables", Wiki, Markdown, "||a||b||\n|c|d|", "| a | b |\n| --- | --- |\n| c | d |", ""},
		{"bars in links do not end cells", Wiki, HTML, `|[a|https://a.b/]|\||`, `<table><tbody><tr><td><a href="https://a.b/">a</a></td><td>|</td></tr></tbody></table>`, ""},
		{"empty cells", Wiki, HTML, `|a| |`, `<table><tbody><tr><td>a</td><td></td></tr></tbody></table>`, ""},
		{"lines in cells", HTML, Wiki, `<table><tr><td>a<br>b<td><p>c</p><p>d</p></table>`, `|a \\ b|c \\ d|`, "paragraph"},
		{"spans are empty cells", HTML, Wiki, `<table><tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d</table>`, "|a|b| |\n| |c|d|", "colspan rowspan"},
		{"rules", Wiki, Markdown, "a\n----\nb", "a\n\n***\n\nb", ""},
		{"links", Wiki, HTML, "[a|https://a.b/] [https://c.d/] https://e.f/g_h_", `<p><a href="https://a.b/">a</a> <a href="https://c.d/">https://c.d/</a> <a href="https://e.f/g_h_">https://e.f/g_h_</a></p>`, ""},
		{"links that run code are text", Wiki, HTML, "[a|javascript:alert(1)]", "<p>[a|javascript:alert(1)]</p>", ""},
		{"brackets that are no link", Wiki, HTML, "[a] [b", "<p>[a] [b</p>", ""},
		{"mentions", Wiki, HTML, "[~ann]", "<p>@ann</p>", "mention"},
		{"mentions stay in Jira", Wiki, ADF, "[~ann]", para(`{"type":"mention","attrs":{"id":"ann"}}`), ""},
		{"attached pictures", Wiki, HTML, "!a.png|thumbnail!", "<p>[image: a.png]</p>", "image image-size"},
		{"attached files", Wiki, HTML, "[^a.zip]", "<p>[file: a.zip]</p>", "file"},
		{"pictures of the web", Wiki, HTML, "!https://a.b/c.png|alt=c!", `<p><img src="https://a.b/c.png" alt="c"></p>`, ""},
		{"exclamations are no pictures", Wiki, HTML, "Wow! Great! !important!", "<p>Wow! Great! !important!</p>", ""},
		{"pictures stand alone", HTML, Wiki, `a<img src="https://a.b/c.png">b`, "a !https://a.b/c.png! b", "image"},
		{"signs", Wiki, Plain, "(/) done (x) failed", "✅ done ❌ failed", ""},
		{"text that looks like a sign", Plain, Wiki, "f(x)", `f\(x)`, ""},
		{"expands are titles", HTML, Wiki, "<details><summary>T</summary>a</details>", "*T*\n\na", "expand"},
		{"items without text give way to those in them", Wiki, HTML, "** a", "<ul><li>a</li></ul>", "item"},
		{"statuses", ADF, Wiki, para(`{"type":"status","attrs":{"text":"DONE","color":"green"}}`), `\[DONE\]`, "status"},
		{"entities", Wiki, Plain, "a&nbsp;&lt;b&gt; &amp;amp; AT&T", "a <b> &amp; AT&T", ""},
	})
}

func TestCorpusAsana(t *testing.T) {
	body := func(s string) string { return "<body>" + s + "</body>" }
	checkConversions(t, []conversion{
		{"line ends are line ends", Asana, HTML, body("a\nb\n\nc"), "<p>a<br>b</p><p>c</p>", ""},
		{"and back", HTML, Asana, "<p>a<br>b</p><p>c</p>", body("a\nb\n\nc"), ""},
		{"formats", HTML, Asana, "<b>a</b><i>b</i><u>c</u><s>d</s><code>e</code>", body("<strong>a</strong><em>b</em><u>c</u><s>d</s><code>e</code>"), ""},
		{"what it has no element for is text", HTML, Asana, `H<sub>2</sub><sup>3</sup><span style="color:red">c</span>`, body("H23c"), "color sub sup"},
		{"headings", HTML, Asana, "<h1>a<br>b</h1><h4>c</h4>d", body("<h1>a b</h1><h2>c</h2>d"), "hardBreak heading-level"},
		{"comments have none", HTML, AsanaComment, "<h1>a</h1><hr>b", body("<strong>a</strong>\n\n———\n\nb"), "heading rule"},
		{"lists", HTML, Asana, `<p>x</p><ol start=3><li>a<ul><li>b</ul></ol>`, body("x\n<ol><li>a\n<ul><li>b</li></ul></li></ol>"), "start-number"},
		{"tasks are boxes", Markdown, Asana, "- [x] a", body("<ul><li>☑ a</li></ul>"), ""},
		{"tables are lines", Markdown, Asana, "|a|b|\n|-|-|\n|c|d|", body("a | b\n\nc | d"), "table"},
		{"code", Markdown, Asana, "```go\na < b\n```", body("<pre>a &lt; b</pre>"), "language"},
		{"quotes", Markdown, Asana, "> a\n>\n> b", body("<blockquote>a\n\nb</blockquote>"), ""},
		{"links", HTML, Asana, `<a href="https://a.b/?x=1&amp;y=2">a</a>`, body(`<a href="https://a.b/?x=1&amp;y=2">a</a>`), ""},
		{"people", Asana, HTML, body(`<a href="https://app.asana.com/0/12" data-asana-gid="12" data-asana-type="user">@Ann</a> a`), "<p>@Ann a</p>", "mention"},
		{"people come back", Asana, Asana, body(`<a data-asana-gid="12"/>`), body(`<a data-asana-gid="12"/>`), ""},
		{"people of other systems are names", ADF, Asana, para(`{"type":"mention","attrs":{"id":"5b:x","text":"@Ann"}}`), body("@Ann"), "mention"},
		{"tasks that are linked stay links", Asana, Asana, body(`<a href="https://app.asana.com/0/0/9" data-asana-gid="9" data-asana-type="task">T</a>`), body(`<a href="https://app.asana.com/0/0/9">T</a>`), ""},
		{"pictures are links", HTML, Asana, `<img src="https://a.b/c.png" alt="c">`, body(`<a href="https://a.b/c.png">[image: c]</a>`), "image"},
		{"spaces stay", Plain, Asana, "a  b\n  c", body("a  b\n  c"), ""},
		{"empty", Plain, Asana, "", body(""), ""},
	})
}

// asanaElements is what Asana's documentation allows, with the attributes.
var asanaElements = map[string]string{"body": "", "strong": "", "em": "", "u": "", "s": "", "code": "", "ol": "", "ul": "", "li": "",
	"a": "href data-asana-gid", "blockquote": "", "pre": "", "h1": "", "h2": "", "hr": "", "img": "data-asana-gid"}

// wellFormed returns what is wrong with XML for Asana.
func wellFormed(source string, comment bool) error {
	d := xml.NewDecoder(strings.NewReader(source))
	body := false
	for {
		token, err := d.Token()
		if err == io.EOF && body {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := token.(xml.CharData); ok && !body {
			return errors.New("text before body: " + string(text))
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attrs, known := asanaElements[e.Name.Local]
		if !known || comment && slices.Contains([]string{"h1", "h2", "hr"}, e.Name.Local) || body == (e.Name.Local == "body") {
			return errors.New("element " + e.Name.Local)
		}
		body = true
		for _, a := range e.Attr {
			if !slices.Contains(strings.Fields(attrs), a.Name.Local) {
				return errors.New("attribute " + a.Name.Local)
			}
		}
	}
}

func TestContractAsanaIsWellFormed(t *testing.T) {
	for _, bad := range []string{"", "a", "<body>a<br></body>", "<body><p>a</p></body>", "<body>&nbsp;</body>", "<body><ul class='x'/></body>", "<b>a</b>"} {
		if wellFormed(bad, false) == nil {
			t.Fatalf("%q passes: this test could not fail", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := someDoc.Draw(t, "doc")
		for _, f := range []Format{Asana, AsanaComment} {
			source, _ := Render(f, d)
			if err := wellFormed(source, f == AsanaComment); err != nil {
				t.Fatalf("%s: %v in %s", f, err, source)
			}
		}
	})
}
