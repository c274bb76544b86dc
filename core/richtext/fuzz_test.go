package richtext

import "testing"

// fuzz checks the law on what the fuzzer finds, and that nothing harmful leaves
// in HTML. The seeds, the corpus and what was found before, under
// testdata/fuzz, run in every test.
func fuzz(f *testing.F, format Format, seeds ...string) {
	for _, c := range corpus(f) {
		if c.format == format {
			seeds = append(seeds, c.source)
		}
	}
	for _, s := range append(seeds, "", " ", "a\n\nb", "\x00\xff", "{{ticket.id}} https://acme.example/?a=1&copy=2") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		lawHolds(t, format, source)
		leavesSafely(t, format, source)
	})
}

func FuzzADF(f *testing.F) {
	fuzz(f, ADF,
		`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"strong"}]}]}]}`,
		`{"type":"doc","version":1,"content":[{"type":"taskList","content":[{"type":"taskItem","attrs":{"state":"DONE"},"content":[{"type":"text","text":"a"}]}]}]}`,
		`{"type":"doc","content":[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","attrs":{"colspan":2}}]}]}]}`,
		`{"type":"doc","content":[{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"external","url":"https://a.b/c.png"}}]}]}`,
		`{"type":5,"content":[{"type":"extension"}]}`, `[1,2]`, `null`, `"text"`)
}

func FuzzHTML(f *testing.F) {
	fuzz(f, HTML,
		`<div class="zd-comment" dir="auto"><p>Hi <b>you</b></p><ul><li>a<ul><li>b</ul></ul></div>`,
		`<table><tr><th>a<td>b<tr><td colspan=2>c</table><pre><code class="language-go">x</code></pre>`,
		`<h1>a<p>b</h1><details><summary>s</summary>t</details><script>x</script><img src=x width=1>`,
		`<p>a&nbsp;&nbsp;b<br><br>c <code>{{x}}</code><li>☐ d`)
}

func FuzzMarkdown(f *testing.F) {
	fuzz(f, Markdown,
		"# T\n\n- a\n  - b\n\n1. c\n2) d\n\n- [x] e\n", "> [!NOTE]\n> a\n\n> b", "**a**b*c*~~d~~ `e` [f](g) ![h](i)",
		"| a | b |\n|---|:-:|\n| c\\|d | `e` |\n", "```go\nx\n```\n\n    y\n", "<details><summary>s</summary>\n\nt\n\n</details>", "a\\\nb  \nc<br>d")
}

func FuzzPlain(f *testing.F) {
	fuzz(f, Plain, "- a\n- b\n\n    at f(x)\r\n\t", "see (https://acme.example/x).")
}

func FuzzWiki(f *testing.F) {
	fuzz(f, Wiki,
		"h1. A\n\n* b\n*# c\n{code:go}\nx\n{code}\n\n||d||e||\n|[f|https://a.b]|!g.png|thumbnail!|\n----\n{quote}h{quote}",
		"*a* _b_ -c- +d+ {*}e{*} {{f}} {color:red}g{color} [~h] [^i.zip] \\\\ \\*j\\*", "{panel:title=a}\n{quote}b{panel}c", "|a|{noformat}|b|")
}

func FuzzAsana(f *testing.F) {
	fuzz(f, Asana, "<body>a\n<h1>b</h1><ul><li>c<ol><li>d</li></ol></li></ul><a data-asana-gid=\"1\"/><pre>e\n</pre></body>",
		`<body><a href="https://a.b" data-asana-gid="1" data-asana-type="user">@f<b>g</a></b><hr/>`)
}

func FuzzAsanaComment(f *testing.F) {
	fuzz(f, AsanaComment, "<body>a <strong>b</strong>\n<ul><li>c</li></ul></body>", "<body><h1>a</h1><hr/></body>")
}

func FuzzHTMLAzure(f *testing.F) {
	fuzz(f, HTMLAzure, `<a href="#" data-vss-mention="version:2.0,`+someGUID+`">@Ann <b>x</b></a>`)
}

func FuzzHTMLSalesforce(f *testing.F) {
	fuzz(f, HTMLSalesforce, `<p><b style="color:red">a</b></p><details><summary>b</summary><pre>c</pre></details>`)
}

func FuzzHTMLChatter(f *testing.F) {
	fuzz(f, HTMLChatter, `<p>a<br>b</p><ul><li>c<ol><li>d</li></ol></li></ul><img src="sfdc://069000000000001AAA">`)
}

func FuzzJournal(f *testing.F) {
	fuzz(f, Journal, "a\n  b [code]<b>c</b>[/code] d", "[code]a[/code][code]b", "[/code][code][code]")
}

func FuzzMarkdownAzure(f *testing.F) {
	fuzz(f, MarkdownAzure, "@<"+someGUID+"> a `@<"+someGUID+">` \\@<x>", "> [!NOTE]\n> a")
}
