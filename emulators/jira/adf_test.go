package jira

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestDocumentsAreCheckedStrictly(t *testing.T) {
	block := func(content string) string { return `{"type":"doc","version":1,"content":[` + content + `]}` }
	p := func(content string) string { return block(`{"type":"paragraph","content":[` + content + `]}`) }
	cases := []struct {
		reason, doc string
		ok          bool
	}{
		{"plain text", p(`{"type":"text","text":"x"}`), true},
		{"a paragraph without content", block(`{"type":"paragraph"}`), true},
		{"code with a link", p(`{"type":"text","text":"x","marks":[{"type":"code"},{"type":"link","attrs":{"href":"https://a.example"}}]}`), true},
		{"a list in a list", block(`{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph"},{"type":"orderedList","attrs":{"order":3},"content":[{"type":"listItem","content":[{"type":"paragraph"}]}]}]}]}`), true},
		{"a table", block(`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph"}]}]}]}`), true},
		{"a code block", block(`{"type":"codeBlock","attrs":{"language":"go"},"content":[{"type":"text","text":"x"}]}`), true},
		{"a mention", p(`{"type":"mention","attrs":{"id":"5d","text":"@Ada"}}`), true},
		{"an empty text node", p(`{"type":"text","text":""}`), false},
		{"code and strong", p(`{"type":"text","text":"x","marks":[{"type":"code"},{"type":"strong"}]}`), false},
		{"an unknown mark", p(`{"type":"text","text":"x","marks":[{"type":"blink"}]}`), false},
		{"a link without an address", p(`{"type":"text","text":"x","marks":[{"type":"link","attrs":{}}]}`), false},
		{"a heading in a quote", block(`{"type":"blockquote","content":[{"type":"heading","attrs":{"level":1}}]}`), false},
		{"a quote in a quote", block(`{"type":"blockquote","content":[{"type":"blockquote","content":[{"type":"paragraph"}]}]}`), false},
		{"a heading of level 7", block(`{"type":"heading","attrs":{"level":7}}`), false},
		{"a heading without a level", block(`{"type":"heading"}`), false},
		{"an empty list", block(`{"type":"bulletList","content":[]}`), false},
		{"text outside a block", block(`{"type":"text","text":"x"}`), false},
		{"text in a list item", block(`{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"text","text":"x"}]}]}`), false},
		{"marks in a code block", block(`{"type":"codeBlock","content":[{"type":"text","text":"x","marks":[{"type":"em"}]}]}`), false},
		{"an unknown node", block(`{"type":"marquee"}`), false},
		{"an unknown attribute", block(`{"type":"paragraph","attrs":{"color":"red"}}`), false},
		{"an unknown member", block(`{"type":"paragraph","style":"red"}`), false},
		{"a null node", block(`null`), false},
		{"an invented panel", block(`{"type":"panel","attrs":{"panelType":"loud"},"content":[{"type":"paragraph"}]}`), false},
		{"a task without an id", block(`{"type":"taskList","attrs":{"localId":"a"},"content":[{"type":"taskItem","attrs":{"state":"TODO"}}]}`), false},
		{"another version", `{"type":"doc","version":2,"content":[]}`, false},
		{"no root", `{"type":"paragraph"}`, false},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			if _, err := parseADF(json.RawMessage(c.doc)); (err == nil) != c.ok {
				t.Errorf("accepted: %v, want %v (%v)", err == nil, c.ok, err)
			}
		})
	}
}

func TestTheServerRewritesDocumentsOnce(t *testing.T) {
	d, err := parseADF(json.RawMessage(`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},
		{"type":"text","text":"c","marks":[{"type":"em"}]}]},{"type":"paragraph"},{"type":"paragraph"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	once := rewriteADF(d)
	if len(once.Content) != 1 || len(once.Content[0].Content) != 2 || once.Content[0].Content[0].Text != "ab" {
		raw, _ := json.Marshal(once)
		t.Errorf("rewritten to %s", raw)
	}
	if once.Content[0].Attrs["localId"] == nil {
		t.Error("no localId was added")
	}
	if twice := rewriteADF(once); !reflect.DeepEqual(once, twice) {
		t.Error("rewriting again changes the document")
	}
	other := copyNode(once)
	other.Content[0].Attrs["localId"] = "else"
	if !sameText(once, other) {
		t.Error("a localId counts as a difference of text")
	}
	other.Content[0].Content[0].Text = "xy"
	if sameText(once, other) {
		t.Error("a different text does not count")
	}
	if rewriteADF(&node{Type: "doc", Version: 1, Content: []*node{{Type: "paragraph"}}}) != nil {
		t.Error("a document without content is not empty")
	}
}

func TestARewrittenDocumentMayBeSentBack(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", object{"description": object{"type": "doc", "version": 1, "content": []object{
		{"type": "heading", "attrs": object{"level": 2}, "content": []object{{"type": "text", "text": "Steps"}}},
		{"type": "bulletList", "content": []object{{"type": "listItem", "content": []object{{"type": "paragraph", "content": []object{{"type": "text", "text": "one"}}}}}}},
		{"type": "codeBlock", "content": []object{{"type": "text", "text": "x"}}}}}})
	before := c.issue(id)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"description": before.at("fields.description")}}).want(204)
	c.do("GET", "/rest/api/3/issue/"+id+"/changelog", nil).is("total", 0)
}

func TestWikiText(t *testing.T) {
	cases := []struct{ reason, content, want string }{
		{"marks", `{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"strong"}]},{"type":"text","text":" b","marks":[{"type":"code"}]}]}`, "*a*{{ b}}"},
		{"a heading and a rule", `{"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"h"}]},{"type":"rule"}`, "h3. h\n\n----"},
		{"nested lists", `{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}]}]}`, "* a\n** b"},
		{"code", `{"type":"codeBlock","attrs":{"language":"go"},"content":[{"type":"text","text":"x"}]}`, "{code:go}\nx\n{code}"},
		{"a mention and a link", `{"type":"paragraph","content":[{"type":"mention","attrs":{"id":"5d"}},{"type":"text","text":"l","marks":[{"type":"link","attrs":{"href":"https://a.example"}}]}]}`, "[~accountid:5d][l|https://a.example]"},
		{"a table", `{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"H"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"c"}]}]}]}]}`, "||H||\n|c|"},
	}
	for _, c := range cases {
		d, err := parseADF(json.RawMessage(`{"type":"doc","version":1,"content":[` + c.content + `]}`))
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		if got := wikiText(d); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}
