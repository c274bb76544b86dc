package freshdesk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/freshdesk"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

func TestThrottling(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	a.Fault(harness.Fault{Kind: harness.KindThrottle, RetryAfter: 33})
	_, err := c.Get(t.Context(), "1", connectors.Want{})
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || busy.After != 33*time.Second {
		t.Errorf("came out as %v", err)
	}
}

func TestCheckTellsWhatIsMissing(t *testing.T) {
	a := newAccount(t, document(t))
	verdicts := func(c *freshdesk.Connector) map[string]connectors.Verdict {
		out := map[string]connectors.Verdict{}
		for _, f := range c.Check(t.Context(), ticketType) {
			out[f.What] = f.State
		}
		return out
	}
	if got := fmt.Sprint(verdicts(a.Connector(emulator.TokenSync, "mark_field", "cf_sync_key"))); got != "map[mark new items:ok see agents:ok see groups:ok]" {
		t.Errorf("an administrator: %s", got)
	}
	if got := fmt.Sprint(verdicts(a.Connector(emulator.TokenGrace, "mark_field", "cf_vip"))); got != "map[mark new items:wrong see agents:warning see groups:warning]" {
		t.Errorf("an agent, with a mark field that is none: %s", got)
	}
	o := made(t, a.Connector(emulator.TokenGrace), map[string]core.Value{"agent": core.Person(fmt.Sprint(emulator.UserLinus), "", "")})
	if agent := o.Field("agent"); agent.ID() != fmt.Sprint(emulator.UserLinus) {
		t.Errorf("an agent who sees no agents reads %v", agent)
	}
	// A right that is missing is told where it is missed: it does not stop everything else.
	grace := a.Connector(emulator.TokenGrace)
	_, err := grace.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"agent": core.Person("", "ada@acme.example", "")}}, "", connectors.Want{})
	freshtest.WantRefused(t, "an agent by e-mail, to whom agents are not shown", err, "agent", "administrator")
	_, err = grace.ResolveUserByName(t.Context(), ticketType, "Ada Lovelace")
	freshtest.WantClass(t, "an agent by name", err, "not-found")
	carla, err := grace.ResolveUser(t.Context(), ticketType, core.Person("", "carla@globex.example", ""))
	if err != nil || carla.ID() != fmt.Sprint(emulator.UserCarla) {
		t.Errorf("a contact is %v, %v", carla, err)
	}
}

func TestFiles(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	inside := core.Visibility{Audience: core.Internal}
	attach := func(size int) (core.Attachment, error) {
		return c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.bin", Size: int64(size), Visibility: inside, Mark: freshtest.Mark}, bytes.NewReader(make([]byte, size)))
	}
	f := freshtest.Must[core.Attachment](t)(attach(11 << 20))
	_, err := attach(11 << 20)
	freshtest.WantClass(t, "more than 20 MB together", err, "too-large")
	_, err = attach(21 << 20)
	freshtest.WantClass(t, "more than 20 MB in one file", err, "too-large")
	a.Pass(time.Hour) // the address that was shown does not work any more
	r := freshtest.Must[io.ReadCloser](t)(c.OpenAttachment(t.Context(), id, f))
	content, err := io.ReadAll(r)
	r.Close()
	if err != nil || len(content) != 11<<20 {
		t.Errorf("%d bytes came, %v", len(content), err)
	}
	short := core.AttachmentDraft{Name: "b.txt", Size: 9, Visibility: inside, Mark: freshtest.Mark}
	_, err = c.Attach(t.Context(), id, short, strings.NewReader("five!"))
	freshtest.WantClass(t, "content that broke off", err, "busy")
	if o := freshtest.Must[core.Observation](t)(c.Get(t.Context(), id, connectors.Want{Attachments: true})); len(o.Attachments) != 1 {
		t.Errorf("a file whose content broke off was added: %+v", o.Attachments)
	}
	a.Before = func(r *http.Request) *http.Response {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			return nil
		}
		return freshtest.Answering(r, 200, "text/html; charset=utf-8", "<html>Please sign in</html>")
	}
	_, err = c.OpenAttachment(t.Context(), id, f)
	freshtest.WantClass(t, "a sign-in page in place of the file", err, "denied")
}

// TestANoteThatCameOutWithoutItsFileIsTakenBack: the next attempt looks for the file, and would write another note.
func TestANoteThatCameOutWithoutItsFileIsTakenBack(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	inside := core.Visibility{Audience: core.Internal}
	bare := freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML("Attached: a.txt"), Visibility: inside, Mark: freshtest.Mark}))
	a.Before = func(r *http.Request) *http.Response {
		if r.Method != http.MethodPost {
			return nil
		}
		return freshtest.Answering(r, http.StatusCreated, "application/json", `{"id":`+bare.ID+`,"private":true,"attachments":[]}`)
	}
	_, err := c.Attach(t.Context(), id, core.AttachmentDraft{Name: "a.txt", Size: 5, Visibility: inside, Mark: freshtest.Mark}, strings.NewReader("hello"))
	freshtest.WantClass(t, "the file", err, "busy")
	if o := freshtest.Must[core.Observation](t)(c.Get(t.Context(), id, connectors.Want{Comments: true})); len(o.Comments) != 0 {
		t.Errorf("what is left is %+v", o.Comments)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	id := made(t, c, nil).Ref.ID
	for _, tt := range []struct {
		reason       string
		status       int
		body, wanted string
	}{
		{"a page with status 200", 200, "<html>Sign in</html>", "busy"},
		{"null", 200, "null", "busy"},
		{"another ticket", 200, `{"id":99,"updated_at":"2026-01-01T00:00:00Z"}`, "busy"},
		{"a redirect to a sign-in page", 302, "", "denied"},
		{"wrong credentials", 401, `{"code":"invalid_credentials","message":"You have to be logged in."}`, "denied"},
		{"no right", 403, `{"code":"access_denied","message":"no"}`, "denied"},
		{"a feature the plan has not", 403, `{"code":"require_feature","message":"Automations"}`, "unsupported"},
		{"an error of the vendor's", 500, "", "busy"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			a.Before = func(r *http.Request) *http.Response {
				if r.URL.Path != "/api/v2/tickets/"+id {
					return nil
				}
				kind := "application/json"
				if strings.HasPrefix(tt.body, "<") {
					kind = "text/html"
				}
				return freshtest.Answering(r, tt.status, kind, tt.body)
			}
			_, err := c.Get(t.Context(), id, connectors.Want{})
			freshtest.WantClass(t, "the read", err, tt.wanted)
		})
	}
	a.Before = func(r *http.Request) *http.Response {
		if r.URL.Path == "/api/v2/tickets" {
			return freshtest.Answering(r, 200, "application/json", "null")
		}
		return nil
	}
	_, err := c.Changes(t.Context(), ticketType, "", 10)
	freshtest.WantClass(t, "a list that is null", err, "busy")
}

func TestReadsAreFew(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	o := made(t, c, nil)
	for _, tt := range []struct {
		reason string
		run    func() error
		want   []string
	}{
		{"a field alone is one call", func() error {
			_, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"subject"}})
			return err
		}, []string{"GET /api/v2/tickets/{id}"}},
		{"with the conversation two", func() error {
			_, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"subject"}, Comments: true})
			return err
		}, []string{"GET /api/v2/tickets/{id}", "GET /api/v2/tickets/{id}/conversations"}},
		{"an update that changes nothing writes nothing", func() error {
			_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"subject": o.Field("subject"), "description": o.Field("description")}}, o.Revision, connectors.Want{Fields: []string{"subject"}})
			return err
		}, []string{"GET /api/v2/tickets/{id}"}},
		{"an update is a read and a write", func() error {
			_, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"subject": core.String("new")}}, o.Revision, connectors.Want{Fields: []string{"subject"}})
			return err
		}, []string{"GET /api/v2/tickets/{id}", "PUT /api/v2/tickets/{id}"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			_, mark := a.Calls(0)
			if err := tt.run(); err != nil {
				t.Fatal(err)
			}
			if got, _ := a.Calls(mark); !slices.Equal(got, tt.want) {
				t.Errorf("called %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAnAnswerThatQuotesIsNotOurs: whoever answers a comment of duplex sends its mark back with the quotation.
func TestAnAnswerThatQuotesIsNotOurs(t *testing.T) {
	a := newAccount(t, document(t))
	c, ada := a.Connector(emulator.TokenSync), a.Connector(emulator.TokenAda, "public_comments", "reply")
	id := made(t, c, nil).Ref.ID
	ours := freshtest.Must[core.Comment](t)(c.AddComment(t.Context(), id, core.CommentDraft{Body: freshtest.HTML("asks"), Visibility: core.Visibility{Audience: core.Public}, Mark: freshtest.Mark}))
	a.Pass(2 * time.Second)
	quoting := `<p>answers</p><p>asks</p><p><a href="` + a.URL + `/#` + freshtest.Mark + `">·</a></p>`
	freshtest.Must[core.Comment](t)(ada.AddComment(t.Context(), id, core.CommentDraft{Body: core.Text("html", quoting), Visibility: core.Visibility{Audience: core.Public}}))
	o := freshtest.Must[core.Observation](t)(c.Get(t.Context(), id, connectors.Want{Comments: true}))
	if len(o.Comments) != 2 || o.Comments[1].Mark != "" || o.Comments[1].Own {
		t.Errorf("the answer is shown as %+v", o.Comments)
	}
	if found := freshtest.Must[core.Comment](t)(c.FindComment(t.Context(), id, freshtest.Mark)); found.ID != ours.ID {
		t.Errorf("the mark finds comment %s, want %s", found.ID, ours.ID)
	}
}
