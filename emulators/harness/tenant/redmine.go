// Package tenant finds the real systems that emulators and connectors are held against. The environment names them; make real starts one
// and sets it. Where it names none a test is skipped with a plain reason.
package tenant

import (
	"os"
	"testing"
)

// Redmine is a real Redmine with the people, projects and custom fields that standalone/real/seed.rb makes.
type Redmine struct {
	URL  string
	Keys map[string]string // API keys of sync and ada, who are administrators, of grace and linus
	Mark string            // ids of the custom fields for marks
	Note string
}

// Projects of a seeded Redmine, each for tests of its own. All are private.
const (
	ProjectSuite = "duplex-suite" // of a connector's conformance
	ProjectSteps = "duplex-steps" // of an emulator's steps: grace is a developer and linus a reporter, both without private notes
	ProjectTrial = "duplex-trial" // of syncs
)

// NeedRedmine is the Redmine of the environment. Where it names none, or not all of it, the test is skipped.
func NeedRedmine(t testing.TB) Redmine {
	t.Helper()
	get := func(name string) string {
		v := os.Getenv(name)
		if v == "" {
			t.Skipf("%s is not set: make real starts a Redmine and sets it", name)
		}
		return v
	}
	return Redmine{
		URL: get("REAL_REDMINE_URL"),
		Keys: map[string]string{"sync": get("REAL_REDMINE_KEY"), "ada": get("REAL_REDMINE_ADA_KEY"), "grace": get("REAL_REDMINE_GRACE_KEY"),
			"linus": get("REAL_REDMINE_LINUS_KEY")},
		Mark: get("REAL_REDMINE_MARK_FIELD"), Note: get("REAL_REDMINE_NOTE_FIELD"),
	}
}
