package freshworks

import (
	"encoding/json"
	"net/http"
	"sort"
)

// Object is a JSON object.
type Object = map[string]any

// Refused is an answer that is not a success, as the vendors write it. A nil body is an empty one.
type Refused struct {
	Status int
	Body   any
}

// Error is the status in words.
func (e *Refused) Error() string { return http.StatusText(e.Status) }

// NotFound has no body.
func NotFound() error { return &Refused{http.StatusNotFound, nil} }

// Denied is the 403 for an account without the right.
func Denied() error {
	return &Refused{http.StatusForbidden, Object{"code": "access_denied", "message": "You are not authorized to perform this action."}}
}

// Trashed is the 405 for a record in trash or spam.
func Trashed() error { return &Refused{http.StatusMethodNotAllowed, nil} }

// Problem is one entry of a validation error.
type Problem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Code    string `json:"code"`
}

// Problems collects what is wrong with a request.
type Problems []Problem

// Add notes one problem.
func (p *Problems) Add(field, code, message string) { *p = append(*p, Problem{field, message, code}) }

// Err is the 400 for what was collected, sorted by field, or nil.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	sort.SliceStable(p, func(i, j int) bool { return p[i].Field < p[j].Field })
	return &Refused{http.StatusBadRequest, Object{"description": "Validation failed", "errors": p}}
}

// Invalid is the 400 for one field.
func Invalid(field, code, message string) error { return Problems{{field, message, code}}.Err() }

// Raw is an answer that is not JSON.
type Raw struct {
	Type string
	Data []byte
}

func write(w http.ResponseWriter, status int, body any) {
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
	case string:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	case Raw:
		w.Header().Set("Content-Type", body.Type)
		w.WriteHeader(status)
		_, _ = w.Write(body.Data)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(body)
	}
}
