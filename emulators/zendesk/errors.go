package zendesk

import (
	"encoding/json"
	"net/http"
)

// apiError is an answer that is not a success, as the vendor writes it.
type apiError struct {
	status int
	body   any // a string is sent as text/plain
}

func (e *apiError) Error() string { return http.StatusText(e.status) }

func notFound() error {
	return &apiError{http.StatusNotFound, map[string]any{"error": "RecordNotFound", "description": "Not found"}}
}

func badRequest(name, text string) error {
	return &apiError{http.StatusBadRequest, map[string]any{"error": name, "description": text}}
}

func forbidden() error {
	return &apiError{http.StatusForbidden, map[string]any{"error": map[string]any{
		"title": "Forbidden", "message": "You do not have access to this page. Please contact the account owner of this help desk for further help."}}}
}

func unauthorized() error {
	return &apiError{http.StatusUnauthorized, map[string]any{"error": "Couldn't authenticate you"}}
}

func conflict() error {
	return &apiError{http.StatusConflict, map[string]any{"error": "UpdateConflict",
		"description": "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."}}
}

// problems collects what is wrong with a record, keyed by field.
type problems map[string][]map[string]any

func (p problems) add(field, text string) {
	p[field] = append(p[field], map[string]any{"description": text})
}

// addFor says something about a ticket field; the vendor puts that under base.
func (p problems) addFor(f *field, text string) {
	p["base"] = append(p["base"], map[string]any{"description": f.title + ": " + text, "error": nil, "ticket_field_id": f.id, "ticket_field_type": f.fieldType()})
}

// err is the 422 for what was collected, or nil.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	details := map[string]any{}
	for field, texts := range p {
		var list []any
		for _, text := range texts {
			list = append(list, text)
		}
		details[field] = list
	}
	return &apiError{http.StatusUnprocessableEntity, map[string]any{
		"error": "RecordInvalid", "description": "Record validation errors", "details": details}}
}

func invalid(field, text string) error {
	p := problems{}
	p.add(field, text)
	return p.err()
}

func write(w http.ResponseWriter, status int, body any) {
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
	case string:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	case file:
		w.Header().Set("Content-Type", body.kind)
		w.WriteHeader(status)
		_, _ = w.Write(body.data)
	case json.RawMessage:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(body)
	}
}
