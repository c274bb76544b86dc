// Package schemas holds the JSON Schemas (draft 2020-12) of the files an admin writes.
//
// They are what editors use for completion and help, and the first step of validation. What a schema cannot say (that a
// field exists, that an expression type-checks, that side names agree) is checked by core/mapping and internal/config.
package schemas

import "embed"

// System is the schema of a system file.
//
//go:embed system.schema.json
var System []byte

// Connection is the schema of a connection file.
//
//go:embed connection.schema.json
var Connection []byte

// Include is the schema of a file that connection files include. It refers to Connection.
//
//go:embed include.schema.json
var Include []byte

// Manifest is the schema of a manifest, which describes a kind of system to the connector "rest".
//
//go:embed manifest.schema.json
var Manifest []byte

// Files holds them all under their file names, for serving them to editors.
//
//go:embed *.schema.json
var Files embed.FS
