package azuredevops

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// field is one field of the organization.
type field struct {
	ref, name, label string
	typ              string // the vendor's type
	readOnly         bool
	picklist         bool // a closed list of values
	suggested        bool // an open one
}

// schema are the fields that mappings may name.
type schema struct {
	fields []*field
	byName map[string]*field
	byRef  map[string]*field
}

// The fields that the connector itself reads.
const (
	refTitle       = "System.Title"
	refState       = "System.State"
	refProject     = "System.TeamProject"
	refType        = "System.WorkItemType"
	refTags        = "System.Tags"
	refArea        = "System.AreaPath"
	refIteration   = "System.IterationPath"
	refCreatedBy   = "System.CreatedBy"
	refCreatedDate = "System.CreatedDate"
	refChangedBy   = "System.ChangedBy"
	refChangedDate = "System.ChangedDate"
	refComments    = "System.CommentCount"
	refDeleted     = "System.IsDeleted"
)

// plainName is what a field is called whose reference name says little.
func plainName(ref string) string {
	switch ref {
	case refProject:
		return "project"
	case refType:
		return "type"
	}
	return ""
}

// hidden fields count, repeat or administer; mappings have no use for them.
var hidden = regexp.MustCompile(`^(System\.(Id|Rev|Watermark|History|AuthorizedAs|AuthorizedDate|RevisedDate|PersonId|AreaId|IterationId|NodeName|NodeType|` +
	`AreaLevel\d|IterationLevel\d|ChangedDate|ChangedBy|Parent|IsDeleted|CommentCount|BoardColumn|BoardColumnDone|BoardLane|TeamProjectId|.*LinkCount|.*FileCount|Links\..*)|WEF_.*)$`)

var bump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// schema reads the fields, or takes what was read in the last minutes.
func (c *Connector) schema(ctx context.Context) (*schema, error) {
	if s, ok := c.schemas.Get(""); ok {
		return s, nil
	}
	var answer struct {
		Value []struct {
			Name      string
			Ref       string `json:"referenceName"`
			Type      string
			ReadOnly  bool `json:"readOnly"`
			Identity  bool `json:"isIdentity"`
			Picklist  bool `json:"isPicklist"`
			Suggested bool `json:"isPicklistSuggested"`
			Deleted   bool `json:"isDeleted"`
		}
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/_apis/wit/fields", op: "GET fields"}, &answer); err != nil {
		return nil, fmt.Errorf("%s: reading the fields: %w", c.name, elsewhere(err, "", noOrganization))
	}
	s := &schema{byName: map[string]*field{}, byRef: map[string]*field{}}
	for _, f := range answer.Value {
		if f.Deleted || hidden.MatchString(f.Ref) {
			continue
		}
		one := &field{ref: f.Ref, label: f.Name, typ: f.Type, readOnly: f.ReadOnly || f.Ref == refProject || f.Ref == refType || f.Ref == refCreatedBy || f.Ref == refCreatedDate || f.Ref == c.markRef, picklist: f.Picklist && !f.Suggested, suggested: f.Suggested}
		if f.Identity {
			one.typ = "identity"
		}
		if kindOf(one, nil) == "" {
			continue
		}
		s.fields = append(s.fields, one)
	}
	s.name()
	if s.byRef[refTitle] == nil {
		return nil, connectors.Busy(c.name+": reading the fields", "the answer has no System.Title", 0)
	}
	c.schemas.Put("", s)
	return s, nil
}

// name gives each field what mappings call it.
func (s *schema) name() {
	slices.SortFunc(s.fields, func(a, b *field) int { return strings.Compare(a.ref, b.ref) })
	used := map[string]int{}
	for _, n := range linkNames() {
		used[n]++
	}
	for _, f := range s.fields {
		f.name = plainName(f.ref)
		if own := strings.HasPrefix(f.ref, "System.") || strings.HasPrefix(f.ref, "Microsoft."); f.name == "" && own {
			f.name = strings.ToLower(bump.ReplaceAllString(f.ref[strings.LastIndex(f.ref, ".")+1:], "${1}_${2}"))
		}
		if f.name == "" {
			f.name = strings.ReplaceAll(f.label, ".", "_") // a dot is for attributes
		}
		used[f.name]++
	}
	for _, f := range s.fields {
		if used[f.name] > 1 {
			f.name = fmt.Sprintf("%s (%s)", f.name, strings.ReplaceAll(f.ref, ".", "_"))
		}
		s.byName[f.name], s.byRef[f.ref] = f, f
	}
}

// kindOf is the kind of a field on items of a type, "" for one that mappings cannot use. Values from a closed list are options.
func kindOf(f *field, t *typeInfo) core.Kind {
	closed := f.picklist || t != nil && len(t.allowed[f.ref]) > 0 && !f.suggested
	switch f.typ {
	case "identity":
		return core.KindUser
	case "treePath":
		return core.KindOption
	case "html":
		return core.KindText
	case "boolean":
		return core.KindBool
	case "dateTime":
		return core.KindDateTime
	case "integer", "double", "picklistInteger", "picklistDouble":
		if closed {
			return core.KindOption
		}
		return core.KindNumber
	case "string", "plainText", "guid", "picklistString":
		switch {
		case f.ref == refTags:
			return core.KindSet
		case f.ref == refState || closed && f.ref != refType:
			return core.KindOption
		}
		return core.KindString
	}
	if f.ref == refTags {
		return core.KindSet
	}
	return ""
}

// refsOf are the reference names of a mapping's fields, attributes included; unknown ones are left out.
func (s *schema) refsOf(names []string) []string {
	var refs []string
	for _, n := range names {
		base, _, _ := strings.Cut(n, ".")
		if f := s.byName[base]; f != nil && !slices.Contains(refs, f.ref) {
			refs = append(refs, f.ref)
		}
	}
	return refs
}
