package jira

import (
	"bytes"
	"encoding/json"
	"net/http"
)

const (
	propertyLimit    = 32768 // bytes of JSON
	propertyKeyLimit = 255
)

// checkProperty holds the vendor's limits of an entity property.
// Vendor source: "Entity properties".
func checkProperty(key string, raw rawDoc) error {
	switch {
	case key == "" || len(key) > propertyKeyLimit:
		return fail(http.StatusBadRequest, "The length of the property key must be between 1 and 255 characters.")
	case len(raw) == 0 || !json.Valid(raw):
		return fail(http.StatusBadRequest, "The property value is not a valid JSON.")
	case len(raw) > propertyLimit:
		return fail(http.StatusBadRequest, "The property value is too long. It exceeds the allowed limit of 32,768 characters.")
	}
	return nil
}

// dropProperty removes a property that is there.
func (s *session) dropProperty(i *issue, key string) {
	raw := i.Properties[key]
	delete(i.Properties, key)
	s.keep(i)
	s.emitProperty("issue_property_deleted", i, key, raw)
}

// setProperty stores a checked property. It moves no time: properties are no part of what people see.
func (s *session) setProperty(i *issue, key string, raw rawDoc) (created bool) {
	have, exists := i.Properties[key]
	if exists && bytes.Equal(have, raw) {
		return false
	}
	if i.Properties == nil {
		i.Properties = map[string]rawDoc{}
	}
	i.Properties[key] = raw
	s.keep(i)
	s.emitProperty("issue_property_set", i, key, raw)
	return !exists
}
