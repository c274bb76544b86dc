package jira

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

func jsonBody(v any) io.Reader {
	raw, _ := json.Marshal(v)
	return bytes.NewReader(raw)
}

// fileForm is a multipart form with one file.
func fileForm(name, content string) (body io.Reader, contentType string) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, _ := w.CreateFormFile("file", name)
	_, _ = io.WriteString(part, content)
	_ = w.Close()
	return &buf, w.FormDataContentType()
}

// version is the one the site answers.
func (s *site) version() string {
	if s.e.opts.DataCenter {
		return "2"
	}
	return "3"
}

func (c caller) upload(issueID, name string, content []byte, token string) answer {
	c.T.Helper()
	buf, kind := fileForm(name, string(content))
	req, _ := http.NewRequest("POST", c.URL+"/rest/api/"+c.version()+"/issue/"+issueID+"/attachments", buf)
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("X-Atlassian-Token", token)
	}
	return c.send(req)
}

func TestAttachmentsGoUpAndComeDown(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", nil)
	content := []byte("line one\nline two\n")
	c.upload(id, "log.txt", content, "").want(403)
	file := c.upload(id, "log.txt", content, "no-check").want(200).text("0.id")
	c.issue(id).is("fields.attachment.0.size", len(content))
	path := "/rest/api/3/attachment/content/" + file
	to := c.do("GET", path, nil).want(303).Header.Get("Location")
	if strings.Contains(to, "/rest/") {
		t.Errorf("the content is not on the media host: %s", to)
	}
	media := strings.TrimPrefix(to, s.URL)
	nobody := caller{s, func(*http.Request) {}}
	if got := nobody.do("GET", media, nil).want(200); !bytes.Equal(got.Raw, content) {
		t.Errorf("the media host gave %q", got.Raw)
	}
	c.do("GET", media, nil).want(400) // credentials do not belong there
	if got := c.do("GET", path+"?redirect=false", nil).want(200); !bytes.Equal(got.Raw, content) {
		t.Errorf("redirect=false gave %q", got.Raw)
	}
	part := caller{s, func(r *http.Request) { c.sign(r); r.Header.Set("Range", "bytes=5-7") }}
	if got := part.do("GET", path+"?redirect=false", nil).want(206); string(got.Raw) != "one" {
		t.Errorf("the range gave %q", got.Raw)
	}
	c.do("DELETE", "/rest/api/3/attachment/"+file, nil).want(204)
	c.do("GET", path, nil).want(404)
	nobody.do("GET", media, nil).want(404)
}

func TestARestartedSiteKeepsWhatItAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jira.json")
	s, r := newSite(t, Options{File: file}), bench.NewInbox(t)
	c := s.as("ada")
	s.target(r, "hush")
	id := c.newIssue("Kept", object{"description": doc("Text"), "labels": []string{"a"}, "customfield_10016": 2.5})
	c.do("POST", "/rest/api/3/issue/"+id+"/comment", object{"body": doc("Hi")}).want(201)
	att := c.upload(id, "a.bin", []byte{1, 2, 3}, "no-check").want(200).text("0.id")
	before := c.issue(id)
	again := newSite(t, Options{File: file})
	d := again.as("ada")
	after := d.issue(id)
	strip := func(a answer, base string) string { return strings.ReplaceAll(string(a.Raw), base, "") }
	if strip(before, s.URL) != strip(after, again.URL) {
		t.Errorf("before %s\nafter  %s", before.Raw, after.Raw)
	}
	if got := d.do("GET", "/rest/api/3/attachment/content/"+att+"?redirect=false", nil).want(200); !bytes.Equal(got.Raw, []byte{1, 2, 3}) {
		t.Errorf("attachment %v", got.Raw)
	}
	if got := d.keys("labels = a"); len(got) != 1 || got[0] != "ENG-1" {
		t.Errorf("search finds %v", got)
	}
	if next := d.newIssue("Next", nil); next == id || d.issue(next).text("key") != "ENG-2" {
		t.Error("numbers start again after a restart")
	}
	heard := func() bool {
		return slices.ContainsFunc(r.Calls(), func(g bench.Message) bool { return strings.Contains(string(g.Raw), `"summary":"Next"`) })
	}
	bench.Eventually(t, "the webhook is registered still", heard)
	d.do("POST", "/_control/reset", nil).want(204)
	d.do("GET", "/rest/api/3/issue/"+id, nil).want(404)
}
