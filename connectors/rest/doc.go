// Package rest speaks to any system that a manifest describes: one YAML file with a closed vocabulary (schemas/manifest.schema.json,
// docs/connectors/rest.md), whose only code is CEL over an answer or a part of it.
//
// A mapping's author knows the fields by the names that the manifest gives them; those that the system lists itself (more_fields) are in small
// letters with underscores. An id is the manifest's; where a manifest has several types of items it begins with the type and a colon.
//
// What the connector can do is what the manifest says: it has the methods of every capability that a manifest can give, and tells with Has which of
// them count. Updates read the item first, write what differs, and read it again; a field that the system took and kept as it was is refused in its name. A
// comment that is not private is shown to everybody who sees the item, or to the team, as the manifest or a setting says; a private one is internal, or,
// where the team reads the others, restricted to the group "private".
package rest
