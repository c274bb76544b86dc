package servicenow

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAttachments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident("")
	r.Pass(time.Minute)
	up := "/api/now/attachment/file?table_name=incident&table_sys_id=" + idOf(path) + "&file_name="
	a := r.must(201, "grace", "POST", up+url.QueryEscape("a b.png"), "bytes", "Content-Type", "image/png")
	sum := sha256.Sum256([]byte("bytes"))
	if a.field("size_bytes") != "5" || a.field("hash") != hex.EncodeToString(sum[:]) || a.field("sys_created_by") != UserGrace || a.field("file_name") != "a b.png" {
		t.Errorf("kept as %s", a.Raw)
	}
	if got := r.must(200, "sync", "GET", path, "").field("sys_mod_count"); got != "0" {
		t.Errorf("a file moved the record's count to %v", got)
	}
	file := "/api/now/attachment/" + a.text("sys_id")
	got := r.must(200, "sync", "GET", file+"/file", "")
	if string(got.Raw) != "bytes" || got.Header.Get("Content-Type") != "image/png" || !strings.Contains(got.Header.Get("X-Attachment-Metadata"), "a b.png") {
		t.Errorf("content %q, headers %v", got.Raw, got.Header)
	}
	if n := r.query("sync", "sys_attachment", "table_sys_id="+idOf(path)).column("file_name"); n != "a b.png" {
		t.Errorf("as a table: %q", n)
	}
	r.must(400, "grace", "POST", up, "bytes", "Content-Type", "image/png")
	r.must(404, "grace", "POST", strings.Replace(up, idOf(path), ID("x", "y"), 1)+"c.png", "bytes", "Content-Type", "image/png")
	r.Control("POST", "property", `{"name":"glide.attachment.extensions","value":"png,txt"}`)
	r.must(403, "grace", "POST", up+"a.exe", "bytes", "Content-Type", "image/png")
	r.Control("POST", "property", `{"name":"com.glide.attachment.max_size","value":"1"}`)
	r.must(400, "grace", "POST", up+"a.png", strings.Repeat("x", 1<<20+1), "Content-Type", "image/png")
	r.must(204, "grace", "PATCH", file, `{"file_name":"c.png"}`)
	r.must(204, "grace", "DELETE", file, "")
	r.must(404, "grace", "GET", file, "")
}

func TestFilesOfHiddenRecordsAreHidden(t *testing.T) {
	r := newRig(t, Options{})
	path := r.incident(`"assignment_group":"` + ID("sys_user_group", "Legal") + `"`)
	a := r.must(201, "ada", "POST", "/api/now/attachment/file?table_name=incident&table_sys_id="+idOf(path)+"&file_name=a.txt", "x", "Content-Type", "text/plain")
	r.must(404, "sync", "GET", "/api/now/attachment/"+a.text("sys_id"), "")
	list := r.must(200, "sync", "GET", "/api/now/attachment", "")
	if len(list.list()) != 0 || list.Header.Get("X-Total-Count") != "1" {
		t.Errorf("listed: %s", list.Raw)
	}
}
