package asana

import (
	"encoding/json"
	"net/http"
)

// apiError is an answer that is not a success, as the vendor writes it.
type apiError struct {
	status int
	body   object
}

func (e *apiError) Error() string { return http.StatusText(e.status) }

const help = "For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors"

func refuse(status int, message string) error {
	return &apiError{status, object{"errors": []any{object{"message": message, "help": help}}}}
}

func bad(message string) error { return refuse(http.StatusBadRequest, message) }

func notFound(what, gid string) error {
	return refuse(http.StatusNotFound, what+": Unknown object: "+gid)
}

func forbidden(message string) error { return refuse(http.StatusForbidden, message) }

func payment(what string) error {
	return refuse(http.StatusPaymentRequired, what+" is only available to paid users. Please upgrade to use it.")
}

func throttled(w http.ResponseWriter, _ *http.Request, _ int) {
	write(w, http.StatusTooManyRequests, object{"errors": []any{object{"message": "You have made too many requests recently. Please, be chill."}}})
}

// maintenance answers in HTML: the vendor's front promises no JSON while the service is down.
func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("<html><body>Asana is temporarily unavailable.</body></html>"))
}

// serverError carries a phrase, as only a 500 does.
func serverError(err error) *apiError {
	return &apiError{http.StatusInternalServerError, object{"errors": []any{object{"message": "Server Error", "help": help + " " + err.Error(),
		"phrase": "6 sad squid snuggle softly"}}}}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body)
}
