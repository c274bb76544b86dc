package richtext

import (
	"regexp"
	"strings"
	"testing"
)

// unsafe matches what must never leave in HTML, outside of text: scripts,
// event handlers, addresses that run code, styles but a colour.
var unsafe = regexp.MustCompile(`(?i)<(?:script|iframe|object|embed|svg|math|style|link|meta|base|form|input|video|audio|template|noscript|textarea)\b` +
	`|<[^>]*\son[a-z]+\s*=|<[^>]*(?:href|src)="(?:\s*(?:javascript|vbscript|data:text|file)|[^"]*&#)|<[^>]*style="(?:[^"]*[;(]|color:[^#])|<[^>]*\b(?:srcdoc|formaction|srcset|background|ping)=`)

func TestNothingThatRunsOrTracksLeavesInHTML(t *testing.T) {
	attacks := []struct{ source, reason string }{
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
	}
	for _, a := range attacks {
		for _, from := range []Format{HTML, Markdown, Asana} {
			got, _ := Convert(from, HTML, a.source)
			if m := unsafe.FindString(got); m != "" {
				t.Errorf("%s, from %s: %q leaves in %s", a.reason, from, m, got)
			}
			lawHolds(t, from, a.source)
		}
	}
	for _, bad := range []string{"<script>", `<p onclick="x">`, `<a href="javascript:x">`, `<span style="color:#ff0000;top:0">`, `<img src="a" srcset="b">`} {
		if !unsafe.MatchString(bad) {
			t.Errorf("%s passes: this test could not fail", bad)
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
