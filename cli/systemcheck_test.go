package cli

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
)

// TestSystemCheck: what an admin has to mend is told, and tells by the exit code.
func TestSystemCheck(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files/left.yaml", "testdata/files/right.yaml")
	for _, c := range []struct {
		reason string
		fails  memory.Op
		args   []string
		want   int
		says   string
	}{
		{"all is well but for webhooks, of which nothing is known", "", []string{"system", "check", "left"}, ExitOK, "left can be synced; 1 thing to look at"},
		{"a right is missing", memory.OpChanges, []string{"system", "check", "left"}, ExitWrong, "give the account of duplex this right"},
		{"no such system", "", []string{"system", "check", "nobody"}, ExitNotFound, "nobody"},
		{"a scope that is none", "", []string{"system", "check", "left", "--scope", "project"}, ExitUsage, "key=value"},
		{"for scripts", "", []string{"system", "check", "left", "--json"}, ExitOK, `"what": "sign in"`},
		{"the address that the gateway knows of itself", "", []string{"webhooks", "ensure", "left"}, ExitOK, "the system sends its webhooks to https://duplex.acme.example/webhooks/left"},
		{"an address is named", "", []string{"webhooks", "ensure", "left", "--url", "https://tunnel.example/left"}, ExitOK, "the system sends its webhooks to https://tunnel.example/left"},
	} {
		if c.fails != "" {
			d.sys[0].FailNextWith(c.fails, memory.Before, connectors.ErrDenied)
		}
		d.said.Reset()
		if code := d.run(c.args...); code != c.want || !strings.Contains(d.said.String(), c.says) {
			t.Errorf("%s: exit code %d, want %d; it said\n%s", c.reason, code, c.want, d.said.String())
		}
	}
}

// TestSystemCheckByFile: without a gateway a system is asked by its file.
func TestSystemCheckByFile(t *testing.T) {
	t.Chdir(t.TempDir())
	env := products(t)
	code, out, errs := command(t, env, "system", "check", "jira-acme.yaml", "--scope", "project=ENG", "--scope", "issuetype=Bug")
	if code != ExitOK || !strings.Contains(out, "sign in") || !strings.Contains(out, "jira-acme can be synced") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	env["JIRA_TOKEN"] = "revoked"
	code, out, errs = command(t, env, "system", "check", "jira-acme.yaml")
	if code != ExitWrong || !strings.Contains(out, "mend the credentials") || strings.Contains(out+errs, "revoked") {
		t.Errorf("with a token that is refused: code %d\n%s%s", code, out, errs)
	}
}
