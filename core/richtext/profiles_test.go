package richtext

import "testing"

const someGUID = "0b8c1d2e-0000-4a5b-8c7d-0123456789ab"

func TestCorpusOfOneSystem(t *testing.T) {
	person := `<a href="#" data-vss-mention="version:2.0,` + someGUID + `">@Ann</a>`
	checkConversions(t, []conversion{
		{"people of Azure DevOps", HTMLAzure, HTMLAzure, "<div>" + person + " a</div>", "<p>" + person + " a</p>", ""},
		{"and in its Markdown", HTMLAzure, MarkdownAzure, person, "@<" + someGUID + ">", ""},
		{"and back", MarkdownAzure, HTMLAzure, "@<" + someGUID + "> a", `<p><a href="#" data-vss-mention="version:2.0,` + someGUID + `"></a> a</p>`, ""},
		{"a GUID in code is no mention", MarkdownAzure, MarkdownAzure, "`@<" + someGUID + ">`", "`@<" + someGUID + ">`", ""},
		{"what is no GUID is no mention", MarkdownAzure, Plain, "@<b>x</b> @<1>", "@x @<1>", "strong"},
		{"people of Azure DevOps elsewhere", HTMLAzure, HTML, person, "<p>@Ann</p>", "mention"},
		{"Azure DevOps knows no alerts", ADF, MarkdownAzure, adf(`{"type":"panel","attrs":{"panelType":"warning"},"content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}`), "> a", "panel"},
		{"people of GitHub", Markdown, Markdown, "Hi @octo-cat, @acme/team.", "Hi @octo-cat, @acme/team.", ""},
		{"people of GitHub elsewhere", Markdown, ADF, "@ann", para(`{"type":"text","text":"@ann"}`), "mention"},
		{"names of others mention nobody", Plain, Markdown, "@ann and a@b", "@<!-- -->ann and a\\@b", ""},
		{"and stay names", Markdown, Plain, "@<!-- -->ann", "@ann", ""},
		{"nor in HTML within Markdown", HTML, Markdown, "<table><tr><td colspan=2>@ann</table>", `<table><tbody><tr><td colspan="2">@<!-- -->ann</td></tr></tbody></table>`, ""},
		{"mail addresses mention nobody", Markdown, Plain, "me@acme.example", "me@acme.example (mailto:me@acme.example)", "link"},
		{"a name in an address is none", Markdown, Plain, "https://a.b/@ann", "https://a.b/@ann", ""},
		{"people of Jira on GitHub are names", ADF, Markdown, para(`{"type":"mention","attrs":{"id":"5b","text":"@Ann"}}`), "@<!-- -->Ann", "mention"},
		{"people of Jira stay in Jira", ADF, Wiki, para(`{"type":"mention","attrs":{"id":"5b10a2844c20165700ede21f","text":"@Ann"}}`), "[~accountid:5b10a2844c20165700ede21f]", ""},
		{"and come back", Wiki, ADF, "[~accountid:5b10a2844c20165700ede21f]", para(`{"type":"mention","attrs":{"id":"5b10a2844c20165700ede21f"}}`), ""},
		{"files are known by name in one of Jira's formats", Wiki, ADF, "!a.png!", para(`{"type":"text","text":"[image: a.png]"}`), "image"},
		{"pictures of Asana", Asana, Asana, `<body><img data-asana-gid="12" src="https://x.example/a.png"></body>`, `<body><img data-asana-gid="12"/></body>`, ""},
		{"pictures of Asana elsewhere", Asana, HTML, `<body><img data-asana-gid="12" alt="a.png"></body>`, `<p>[image]</p>`, "image"},
		{"rich text areas of Salesforce", HTML, HTMLSalesforce, `<h2>a</h2><b>b</b><hr><table><tr><td>c</table><ol start=2><li>d</ol>`,
			`<h2>a</h2><p><strong>b</strong></p><hr><table><tbody><tr><td>c</td></tr></tbody></table><ol start="2"><li>d</li></ol>`, ""},
		{"know no code blocks and nothing to fold out", HTML, HTMLSalesforce, `<pre>a
  b</pre><details><summary>T</summary>c</details>`, `<p>a<br>&nbsp;&nbsp;b</p><p><strong>T</strong></p><p>c</p>`, "codeBlock expand"},
		{"nor panels", HTML, HTMLSalesforce, `<blockquote data-panel="tip">a</blockquote>`, "<blockquote><p>a</p></blockquote>", "panel"},
		{"feed posts are lines", HTML, HTMLChatter, `<h2>a</h2>b<br><i>c</i><ol start=3><li>d<br>e</ol>`, `<p><b>a</b></p><p>b</p><p><i>c</i></p><ol><li>d e</li></ol>`, "hardBreak hardBreak heading start-number"},
		{"their pictures are files of the organisation", HTMLChatter, HTMLChatter, `<p>a <img src="sfdc://069000000000001AAA" alt="b"></p>`, `<p>a <img src="sfdc://069000000000001AAA" alt="b"></p>`, ""},
		{"pictures of the web are links", HTML, HTMLChatter, `<img src="https://a.b/c.png" alt="c">`, `<p><a href="https://a.b/c.png">[image: c]</a></p>`, "image"},
		{"journals are plain text", HTML, Journal, "<p>a<br>b</p><p>see https://a.b/</p>", "a\nb\n\nsee https://a.b/", ""},
		{"or HTML where that says more", HTML, Journal, "<p>a <b>b</b></p>", "[code]<p>a <strong>b</strong></p>[/code]", ""},
		{"with text around it", Journal, HTML, "a\n  b [code]<b>c</b>[/code] <d>", "<p>a<br>&nbsp;&nbsp;b <strong>c</strong> &lt;d&gt;</p>", ""},
		{"scripts in it are gone", Journal, Journal, "[code]<script>x</script><img src=x onerror=y>[/code]", `[code]<p><img src="x" alt=""></p>[/code]`, ""},
		{"a tag in text stays text", Plain, Journal, "[code]a[/code]", "[code]<p>&#91;code]a&#91;/code]</p>[/code]", ""},
		{"a tag without end", Journal, HTML, "a [code]<b>b", "<p>a <strong>b</strong></p>", ""},
		{"dates stay dates", ADF, HTML, para(`{"type":"date","attrs":{"timestamp":"1699920000000"}}`), `<p><time datetime="2023-11-14">2023-11-14</time></p>`, ""},
		{"to the moment", ADF, Markdown, para(`{"type":"date","attrs":{"timestamp":"1700000000000"}}`), `<time datetime="2023-11-14T22:13:20.000Z">2023-11-14</time>`, ""},
		{"and back", HTML, ADF, `due <time datetime="2023-11-14">2023-11-14</time>`, para(`{"type":"text","text":"due "},{"type":"date","attrs":{"timestamp":"1699920000000"}}`), ""},
		{"a time that reads differently is text", HTML, ADF, `<time datetime="2023-11-14">last <b>week</b></time>`, para(`{"type":"text","text":"last "},{"type":"text","marks":[{"type":"strong"}],"text":"week"}`), ""},
		{"statuses stay statuses", Markdown, ADF, `<span data-status="green">\[IN REVIEW\]</span>`, para(`{"type":"status","attrs":{"color":"green","text":"IN REVIEW"}}`), ""},
		{"panels in cells", Markdown, ADF, `<table><tr><td><blockquote data-panel="note">a</blockquote></td></tr></table>`, adf(`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"panel","attrs":{"panelType":"note"},"content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}]}]}]}`), ""},
		{"a panel GitHub has no name for", HTML, Markdown, `<blockquote data-panel="success">a</blockquote>`, "> [!TIP]\n> a", "panel-colour"},
		{"colours behind text", HTML, ADF, `<span style="background:yellow">a</span>`, para(`{"type":"text","marks":[{"type":"backgroundColor","attrs":{"color":"#ffff00"}}],"text":"a"}`), ""},
		{"and back", ADF, HTML, para(`{"type":"text","text":"a","marks":[{"type":"backgroundColor","attrs":{"color":"#fedec8"}}]}`), `<p><span style="background-color:#fedec8">a</span></p>`, ""},
		{"marked text", HTML, HTML, `<mark>a</mark>`, `<p><span style="background-color:#ffff00">a</span></p>`, ""},
		{"white and transparent ones are none", HTML, HTML, `<span style="background-color:rgb(255,255,255)">a</span><span style="background:rgba(0, 0, 0, 0)">b</span>`, `<p>ab</p>`, ""},
		{"are lost in Markdown", HTML, Markdown, `<mark>a</mark>`, `a`, "highlight"},
	})
}
