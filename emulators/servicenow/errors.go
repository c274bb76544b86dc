package servicenow

import (
	"encoding/json"
	"net/http"
)

// apiError is an answer that is not a success, as the vendor writes it.
type apiError struct {
	status          int
	message, detail string
}

func (e *apiError) Error() string { return e.message }

func (e *apiError) body() object {
	var detail any
	if e.detail != "" {
		detail = e.detail
	}
	return object{"error": object{"message": e.message, "detail": detail}, "status": "failure"}
}

type object = map[string]any

func notFound() error {
	return &apiError{http.StatusNotFound, "No Record found", "Record doesn't exist or ACL restricts the record retrieval"}
}

func unauthorized() error {
	return &apiError{http.StatusUnauthorized, "User Not Authenticated", "Required to provide Auth information"}
}

func badRequest(message string) error { return &apiError{http.StatusBadRequest, message, ""} }

func forbidden(what string) error {
	return &apiError{http.StatusForbidden, "Operation Failed", "ACL Exception " + what + " Failed due to security constraints"}
}

// dataPolicy refuses a change that leaves mandatory fields empty.
func dataPolicy(labels string) error {
	return &apiError{http.StatusForbidden, "Operation Failed", "Data Policy Exception: Following fields are mandatory: " + labels}
}

func cancelled() error {
	return &apiError{http.StatusInternalServerError, "Transaction cancelled: maximum execution time exceeded", "Transaction cancelled: maximum execution time exceeded"}
}

// page is an HTML answer, file a binary one.
type (
	page string
	file struct {
		kind string
		data []byte
	}
)

const (
	hibernating page = "<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head><body><h1>Your instance is hibernating</h1></body></html>"
	upgrading   page = "<!DOCTYPE html><html><head><title>Instance unavailable</title></head><body>The instance is being upgraded.</body></html>"
)

func write(w http.ResponseWriter, status int, body any) {
	kind, data := "application/json;charset=UTF-8", []byte(nil)
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
		return
	case page:
		kind, data = "text/html;charset=UTF-8", []byte(body)
	case file:
		kind, data = body.kind, body.data
	case json.RawMessage:
		data = body
	default:
		data, _ = json.Marshal(body)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
