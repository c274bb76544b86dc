package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"
)

// apiError is an answer that is not a success: one or several problems, or a body of its own kind.
type apiError struct {
	status int
	rows   []problem
	other  any // instead of rows: OAuth objects, lists of URLs; nil with no rows is no body
}

type problem struct {
	Code    string
	Message string
	Fields  []string
}

func (e *apiError) Error() string {
	if len(e.rows) > 0 {
		return e.rows[0].Code
	}
	return http.StatusText(e.status)
}

// body is what the vendor's error page shows: a list, with fields only where they are known.
func (e *apiError) body() any {
	if len(e.rows) == 0 {
		return e.other
	}
	var out []map[string]any
	for _, p := range e.rows {
		row := map[string]any{"message": p.Message, "errorCode": p.Code}
		if p.Fields != nil {
			row["fields"] = p.Fields
		}
		out = append(out, row)
	}
	return out
}

// saveErrors is the same inside the result of a collection.
func (e *apiError) saveErrors() []map[string]any {
	out := []map[string]any{}
	for _, p := range e.rows {
		fields := p.Fields
		if fields == nil {
			fields = []string{}
		}
		out = append(out, map[string]any{"statusCode": p.Code, "message": p.Message, "fields": fields})
	}
	return out
}

func refuse(status int, code, message string, fields ...string) *apiError {
	return &apiError{status: status, rows: []problem{{code, message, fields}}}
}

func bad(code, message string, fields ...string) *apiError {
	if fields == nil {
		fields = []string{}
	}
	return refuse(http.StatusBadRequest, code, message, fields...)
}

func notFound() *apiError {
	return refuse(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func entityDeleted() *apiError {
	return refuse(http.StatusNotFound, "ENTITY_IS_DELETED", "entity is deleted", []string{}...)
}

func malformed(text string) *apiError { return refuse(http.StatusBadRequest, "MALFORMED_QUERY", text) }

// noColumn is the same whether the field does not exist or may not be seen.
func noColumn(o *object, name string) *apiError {
	return refuse(http.StatusBadRequest, "INVALID_FIELD", "No such column '"+name+"' on entity '"+o.name+
		"'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.")
}

func invalidSession() *apiError {
	return refuse(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
}

func noAccess() *apiError {
	return refuse(http.StatusForbidden, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
}

// requestLimit is the vendor's answer where others say 429, without Retry-After. kind tells the day's quota from too
// many long requests at the same time.
func requestLimit(kind string) *apiError {
	return refuse(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", kind+" Limit exceeded.")
}

func write(w http.ResponseWriter, status int, body any) {
	switch body := body.(type) {
	case nil:
		w.WriteHeader(status)
	case []byte:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	default:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(body)
	}
}

// throttled is an injected pause: a short one comes as too many long requests, a long one as the day's quota. The vendor
// does not say how long.
func throttled(w http.ResponseWriter, _ *http.Request, retryAfter int) {
	w.Header().Del("Retry-After")
	kind := "ConcurrentPerOrgLongTxn"
	if retryAfter > 600 {
		kind = "TotalRequests"
	}
	e := requestLimit(kind)
	write(w, e.status, e.body())
}

// maintenance is a page for people: the vendor promises no JSON while it is down.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Del("Retry-After")
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("<html><body><h1>Down for Maintenance</h1></body></html>"))
}

func join(parts []string) string { return strings.Join(parts, ", ") }
