package salesforce

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// refused is a refusal with the vendor's code, of the class of what it wraps.
type refused struct {
	code string
	err  error
}

func (e *refused) Error() string { return e.code + ": " + e.err.Error() }
func (e *refused) Unwrap() error { return e.err }

// codeOf is the vendor's code of a refusal, "" for any other error.
func codeOf(err error) string {
	var r *refused
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}

// maintenance are the codes of an organization that takes no writes or no calls for a while (fact sheet, Maintenance).
var maintenance = []string{"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "ORG_IN_MAINTENANCE", "ORG_LOCKED",
	"FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", "INVALID_READ_ONLY_USER_DML", "SERVER_UNAVAILABLE"}

// reasons are the codes about a value, in words for the author of the mapping. The vendor's own texts repeat the value.
var reasons = map[string]string{
	"REQUIRED_FIELD_MISSING":                        "it is required",
	"STRING_TOO_LONG":                               "it is too long",
	"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST":       "it is no value of this picklist, or not for the record type",
	"INVALID_CROSS_REFERENCE_KEY":                   "it names a record that is not there or of the wrong kind",
	"INACTIVE_OWNER_OR_USER":                        "the user is not active",
	"INVALID_FIELD":                                 "the field is not there, or the account may not see it",
	"INVALID_FIELD_FOR_INSERT_UPDATE":               "it cannot be written",
	"NUMBER_OUTSIDE_VALID_RANGE":                    "the number is too large",
	"INVALID_EMAIL_ADDRESS":                         "it is no e-mail address",
	"JSON_PARSER_ERROR":                             "it is of the wrong kind",
	"DUPLICATES_DETECTED":                           "a duplicate rule finds a record like it",
	"DUPLICATE_VALUE":                               "another record has this value, which has to be unique",
	"ENTITY_IS_LOCKED":                              "the record is locked by an approval process",
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":          "a flow or trigger of the organization failed",
	"MALFORMED_QUERY":                               "Salesforce cannot read the query",
	"INVALID_TYPE":                                  "there is no such object, or the account may not see it",
	"DEPENDENCY_EXISTS":                             "something else depends on it",
	"FIELD_INTEGRITY_EXCEPTION":                     "it does not fit the record's other fields",
	"INVALID_ID_FIELD":                              "it is no id",
	"MALFORMED_ID":                                  "it is no id",
	"INVALID_QUERY_FILTER_OPERATOR":                 "the query's operator does not fit the field",
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "the account may not use the record it names",
}

// classify reads the vendor's codes (vendor page "Status Codes and Error Responses").
func classify(resp *http.Response, body []byte) error {
	var list []struct {
		Message   string
		ErrorCode string
		Fields    []string
	}
	if json.Unmarshal(body, &list) != nil || len(list) == 0 || list[0].ErrorCode == "" {
		return nil // by the status
	}
	first := list[0]
	code := first.ErrorCode
	as := func(err error) error { return &refused{code, err} }
	switch {
	case code == "REQUEST_LIMIT_EXCEEDED":
		wait, text := overLimit, "the organization's calls of 24 hours are used up; an admin finds who calls so often, or buys more"
		if m := strings.ToLower(first.Message); strings.Contains(m, "concurrent") {
			wait, text = tooManyAtOnce, "too many long calls are under way"
		}
		if told := httpx.RetryAfter(resp.Header, time.Now()); told > 0 {
			wait = told
		}
		return as(&connectors.BusyError{After: wait, Text: text})
	case slices.Contains(maintenance, code):
		return as(&connectors.BusyError{After: max(httpx.RetryAfter(resp.Header, time.Now()), time.Minute), Maintenance: true, Text: "the organization is in maintenance"})
	case code == "UNABLE_TO_LOCK_ROW" || strings.Contains(first.Message, "UNABLE_TO_LOCK_ROW"): // also below a flow or trigger, whose failure it is then
		return as(&connectors.BusyError{After: 2 * time.Second, Text: "the record is locked by another write"})
	case code == "INVALID_QUERY_LOCATOR": // the pages of a query were left for too long, or others took its place
		return as(&connectors.BusyError{Text: "the pages of a query are gone; it begins again"})
	case code == "QUERY_TIMEOUT":
		return as(&connectors.BusyError{After: time.Minute, Text: "a query took too long"})
	case code == "ENTITY_IS_DELETED" || code == "NOT_FOUND" && resp.StatusCode == http.StatusNotFound:
		return as(connectors.ErrNotFound)
	case code == "STORAGE_LIMIT_EXCEEDED":
		return as(fmt.Errorf("%w: the organization's storage is full", connectors.ErrDenied))
	case resp.StatusCode != http.StatusBadRequest:
		return nil
	}
	fields := map[string]string{}
	for _, one := range list {
		why := cmp.Or(reasons[one.ErrorCode], one.ErrorCode)
		if one.ErrorCode == "FIELD_CUSTOM_VALIDATION_EXCEPTION" { // the words of the organization's admin
			why = httpx.Short(one.Message)
		}
		for _, f := range one.Fields {
			fields[f] = why
		}
		if len(one.Fields) == 0 {
			fields[fieldIn(one.ErrorCode, one.Message)] = why
		}
	}
	return as(&connectors.InvalidError{Fields: fields})
}

// fieldIn is the column that a refusal without a list of fields names.
func fieldIn(code, message string) string {
	around, named := map[string][2]string{
		"INVALID_FIELD":   {"No such column '", "'"},
		"DUPLICATE_VALUE": {"duplicate value found: ", " duplicates"},
	}[code]
	_, rest, ok := strings.Cut(message, around[0])
	if name, _, closed := strings.Cut(rest, around[1]); named && ok && closed && apiName.MatchString(name) {
		return name
	}
	return ""
}

// named gives the fields of a refusal the names that mappings use.
func (s *schema) named(err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	names := map[string]string{}
	for at, why := range invalid.Fields {
		if f, ok := s.byAPI(at); ok {
			at = f.name
		}
		names[at] = why
	}
	invalid.Fields = names
	return err
}
