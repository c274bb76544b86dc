package schemas

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// server is a language server that an editor would run.
type server struct {
	t    *testing.T
	in   io.Writer
	out  *bufio.Reader
	next int
}

// editor starts the YAML language server, where there is one.
func editor(t *testing.T) *server {
	t.Helper()
	program := os.Getenv("DUPLEX_YAML_LANGUAGE_SERVER")
	if program == "" {
		found, err := exec.LookPath("yaml-language-server")
		if err != nil {
			t.Skip("no yaml-language-server is in PATH, and DUPLEX_YAML_LANGUAGE_SERVER names none: npm install -g yaml-language-server")
		}
		program = found
	}
	cmd := exec.CommandContext(t.Context(), program, "--stdio")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s := &server{t: t, in: in, out: bufio.NewReader(out)}
	s.ask("initialize", map[string]any{"processId": os.Getpid(), "rootUri": nil, "capabilities": map[string]any{
		"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"documentationFormat": []string{"markdown"}}},
			"hover": map[string]any{"contentFormat": []string{"markdown"}}}}}, nil)
	s.tell("initialized", map[string]any{})
	return s
}

func (s *server) send(m map[string]any) {
	s.t.Helper()
	m["jsonrpc"] = "2.0"
	b, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(b), b); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) tell(method string, params any) {
	s.send(map[string]any{"method": method, "params": params})
}

// ask waits for the answer; what the server asks or tells meanwhile is answered with nothing.
func (s *server) ask(method string, params, into any) {
	s.t.Helper()
	s.next++
	id := s.next
	s.send(map[string]any{"id": id, "method": method, "params": params})
	for {
		head, err := textproto.NewReader(s.out).ReadMIMEHeader()
		if err != nil {
			s.t.Fatal(err)
		}
		n, err := strconv.Atoi(head.Get("Content-Length"))
		if err != nil {
			s.t.Fatal(err)
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(s.out, b); err != nil {
			s.t.Fatal(err)
		}
		var m struct {
			ID     any
			Method string
			Params struct{ Items []any }
			Result json.RawMessage
			Error  any
		}
		if err := json.Unmarshal(b, &m); err != nil {
			s.t.Fatal(err)
		}
		if m.Method != "" {
			if m.ID != nil {
				s.send(map[string]any{"id": m.ID, "result": make([]any, len(m.Params.Items))})
			}
			continue
		}
		if fmt.Sprint(m.ID) != fmt.Sprint(id) {
			continue
		}
		if m.Error != nil {
			s.t.Fatalf("%s: %v", method, m.Error)
		}
		if into != nil {
			if err := json.Unmarshal(m.Result, into); err != nil {
				s.t.Fatal(err)
			}
		}
		return
	}
}

// TestEditors: a real language server completes keys and explains them, from the line that names the schema.
func TestEditors(t *testing.T) {
	s := editor(t)
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason, schema, text string // § is where the cursor is
		completes, explains  string
	}{
		{"keys of a connection", "connection", "connection: x\n§\n", "attachments", ""},
		{"keys of a side", "connection", "connection: x\nsides:\n  support:\n    §\n", "scope", ""},
		{"keys of a rule", "connection", "connection: x\nrules:\n  - support: subject\n    engineering: summary\n    §\n", "conflict", ""},
		{"what a key can be", "connection", "connection: x\ncomments:\n  private: §\n", "keep", ""},
		{"keys of a system", "system", "system: x\n§\n", "maintenance", ""},
		{"help for a key", "connection", "connection: x\nswee§p: 15m\n", "", "How often both systems are asked"},
		{"help inside a rule", "connection", "connection: x\nrules:\n  - support: subject\n    flo§w: both\n", "", "to-<side>"},
		{"help for a system", "system", "system: x\nlimits:\n  concurren§cy: 8\n", "", "Calls at once"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s.t = t
			head := "# yaml-language-server: $schema=" + filepath.ToSlash(filepath.Join(folder, c.schema+".schema.json")) + "\n"
			before, after, _ := strings.Cut(head+c.text, "§")
			uri := "file:///" + strings.ReplaceAll(c.reason, " ", "-") + ".yaml"
			s.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}})
			line := strings.Count(before, "\n")
			at := map[string]any{"textDocument": map[string]any{"uri": uri},
				"position": map[string]any{"line": line, "character": len(before) - strings.LastIndex(before, "\n") - 1}}
			if c.completes != "" {
				var list struct {
					Items []struct{ Label string }
				}
				s.ask("textDocument/completion", at, &list)
				if !strings.Contains(fmt.Sprint(list.Items), c.completes) {
					t.Errorf("offers %v, not %s", list.Items, c.completes)
				}
				return
			}
			var hover struct{ Contents struct{ Value string } }
			s.ask("textDocument/hover", at, &hover)
			if !strings.Contains(strings.ReplaceAll(hover.Contents.Value, "\\", ""), c.explains) {
				t.Errorf("explains %q, not %q", hover.Contents.Value, c.explains)
			}
		})
	}
}
