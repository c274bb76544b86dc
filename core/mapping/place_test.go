package mapping

import (
	"strings"
	"testing"
)

func TestExtent(t *testing.T) {
	for _, c := range []struct {
		reason, line, from, want string
	}{
		{"a word", "  - {support: subject, engineering: sumary}", "sumary", "sumary"},
		{"a key ends before its colon", "conflict: latest", "conflict", "conflict"},
		{"a text in quotes, with a quote inside", `start: 'it''s' # x`, "'", `'it''s'`},
		{"escapes in double quotes", `start: "a \"b\" c", x`, `"`, `"a \"b\" c"`},
		{"a block in braces that holds a brace in quotes", `users: [email, {table: "]"}] # x`, "[", `[email, {table: "]"}]`},
		{"a bracket that closes in another line", "values: {urgent: Highest,", "{", "{"},
		{"letters of every script", "  - {support: тема, b: c}", "тема", "тема"},
		{"a sign by itself", "a: = b", "=", "="},
	} {
		t.Run(c.reason, func(t *testing.T) {
			before, _, ok := strings.Cut(c.line, c.from)
			if !ok {
				t.Fatal("the line does not hold it")
			}
			column := len([]rune(before)) + 1
			letters := []rune(c.line)
			if got := string(letters[column-1:][:Extent(c.line, column)]); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if Extent("short", 9) != 1 || Extent("short", 0) != 1 {
		t.Error("a column outside the line is not one letter")
	}
}

func TestPlaced(t *testing.T) {
	src := "system: s\nkind: k\nauth:\n  method: x\n  token: y\nwebhook: {secret: z}\n"
	for _, c := range []struct {
		reason, path string
		line, column int
	}{
		{"a key", "kind", 2, 1},
		{"a key below another", "auth.token", 5, 3},
		{"in braces", "webhook.secret", 6, 11},
		{"one that is missing is where its block is", "auth.email", 4, 3},
		{"the block itself is missing", "settings.opening", 1, 1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got := Placed(Diagnostics{{File: "system s", Path: c.path, Text: "x"}}, "s.yaml", []byte(src))[0]
			if got.Line != c.line || got.Column != c.column || got.File != "s.yaml" {
				t.Errorf("%v, want line %d, column %d", got, c.line, c.column)
			}
		})
	}
}

func TestSecretLines(t *testing.T) {
	src := `system: s
kind: jira
base_url: https://acme.example
token: on the wrong level
auth:
  method: token
  email: a@b.example
  token: ${env:TOKEN}
  tokn: hush
  other: |
    hush
    hush
webhook: {secret: hush}
settings:
  opening: publik
  api_key: hush
limits: {concurrency: 8}
`
	secret := SecretLines([]byte(src))
	for i, line := range strings.Split(strings.TrimSpace(src), "\n") {
		want := strings.Contains(line, "hush") || strings.Contains(line, "wrong level")
		if got := secret(i + 1); got != want && !strings.Contains(line, "other") {
			t.Errorf("line %d, %q: secret is %v", i+1, line, got)
		}
	}
	for _, broken := range []string{"auth: {token: hush", "base_url: https://me:hush@acme.example"} {
		if !SecretLines([]byte(broken))(1) {
			t.Errorf("%q is shown", broken)
		}
	}
}

// TestEveryMistakeHasAKind: a program that reads diagnostics is not left with texts.
func TestEveryMistakeHasAKind(t *testing.T) {
	other := 0
	for _, c := range wrongConnections {
		_, ds := Compile("support.yaml", []byte(c.of(t, example)), testEnv())
		for _, d := range ds {
			if !contains(Codes, d.Code) {
				t.Errorf("%s: %q is no code", c.reason, d.Code)
			}
			if d.Code == CodeOther {
				other++
			}
		}
	}
	if most := len(wrongConnections) / 20; other > most {
		t.Errorf("%d of the mistakes are of kind other; give them one of their own", other)
	}
}
