package jira

import (
	"fmt"
	"net/http"
	"strings"
)

// apiError is an answer other than success, in the vendor's error shape:
// {"errorMessages":[…],"errors":{field: text}}.
type apiError struct {
	Status   int
	Messages []string
	Fields   map[string]string
	Detail   string // shown in the X-Emulator-Reason header only: the vendor does not tell
	Header   http.Header
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%d %s %v", e.Status, strings.Join(e.Messages, "; "), e.Fields)
}

func (e *apiError) body() map[string]any {
	messages, fields := e.Messages, e.Fields
	if messages == nil {
		messages = []string{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return map[string]any{"errorMessages": messages, "errors": fields}
}

func fail(status int, format string, args ...any) *apiError {
	return &apiError{Status: status, Messages: []string{fmt.Sprintf(format, args...)}}
}

func badField(field, format string, args ...any) *apiError {
	return &apiError{Status: http.StatusBadRequest, Fields: map[string]string{field: fmt.Sprintf(format, args...)}}
}

// badDocument is how the vendor refuses a document it cannot read, wherever it is.
func badDocument(err error) *apiError {
	return &apiError{Status: http.StatusBadRequest, Messages: []string{"INVALID_INPUT"}, Detail: err.Error()}
}

func noIssue() *apiError {
	return fail(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
}

const tooLong = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."

// messagesOf is an error as a list of texts, for answers that succeed in part.
func messagesOf(err error) []string {
	if refused, ok := err.(*apiError); ok && len(refused.Messages) > 0 {
		return refused.Messages
	}
	return []string{err.Error()}
}

// refusals collects what is wrong with several fields into one answer, as the vendor gives it.
type refusals struct{ all *apiError }

func (r *refusals) add(err error) {
	e, ok := err.(*apiError)
	if !ok {
		e = fail(http.StatusBadRequest, "%s", err.Error())
	}
	if r.all == nil {
		r.all = &apiError{Status: e.Status, Fields: map[string]string{}}
	}
	r.all.Messages = append(r.all.Messages, e.Messages...)
	for k, v := range e.Fields {
		r.all.Fields[k] = v
	}
	if e.Detail != "" {
		r.all.Detail = e.Detail
	}
}

// names tells whether something is said about a field already.
func (r *refusals) names(fieldID string) bool {
	return r.all != nil && r.all.Fields[fieldID] != ""
}

func (r *refusals) err() error {
	if r.all == nil {
		return nil
	}
	return r.all
}
