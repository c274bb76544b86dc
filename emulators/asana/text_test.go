package asana

import (
	"strings"
	"testing"
)

func TestRichTextIsStrict(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	for _, test := range []struct {
		reason, html  string
		task, comment int
	}{
		{"inline and lists", `<body>One\nTwo <strong>b</strong><em>i</em><u>u</u><s>s</s><code>c</code><ul><li>a<ol><li>b</li></ol></li></ul></body>`, 200, 201},
		{"headings and rules are for tasks", `<body><h1>Head</h1><hr/>text</body>`, 200, 400},
		{"quotes and code blocks", `<body><blockquote>q</blockquote><pre>p</pre></body>`, 200, 201},
		{"no body", `Hello`, 400, 400},
		{"two bodies", `<body>a</body><body>b</body>`, 400, 400},
		{"not closed", `<body>a<br></body>`, 400, 400},
		{"a paragraph", `<body><p>a</p></body>`, 400, 400},
		{"a line break", `<body>a<br/>b</body>`, 400, 400},
		{"a small heading", `<body><h3>a</h3></body>`, 400, 400},
		{"an entity of HTML", `<body>a&nbsp;b</body>`, 400, 400},
		{"a comment of HTML", `<body>a<!-- mark --></body>`, 400, 400},
		{"an attribute", `<body><strong class='x'>a</strong></body>`, 400, 400},
		{"a block in an item", `<body><ul><li><pre>a</pre></li></ul></body>`, 400, 400},
		{"a link without address", `<body><a>x</a></body>`, 400, 400},
		{"a mention of nobody", `<body><a data-asana-gid='4711'/></body>`, 400, 400},
		{"a picture of nothing", `<body><img data-asana-gid='4711'/></body>`, 400, 400},
		{"a mention", `<body><a data-asana-gid='` + UserGrace + `'/></body>`, 200, 201},
	} {
		body := strings.ReplaceAll(test.html, `"`, `\"`)
		if a := r.As(TokenAda, "PUT", path, `{"data":{"html_notes":"`+body+`"}}`); a.Status != test.task {
			t.Errorf("%s in a task: %d, want %d: %s", test.reason, a.Status, test.task, a.Raw)
		}
		if a := r.As(TokenAda, "POST", path+"/stories", `{"data":{"html_text":"`+body+`"}}`); a.Status != test.comment {
			t.Errorf("%s in a comment: %d, want %d: %s", test.reason, a.Status, test.comment, a.Raw)
		}
	}
}

func TestTheServerRewritesRichText(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	r.Must(200, TokenAda, "PUT", path, `{"data":{"html_notes":"<body><a data-asana-gid='`+UserGrace+`'/> &quot;hi&quot; &#228;<a href='https://x.example/?a=1&amp;b=2'>x</a></body>"}}`)
	a := r.Must(200, TokenAda, "GET", path+"?opt_fields=html_notes,notes", "")
	want := `<body><a href="` + r.URL + `/0/profile/` + UserGrace + `" data-asana-accessible="true" data-asana-dynamic="true" data-asana-type="user" data-asana-gid="` + UserGrace +
		`">@Grace Hopper</a> "hi" ä<a href="https://x.example/?a=1&amp;b=2">x</a></body>`
	if a.Text("data", "html_notes") != want || a.Text("data", "notes") != `@Grace Hopper "hi" äx` {
		t.Errorf("kept as %s, want %s", a.Raw, want)
	}
	r.Must(200, TokenAda, "PUT", path, `{"data":{"notes":"a < b & c\nd"}}`)
	if a := r.Must(200, TokenAda, "GET", path+"?opt_fields=html_notes", ""); a.Text("data", "html_notes") != "<body>a &lt; b &amp; c\nd</body>" {
		t.Errorf("plain notes are kept as %s", a.Raw)
	}
	up := r.upload(TokenAda, gidOf(path), "a.png", "png")
	r.Must(201, TokenAda, "POST", path+"/stories", `{"data":{"html_text":"<body><img data-asana-gid='`+up.Text("data", "gid")+`'/></body>"}}`)
}
