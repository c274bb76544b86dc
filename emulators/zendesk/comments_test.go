package zendesk

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestTextIsRewritten(t *testing.T) {
	fill := func(name string) string { return map[string]string{"ticket.id": "7"}[name] }
	wrapped := func(s string) string { return wrapStart + s + wrapEnd }
	cases := []struct {
		html         bool
		in           string
		plain, stays string
		reason       string
	}{
		{true, `<p>Hi</p>`, "Hi", wrapped(`<p>Hi</p>`), "the whole is wrapped"},
		{true, wrapped(`<p>Hi</p>`), "Hi", wrapped(`<p>Hi</p>`), "what was read back is not wrapped twice"},
		{true, `<p onclick="x()">a<script>alert(1)</script></p>`, "a", wrapped(`<p>a</p>`), "scripts and handlers go"},
		{true, `<a href="javascript:x()" title="t">l</a>`, "l", wrapped(`<a title="t" rel="noreferrer">l</a>`), "no script in a link"},
		{true, `<a href="https://a.example/?a=1&amp;b=2">l</a>`, "l", wrapped(`<a href="https://a.example/?a=1&amp;b=2" rel="noreferrer">l</a>`), "links get rel"},
		{true, `a < b <img src=x onerror=x() <p>c</p>`, "a < b <img src=x onerror=x() c", wrapped(`a &lt; b &lt;img src=x onerror=x() <p>c</p>`), "half a tag is text"},
		{true, `<scr<script>x</script>ipt>y()</script>`, "y()", wrapped(`y()`), "what is left after a removal is looked at too"},
		{true, `<marquee>a</marquee> &lt;b&gt;`, "a <b>", wrapped(`a &lt;b&gt;`), "unknown tags go, their text stays"},
		{true, `<p>#{{ticket.id}} {{nobody.knows}}</p>`, "#7", wrapped(`<p>#7 </p>`), "placeholders are filled or vanish"},
		{true, `<code>{{ticket.id}}</code>`, "{{ticket.id}}", wrapped(`<code>{{ticket.id}}</code>`), "code is left alone"},
		{false, "a  b\n\n\n\nc <b>d</b>", "a b\n\nc d", wrapped(`<p dir="auto">a b</p><p dir="auto">c d</p>`), "white space collapses, HTML goes"},
		{false, "**x** {{ticket.id}} \\{{ticket.id}}", "**x** 7 {{ticket.id}}", wrapped(`<p dir="auto"><strong>x</strong> 7 {{ticket.id}}</p>`), "an agent's Markdown shows; a backslash keeps a placeholder"},
	}
	for _, c := range cases {
		got := fromBody(c.in, true, fill)
		if c.html {
			got = fromHTML(c.in, fill)
		}
		if got.plain != c.plain || got.html != c.stays {
			t.Errorf("%s: %q became\n %q\n %q, want\n %q\n %q", c.reason, c.in, got.plain, got.html, c.plain, c.stays)
		}
		if again := fromHTML(got.html, fill); c.html && !strings.Contains(c.in, "{{") && again.html != got.html {
			t.Errorf("%s: a second pass changes %q to %q", c.reason, got.html, again.html)
		}
	}
	if got := fromHTML(strings.Repeat("ü", maxBody), fill); len(got.plain) != maxBody {
		t.Errorf("cut to %d bytes, want %d", len(got.plain), maxBody)
	}
}

func TestComments(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	put := r.Must(200, "sync", "PUT", path, fmt.Sprintf(`{"ticket":{"comment":{"html_body":"<p>note</p>","public":false,"author_id":%d},"metadata":{"mark":"m"}}}`, UserGrace))
	list := r.Must(200, "sync", "GET", path+"/comments?sort=-created_at&page[size]=1", "")
	got := list.At("comments", 0).(map[string]any)
	if got["audit_id"] != put.At("audit", "id") || got["public"] != false || got["author_id"] != float64(UserGrace) {
		t.Errorf("the note is %v", got)
	}
	if put.At("audit", "author_id") != float64(UserSync) || put.At("audit", "metadata", "custom", "mark") != "m" {
		t.Error("the audit names the caller, whoever the comment's author is")
	}
	if got["id"] == put.At("audit", "events", 0, "id") {
		t.Error("a Comment event's id is not the comment's")
	}
	if n := r.Must(200, "sync", "GET", path+"?include=comment_count", "").At("ticket", "comment_count"); n != 2.0 {
		t.Errorf("comment_count %v", n)
	}
	if n := r.Must(200, "sync", "GET", path+"/comments/count", "").At("count", "value"); n != 2.0 {
		t.Errorf("count %v", n)
	}
	r.Must(200, "sync", "PUT", path, `{"ticket":{"status":"solved"}}`)
	reply := r.Must(200, "sync", "PUT", path, fmt.Sprintf(`{"ticket":{"comment":{"body":"Not fixed","author_id":%d}}}`, UserCarla))
	if reply.At("ticket", "status") != "open" {
		t.Error("a customer's reply reopens")
	}
	first := r.Must(200, "sync", "GET", path+"/comments", "").At("comments", 0, "id")
	hide := fmt.Sprintf("%s/comments/%.0f/make_private", path, first)
	r.Must(200, "sync", "PUT", hide, "")
	after := r.Must(200, "sync", "GET", path+"/comments", "")
	if after.At("comments", 0, "public") != false {
		t.Error("the comment is still public")
	}
	audits := r.Must(200, "sync", "GET", path+"/audits", "")
	if last := audits.At("audits", audits.Len("audits")-1, "events", 0).(map[string]any); last["type"] != "CommentPrivacyChange" || last["comment_id"] != first {
		t.Errorf("the audit says %v", last)
	}
}

func TestPublicDefaultsToTheFirstComments(t *testing.T) {
	r := newRig(t, Options{})
	r.Must(201, "ada", "POST", "/api/v2/tickets", `{"ticket":{"subject":"s","comment":{"body":"x","public":false}}}`)
	r.Must(200, "ada", "PUT", "/api/v2/tickets/1", `{"ticket":{"comment":{"body":"unsaid"}}}`)
	if got := r.Must(200, "ada", "GET", "/api/v2/tickets/1/comments", "").At("comments", 1, "public"); got != false {
		t.Errorf("public is %v where it was not said", got)
	}
}

func TestUploads(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	one := r.Must(201, "ada", "POST", "/api/v2/uploads?filename=a.txt", "first", "Content-Type", "text/plain")
	token := one.At("upload", "token").(string)
	two := r.Must(201, "ada", "POST", "/api/v2/uploads?filename=b.png&inline=true&token="+token, "\x89PNG", "Content-Type", "image/png")
	if two.Len("upload", "attachments") != 2 || two.At("upload", "token") != token {
		t.Fatalf("two files on one token: %s", two.Raw)
	}
	comment := `{"ticket":{"comment":{"body":"see files","uploads":["` + token + `"]}}}`
	r.Must(200, "ada", "PUT", path, comment)
	r.Must(422, "ada", "PUT", path, comment)
	plain := r.Must(200, "ada", "GET", path+"/comments", "").At("comments", 1).(map[string]any)["attachments"].([]any)
	inline := r.Must(200, "ada", "GET", path+"/comments?include_inline_images=true", "").At("comments", 1).(map[string]any)["attachments"].([]any)
	if len(plain) != 1 || len(inline) != 2 {
		t.Errorf("%d attachments, %d with inline images; want 1 and 2", len(plain), len(inline))
	}
	resp, err := http.Get(plain[0].(map[string]any)["content_url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); string(data) != "first" {
		t.Errorf("content %q", data)
	}
	late := r.Must(201, "ada", "POST", "/api/v2/uploads?filename=c.txt", "late", "Content-Type", "text/plain").At("upload", "token").(string)
	r.Pass(time.Hour + time.Second)
	r.Must(422, "ada", "PUT", path, `{"ticket":{"comment":{"body":"x","uploads":["`+late+`"]}}}`)
}

func TestLimits(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.Control("POST", "limits", `{"ticket_updates":3,"incremental":2}`)
	for i := range 3 {
		a := r.Must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"subject":"s%d"}}`, i))
		if a.Header.Get("X-Rate-Limit") != "700" || a.Header.Get("Ratelimit-Remaining") == "" || !strings.HasPrefix(a.Header.Get("Zendesk-Ratelimit-Tickets-Update"), "total=100; remaining=") {
			t.Errorf("rate headers %v", a.Header)
		}
	}
	over := r.Must(429, "ada", "PUT", path, `{"ticket":{"subject":"s9"}}`)
	if over.Header.Get("Retry-After") != "600" {
		t.Errorf("Retry-After %q, want 600", over.Header.Get("Retry-After"))
	}
	r.Must(200, "grace", "PUT", path, `{"ticket":{"subject":"other user"}}`)
	for _, want := range []int{200, 200, 429} {
		r.Must(want, "ada", "GET", "/api/v2/incremental/tickets/cursor?start_time=1", "")
	}
	index := r.Must(200, "ada", "GET", "/api/v2/tickets", "").Header.Get("Zendesk-Ratelimit-Tickets-Index")
	if index != "total=100; remaining=99; resets=60" {
		t.Errorf("tickets-index header %q", index)
	}
	r.Pass(10 * time.Minute)
	r.Must(200, "ada", "PUT", path, `{"ticket":{"subject":"later"}}`)
	small := newRig(t, Options{Limits: Limits{Account: 2}})
	for _, want := range []int{200, 200, 429} {
		small.Must(want, "ada", "GET", "/api/v2/users/me", "")
	}
}

func TestFaultsSpeakTheVendorsLanguage(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "faults", `{"kind":"throttle","retry_after":9,"times":1}`)
	if a := r.Must(429, "ada", "GET", "/api/v2/users/me", ""); a.Header.Get("Retry-After") != "9" || a.At("error") != "APIRateLimitExceeded" {
		t.Errorf("throttled: %v %s", a.Header, a.Raw)
	}
	r.Control("POST", "faults", `{"kind":"maintenance","retry_after":30,"times":1}`)
	if a := r.Must(503, "ada", "GET", "/api/v2/users/me", ""); a.Header.Get("Retry-After") != "30" || a.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("maintenance: %v %s", a.Header, a.Raw)
	}
	r.Control("POST", "faults", `{"kind":"drop","method":"POST","path":"^/api/v2/tickets$"}`)
	req, _ := http.NewRequest("POST", r.URL+"/api/v2/tickets", strings.NewReader(`{"ticket":{"subject":"s","external_id":"dropped","comment":{"body":"x"}}}`))
	req.SetBasicAuth("ada@acme.example/token", "zd-token-ada")
	if _, err := http.DefaultClient.Do(req); err == nil {
		t.Fatal("a dropped call was answered")
	}
	if n := r.Must(200, "ada", "GET", "/api/v2/tickets?external_id=dropped", "").Len("tickets"); n != 1 {
		t.Errorf("%d tickets after a dropped create, want 1", n)
	}
	var calls struct {
		ByOperation map[string]int `json:"by_operation"`
		Calls       []struct{ Fault, Actor string }
	}
	if err := json.Unmarshal(r.Control("GET", "calls", ""), &calls); err != nil {
		t.Fatal(err)
	}
	if calls.ByOperation["POST /api/v2/tickets"] != 1 || calls.ByOperation["GET /api/v2/users/me"] != 2 || calls.Calls[2].Fault != "drop" || calls.Calls[2].Actor != "ada@acme.example" {
		t.Errorf("counted %+v", calls)
	}
}

func TestSearchRunsBehind(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "index_lag", `{"lag":"30s"}`)
	path := r.ticket(`"external_id":"late","priority":"high"`)
	hits := func(query string) int {
		return r.Must(200, "ada", "GET", "/api/v2/search?query="+query, "").Len("results")
	}
	if hits("external_id:late") != 0 {
		t.Error("a new ticket is in the index at once")
	}
	if r.Must(200, "ada", "GET", "/api/v2/tickets?external_id=late", "").Len("tickets") != 1 {
		t.Error("the list by external_id does not use the index")
	}
	r.Pass(31 * time.Second)
	r.Must(200, "ada", "PUT", path, `{"ticket":{"priority":"low"}}`)
	if hits("priority:high") != 1 || hits("priority:low") != 0 {
		t.Error("the index shows the ticket as it was")
	}
	r.Pass(31 * time.Second)
	for query, want := range map[string]int{"type:ticket+priority:low": 1, "priority:high": 0, "-priority:high": 1, "fire": 1, "updated%3E2026-03-01T11:59:00Z": 1,
		"updated%3C2026-01-01": 0, "status%3Csolved": 1, "tags:none": 0, "requester:customer1@globex.example": 1, "burns": 1} {
		if got := hits(query); got != want {
			t.Errorf("%s: %d results, want %d", query, got, want)
		}
	}
	r.Must(422, "ada", "GET", "/api/v2/search?query=nonsense:1", "")
	r.Control("POST", "index_lag", `{"lag":"0s"}`)
	r.Must(204, "ada", "DELETE", path, "")
	if hits("priority:low") != 0 {
		t.Error("search shows a deleted ticket")
	}
}

func TestSearchFindsTextByItsWords(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "index_lag", `{"lag":"0s"}`)
	r.ticket(fmt.Sprintf(`"subject":"Say \"when\" to the desktop","custom_fields":[{"id":%d,"value":"SUP-77 of 2026"}]`, FieldBuild))
	for query, want := range map[string]int{
		`subject:say`: 1, `subject:"say when"`: 1, `subject:"when say"`: 0, `subject:desk`: 1, `subject:top`: 0, `subject:"desk"`: 0, `subject:DESKTOP`: 1,
		`subject:"***"`: 0, `"to the desktop"`: 1, `-"to the desktop"`: 0, `-desktop`: 0,
		fmt.Sprintf(`custom_field_%d:"sup 77"`, FieldBuild): 1, fmt.Sprintf(`custom_field_%d:"77 sup"`, FieldBuild): 0, fmt.Sprintf(`-custom_field_%d:SUP-7`, FieldBuild): 0,
	} {
		if got := r.Must(200, "ada", "GET", "/api/v2/search?query="+url.QueryEscape(query), "").Len("results"); got != want {
			t.Errorf("%s: %d results, want %d", query, got, want)
		}
	}
}

func TestSearchExportTakesNoTypeAndNoOldCursor(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "index_lag", `{"lag":"0s"}`)
	r.ticket("")
	r.ticket("")
	export := "/api/v2/search/export?filter[type]=ticket&page[size]=1&query="
	r.Must(422, "ada", "GET", export+"type:ticket", "")
	first := r.Must(200, "ada", "GET", export+"fire", "")
	next := export + "fire&page[after]=" + url.QueryEscape(first.At("meta", "after_cursor").(string))
	if got := r.Must(200, "ada", "GET", next, ""); got.Len("results") != 1 || got.At("meta", "has_more") != false {
		t.Errorf("the second page: %s", got.Raw)
	}
	r.Pass(61 * time.Minute)
	r.Must(422, "ada", "GET", next, "")
	r.Must(400, "ada", "GET", export+"fire&page[after]=rubbish", "")
}

func TestIncrementalExport(t *testing.T) {
	r := newRig(t, Options{})
	start := r.Now().Unix() - 120
	r.ticket("")
	r.Pass(20 * time.Second)
	r.ticket("")
	export := func(q string) bench.Answer {
		return r.Must(200, "ada", "GET", "/api/v2/incremental/tickets/cursor?"+q, "")
	}
	from := fmt.Sprintf("start_time=%d", start)
	if a := export(from); a.Len("tickets") != 0 || a.At("after_cursor") != nil || a.At("end_of_stream") != true {
		t.Errorf("the newest minute shows: %s", a.Raw)
	}
	r.Must(400, "ada", "GET", fmt.Sprintf("/api/v2/incremental/tickets/cursor?start_time=%d", r.Now().Unix()), "")
	r.Pass(45 * time.Second)
	one := export(from)
	if one.Len("tickets") != 1 {
		t.Fatalf("65 s later: %s", one.Raw)
	}
	r.Must(204, "ada", "DELETE", "/api/v2/tickets/1", "")
	r.Pass(61 * time.Second)
	cursor := "cursor=" + urlName(one.At("after_cursor").(string))
	for _, again := range []string{"first", "second"} {
		rest := export(cursor)
		if rest.Len("tickets") != 2 || rest.At("tickets", 0, "id") != 2.0 || rest.At("tickets", 1, "status") != "deleted" {
			t.Errorf("%s use of the cursor: %s", again, rest.Raw)
		}
	}
	if n := export(cursor + "&exclude_deleted=true").Len("tickets"); n != 1 {
		t.Errorf("exclude_deleted left %d", n)
	}
	page := export(from + "&per_page=1")
	if page.Len("tickets") != 1 || page.At("end_of_stream") != false {
		t.Errorf("a page of one: %s", page.Raw)
	}
}
