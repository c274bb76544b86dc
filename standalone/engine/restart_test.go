package engine

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
)

// childFlag makes the test binary run as the engine program: TestMain hands over to Run.
const childFlag = "DUPLEX_ENGINE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childFlag) != "" {
		if err := Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestRestartKeepsWorkflows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a dir with spaces, 100% #1?")
	e := mustStart(t, Options{Dir: dir})
	c := dial(t, e.Address(), "duplex")
	w := startWorker(t, c)
	startCollect(t, c, "pair-1")
	signal(t, c, "pair-1", "before")
	wantListed(t, c, `TestState = "has-1"`, "pair-1")
	w.Stop()
	e.Stop()

	more := attributesForTest()
	more["AddedLater"] = enums.INDEXED_VALUE_TYPE_INT
	e = mustStart(t, Options{Dir: dir, SearchAttributes: more})
	c = dial(t, e.Address(), "duplex")
	wantListed(t, c, `TestState = "has-1" AND AddedLater IS NULL`, "pair-1")
	w = startWorker(t, c)
	defer w.Stop()
	signal(t, c, "pair-1", "after")
	wantResult(t, c, "pair-1", "BEFORE AFTER")
}

func TestKilledEngineContinues(t *testing.T) {
	dir := t.TempDir()
	// What a process killed during its very first start leaves behind.
	if err := os.WriteFile(filepath.Join(dir, databaseFile+".new-HALF"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	child := runChild(t, dir, "0")
	c := dial(t, child.address, "duplex")
	w := startWorker(t, c)
	startCollect(t, c, "pair-1")
	signal(t, c, "pair-1", "before")
	wantListed(t, c, `TestState = "has-1"`, "pair-1")
	w.Stop()
	startCollect(t, c, "pair-2") // nobody has worked on this one when the process dies
	signal(t, c, "pair-2", "never")
	child.kill(t)

	// The same port, for the client above has to find the new process by itself.
	_, port, _ := strings.Cut(child.address, ":")
	child = runChild(t, dir, port)
	w = startWorker(t, c)
	signal(t, c, "pair-1", "after")
	wantResult(t, c, "pair-1", "BEFORE AFTER")
	signal(t, c, "pair-2", "lost")
	wantResult(t, c, "pair-2", "NEVER LOST")
	w.Stop()
	child.kill(t)

	e := mustStart(t, Options{Dir: dir, UIPort: -1})
	wantResult(t, dial(t, e.Address(), "duplex"), "pair-1", "BEFORE AFTER")
}

type child struct {
	cmd     *exec.Cmd
	address string
}

func runChild(t *testing.T, dir, port string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-dir", dir, "-port", port, "-ui-port", "-1", "-search-attribute", "TestState=Keyword")
	cmd.Env = append(os.Environ(), childFlag+"=1")
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "address: ")
	if err != nil || !ok {
		t.Fatalf("the engine program printed %q (%v)", line, err)
	}
	c.address = address
	return c
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // reports the kill
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run(ctx, []string{"-port", "0", "-ui-port", "0", "-namespace", "mine"}, w, t.Output())
		w.CloseWithError(err)
		done <- err
	}()
	lines := bufio.NewScanner(r)
	for _, want := range []string{"address: 127.0.0.1:", "namespace: mine", "ui: http://127.0.0.1:"} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Fatalf("printed %q, want %q (%v)", lines.Text(), want, lines.Err())
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRunRefuses(t *testing.T) {
	cases := []struct {
		args         []string
		want, reason string
	}{
		{[]string{"-search-attribute", "State"}, "Name=Type", "no type given"},
		{[]string{"-search-attribute", "State=Colour"}, "Keyword", "the answer names the types there are"},
		{[]string{"start"}, "unexpected argument", "there are no commands"},
	}
	for _, c := range cases {
		err := Run(t.Context(), c.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q: %s", c.args, err, c.want, c.reason)
		}
	}
}
