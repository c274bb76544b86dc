package richtext

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// attacks are sources of HTML that would run, load or report something if
// they were passed on.
var attacks = []struct{ source, reason string }{
	{`<script>alert(1)</script>`, "a script"},
	{`<scr<script>ipt>alert(1)</scr</script>ipt>`, "a script in a script"},
	{`<SCRIPT SRC=//x.example/a.js></SCRIPT>`, "a script from elsewhere"},
	{`<script>a`, "a script without end"},
	{`<img src=x onerror=alert(1)>`, "an event handler"},
	{`<img src="x"onerror="alert(1)">`, "an event handler without a space"},
	{`<img/src=x/onerror=alert(1)>`, "slashes for spaces"},
	{`<p onclick=alert(1)>a</p><b onmouseover="x">b</b>`, "handlers of text"},
	{`<body onload=alert(1)>`, "a handler of the page"},
	{`<svg onload=alert(1)><script>alert(1)</script></svg>`, "drawings run scripts"},
	{`<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg>`, "links in drawings"},
	{`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, "parsers that disagree"},
	{`<a href="javascript:alert(1)">a</a>`, "a link that runs code"},
	{`<a href=" JaVaScRiPt:alert(1)">a</a>`, "capitals and spaces"},
	{"<a href=\"java\nscript:alert(1)\">a</a>", "a line end in the scheme"},
	{"<a href=\"java\tscript:alert(1)\">a</a>", "a tab in the scheme"},
	{"<a href=\"\x01javascript:alert(1)\">a</a>", "a control character before it"},
	{`<a href="&#106;avascript:alert(1)">a</a>`, "an entity"},
	{`<a href="javascript&colon;alert(1)">a</a>`, "a named entity"},
	{`<a href="vbscript:x">a</a><a href="data:text/html,<script>x</script>">b</a>`, "other schemes that run"},
	{`<a href="file:///etc/passwd">a</a>`, "a file of the reader"},
	{`<img src="javascript:alert(1)">`, "a picture that runs code"},
	{`<img src="data:image/svg+xml;base64,PHN2Zz4=">`, "a drawing as data"},
	{`<iframe src="https://x.example"></iframe><object data="x"></object><embed src="x">`, "frames and plug-ins"},
	{`<iframe srcdoc="<script>alert(1)</script>">`, "a frame with its own page"},
	{`<style>@import 'https://x.example/a.css'</style>`, "a style sheet"},
	{`<span style="background:url(https://x.example/p.gif);color:red">a</span>`, "a picture in a style"},
	{`<span style="color:expression(alert(1))">a</span>`, "code in a colour"},
	{`<span style="color:red;position:fixed;top:0;left:0;width:100%">a</span>`, "text over the page"},
	{`<link rel=stylesheet href=x><meta http-equiv=refresh content="0;url=x"><base href="//x.example">`, "elements of the head"},
	{`<form action="//x.example"><input name=password><button formaction="javascript:x">a</button></form>`, "forms"},
	{`<table background="https://x.example/p.gif"><tr><td>a</td></tr></table>`, "a background"},
	{`<img srcset="https://x.example/p.gif 1x" src="https://a.b/c.png">`, "another source"},
	{`<a href="https://a.b/" ping="https://x.example/">a</a>`, "a link that reports"},
	{`<!--><script>alert(1)</script>-->`, "comments that end early"},
	{`<!--[if IE]><script>alert(1)</script><![endif]-->`, "conditional comments"},
	{`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, "elements that read differently"},
	{`<textarea><img src=x onerror=alert(1)></textarea><title><img src=x onerror=alert(1)></title>`, "elements of plain text"},
	{`<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp>`, "hidden and literal content"},
	{`<img src="https://a.b/c.png" alt='"><script>alert(1)</script>'>`, "quotes in text for pictures"},
	{`<a href='https://a.b/"onmouseover="alert(1)'>a</a>`, "quotes in addresses"},
	{`<pre class='lang-x" onclick="alert(1)'>a</pre>`, "quotes in a language"},
	{`<ol start='1" onclick="alert(1)'><li>a</ol>`, "quotes in a number"},
	{`<font color='red" onclick="alert(1)'>a</font>`, "quotes in a colour"},
	{`<video src=x onerror=alert(1)><audio src=x><source src=x>`, "sounds and films"},
	{`<details open ontoggle=alert(1)><summary>a</summary>b</details>`, "a handler that needs no click"},
	{"<p>\x00<scr\x00ipt>alert(1)</script>", "null characters"},
	{`&lt;script&gt;alert(1)&lt;/script&gt;`, "a script as text stays text"},
	{`<a href="//x.example/a.js" onfocus=alert(1) autofocus>a</a>`, "a handler that gets the focus by itself"},
	{`<a href="data:text/html;base64,PHNjcmlwdD4=">a</a>`, "a page as data"},
	{`<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">`, "a picture as data"},
	{`<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">`, "a pixel as data"},
	{`<img src='vbscript:msgbox(1)'>`, "a picture in another language"},
	{`<img src="blob:https://x.example/1">`, "a picture of the page's own making"},
	{`<img src="filesystem:https://x.example/1">`, "a picture from the page's files"},
	{`<a href="JAVASCRIPT&#58;alert(1)">a</a>`, "a numbered colon"},
	{`<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61">a</a>`, "entities without ends"},
	{`<a href="java&Tab;script:alert(1)">a</a>`, "a named tab"},
	{`<a href="java&NewLine;script:alert(1)">a</a>`, "a named line end"},
	{"<a href=\"javascript\u200b:alert(1)\">a</a>", "a space of no width"},
	{`<a href="view-source:javascript:alert(1)">a</a>`, "a scheme in a scheme"},
	{`<a href="ms-officecmd:x">a</a><a href="search-ms:query=x">b</a>`, "schemes that start programs"},
	{`<a href="https://a.b\\@x.example/">a</a>`, "a host in disguise"},
	{`<a href='https://a.b/' style='position:fixed'>a</a>`, "a link over the page"},
	{`<div style="background-image:url(javascript:alert(1))">a</div>`, "code in a background"},
	{`<span style="color:#ff0000;behavior:url(x.htc)">a</span>`, "a behaviour"},
	{`<span style="color:&#102;&#111;&#111;(1)">a</span>`, "entities in a style"},
	{`<span style="background-color:url(https://x.example/p.gif)">a</span>`, "a picture as a colour"},
	{`<span data-status='red" onclick="alert(1)'>[a]</span>`, "quotes in a status"},
	{`<blockquote data-panel='info" onclick="alert(1)'>a</blockquote>`, "quotes in a panel"},
	{`<time datetime='2023-11-14" onclick="alert(1)'>2023-11-14</time>`, "quotes in a date"},
	{`<a data-vss-mention='version:2.0,0b8c1d2e-0000-4a5b-8c7d-0123456789ab" onclick="x' href=#>a</a>`, "quotes in a mention"},
	{`<img src="sfdc://069000000000001AAA&quot; onerror=&quot;alert(1)">`, "quotes in a file of Salesforce"},
	{`<marquee onstart=alert(1)>a</marquee>`, "text that runs"},
	{`<keygen autofocus onfocus=alert(1)><isindex type=image src=1 onerror=alert(1)>`, "elements of old"},
	{`<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>`, "frames of old"},
	{`<applet code=x></applet><bgsound src=javascript:x><layer src=x></layer>`, "plug-ins of old"},
	{`<x-widget onclick=alert(1)>a</x-widget><slot name=x></slot>`, "elements of one's own"},
	{`<p><svg><style><!--</style><img src=x onerror=alert(1)>--></svg>`, "a comment in a style in a drawing"},
	{`<math href="javascript:alert(1)">a</math><math><maction actiontype="statusline#x" xlink:href="javascript:alert(1)">a</maction></math>`, "links in formulas"},
	{`<noscript><style></noscript><img src=x onerror=alert(1)></style>`, "elements that end each other"},
	{`<select><template><img src=x onerror=alert(1)></template></select>`, "content of choices"},
	{`<dialog open onclose=alert(1)>a</dialog><portal src=x></portal>`, "elements that open"},
	{`[code]<script>alert(1)</script>[/code]`, "HTML of a journal"},
	{`[code]a[/code]<script>alert(1)</script>[code]b`, "around the HTML of a journal"},
	{`&lbrack;/code&rsqb;<b>&#91;/code]</b>`, "the end of a journal's HTML in it"},
	{`<object data="data:text/html;base64,PHNjcmlwdD4="></object>`, "a page in a plug-in"},
	{`<input type=image src=x onerror=alert(1)><button type=submit formaction=javascript:alert(1)>a</button>`, "buttons"},
	{`<audio src onloadstart=alert(1)><video poster=javascript:alert(1)>`, "sounds without a source"},
	{`<img src="x` + "`" + ` onerror=alert(1)">`, "quotes of old"},
	{`<a href="x` + "`" + `onclick=alert(1)">a</a>`, "and in links"},
	{`<<script>alert(1)//<</script>`, "a bracket too many"},
	{`<script/src=data:,alert(1)>`, "a script as data"},
	{`</p/onclick=alert(1)><p/onclick=alert(1)>a`, "slashes in elements"},
}

// wrapped returns an attack as each format would bring it in.
func wrapped(attack string) map[Format]string {
	text, _ := json.Marshal(attack)
	quoted := string(text)
	return map[Format]string{
		HTML: attack, HTMLAzure: attack, HTMLSalesforce: attack, HTMLChatter: attack, Journal: codeTag + attack + endCodeTag,
		Markdown: attack, MarkdownAzure: attack, Asana: "<body>" + attack + "</body>", AsanaComment: "<body>" + attack + "</body>",
		Wiki: attack, Plain: attack,
		ADF: adf(`{"type":"paragraph","content":[{"type":"text","text":` + quoted + `,"marks":[{"type":"link","attrs":{"href":` + quoted + `}},{"type":"textColor","attrs":{"color":` + quoted + `}},{"type":"` +
			`backgroundColor","attrs":{"color":` + quoted + `}}]},{"type":"mention","attrs":{"id":` + quoted + `,"text":` + quoted + `}},{"type":"emoji","attrs":{"shortName":` + quoted + `}},` +
			`{"type":"status","attrs":{"text":` + quoted + `,"color":` + quoted + `}},{"type":"date","attrs":{"timestamp":` + quoted + `}},{"type":"inlineCard","attrs":{"url":` + quoted + `}}]},` +
			`{"type":"panel","attrs":{"panelType":` + quoted + `},"content":[]},{"type":"expand","attrs":{"title":` + quoted + `},"content":[{"type":"rule"}]},` +
			`{"type":"codeBlock","attrs":{"language":` + quoted + `},"content":[{"type":"text","text":` + quoted + `}]},` +
			`{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"external","url":` + quoted + `,"alt":` + quoted + `}}]},{"type":` + quoted + `,"text":` + quoted + `}`),
	}
}

func TestNothingThatRunsOrTracksLeavesInHTML(t *testing.T) {
	if len(attacks) < 60 {
		t.Fatalf("%d attacks", len(attacks))
	}
	for _, a := range attacks {
		t.Run(a.reason, func(t *testing.T) {
			for from, source := range wrapped(a.source) {
				leavesSafely(t, from, source)
				lawHolds(t, from, source)
			}
		})
	}
}

// Links and pictures that run are none in any notation.
func TestAddressesThatRunDoNotLeave(t *testing.T) {
	for _, address := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "vbscript:x",
		"data:text/html,<script>x</script>", "data:image/svg+xml;base64,x", "data:image/png;base64,x", "file:///etc/passwd", "blob:x", "about:blank", "jar:x!/", "https://a.b\\@c"} {
		text, _ := json.Marshal(address)
		for from, source := range map[Format]string{
			HTML: `<a href="` + address + `">a</a><img src="` + address + `" alt="b">`, Asana: `<body><a href="` + address + `">a</a></body>`,
			Markdown: "[a](<" + address + ">) ![b](<" + address + ">) <" + address + ">", Wiki: "[a|" + address + "] !" + address + "! [" + address + "]",
			ADF: adf(`{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"link","attrs":{"href":` + string(text) + `}}]},` +
				`{"type":"mediaInline","attrs":{"type":"image","url":` + string(text) + `}},{"type":"media","attrs":{"type":"external","url":` + string(text) + `}}]}`),
		} {
			leavesSafely(t, from, source)
			for _, r := range References(from, source) {
				if r.URL != "" && harm(`<img src="`+htmlEscaper.Replace(r.URL)+`">`) != "" {
					t.Errorf("%s: %q is listed as a picture of %s", from, r.URL, source)
				}
			}
		}
	}
}

func TestPicturesThatTrackDoNotLeave(t *testing.T) {
	const src = ` src="https://x.example/pixel.gif"`
	tracking := []struct{ source, reason string }{
		{`<img width=1 height=1` + src + `>`, "one pixel"},
		{`<img width="0"` + src + `>`, "no width"},
		{`<img height="1px"` + src + `>`, "a unit"},
		{`<img style="width:1px;height:1px"` + src + `>`, "one pixel by style"},
		{`<img style="border:0; HEIGHT : 0 !important"` + src + `>`, "capitals, spaces and !important"},
		{`<img style="max-height:0"` + src + `>`, "bounded to nothing"},
		{`<img style="width:0.5em"` + src + `>`, "a fraction"},
		{`<img style="display: none"` + src + `>`, "not displayed"},
		{`<img style="visibility:hidden"` + src + `>`, "hidden by style"},
		{`<img style="opacity:0"` + src + `>`, "transparent"},
		{`<img hidden` + src + `>`, "hidden by attribute"},
		{`<div style="display:none"><div>a</div><img` + src + `></div>`, "in a hidden element"},
		{`<span hidden><b><img` + src + `></b></span>`, "in hidden text"},
		{`<p style="display:none"><img` + src + `></p>`, "in a hidden paragraph"},
	}
	for _, c := range tracking {
		for _, from := range []Format{HTML, Markdown} {
			got, losses := Convert(from, HTML, "<p>a</p>"+c.source)
			if strings.Contains(got, "pixel.gif") {
				t.Errorf("%s, from %s: %s", c.reason, from, got)
			}
			if len(losses) != 1 || losses[0].Kind != "trackingImage" {
				t.Errorf("%s: losses %v", c.reason, losses)
			}
		}
	}
	for _, shown := range []string{
		`<img width=16` + src + `>`, `<img style="max-width:100%"` + src + `>`, `<img style="opacity:0.9"` + src + `>`,
		`<img style="width:1em;height:1em"` + src + `>`, `<img style="max-height:1rem"` + src + `>`, `<div style="max-height:1in"><img` + src + `></div>`,
		`<div style="display:none">a</div><img` + src + `>`, `<p style="display:none">a<p>b<img` + src + `>`,
		`<div style="display:none"><div>a</div></div><p><img` + src + `></p>`,
	} {
		if got := Normal(HTML, shown); !strings.Contains(got, "pixel.gif") {
			t.Errorf("%s is gone: %s", shown, got)
		}
	}
}

// Senders count their readers by addresses, whatever size they give.
func TestPicturesKnownToTrackDoNotLeave(t *testing.T) {
	for _, c := range []struct {
		from           Format
		source, reason string
	}{
		{HTML, `a<img src="https://u123.ct.sendgrid.net/wf/open?upn=abc" width="300">`, "SendGrid"},
		{HTML, `a<img src="https://acme.us4.list-manage.com/track/open.php?u=1&amp;id=2">`, "Mailchimp"},
		{HTML, `a<img src="https://mandrillapp.com/track/open.php?u=1">`, "Mandrill"},
		{HTML, `a<img src="https://r.eu-west-1.awstrack.me/I0/0102/x">`, "Amazon SES"},
		{HTML, `a<img src="https://click.mail.acme.example/open.aspx?ffcb10-fe">`, "Salesforce Marketing Cloud"},
		{HTML, `a<img src="https://t.sidekickopen08.com/s3t/o/5/x">`, "HubSpot"},
		{HTML, `a<img src="https://mailtrack.io/trace/mail/abc.png">`, "Mailtrack"},
		{HTML, `a<img src="https://www.google-analytics.com/collect?v=1">`, "Google Analytics"},
		{HTML, `a<img src="https://www.facebook.com/tr?id=1&amp;ev=PageView">`, "Facebook"},
		{HTML, `a<img src="https://mail.acme.example/tracking/open/123">`, "a shape of many"},
		{Markdown, "a ![](https://u123.ct.sendgrid.net/wf/open?upn=abc)", "in Markdown"},
		{Wiki, "a !https://u123.ct.sendgrid.net/wf/open?upn=abc!", "in wiki markup"},
		{Wiki, "a !https://x.example/a.png|width=1,height=1!", "one pixel in wiki markup"},
		{ADF, adf(`{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"external","url":"https://mailtrack.io/trace/x"}}]}`), "in ADF"},
		{ADF, adf(`{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"external","url":"https://x.example/a.png","width":1,"height":1}}]}`), "one pixel in ADF"},
		{Journal, `a [code]<img src="https://x.example/a.png" width="1">[/code]`, "in a journal"},
		{Asana, `<body>a<img src="https://x.example/a.png" width="1"></body>`, "in Asana"},
	} {
		for _, to := range formats {
			got, losses := Convert(c.from, to, c.source)
			if strings.Contains(got, "//") {
				t.Errorf("%s: %s as %s", c.reason, got, to)
			}
			if !slices.Contains(losses, Loss{Kind: "trackingImage", Count: 1, Became: "nothing"}) {
				t.Errorf("%s to %s: losses %v", c.reason, to, losses)
			}
		}
	}
	for _, shown := range []string{"https://acme.example/track/42.png", "https://acme.example/opening.png", "https://acme.example/mail/inbox.png", "https://mailtrack.io.acme.example/a.png"} {
		if References(Markdown, "![]("+shown+")") == nil {
			t.Errorf("%s is taken for a picture that tracks", shown)
		}
	}
}
