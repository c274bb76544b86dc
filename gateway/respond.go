package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gorilla/mux"
	"go.temporal.io/sdk/temporal"

	"duplex/connectors"
	"duplex/core/mapping"
	"duplex/store"
)

// The classes of the API's errors.
const (
	classRequest      = "bad-request"  // the caller: the request cannot be read
	classUnauthorized = "unauthorized" // the caller: no token, or a wrong one
	classNotFound     = "not-found"    // the caller: there is no such thing
	classConflict     = "conflict"     // the caller: not in the state it is in
	classInvalid      = "invalid"      // the author of the file or value
	classTooLarge     = "too-large"    // the caller
	classUnsupported  = "unsupported"  // the author of the file
	classDenied       = "denied"       // the admin: a system refuses our credentials or rights
	classBusy         = "busy"         // nobody: try again
	classFailed       = "failed"       // whoever runs duplex: see the log
)

// statuses is the one table of error classes and HTTP statuses.
var statuses = map[string]int{
	classRequest:      http.StatusBadRequest,
	classUnauthorized: http.StatusUnauthorized,
	classNotFound:     http.StatusNotFound,
	classConflict:     http.StatusConflict,
	classInvalid:      http.StatusUnprocessableEntity,
	classTooLarge:     http.StatusRequestEntityTooLarge,
	classUnsupported:  http.StatusUnprocessableEntity,
	classDenied:       http.StatusBadGateway,
	classBusy:         http.StatusServiceUnavailable,
	classFailed:       http.StatusInternalServerError,
}

// refusal is an error that is told to the caller as it is.
type refusal struct{ told Error }

func (r *refusal) Error() string { return r.told.Text }

func refuse(class, where, text string) error {
	return &refusal{Error{Class: class, Text: text, Where: where}}
}

// explain turns any error into what a caller may see. Errors of unknown origin are in the log only.
func explain(err error) (Error, bool) {
	var r *refusal
	var ds mapping.Diagnostics
	var taken *store.TakenError
	var application *temporal.ApplicationError
	switch {
	case errors.As(err, &r):
		return r.told, true
	case errors.As(err, &ds):
		return Error{Class: classInvalid, Text: ds.Error(), Diagnostics: Diagnostics(ds)}, true
	case errors.Is(err, store.ErrNotFound):
		return Error{Class: classNotFound, Text: err.Error()}, true
	case errors.As(err, &taken):
		return Error{Class: classConflict, Text: err.Error(), Where: taken.Pair}, true
	case errors.As(err, &application):
		return Error{Class: classConflict, Text: application.Message()}, true
	case away(err), errors.Is(err, context.Canceled):
		return Error{Class: classBusy, Text: "the workflow engine did not answer in time: try again; no worker may be running"}, true
	}
	switch class := connectors.Class(err); class {
	case "not-found", "denied", "unsupported", "invalid", "too-large", "busy":
		return Error{Class: class, Text: err.Error()}, true
	case "stale":
		return Error{Class: classBusy, Text: err.Error()}, true
	}
	return Error{Class: classFailed, Text: "it failed inside duplex; the log says more"}, false
}

// call is a handler that answers with a body or an error.
type call func(r *http.Request) (any, error)

// api serves a call: JSON in, JSON out, errors by the one table.
func (g *Gateway) api(c call) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAdminBody)
		body, err := c(r)
		if err != nil {
			g.failed(w, r, err)
			return
		}
		respond(w, http.StatusOK, body)
	}
}

func (g *Gateway) failed(w http.ResponseWriter, r *http.Request, err error) {
	e, known := explain(err)
	if !known {
		g.o.Log.Error("admin request failed", "route", routeOf(r), "error", err)
	}
	status := statuses[e.Class]
	switch status {
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="duplex"`)
	}
	respond(w, status, ErrorBody{Error: e})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body)
}

// read decodes the body of a request, strictly: a misspelt name is an error and not a default.
func read(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("something follows the JSON")
		}
	}
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return refuse(classTooLarge, "body", "the body is larger than the "+strconv.Itoa(maxAdminBody>>20)+" MB allowed")
	case err != nil:
		return refuse(classRequest, "body", "the body is not the JSON expected: "+err.Error())
	}
	return nil
}

// variable is a part of the path, unescaped.
func variable(r *http.Request, name string) (string, error) {
	v, err := url.PathUnescape(mux.Vars(r)[name])
	if err != nil {
		return "", refuse(classRequest, name, "the path is not escaped rightly")
	}
	return v, nil
}

// number reads a number from the query, def when it is not there.
func number(r *http.Request, name string, def, most int64) (int64, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, refuse(classRequest, name, name+" must be a whole number from 1 on")
	}
	return min(n, most), nil
}

// by is who asks, as the caller says: everybody with the token is believed.
func by(r *http.Request) string {
	name := []rune(r.Header.Get(ByHeader))
	return string(name[:min(len(name), 100)])
}

// ByHeader names the person on whose behalf the admin API is called. It is recorded with what they do.
const ByHeader = "X-Duplex-By"

const (
	maxAdminBody = 5 << 20
	adminFor     = 20 * time.Second
)
