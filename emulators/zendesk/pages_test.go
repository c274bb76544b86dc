package zendesk

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// browser is a person at the pages.
type browser struct {
	t *testing.T
	r *rig
	http.Client
}

func newBrowser(r *rig, who int64) *browser {
	jar, _ := cookiejar.New(nil)
	b := &browser{t: r.T, r: r, Client: http.Client{Jar: jar}}
	b.post(200, "/items/who", url.Values{"who": {idString(who)}, "back": {"/"}})
	return b
}

func (b *browser) read(want int, resp *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != want {
		b.t.Fatalf("%s answered %d, want %d: %s", resp.Request.URL.Path, resp.StatusCode, want, body)
	}
	return string(body)
}

func (b *browser) get(want int, path string) string {
	b.t.Helper()
	resp, err := b.Get(b.r.URL + path)
	return b.read(want, resp, err)
}

func (b *browser) post(want int, path string, form url.Values) string {
	b.t.Helper()
	resp, err := b.PostForm(b.r.URL+path, form)
	return b.read(want, resp, err)
}

func TestPeopleWorkOnThePages(t *testing.T) {
	r := newRig(t, Options{})
	in := listen(t, r, "s")
	carla, grace, ivan := newBrowser(r, UserCarla), newBrowser(r, UserGrace), newBrowser(r, UserIvan)
	carla.post(200, "/items/new", url.Values{"subject": {"App crashes <b>"}, "body": {"On start."}})
	if page := grace.get(200, "/"); !strings.Contains(page, "App crashes &lt;b&gt;") || !strings.Contains(page, "Carla Customer") {
		t.Errorf("the list shows %s", page)
	}
	var form bytes.Buffer
	mp := multipart.NewWriter(&form)
	_ = mp.WriteField("body", "Only for us")
	_ = mp.WriteField("visibility", "internal")
	file, _ := mp.CreateFormFile("file", "trace.txt")
	_, _ = file.Write([]byte("trace"))
	_ = mp.Close()
	resp, err := grace.Post(r.URL+"/items/1/comments", mp.FormDataContentType(), &form)
	if page := grace.read(200, resp, err); !strings.Contains(page, "Internal note") || !strings.Contains(page, "trace.txt") {
		t.Errorf("the ticket page lacks the note: %s", page)
	}
	if page := carla.get(200, "/items/1"); strings.Contains(page, "Only for us") || strings.Contains(page, "trace.txt") {
		t.Errorf("a customer reads an internal note: %s", page)
	}
	ivan.get(404, "/items/1")
	carla.post(403, "/items/1/fields", url.Values{"subject": {"mine"}, "was_subject": {"App crashes <b>"}})
	grace.post(200, "/items/1/fields", url.Values{"priority": {"high"}, "was_priority": {""}, "status": {idString(StatusPending)}, "was_status": {idString(StatusNew)},
		"field_90003": {"platform_ios", "platform_android"}, "was_field_90003": {""}, "tags": {"one"}, "was_tags": {""}})
	got := r.Must(200, "ada", "GET", "/api/v2/tickets/1", "")
	if got.At("ticket", "status") != "pending" || got.At("ticket", "priority") != "high" || fmt.Sprint(got.At("ticket", "tags")) != "[one platform_android platform_ios]" {
		t.Errorf("after the form: %s", got.Raw)
	}
	audit := r.Must(200, "ada", "GET", "/api/v2/tickets/1/audits", "")
	if last := audit.At("audits", audit.Len("audits")-1).(map[string]any); last["author_id"] != float64(UserGrace) || last["via"].(map[string]any)["channel"] != "web" {
		t.Errorf("the audit says %v", last)
	}
	if page := carla.post(200, "/items/1/comments", url.Values{"body": {"Any news?"}}); !strings.Contains(page, "Any news?") {
		t.Error("the reply is missing")
	}
	if got := r.Must(200, "ada", "GET", "/api/v2/tickets/1", "").At("ticket", "status"); got != "open" {
		t.Errorf("a customer's reply left the status %v", got)
	}
	r.Quiet()
	if sent := strings.Join(types(in), " "); !strings.Contains(sent, "created") || !strings.Contains(sent, "status_changed") || strings.Count(sent, "comment_added") != 3 {
		t.Errorf("webhooks for what people did: %s", sent)
	}
	grace.post(200, "/items/1/delete", nil)
	if page := grace.get(200, "/?status=deleted"); !strings.Contains(page, "App crashes") {
		t.Error("deleted tickets have no list")
	}
	grace.post(404, "/items/1/comments", url.Values{"body": {"too late"}})
	grace.post(200, "/items/1/restore", nil)
	r.Control("POST", "close/1", "")
	if page := grace.post(422, "/items/1/comments", url.Values{"body": {"too late"}}); !strings.Contains(page, "closed prevents ticket update") {
		t.Errorf("the refusal says %s", page)
	}
}

func TestAStalePageUndoesNothing(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(`"tags":["a"],"custom_fields":[{"id":90003,"value":["platform_ios","platform_android"]}]`)
	grace := newBrowser(r, UserGrace)
	page := grace.get(200, "/items/1") // what she sees before the others write
	if !strings.Contains(page, `name="was_field_90003" value="platform_android platform_ios"`) {
		t.Fatal("the form does not carry what it showed")
	}
	r.Must(200, "sync", "PUT", path, `{"ticket":{"priority":"urgent","subject":"Changed by the sync","additional_tags":["synced"],"custom_fields":[{"id":90003,"value":null}]}}`)
	grace.post(200, "/items/1/fields", url.Values{"subject": {"Printer on fire"}, "was_subject": {"Printer on fire"}, "priority": {""}, "was_priority": {""},
		"field_90003": {"platform_ios", "platform_android"}, "was_field_90003": {"platform_android platform_ios"},
		"tags": {"a b"}, "was_tags": {"a"}})
	got := r.Must(200, "ada", "GET", path, "")
	if got.At("ticket", "priority") != "urgent" || got.At("ticket", "subject") != "Changed by the sync" || fmt.Sprint(got.At("ticket", "tags")) != "[a b synced]" {
		t.Errorf("the stale page wrote %s", got.Raw)
	}
}

func TestPagesRefuseOtherSites(t *testing.T) {
	r := newRig(t, Options{})
	req, _ := http.NewRequest("POST", r.URL+"/items/new", strings.NewReader("subject=x&body=y"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Errorf("another site's form answered %d", resp.StatusCode)
	}
}
