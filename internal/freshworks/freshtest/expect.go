package freshtest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// Mark is a mark as the sync makes them.
const Mark = "dx-abcdefghijklmnopqrstuvwx23"

// Must gives a function that passes a value on and ends the test where there is an error.
func Must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// WantClass fails where an error has another class, "" for none.
func WantClass(t *testing.T, what string, err error, class string) {
	t.Helper()
	if got := connectors.Class(err); got != class {
		t.Errorf("%s came out as %q (%v), want %q", what, got, err, class)
	}
}

// WantRefused fails where an error does not refuse that field for a reason with that word.
func WantRefused(t *testing.T, what string, err error, field, word string) {
	t.Helper()
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields[field], word) {
		t.Errorf("%s came out as %v, want a refusal of %s with %q", what, err, field, word)
	}
}

// HTML is a plain text as the desks have it.
func HTML(text string) core.Value {
	html, _ := richtext.Convert(richtext.Plain, richtext.HTML, text)
	return core.Text("html", html)
}

// Plain is what a text says.
func Plain(v core.Value) string { return richtext.PlainText(richtext.HTML, v.Source()) }

// Person is somebody who works for the account; who is the beginning of the e-mail address.
func Person(id int64, who, name string) core.Value {
	return core.Person(fmt.Sprint(id), who+"@acme.example", name)
}

// Carrying is a webhook call with a word in the header.
func Carrying(body []byte, word string, at time.Time) connectors.WebhookCall {
	h := http.Header{}
	h.Set("X-Webhook-Secret", word)
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/hooks/desk", Header: h, Body: body, Now: at}
}

// WantNoDeletions fails where a connector takes an account that is not there any more, whose every address answers 404, for one whose items
// were deleted. id is an item of type t.
func WantNoDeletions[C Connector](t *testing.T, a *Account[C], c C, it connectors.ItemType, id string) {
	t.Helper()
	_, err := c.Get(t.Context(), id+"0", connectors.Want{})
	WantClass(t, "an item that is not there", err, "not-found")
	a.Pass(2 * time.Minute)
	a.Before = func(r *http.Request) *http.Response { return Answering(r, http.StatusNotFound, "text/plain", "") }
	_, err = c.Get(t.Context(), id, connectors.Want{})
	WantClass(t, "a read", err, "denied")
	_, err = c.Changes(t.Context(), it, "", 10)
	WantClass(t, "a look for changes", err, "denied")
	_, err = c.AddComment(t.Context(), id, core.CommentDraft{Body: HTML("x"), Visibility: core.Visibility{Audience: core.Public}, Mark: Mark})
	WantClass(t, "a comment", err, "denied")
	WantClass(t, "a deletion", c.Delete(t.Context(), id), "denied")
}
