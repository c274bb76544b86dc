package rest

import (
	"cmp"
	"slices"
	"strings"

	"duplex/core/mapping"
	"duplex/core/richtext"
)

// meaning finds what the schema cannot say: names that do not agree, and what needs something else beside it.
func (k *checking) meaning() {
	m := k.m
	if !richtext.Known(richtext.Format(cmp.Or(m.Text, "plain"))) {
		k.say("text", "is no format of rich text", "", mapping.CodeWrongValue)
	}
	need := func(path string, missing bool, text string) {
		if missing {
			k.say(path, text, "", mapping.CodeMissingKey)
		}
	}
	need("auth", m.Auth.Method == "header" && m.Auth.Header == "", "header is missing: the name of the header that carries the token")
	need("auth", m.Auth.Method == "query" && m.Auth.Parameter == "", "parameter is missing: the name of the parameter that carries the token")
	need("auth", m.Auth.Method == "oauth2" && m.Auth.TokenURL == "", "token_url is missing: where tokens are handed out")
	need("auth", m.Auth.Strangers && m.Self == nil, "self is missing, which tells whether the credential is still known")
	k.paging("paging", m.Paging)
	need("self", m.Self != nil && m.Self.Item == nil, "item is missing: where in the answer the user is")
	if u := m.Users; u != nil {
		need("users.find", u.Find != nil && u.Find.Items == nil, "items is missing: where in the answer the users are")
		need("users.find_by_name", u.ByName != nil && u.ByName.Items == nil, "items is missing: where in the answer the users are")
		need("users.get", u.Get != nil && u.Get.Item == nil, "item is missing: where in the answer the user is")
	}
	if w := m.Webhook; w != nil {
		need("webhook", w.Verify != "basic" && w.Header == "", "header is missing: the header that is verified")
		need("webhook", w.Item == nil && w.ID == nil, "item or id is missing: where in the call the item is, or its id")
	}
	for _, name := range sortedKeys(m.Items) {
		k.item("items."+name, m.Items[name])
	}
}

func (k *checking) paging(path string, p *Paging) {
	if p == nil {
		return
	}
	if p.Style != "link" && p.Style != "none" && p.Parameter == "" {
		k.say(path, "parameter is missing: what takes the "+p.Style, "", mapping.CodeMissingKey)
	}
	if p.Style == "cursor" && p.Next == nil {
		k.say(path, "next is missing: where in the answer the next cursor is", "", mapping.CodeMissingKey)
	}
}

func (k *checking) item(path string, it *Item) {
	names := sortedKeys(it.Fields)
	known := func(at, name string) {
		if it.Fields[name] == nil {
			k.say(at, "there is no field "+name, mapping.Nearest(name, names), mapping.CodeUnknownField)
		}
	}
	missing := func(at string, is bool, text string) {
		if is {
			k.say(at, text, "", mapping.CodeMissingKey)
		}
	}
	if it.Headline != "" {
		known(path+".headline", it.Headline)
	}
	for _, s := range it.Scope {
		known(path+".scope", s)
	}
	for _, n := range names {
		k.field(path+".fields."+n, it.Fields[n])
	}
	missing(path+".get", it.Get != nil && it.Get.Item == nil, "item is missing: where in the answer the item is")
	missing(path+".create", it.Create != nil && it.Create.Item == nil, "item is missing: where in the answer the new item is")
	missing(path+".changes", it.Changes != nil && it.Changes.Items == nil, "items is missing: where in the answer the items are")
	missing(path+".batch", it.Batch != nil && it.Batch.Items == nil, "items is missing: where in the answer the items are")
	missing(path+".search", it.Search != nil && it.Search.Items == nil, "items is missing: where in the answer the items are")
	for at, r := range map[string]*Request{".get": it.Get, ".delete": it.Delete} {
		if r != nil && slices.ContainsFunc(holes(r.Path.source), func(h string) bool { return strings.HasPrefix(h, "scope.") }) {
			k.say(path+at+".path", "one item is named by its id alone; let id_is say of which parts the id is made", "", mapping.CodeNoMeaning)
		}
	}
	if m := it.Mark; m != nil {
		k.mark(path+".mark", m, it)
		missing(path+".mark", m.Find != nil && m.Find.Items == nil, "find.items is missing: where in the answer the items are")
	}
	if s := it.Status; s != nil {
		known(path+".status.field", s.Field)
		missing(path+".status", s.Take != nil && (s.List == nil || s.To == nil || s.ID == nil), "take needs transitions, id and to: which there are and where they lead")
		missing(path+".status", s.Take == nil && s.Hops == nil, "take or hops is missing; a status that is written like any other field needs no status here")
	}
	if c := it.Comments; c != nil {
		missing(path+".comments", c.Items == nil && c.List == nil, "items or list is missing: where the comments are")
		if c.Mark != nil {
			k.mark(path+".comments.mark", c.Mark, it)
		}
	}
	if a := it.Attachments; a != nil {
		missing(path+".attachments", a.Items == nil && a.List == nil, "items or list is missing: where the files are")
		missing(path+".attachments", a.Link != nil && (a.Upload == nil || a.Upload.Token == nil), "link needs upload.token: what the upload's answer calls the file")
	}
	if h := it.History; h != nil {
		missing(path+".history", h.Entries == nil && h.List == nil, "entries or list is missing: where the history is")
	}
}

func (k *checking) field(path string, f *Field) {
	if f.Read == nil && f.At == "" {
		k.say(path, "at or read is missing: where the field is", "", mapping.CodeMissingKey)
	}
	for at, s := range map[string]string{"at": f.At, "write": f.Write} {
		if s != "" && place(hole.ReplaceAllString(s, "x")) == nil {
			k.say(path+"."+at, "is no place like subject, fields.priority.id or custom_fields[id=7].value", "", mapping.CodeWrongValue)
		}
		k.holes(path+"."+at, s)
	}
	if (f.Kind == "set" || f.Kind == "list") && f.Of != "" && (f.Of == "set" || f.Of == "list") {
		k.say(path+".of", "a set or list holds single values", "", mapping.CodeWrongValue)
	}
}

func (k *checking) mark(path string, m *Mark, it *Item) {
	switch {
	case m.Hide != "" && !strings.Contains(m.Hide, "{mark}"):
		k.say(path+".hidden", "says not where the mark stands: write {mark} there", "", mapping.CodeWrongValue)
	case m.Text != "" && it.Fields[m.Text] == nil:
		k.say(path+".text", "there is no field "+m.Text, mapping.Nearest(m.Text, sortedKeys(it.Fields)), mapping.CodeUnknownField)
	case m.Text != "" && m.Hide == "":
		k.say(path, "hidden is missing: how the mark stands in the text", "", mapping.CodeMissingKey)
	case m.At == "" && m.Read == nil && m.Hide == "":
		k.say(path, "at, read or hidden is missing: where the mark is", "", mapping.CodeMissingKey)
	}
	k.holes(path+".at", m.At)
}
