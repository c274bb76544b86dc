package cli

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"duplex/emulators/redmine"
)

// TestConnectorCheck runs the suite by the command line on an emulated Redmine: what passes, what is missing with the word that gives it, what
// fails with the reason; and nothing is left behind.
func TestConnectorCheck(t *testing.T) {
	e, err := redmine.New(redmine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e.Handler())
	defer s.Close()
	defer e.Close()
	e.SetBaseURL(s.URL)
	const manifest = "../examples/manifests/redmine.yaml"
	env := map[string]string{"KEY": redmine.KeySync, "ADA": redmine.KeyAda, "WRONG": "nobody"}
	args := func(key, note string, more ...string) []string {
		return append([]string{"connector", "check", manifest, "--against", s.URL, "--auth", "token=${env:" + key + "}", "--person", "token=${env:ADA}",
			"--setting", fmt.Sprintf("mark_field=%d", redmine.FieldMark), "--setting", "note_field=" + note, "--setting", "readers=team",
			"--scope", "project=eng", "--scope", "tracker=Bug"}, more...)
	}
	code, out, errs := command(t, env, args("KEY", fmt.Sprint(redmine.FieldNote), "--only", "Create", "--only", "Users", "--only", "Errors", "--json")...)
	var got struct {
		Capabilities []struct{ Capability, State, Mend string }
		Left         []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK || len(got.Left) > 0 {
		t.Fatalf("code %d, left %v, %v: %s %s", code, got.Left, err, out, errs)
	}
	states := map[string]string{}
	for _, c := range got.Capabilities {
		states[c.Capability] = c.State + " " + c.Mend
	}
	for capability, want := range map[string]string{"": "passed ", "Finder": "passed ", "UserResolver": "passed ", "Commenter": "untried ",
		"WebhookParser": "missing write webhook: without it changes are found by sweeps"} {
		if states[capability] != want {
			t.Errorf("%q is %q, want %q", capability, states[capability], want)
		}
	}
	code, out, _ = command(t, env, args("KEY", "", "--only", "Batch", "--leave", "private")...)
	if code != ExitOK || !strings.Contains(out, "CommentFinder") || !strings.Contains(out, "items.TYPE.comments.mark") {
		t.Errorf("without a field for the marks of notes: code %d\n%s", code, out)
	}
	code, _, errs = command(t, env, args("WRONG", "")...)
	if code != ExitWrong || !strings.Contains(errs, "credentials are not accepted") || strings.Contains(errs, "nobody") {
		t.Errorf("a wrong key: code %d, %s", code, errs)
	}
	code, _, errs = command(t, env, "connector", "check", manifest, "--against", s.URL, "--auth", "token=plain")
	if code != ExitWrong || !strings.Contains(errs, "must be a reference") || strings.Contains(errs, "plain") {
		t.Errorf("a literal secret: code %d, %s", code, errs)
	}
}
