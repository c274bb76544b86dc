package azuredevops

import (
	"fmt"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

func TestComments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	add := func(query, text string) bench.Answer {
		t.Helper()
		return r.Must(200, "grace", "POST", path+"/comments"+query, fmt.Sprintf(`{"text":%q}`, text))
	}
	if a := add("", "<!-- mark --><div>Hi</div>"); a.At("text") != "<div>Hi</div>" || a.At("format") != "html" {
		t.Errorf("a comment is HTML unless it says otherwise, and is cleaned: %s", a.Raw)
	}
	md := add("?format=markdown", "**Hi** <!-- mark --> @<11111111-0000-4000-8000-000000000002>")
	if md.At("text") != "**Hi** <!-- mark --> @<11111111-0000-4000-8000-000000000002>" || md.Len("mentions") != 1 {
		t.Errorf("Markdown is kept: %s", md.Raw)
	}
	if a := r.Must(200, "grace", "POST", path+"/comments?format=markdown&api-version=7.0-preview.3", `{"text":"**x**"}`); a.At("format") != nil {
		t.Errorf("the third preview knows no format: %s", a.Raw)
	}
	item := r.Must(200, "grace", "GET", path, "")
	if item.At("rev") != 4.0 || item.At("fields", "System.CommentCount") != 3.0 || item.At("fields", fieldHistory) == nil {
		t.Errorf("comments are revisions: %s", item.Raw)
	}
	one := fmt.Sprintf("%s/comments/%.0f", path, md.At("id"))
	r.Must(403, "triage", "PATCH", one, `{"text":"mine"}`)
	if a := r.Must(200, "grace", "PATCH", one+"?format=markdown", `{"text":"changed"}`); a.At("version") != 2.0 || a.At("modifiedDate") == a.At("createdDate") {
		t.Errorf("edited: %s", a.Raw)
	}
	if a := r.Must(200, "grace", "GET", one+"/versions", ""); a.At("count") != 2.0 || !strings.HasPrefix(a.At("value", 0, "text").(string), "**Hi**") {
		t.Errorf("the old text: %s", a.Raw)
	}
	r.Must(200, "grace", "DELETE", one, "")
	r.Must(404, "grace", "GET", one, "")
	if a := r.Must(200, "grace", "GET", one+"?includeDeleted=true", ""); a.At("isDeleted") != true {
		t.Errorf("deleted: %s", a.Raw)
	}
	for i := range 25 {
		add("", fmt.Sprint("n", i))
	}
	first := r.Must(200, "grace", "GET", path+"/comments", "")
	if first.At("count") != 20.0 || first.At("totalCount") != 27.0 || first.At("comments", 0, "text") != "n24" {
		t.Errorf("20, newest first: %s", first.Raw)
	}
	rest := r.Must(200, "grace", "GET", path+"/comments?continuationToken="+first.At("continuationToken").(string), "")
	if rest.At("count") != 7.0 || rest.At("continuationToken") != nil {
		t.Errorf("the rest: %s", rest.Raw)
	}
	r.Must(200, "grace", "PATCH", path, patch(set(fieldHistory, "by field")))
	if a := r.Must(200, "grace", "GET", path+"/comments?$top=1", ""); a.At("comments", 0, "text") != "by field" {
		t.Errorf("the field History writes a comment: %s", a.Raw)
	}
}

func TestAttachments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	up := r.Must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=a%20b.txt", "hello")
	a := r.Must(200, "grace", "PATCH", path+"?$expand=relations", patch(op("add", "/relations/-", map[string]any{"rel": relFile, "url": up.At("url"), "attributes": map[string]any{"comment": "m"}})))
	attributes := a.At("relations", 0, "attributes").(map[string]any)
	if attributes["name"] != "a b.txt" || attributes["resourceSize"] != 5.0 || attributes["comment"] != "m" || attributes["resourceCreatedDate"] == nil {
		t.Errorf("attached: %s", a.Raw)
	}
	file := strings.TrimPrefix(a.At("relations", 0, "url").(string), r.URL+"/acme")
	if got := r.Must(200, "grace", "GET", "/Fabrikam"+file, ""); string(got.Raw) != "hello" {
		t.Errorf("read back: %s", got.Raw)
	}
	r.Must(302, "", "GET", "/Fabrikam"+file, "")
	big := r.Must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=b&uploadType=chunked", "")
	piece := "/Fabrikam/_apis/wit/attachments/" + big.At("id").(string)
	r.Must(200, "grace", "PUT", piece, "012", "Content-Range", "bytes 0-2/6")
	r.Must(404, "grace", "GET", piece, "")
	r.Must(400, "grace", "PUT", piece, "012", "Content-Range", "bytes 0-2/6")
	r.Must(200, "grace", "PUT", piece, "345", "Content-Range", "bytes 3-5/6")
	if got := r.Must(200, "grace", "GET", piece, ""); string(got.Raw) != "012345" {
		t.Errorf("in pieces: %s", got.Raw)
	}
	small := newRig(t, Options{Limits: Limits{FileBytes: 3}})
	small.Must(413, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=c", "four")
}
