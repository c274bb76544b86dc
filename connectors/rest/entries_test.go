package rest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// TestAConditionIsTrueOrFalse: a comment that the system shows as private by a number is not taken for a public one.
func TestAConditionIsTrueOrFalse(t *testing.T) {
	con := smallBy(t, "{method: none}", "", "comments: {items: item.notes, id: string(comment.id), author: comment.by, text: comment.text, created: comment.at, private: comment.internal}", "",
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.TrimSuffix(oneItem, "}")+`,"notes":[{"id":1,"text":"for us","internal":1}]}`)
		})
	o, err := con.Get(t.Context(), "7", connectors.Want{Comments: true})
	if connectors.Class(err) != "unsupported" || !strings.Contains(err.Error(), "comment.internal") {
		t.Errorf("came out as %+v, %v", o.Comments, err)
	}
}

// TestAQuotedMarkIsNotItsOwn: who copies a text copies the mark that is hidden in it. The comment's own is the last.
func TestAQuotedMarkIsNotItsOwn(t *testing.T) {
	quoted, own := "dx-aaaaaaaaaaaaaaaaaaaaaaaaaa", "dx-bbbbbbbbbbbbbbbbbbbbbbbbbb"
	con := smallBy(t, "{method: none}", "", "comments: {items: item.notes, id: string(comment.id), author: comment.by, text: comment.text, created: comment.at, add: {path: /n}, mark: {hidden: '<!-- {mark} -->'}}", "",
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, strings.TrimSuffix(oneItem, "}")+`,"notes":[{"id":1,"text":"quoted <!-- %s -->\nmore\n\n<!-- %s -->"}]}`, quoted, own)
		})
	if m, err := con.FindComment(t.Context(), "7", own); err != nil || m.ID != "1" || strings.Contains(m.Body.Source(), "dx-") {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := con.FindComment(t.Context(), "7", quoted); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("by the quoted mark: %+v, %v", m, err)
	}
}

// TestAMarkHasItsRoom: a comment as long as the facts allow fits with the mark that is hidden in it.
func TestAMarkHasItsRoom(t *testing.T) {
	sent := ""
	con := smallBy(t, "{method: none}", "max_comment: 100\n", `comments: {items: item.notes, id: comment.id, author: comment.by, text: comment.text, created: comment.at, add: {path: /n, encode: form, body: {text: "{text}"}, item: body}, mark: {hidden: "<!-- {mark} -->"}}`, "",
		func(w http.ResponseWriter, r *http.Request) {
			sent = r.FormValue("text")
			fmt.Fprint(w, `{"id":"1"}`)
		})
	for more, class := range map[int]string{0: "", 1: "too-large"} {
		d := core.CommentDraft{Body: core.Text("plain", strings.Repeat("x", con.Facts().MaxComment+more)), Visibility: core.Visibility{Audience: core.Public}, Mark: "dx-abcdefghijklmnopqrstuvwxyz"}
		if _, err := con.AddComment(t.Context(), "7", d); connectors.Class(err) != class || len(sent) != 100 && class == "" {
			t.Errorf("%d characters more: sent %d, %v", more, len(sent), err)
		}
	}
}

// two is a manifest of two types, of which the second can do less.
const two = `manifest: two
title: Two
auth: {method: none}
items:
  a:
    id: string(item.id)
    updated: item.at
    fields: {title: {kind: string, at: title}}
    get: {path: "/i/{id}", item: body}
    create: {path: /i, item: body}
    changes: {path: /i, items: body}
    mark: {at: ref, find: {path: /i, items: body}}
    comments: {items: item.notes, id: comment.id, author: comment.by, text: comment.text, created: comment.at, add: {path: /n, body: {ref: "{mark}"}}, mark: {at: ref, read: comment.ref}}
    attachments: {items: item.files, id: file.id, name: file.name, size: file.size, author: file.by, created: file.at, content: file.url, delete: {path: /f}}
  b:
    id: string(item.id)
    updated: item.at
    fields: {title: {kind: string, at: title}}
    get: {path: "/i/{id}", item: body}
    changes: {path: /i, items: body}
    comments: {items: item.notes, id: comment.id, author: comment.by, text: comment.text, created: comment.at, add: {path: /n}}
    attachments: {items: item.files, id: file.id, name: file.name, size: file.size, author: file.by, created: file.at, content: file.url}
`

// TestWhatOneTypeLacks: a capability is the system's, and a type of item may lack it all the same. Not to be able to look is not to find
// nothing: what is not found is made again.
func TestWhatOneTypeLacks(t *testing.T) {
	con := smallAs(t, two, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/i" {
			fmt.Fprint(w, "[]")
			return
		}
		fmt.Fprint(w, `{"id":7,"at":"2026-05-01T10:00:00Z","title":"x","notes":[],"files":[{"id":"f1","name":"a.txt","size":1}]}`)
	})
	const mark = "dx-abcdefghijklmnopqrstuvwxyz"
	for what, call := range map[string]func(typ string) error{
		"find": func(typ string) error {
			_, err := con.Find(t.Context(), connectors.ItemType{Type: typ}, mark)
			return err
		},
		"find a comment": func(typ string) error { _, err := con.FindComment(t.Context(), typ+":7", mark); return err },
		"delete a file":  func(typ string) error { return con.DeleteAttachment(t.Context(), typ+":7", "f1") },
	} {
		if err := call("b"); connectors.Class(err) != "unsupported" {
			t.Errorf("%s of a type that cannot: %v", what, err)
		}
		if err := call("a"); connectors.Class(err) == "unsupported" {
			t.Errorf("%s of a type that can: %v", what, err)
		}
	}
}

// TestWithoutKnowingWhoseItIs: a system that does not tell whose the credential is, or a file's author, still has each entry once.
func TestWithoutKnowingWhoseItIs(t *testing.T) {
	var files, notes []string
	con := smallBy(t, "{method: none}", "", `attachments: {items: item.files, id: string(file.id), name: file.name, size: file.size, author: file.by, created: file.at, content: file.url, upload: {path: /f}}
    comments: {items: item.notes, id: string(comment.id), author: comment.by, text: comment.text, created: comment.at, add: {path: /n, body: {text: "{text}"}}}`, "",
		func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/f":
				files = append(files, fmt.Sprintf(`{"id":%d,"name":"a.txt","size":2,"at":"2026-05-01T10:00:00Z"}`, len(files)+1))
			case "/n":
				notes = append(notes, `{"id":1,"text":"mine"}`, `{"id":2,"text":"somebody else's"}`)
			default:
				fmt.Fprintf(w, strings.TrimSuffix(oneItem, "}")+`,"files":[%s],"notes":[%s]}`, strings.Join(files, ","), strings.Join(notes, ","))
			}
		})
	d := core.AttachmentDraft{Name: "a.txt", Size: 2, Visibility: core.Visibility{Audience: core.Public}}
	made, err := con.Attach(t.Context(), "7", d, strings.NewReader("hi"))
	if err != nil || made.ID != "1" {
		t.Errorf("the new file is %+v, %v", made, err)
	}
	if found, err := con.FindAttachment(t.Context(), "7", d, time.Time{}, nil); err != nil || found.ID != "1" {
		t.Errorf("found %+v, %v", found, err)
	}
	m, err := con.AddComment(t.Context(), "7", core.CommentDraft{Body: core.Text("plain", "mine"), Visibility: core.Visibility{Audience: core.Public}})
	if err != nil || m.ID != "1" {
		t.Errorf("the new comment is %+v, %v", m, err)
	}
}

// TestWhatIsNotTheFile: an answer that is not the whole file is an error and never content.
func TestWhatIsNotTheFile(t *testing.T) {
	for _, c := range []struct {
		reason string
		answer func(w http.ResponseWriter)
		class  string
	}{
		{"the file", func(w http.ResponseWriter) { fmt.Fprint(w, "hi") }, ""},
		{"it is still looked through", func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }, "busy"},
		{"a part of it", func(w http.ResponseWriter) { fmt.Fprint(w, "h") }, "busy"},
		{"a page", func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); fmt.Fprint(w, "hi") }, "busy"},
	} {
		con := smallBy(t, "{method: none}", "", "attachments: {items: item.files, id: file.id, name: file.name, size: file.size, author: file.by, created: file.at, content: file.url}", "",
			func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/content" {
					c.answer(w)
					return
				}
				fmt.Fprint(w, strings.TrimSuffix(oneItem, "}")+`,"files":[{"id":"f1","name":"a.txt","size":"2","url":"/content"}]}`)
			})
		body, err := con.OpenAttachment(t.Context(), "7", core.Attachment{ID: "f1"})
		if connectors.Class(err) != c.class {
			t.Errorf("%s: %v", c.reason, err)
		}
		if err == nil {
			if b, err := io.ReadAll(body); string(b) != "hi" {
				t.Errorf("%s: %q, %v", c.reason, b, err)
			}
			body.Close()
		}
	}
}

// TestAFormIsSentAgainAfterARefresh: like any other body, when a token ended before its time.
func TestAFormIsSentAgainAfterARefresh(t *testing.T) {
	tokens, sent := 0, 0
	con := smallBy(t, "{method: oauth2, token_url: /token}", "", "comments: {items: item.notes, id: string(comment.id), author: comment.by, text: comment.text, created: comment.at, add: {path: /n, encode: form, body: {text: '{text}'}, item: body}}", "",
		func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/token":
				tokens++
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"access_token":"t%d","token_type":"bearer","expires_in":3600}`, tokens)
			case r.Header.Get("Authorization") == "Bearer t1":
				w.WriteHeader(http.StatusUnauthorized)
			case r.FormValue("text") == "hello":
				sent++
				fmt.Fprint(w, `{"id":1,"text":"hello"}`)
			}
		})
	m, err := con.AddComment(t.Context(), "7", core.CommentDraft{Body: core.Text("plain", "hello"), Visibility: core.Visibility{Audience: core.Public}})
	if err != nil || m.ID != "1" || sent != 1 {
		t.Errorf("%+v, sent %d times, %v", m, sent, err)
	}
}
