package zendesk

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

// withPicture is a ticket whose second comment shows an uploaded picture and carries a log file.
func (r *rig) withPicture() (path, comment string, picture, log map[string]any) {
	path = r.ticket("")
	up := r.Must(201, "grace", "POST", "/api/v2/uploads?filename=shot.png", "png", "Content-Type", "image/png")
	token := up.At("upload", "token").(string)
	r.Must(201, "grace", "POST", "/api/v2/uploads?filename=crash.log&token="+token, "trace", "Content-Type", "text/plain")
	url := up.At("upload", "attachment", "content_url").(string)
	body, _ := json.Marshal(object{"ticket": object{"comment": object{"html_body": `<p>Look: <img src="` + html.EscapeString(url) + `"></p>`, "public": false, "uploads": []string{token}}}})
	r.Must(200, "grace", "PUT", path, string(body))
	all := r.Must(200, "ada", "GET", path+"/comments?include_inline_images=true", "")
	picture, _ = all.At("comments", 1, "attachments", 0).(map[string]any)
	log, _ = all.At("comments", 1, "attachments", 1).(map[string]any)
	return path, fmt.Sprintf("%.0f", all.At("comments", 1, "id")), picture, log
}

func TestAPictureTheTextShowsIsInline(t *testing.T) {
	r := newRig(t, Options{})
	path, _, picture, log := r.withPicture()
	if picture["inline"] != true || log["inline"] != false {
		t.Errorf("inline: the picture %v, the log %v", picture["inline"], log["inline"])
	}
	plain := r.Must(200, "ada", "GET", path+"/comments", "")
	if n := plain.Len("comments", 1, "attachments"); n != 1 {
		t.Errorf("%d attachments without include_inline_images, want the log only", n)
	}
	if text := plain.At("comments", 1, "html_body").(string); !strings.Contains(text, html.EscapeString(picture["content_url"].(string))) {
		t.Errorf("html_body does not show the picture: %s", text)
	}
}

func TestAnAttachmentIsRedacted(t *testing.T) {
	r := newRig(t, Options{})
	path, comment, picture, log := r.withPicture()
	at := path + "/comments/" + comment + "/attachments/"
	r.Must(403, "grace", "PUT", at+fmt.Sprintf("%.0f/redact", log["id"]), "")
	red := r.Must(200, "ada", "PUT", at+fmt.Sprintf("%.0f/redact", log["id"]), "")
	if red.At("attachment", "file_name") != "redacted.txt" || red.At("attachment", "size") != 0.0 {
		t.Errorf("replaced by %v", red.At("attachment"))
	}
	r.Must(404, "ada", "PUT", at+fmt.Sprintf("%.0f/redact", log["id"]), "")
	r.Must(404, "ada", "GET", fmt.Sprintf("/api/v2/attachments/%.0f", log["id"]), "")
	r.Must(200, "ada", "PUT", at+fmt.Sprintf("%.0f/redact", picture["id"]), "")
	all := r.Must(200, "ada", "GET", path+"/comments?include_inline_images=true", "")
	if text := all.At("comments", 1, "html_body").(string); strings.Contains(text, "shot.png") || !strings.Contains(text, "redacted.txt") {
		t.Errorf("the text still shows the picture: %s", text)
	}
	audits := r.Must(200, "ada", "GET", path+"/audits", "")
	if kind := audits.At("audits", audits.Len("audits")-1, "events", 0, "type"); kind != "AttachmentRedactionEvent" {
		t.Errorf("the last audit is of a %v", kind)
	}
}

func TestHTMLRedactionTakesTagsAndFiles(t *testing.T) {
	r := newRig(t, Options{})
	path, comment, picture, log := r.withPicture()
	text := r.Must(200, "ada", "GET", path+"/comments", "").At("comments", 1, "html_body").(string)
	put := func(status int, marked string, urls ...any) bench.Answer {
		body, _ := json.Marshal(object{"ticket_id": json.Number(strings.TrimPrefix(path, "/api/v2/tickets/")), "html_body": marked, "external_attachment_urls": urls})
		return r.Must(status, "ada", "PUT", "/api/v2/comment_redactions/"+comment, string(body))
	}
	put(422, strings.Replace(text, "Look", "See", 1))
	put(422, text, "https://elsewhere.example/x")
	marked := strings.Replace(strings.Replace(text, "Look", "<redact>Look</redact>", 1), `">`+"</p>", `" redact></p>`, 1)
	got := put(200, marked, log["content_url"], picture["content_url"])
	if body := got.At("comment", "html_body").(string); strings.Contains(body, "<img") || !strings.Contains(body, "▇▇▇▇: ") {
		t.Errorf("redacted to %s", body)
	}
	for n := range got.Len("comment", "attachments") {
		if name := got.At("comment", "attachments", n, "file_name"); name != "redacted.txt" {
			t.Errorf("%v is still there", name)
		}
	}
}

func TestACommentMayShowAnotherAuthor(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	got := r.Must(200, "sync", "PUT", path, fmt.Sprintf(`{"ticket":{"comment":{"body":"By Carla","public":false,"author_id":%d}}}`, UserCarla))
	if got.At("audit", "author_id") != float64(UserSync) {
		t.Errorf("the audit is by %v", got.At("audit", "author_id"))
	}
	all := r.Must(200, "ada", "GET", path+"/comments", "")
	if all.At("comments", 1, "author_id") != float64(UserCarla) || all.At("comments", 1, "public") != false {
		t.Errorf("the comment is %v", all.At("comments", 1))
	}
	refused := r.Must(422, "sync", "PUT", path, `{"ticket":{"comment":{"body":"By nobody","author_id":1}}}`)
	if refused.Len("details", "comment") != 1 {
		t.Errorf("refused with %s", refused.Raw)
	}
}

func TestAnAuditsCommentIsMadePrivate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	audit := r.Must(200, "ada", "GET", path+"/audits", "").At("audits", 0, "id")
	r.Must(200, "ada", "PUT", fmt.Sprintf("%s/audits/%.0f/make_private", path, audit), "")
	if all := r.Must(200, "ada", "GET", path+"/comments", ""); all.At("comments", 0, "public") != false {
		t.Error("the comment is still public")
	}
	r.Must(404, "ada", "PUT", path+"/audits/1/make_private", "")
}
