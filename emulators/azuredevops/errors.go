package azuredevops

import (
	"encoding/json"
	"net/http"
)

// apiError is an answer that is not a success. A page is sent as HTML.
type apiError struct {
	status int
	body   any
}

func (e *apiError) Error() string { return http.StatusText(e.status) }

type page string

// bytesOf is the content of a file.
type bytesOf []byte

// refuse is the vendor's error body.
func refuse(status int, typeKey, message string) error {
	return &apiError{status, object{"$id": "1", "innerException": nil, "message": message,
		"typeName": "Microsoft.TeamFoundation.WorkItemTracking.Server." + typeKey + ", Microsoft.TeamFoundation.WorkItemTracking.Server",
		"typeKey":  typeKey, "errorCode": 0, "eventId": 3200}}
}

func bad(typeKey, message string) error { return refuse(http.StatusBadRequest, typeKey, message) }

// ruleErrors collects what the rules of a type refuse: one entry per field.
type ruleErrors []object

func (r *ruleErrors) add(f *field, codes, text string) {
	*r = append(*r, object{"fieldReferenceName": f.ref, "errorMessage": text, "fieldStatusFlags": codes})
}

// err is the refusal of the first field, with all of them in customProperties; nil where there is none.
func (r ruleErrors) err() error {
	if len(r) == 0 {
		return nil
	}
	message, _ := r[0]["errorMessage"].(string)
	err := bad("RuleValidationException", message).(*apiError)
	list := []any{}
	for _, one := range r {
		list = append(list, one)
	}
	err.body.(object)["customProperties"] = object{"FieldReferenceName": r[0]["fieldReferenceName"], "FieldStatusFlags": r[0]["fieldStatusFlags"],
		"ErrorMessage": message, "RuleValidationErrors": list}
	return err
}

func noItem(id string) error {
	return refuse(http.StatusNotFound, "WorkItemUnauthorizedAccessException",
		"TF401232: Work item "+id+" does not exist, or you do not have permissions to read it.")
}

func write(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
	case page:
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	case bytesOf:
		h.Set("Content-Type", "application/octet-stream")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	default:
		h.Set("Content-Type", "application/json; charset=utf-8; api-version=7.1")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(body)
	}
}

func throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusTooManyRequests, tooMuch().(*apiError).body)
}

// maintenance is the page in front of the service: no JSON.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusServiceUnavailable, page("<!DOCTYPE html><html><head><title>Azure DevOps Services Unavailable</title></head><body>The service is unavailable.</body></html>"))
}
