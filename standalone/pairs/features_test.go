package pairs_test

import (
	"cmp"

	"duplex/core"
	"duplex/standalone/kinds"
)

// features are the columns of the table, in the order in which they are looked at.
var features = []string{"create", "title", "description", "priority", "assignee", "labels", "custom field", "public comment", "internal comment", "file",
	"status", "back", "webhooks", "delete"}

// reason tells why a feature cannot be between two kinds, in the direction from the first to the second; "" where it can.
func reason(feature string, from, to kinds.Profile) string {
	name := func(p kinds.Profile, why string) string {
		if why == "" {
			return ""
		}
		return p.Kind + ": " + why
	}
	either := func(of func(kinds.Profile) string) string { return cmp.Or(name(from, of(from)), name(to, of(to))) }
	switch feature {
	case "priority":
		return either(func(p kinds.Profile) string { return p.Priority.None })
	case "assignee":
		return either(func(p kinds.Profile) string { return p.Assignee.None })
	case "labels":
		return either(func(p kinds.Profile) string { return p.Labels.None })
	case "custom field":
		return either(func(p kinds.Profile) string { return p.Custom.None })
	case "status":
		return either(func(p kinds.Profile) string { return p.Status.None })
	case "public comment":
		return cmp.Or(either(func(p kinds.Profile) string { return p.Comments.None }), name(from, from.Comments.Public))
	case "internal comment":
		return cmp.Or(either(func(p kinds.Profile) string { return p.Comments.None }), name(from, from.Comments.Internal), stays(from, to))
	case "file":
		return either(func(p kinds.Profile) string { return p.Files.None })
	case "webhooks":
		return either(func(p kinds.Profile) string { return p.Webhooks })
	case "delete":
		return name(from, from.Delete)
	}
	return ""
}

// stays tells why an internal comment is left where it is.
func stays(from, to kinds.Profile) string {
	if _, carried := kinds.Reach(core.Internal, from.Comments, to.Comments); carried {
		return ""
	}
	return to.Kind + ": " + to.Comments.Internal
}

// common are the canonical words that both sides have a value for, in order.
func common(words []string, a, b kinds.Choice) []string {
	var all []string
	for _, w := range words {
		if a.Has(w) && b.Has(w) {
			all = append(all, w)
		}
	}
	return all
}
