// Package examples holds systems and connections that an admin can copy. Each of them is run by the tests.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed support-escalation
var files embed.FS

// SupportEscalation is a Zendesk help desk that hands bugs to Jira: the connection file and the tables it names.
func SupportEscalation() (connection []byte, tables map[string]string, err error) {
	connection, err = fs.ReadFile(files, "support-escalation/connection.yaml")
	if err != nil {
		return nil, nil, err
	}
	people, err := fs.ReadFile(files, "support-escalation/people.yaml")
	return connection, map[string]string{"people.yaml": string(people)}, err
}

// Redmine is the manifest of manifests/redmine.yaml.
//
//go:embed manifests/redmine.yaml
var Redmine string
