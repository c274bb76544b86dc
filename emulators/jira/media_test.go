package jira

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// picture is a document that shows a file of the media host.
func picture(mediaID string) object {
	return object{"type": "doc", "version": 1, "content": []object{{"type": "mediaSingle", "attrs": object{"layout": "center"},
		"content": []object{{"type": "media", "attrs": object{"type": "file", "id": mediaID, "collection": ""}}}}}}
}

var fileOnMediaHost = regexp.MustCompile(`/file/([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})/binary\?`)

// mediaOf learns the file's id as clients do: from where the content redirects to.
func (c caller) mediaOf(attachment string) string {
	c.T.Helper()
	to := c.do("GET", "/rest/api/3/attachment/content/"+attachment, nil).want(303).Header.Get("Location")
	m := fileOnMediaHost.FindStringSubmatch(to)
	if m == nil {
		c.T.Fatalf("the address has no media id: %s", to)
	}
	return m[1]
}

func TestATextShowsAFileOfItsIssue(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id, other := c.newIssue("x", nil), c.newIssue("y", nil)
	gif := c.upload(id, "dot.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "no-check").want(200).text("0.id")
	media := c.mediaOf(gif)
	comments := "/rest/api/3/issue/" + id + "/comment"
	cm := c.do("POST", comments+"?expand=renderedBody", object{"body": picture(media)}).want(201)
	cm.is("body.content.0.content.0.attrs.id", media)
	if text := cm.text("renderedBody"); !strings.Contains(text, `/rest/api/3/attachment/content/`+gif+`" alt="dot.gif"`) {
		t.Errorf("rendered as %s", text)
	}
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"description": picture(media)}}).want(204)
	page := browser{s, users[1].AccountID}.get("/items/" + id).want(200)
	if !strings.Contains(string(page.Raw), `<img src="/items/`+id+"/attachments/"+gif) {
		t.Error("the page does not show the picture")
	}
	for reason, refused := range map[string]answer{
		"a file of another issue":     c.do("POST", "/rest/api/3/issue/"+other+"/comment", object{"body": picture(media)}),
		"an attachment's id":          c.do("POST", comments, object{"body": picture(gif)}),
		"an issue that is not there":  c.do("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "z", "description": picture(media)}}),
		"a description of other file": c.do("PUT", "/rest/api/3/issue/"+other, object{"fields": object{"description": picture(media)}}),
	} {
		if refused.Status != 400 || refused.text("errorMessages.0") != "ATTACHMENT_VALIDATION_ERROR" {
			t.Errorf("%s: answered %d %s", reason, refused.Status, refused.Raw)
		}
	}
	c.do("DELETE", "/rest/api/3/attachment/"+gif, nil).want(204)
	c.do("PUT", comments+"/"+cm.text("id"), object{"body": picture(media)}).want(200) // what was there may stay
	c.do("POST", comments, object{"body": picture(media)}).want(400)
}

func TestThumbnailsAreOfPictures(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", nil)
	gif := c.upload(id, "dot.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "no-check").want(200)
	if gif.text("0.thumbnail") == "" {
		t.Error("a picture has no thumbnail")
	}
	text := c.upload(id, "a.txt", []byte("a"), "no-check").want(200)
	if text.at("0.thumbnail") != nil {
		t.Error("a text has a thumbnail")
	}
	c.do("GET", "/rest/api/3/attachment/thumbnail/"+gif.text("0.id"), nil).want(303)
	c.do("GET", "/rest/api/3/attachment/thumbnail/"+text.text("0.id"), nil).want(404)
}

func TestUploadsOverTheLimitAreRefused(t *testing.T) {
	c := newSite(t, Options{UploadLimit: 10}).as("ada")
	id := c.newIssue("x", nil)
	c.do("GET", "/rest/api/3/attachment/meta", nil).want(200).is("uploadLimit", 10)
	c.upload(id, "a.txt", []byte("0123456789"), "no-check").want(200)
	c.upload(id, "b.txt", []byte("0123456789a"), "no-check").want(413)
	c.upload(id, "c.txt", []byte(strings.Repeat("x", 2<<20)), "no-check").want(413)
}

func TestTheMediaHostAsksForItsToken(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	to := c.do("GET", "/rest/api/3/attachment/content/"+c.upload(c.newIssue("x", nil), "a.txt", []byte("a"), "no-check").want(200).text("0.id"), nil).want(303).Header.Get("Location")
	u, _ := url.Parse(to)
	nobody := caller{s, func(*http.Request) {}}
	nobody.do("GET", u.Path+"?"+u.RawQuery, nil).want(200)
	nobody.do("GET", u.Path, nil).want(403)
}
