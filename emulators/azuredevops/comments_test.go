package azuredevops

import (
	"fmt"
	"strings"
	"testing"
)

func TestComments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	add := func(query, text string) answer {
		t.Helper()
		return r.must(200, "grace", "POST", path+"/comments"+query, fmt.Sprintf(`{"text":%q}`, text))
	}
	if a := add("", "<!-- mark --><div>Hi</div>"); a.at("text") != "<div>Hi</div>" || a.at("format") != "html" {
		t.Errorf("a comment is HTML unless it says otherwise, and is cleaned: %s", a.raw)
	}
	md := add("?format=markdown", "**Hi** <!-- mark --> @<11111111-0000-4000-8000-000000000002>")
	if md.at("text") != "**Hi** <!-- mark --> @<11111111-0000-4000-8000-000000000002>" || md.len("mentions") != 1 {
		t.Errorf("Markdown is kept: %s", md.raw)
	}
	if a := r.must(200, "grace", "POST", path+"/comments?format=markdown&api-version=7.0-preview.3", `{"text":"**x**"}`); a.at("format") != nil {
		t.Errorf("the third preview knows no format: %s", a.raw)
	}
	item := r.must(200, "grace", "GET", path, "")
	if item.at("rev") != 4.0 || item.at("fields", "System.CommentCount") != 3.0 || item.at("fields", fieldHistory) == nil {
		t.Errorf("comments are revisions: %s", item.raw)
	}
	one := fmt.Sprintf("%s/comments/%.0f", path, md.at("id"))
	r.must(403, "triage", "PATCH", one, `{"text":"mine"}`)
	if a := r.must(200, "grace", "PATCH", one+"?format=markdown", `{"text":"changed"}`); a.at("version") != 2.0 || a.at("modifiedDate") == a.at("createdDate") {
		t.Errorf("edited: %s", a.raw)
	}
	if a := r.must(200, "grace", "GET", one+"/versions", ""); a.at("count") != 2.0 || !strings.HasPrefix(a.at("value", 0, "text").(string), "**Hi**") {
		t.Errorf("the old text: %s", a.raw)
	}
	r.must(200, "grace", "DELETE", one, "")
	r.must(404, "grace", "GET", one, "")
	if a := r.must(200, "grace", "GET", one+"?includeDeleted=true", ""); a.at("isDeleted") != true {
		t.Errorf("deleted: %s", a.raw)
	}
	for i := range 25 {
		add("", fmt.Sprint("n", i))
	}
	first := r.must(200, "grace", "GET", path+"/comments", "")
	if first.at("count") != 20.0 || first.at("totalCount") != 27.0 || first.at("comments", 0, "text") != "n24" {
		t.Errorf("20, newest first: %s", first.raw)
	}
	rest := r.must(200, "grace", "GET", path+"/comments?continuationToken="+first.at("continuationToken").(string), "")
	if rest.at("count") != 7.0 || rest.at("continuationToken") != nil {
		t.Errorf("the rest: %s", rest.raw)
	}
	r.must(200, "grace", "PATCH", path, patch(set(fieldHistory, "by field")))
	if a := r.must(200, "grace", "GET", path+"/comments?$top=1", ""); a.at("comments", 0, "text") != "by field" {
		t.Errorf("the field History writes a comment: %s", a.raw)
	}
}

func TestAttachments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	up := r.must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=a%20b.txt", "hello")
	a := r.must(200, "grace", "PATCH", path+"?$expand=relations", patch(op("add", "/relations/-", map[string]any{"rel": relFile, "url": up.at("url"), "attributes": map[string]any{"comment": "m"}})))
	attributes := a.at("relations", 0, "attributes").(map[string]any)
	if attributes["name"] != "a b.txt" || attributes["resourceSize"] != 5.0 || attributes["comment"] != "m" || attributes["resourceCreatedDate"] == nil {
		t.Errorf("attached: %s", a.raw)
	}
	file := strings.TrimPrefix(a.at("relations", 0, "url").(string), r.url+"/acme")
	if got := r.must(200, "grace", "GET", "/Fabrikam"+file, ""); string(got.raw) != "hello" {
		t.Errorf("read back: %s", got.raw)
	}
	r.must(302, "", "GET", "/Fabrikam"+file, "")
	big := r.must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=b&uploadType=chunked", "")
	piece := "/Fabrikam/_apis/wit/attachments/" + big.at("id").(string)
	r.must(200, "grace", "PUT", piece, "012", "Content-Range", "bytes 0-2/6")
	r.must(404, "grace", "GET", piece, "")
	r.must(400, "grace", "PUT", piece, "012", "Content-Range", "bytes 0-2/6")
	r.must(200, "grace", "PUT", piece, "345", "Content-Range", "bytes 3-5/6")
	if got := r.must(200, "grace", "GET", piece, ""); string(got.raw) != "012345" {
		t.Errorf("in pieces: %s", got.raw)
	}
	small := newRig(t, Options{Limits: Limits{FileBytes: 3}})
	small.must(413, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=c", "four")
}
