package process

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// start runs the process and gives the URLs it prints; stop ends it and returns Run's error.
func start(t *testing.T, args ...string) (urls map[string]string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run(ctx, append([]string{"-zendesk", "127.0.0.1:0", "-jira", "127.0.0.1:0"}, args...), in, io.Discard)
		_ = in.CloseWithError(io.EOF)
		done <- err
	}()
	urls = map[string]string{}
	lines := bufio.NewScanner(out)
	for len(urls) < 2 && lines.Scan() {
		name, url, _ := strings.Cut(lines.Text(), " ")
		urls[name] = url
	}
	return urls, func() error { cancel(); return <-done }
}

func get(t *testing.T, url, user, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func TestRunServesBothAndKeepsWhatItAnswered(t *testing.T) {
	data := t.TempDir()
	urls, stop := start(t, "-data", data, "-limits", "none", "-zendesk-webhook", "http://127.0.0.1:1/z", "-jira-webhook", "http://127.0.0.1:1/j")
	if urls["zendesk"] == "" || urls["jira"] == "" {
		t.Fatalf("printed %v; Run: %v", urls, stop())
	}
	if status, body := get(t, urls["jira"]+"/rest/api/3/myself", "ada@acme.example", "ada-api-token"); status != 200 {
		t.Errorf("jira answered %d: %s", status, body)
	}
	req, _ := http.NewRequest(http.MethodPost, urls["zendesk"]+"/api/v2/tickets", strings.NewReader(`{"ticket":{"subject":"kept","comment":{"body":"x"}}}`))
	req.SetBasicAuth("ada@acme.example/token", "zd-token-ada")
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != 201 {
		t.Fatalf("create: %v %v", resp, err)
	}
	if err := stop(); err != nil {
		t.Fatalf("a process told to stop failed: %v", err)
	}
	urls, stop = start(t, "-data", data)
	if _, body := get(t, urls["zendesk"]+"/api/v2/tickets/1", "ada@acme.example/token", "zd-token-ada"); !strings.Contains(body, `"kept"`) {
		t.Errorf("after a restart: %s", body)
	}
	if _, body := get(t, urls["zendesk"]+"/api/v2/webhooks", "ada@acme.example/token", "zd-token-ada"); strings.Count(body, "http://127.0.0.1:1/z") != 1 {
		t.Errorf("the webhook is not kept once: %s", body)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestRunRefusesWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-limits", "some"}, {"extra"}, {"-zendesk", "nowhere:port"}, {"-no-such-flag"}} {
		if err := Run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if err := Run(t.Context(), []string{"-help"}, io.Discard, io.Discard); err != nil {
		t.Errorf("-help: %v", err)
	}
}

// TestEveryKindIsServed: each kind has its flags, answers on its address and keeps its snapshot.
func TestEveryKindIsServed(t *testing.T) {
	data := t.TempDir()
	var args []string
	for _, k := range kinds {
		args = append(args, "-"+k.name, "127.0.0.1:0")
		if !k.silent {
			args = append(args, "-"+k.name+"-webhook", "http://127.0.0.1:1/"+k.name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run(ctx, append(args, "-data", data, "-limits", "none"), in, io.Discard)
		_ = in.CloseWithError(io.EOF)
		done <- err
	}()
	lines := bufio.NewScanner(out)
	for _, name := range Kinds() {
		if !lines.Scan() {
			t.Fatalf("the %s emulator does not answer: %v", name, <-done)
		}
		kind, url, _ := strings.Cut(lines.Text(), " ")
		if kind != name {
			t.Errorf("%q is printed where %s was to come", lines.Text(), name)
		}
		if status, body := get(t, url+"/_control/faults", "", ""); status != http.StatusOK {
			t.Errorf("%s: the control API answered %d: %s", name, status, body)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
