package github

import (
	"encoding/json"
	"net/http"
	"strconv"
)

type object = map[string]any

const docs = "https://docs.github.com/rest/"

// apiError is an answer that is not a success, as the vendor writes it.
type apiError struct {
	status int
	body   any
}

func (e *apiError) Error() string { return http.StatusText(e.status) }

func refuse(status int, message string) error {
	return &apiError{status, object{"message": message, "documentation_url": docs, "status": strconv.Itoa(status)}}
}

func notFound() error { return refuse(http.StatusNotFound, "Not Found") }

// problem is one entry of a 422's errors.
func problem(resource, field, code, message string) object {
	out := object{"resource": resource, "field": field, "code": code}
	if message != "" {
		out["message"] = message
	}
	return out
}

func invalid(problems ...object) error {
	var list []any
	for _, p := range problems {
		list = append(list, p)
	}
	return &apiError{http.StatusUnprocessableEntity, object{"message": "Validation Failed", "errors": list,
		"documentation_url": docs, "status": "422"}}
}

// invalidText is the 422 whose errors are plain strings.
func invalidText(text string) error {
	return &apiError{http.StatusUnprocessableEntity, object{"message": "Validation Failed", "errors": []any{text},
		"documentation_url": docs, "status": "422"}}
}

func write(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	if raw, ok := body.([]byte); ok {
		_, _ = w.Write(raw)
		return
	}
	_, _ = w.Write(encode(body))
}

func encode(body any) []byte {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // every body is made of maps, lists and scalars
	}
	return raw
}
