package salesforce_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/salesforce"
)

// listed are the ids of a page of changes, and whether they are deleted.
func listed(t *testing.T, c connectors.Connector, cursor connectors.Cursor) (map[string]connectors.Change, connectors.Cursor) {
	t.Helper()
	out := map[string]connectors.Change{}
	for {
		page, err := c.Changes(t.Context(), caseType, cursor, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range page.Items {
			out[ch.Ref.ID] = ch
		}
		cursor = page.Next
		if !page.More {
			return out, cursor
		}
	}
}

func TestWhatLeavesTheRecordAloneIsListedToo(t *testing.T) {
	a := newOrganization(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o, quiet := a.create(c, nil), a.create(c, nil)
	a.Pass(10 * time.Minute)
	_, cursor := listed(t, c, "")
	a.Pass(10 * time.Minute)
	if seen, _ := listed(t, c, cursor); len(seen) != 0 {
		t.Errorf("nothing happened, and %v is listed", seen)
	}
	if _, err := ada.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
		t.Fatal(err)
	}
	seen, cursor := listed(t, c, cursor)
	if ch, ok := seen[o.Ref.ID]; !ok || ch.Revision != "" || len(seen) != 1 {
		t.Errorf("after a comment: %+v", seen)
	}
	a.Pass(10 * time.Minute)
	if _, err := ada.Attach(t.Context(), quiet.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	a.Pass(10 * time.Minute)
	if seen, _ = listed(t, c, cursor); seen[quiet.Ref.ID].Ref.ID == "" {
		t.Errorf("after a file: %+v", seen)
	}
	if same, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); err != nil || same.Revision != o.Revision {
		t.Errorf("a comment moved the revision to %s, %v", same.Revision, err)
	}
}

func TestLateCommitsAreNotMissed(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o, other := a.create(c, nil), a.create(c, nil)
	a.Pass(10 * time.Minute)
	_, cursor := listed(t, c, "")
	a.Pass(2 * time.Minute)
	if _, err := c.Update(t.Context(), other.Ref.ID, write(subject("newer")), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	_, cursor = listed(t, c, cursor)
	a.Pass(time.Minute)
	a.control("late_commit", fmt.Sprintf(`{"id":%q,"values":{"Subject":"late"},"age":"2m"}`, o.Ref.ID))
	if seen, _ := listed(t, c, cursor); seen[o.Ref.ID].Ref.ID == "" {
		t.Errorf("a change that became visible late is missing: %v", seen)
	}
}

func TestDeletionsAreListedOnce(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.Pass(10 * time.Minute)
	_, cursor := listed(t, c, "")
	a.Pass(time.Minute)
	if err := c.Delete(t.Context(), o.Ref.ID); err != nil {
		t.Fatal(err)
	}
	a.Pass(10 * time.Minute)
	seen, cursor := listed(t, c, cursor)
	if !seen[o.Ref.ID].Deleted {
		t.Errorf("listed as %+v", seen)
	}
	a.Pass(30 * time.Minute)
	if seen, _ = listed(t, c, cursor); len(seen) != 0 {
		t.Errorf("listed again: %+v", seen)
	}
}

func TestSearchStaysInItsBrackets(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	a.create(c, map[string]core.Value{"Subject": core.String("it's (here)")})
	elsewhere := connectors.ItemType{Type: "Case", Scope: map[string]string{"RecordType": "Product"}}
	for _, tc := range []struct{ reason, query, class string }{
		{"out of the brackets", `Subject = 'x') OR (Id != null`, "invalid"},
		{"an open bracket", `(Subject = 'x'`, "invalid"},
		{"an open quote", `Subject = 'x`, "invalid"},
		{"a clause of its own", `Subject = 'x' LIMIT 1`, "invalid"},
		{"a query in a query", `Id IN (SELECT ParentId FROM CaseComment)`, "invalid"},
		{"an escaped quote and brackets in a text", `Subject = 'it\'s (here)'`, ""},
		{"words of clauses in a text", `Subject = 'limit from order by'`, ""},
		{"nothing is everything in the scope", ``, ""},
	} {
		page, err := c.Search(t.Context(), elsewhere, tc.query, "")
		if connectors.Class(err) != tc.class || len(page.Items) != 0 {
			t.Errorf("%s: %d items, %v", tc.reason, len(page.Items), err)
		}
	}
	if page, err := c.Search(t.Context(), caseType, `Subject = 'it\'s (here)'`, ""); err != nil || len(page.Items) != 1 {
		t.Errorf("without a scope: %d items, %v", len(page.Items), err)
	}
}

func TestCommentsAreCaseCommentsOrPosts(t *testing.T) {
	a := newOrganization(t)
	feed := a.system("sync")
	feed.Settings["comments"] = "feed"
	c, posts := a.connector("sync"), a.with(feed)
	o := a.create(c, nil)
	team := core.Visibility{Audience: core.Internal}
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "a case comment"), Visibility: core.Visibility{Audience: core.Public}}); err != nil {
		t.Fatal(err)
	}
	if _, err := posts.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("html-chatter", "<p>a <b>post</b></p>"), Visibility: team}); err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]struct {
		c    connectors.Connector
		want string
	}{"case": {c, "a case comment"}, "feed": {posts, "post"}} {
		got, err := one.c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true})
		if err != nil || len(got.Comments) != 1 || !strings.Contains(got.Comments[0].Body.Source(), one.want) {
			t.Errorf("%s: a case comment shows in the feed too and is not listed twice: %+v, %v", name, got.Comments, err)
		}
	}
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", strings.Repeat("ä", 2001)), Visibility: team}); connectors.Class(err) != "too-large" {
		t.Errorf("4002 bytes came out as %v", err)
	}
	if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: core.Visibility{Audience: core.Restricted, Group: "legal"}}); connectors.Class(err) != "unsupported" {
		t.Errorf("a comment for few came out as %v", err)
	}
}

func TestACommentThatIsWrittenIsNotLostByItsRead(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	broken := 0
	a.before = func(r *http.Request) {
		if strings.Contains(r.URL.Path, "/sobjects/CaseComment/") {
			r.URL.Path += "x"
			broken++
		}
	}
	m, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: core.Visibility{Audience: core.Internal}})
	if err != nil || broken != 1 || m.ID == "" || !m.Own || m.Visibility.Audience != core.Internal || m.Author.ID() != emulator.UserSync {
		t.Errorf("answered %+v, %v", m, err)
	}
}

func TestFilesAreForTheirReaders(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o, second := a.create(c, nil), a.create(c, nil)
	for _, audience := range []core.Audience{core.Public, core.Internal} {
		f, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: `dir\a "b".txt`, Size: 5, Visibility: core.Visibility{Audience: audience}}, strings.NewReader("hello"))
		if err != nil || f.Visibility.Audience != audience || f.Name != `a "b".txt` {
			t.Errorf("attached as %+v, %v", f, err)
		}
	}
	if _, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 9, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("hello")); connectors.Class(err) != "busy" {
		t.Errorf("a file that is cut off came out as %v", err)
	}
	if n := a.count("SELECT Id FROM ContentVersion"); n != 2 {
		t.Errorf("%d files are kept, of which one is a half", n)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Attachments: true})
	if err != nil || len(got.Attachments) != 2 {
		t.Fatalf("%d files, %v", len(got.Attachments), err)
	}
	if err := c.DeleteAttachment(t.Context(), second.Ref.ID, got.Attachments[0].ID); connectors.Class(err) != "not-found" {
		t.Errorf("the file of another record came out as %v", err)
	}
}

func TestAFileThatIsNotShownYetIsNoRecordThatIsGone(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	for _, table := range []string{"ContentVersion", "ContentDocumentLink"} {
		a.before = func(r *http.Request) {
			if q := r.URL.Query(); strings.Contains(q.Get("q"), "FROM "+table+" WHERE") {
				q.Set("q", q.Get("q")+" LIMIT 0")
				r.URL.RawQuery = q.Encode()
			}
		}
		_, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}, Mark: mark}, strings.NewReader("x"))
		if connectors.Class(err) != "busy" {
			t.Errorf("no row of %s: came out as %v", table, err)
		}
	}
	if err := c.Delete(t.Context(), o.Ref.ID); err != nil {
		t.Fatal(err)
	}
	a.before = nil
	_, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}, Mark: mark}, strings.NewReader("x"))
	if connectors.Class(err) != "not-found" {
		t.Errorf("a record that is gone: came out as %v", err)
	}
}

func TestShortPagesAreFollowed(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o, _ := a.create(c, nil), a.create(c, nil)
	for _, text := range []string{"one", "two", "three"} {
		a.Pass(time.Second)
		if _, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", text), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
			t.Fatal(err)
		}
	}
	a.control("limits", `{"rows":1}`)
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true, Attachments: true})
	if err != nil || len(got.Comments) != 3 || !got.Complete {
		t.Errorf("%d comments, %v", len(got.Comments), err)
	}
	if seen, _ := listed(t, c, ""); len(seen) != 2 {
		t.Errorf("%d records are listed", len(seen))
	}
	a.control("refuse", `{"code":"INVALID_QUERY_LOCATOR","status":400,"message":"x","times":1}`)
	if _, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{}); connectors.Class(err) != "busy" {
		t.Errorf("a locator that is gone came out as %v", err)
	}
}

func TestWithoutReadersPostsAreInternal(t *testing.T) {
	a := newOrganization(t)
	s := a.system("sync")
	s.Settings["comments"] = "feed"
	a.control("hide", `{"fields":["FeedItem.Visibility"]}`) // as where customers see no posts
	c := a.with(s)
	o := a.create(c, nil)
	m, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("html-chatter", "<p>x</p>"), Visibility: core.Visibility{Audience: core.Public}})
	if err != nil || m.Visibility.Audience != core.Internal {
		t.Errorf("written for %v, %v", m.Visibility, err)
	}
}

func TestMarksOfComments(t *testing.T) {
	a := newOrganization(t)
	cases, feed := a.system("sync"), a.system("sync")
	cases.Settings["comment_marks"], feed.Settings["comment_marks"], feed.Settings["comments"] = "on", "on", "feed"
	c, posts, ada := a.with(cases), a.with(feed), a.connector("ada")
	o := a.create(c, nil)
	for name, one := range map[string]struct {
		c    connectors.Connector
		body core.Value
	}{"case": {c, core.Text("plain", "two\nlines")}, "feed": {posts, core.Text("html-chatter", "<p>a <b>post</b></p>")}} {
		d := core.CommentDraft{Body: one.body, Visibility: core.Visibility{Audience: core.Internal}, Mark: mark}
		m, err := one.c.(connectors.Commenter).AddComment(t.Context(), o.Ref.ID, d)
		if err != nil || m.Mark != mark || strings.Contains(m.Body.Source(), "dx-") {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		d.Body, d.Mark = core.Text(d.Body.Format(), "<p>edited</p>"), ""
		if m, err = one.c.(connectors.CommentEditor).EditComment(t.Context(), o.Ref.ID, m.ID, d); err != nil || m.Mark != mark {
			t.Errorf("%s: an edit leaves the mark %q, %v", name, m.Mark, err)
		}
	}
	said, err := ada.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "see ref: dx-tooshort"), Visibility: core.Visibility{Audience: core.Internal}})
	if err != nil || said.Mark != "" || said.Body.Source() != "see ref: dx-tooshort" {
		t.Errorf("what only looks like one: %+v, %v", said, err)
	}
	quoted := "They said:\n\nx\n\nref: " + mark
	if said, err = ada.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", quoted), Visibility: core.Visibility{Audience: core.Internal}}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Comments: true})
	if last := got.Comments[len(got.Comments)-1]; err != nil || last.ID != said.ID || last.Mark != "" || last.Own || last.Body.Source() != quoted {
		t.Errorf("a person who quotes a comment of duplex: %+v, %v", last, err)
	}
	without := a.connector("sync")
	m, err := without.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if err != nil || m.Mark != "" {
		t.Errorf("without marks: %+v, %v", m, err)
	}
	if _, finds := connectors.As[connectors.CommentFinder](without); finds {
		t.Error("without marks it cannot be told, and is not offered")
	}
}
