package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"duplex/emulators/process"
	"duplex/standalone/app"
)

//go:embed files
var files embed.FS

const (
	zendeskSystem = "zendesk-acme"
	jiraSystem    = "jira-acme"
	connection    = "support-escalation"
	webhookSecret = "demo-webhook-secret"
)

// World is the two emulated systems and the addresses at which a standalone is to be reached.
type World struct {
	Dir                  string
	ZendeskURL, JiraURL  string
	Admin, Webhooks      string // addresses, host:port
	Temporal, UI         int    // ports
	Ada, Grace, Customer hands  // at Zendesk
	JiraAda, JiraGrace   hands
}

// Ports says where a demo listens; the zero Ports takes free ones.
type Ports struct{ Zendesk, Jira, Admin, Webhooks, Temporal, UI int }

// DemoPorts are those the README names.
var DemoPorts = Ports{Zendesk: 7101, Jira: 7102, Admin: 7080, Webhooks: 7081, Temporal: 7233, UI: 8233}

// NewWorld starts the emulators in this process; they end with ctx. Their webhooks go to the standalone's address,
// whether something listens there yet or not.
func NewWorld(ctx context.Context, dir string, p Ports) (*World, error) {
	for _, port := range []*int{&p.Zendesk, &p.Jira, &p.Admin, &p.Webhooks, &p.Temporal, &p.UI} {
		if err := take(port); err != nil {
			return nil, err
		}
	}
	w := &World{Dir: dir, ZendeskURL: loopback(p.Zendesk), JiraURL: loopback(p.Jira), Admin: address(p.Admin), Webhooks: address(p.Webhooks),
		Temporal: p.Temporal, UI: p.UI}
	w.Ada = person(w.ZendeskURL, "ada@acme.example/token", "zd-token-ada")
	w.Grace = person(w.ZendeskURL, "grace@acme.example/token", "zd-token-grace")
	w.JiraAda = person(w.JiraURL, "ada@acme.example", "ada-api-token")
	w.JiraGrace = person(w.JiraURL, "grace@acme.example", "grace-api-token")
	args := []string{"-zendesk", address(p.Zendesk), "-jira", address(p.Jira), "-data", filepath.Join(dir, "emulators"),
		"-zendesk-webhook", "http://" + w.Webhooks + "/webhooks/" + zendeskSystem, "-jira-webhook", "http://" + w.Webhooks + "/webhooks/" + jiraSystem,
		"-webhook-secret", webhookSecret, "-limits", "none", "-retry-wait", "1s"}
	ready, ended := make(chan struct{}), make(chan error, 1)
	out := &lines{want: 2, done: ready}
	go func() { ended <- process.Run(ctx, args, out, io.Discard) }()
	select {
	case <-ready:
		return w, nil
	case err := <-ended:
		return nil, fmt.Errorf("start the emulated systems: %w", errors.Join(err, ctx.Err()))
	}
}

// lines closes done when the wanted number of lines was written.
type lines struct {
	want, got int
	done      chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	before := l.got
	l.got += bytes.Count(b, []byte("\n"))
	if before < l.want && l.got >= l.want {
		close(l.done)
	}
	return len(b), nil
}

// take checks that a port is free, or finds one.
func take(port *int) error {
	l, err := net.Listen("tcp", address(*port))
	if err != nil {
		return fmt.Errorf("port %d is needed and taken: stop what listens there (%w)", *port, err)
	}
	*port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

func address(port int) string  { return fmt.Sprintf("127.0.0.1:%d", port) }
func loopback(port int) string { return "http://" + address(port) }

// Environment is what the system files refer to.
func (w *World) Environment() []string {
	return []string{"ZENDESK_URL=" + w.ZendeskURL, "ZENDESK_TOKEN=zd-token-sync", "ZENDESK_WEBHOOK_SECRET=" + webhookSecret,
		"JIRA_URL=" + w.JiraURL, "JIRA_TOKEN=sync-api-token", "JIRA_WEBHOOK_SECRET=" + webhookSecret}
}

// Flags start a standalone for this world.
func (w *World) Flags(parts ...string) []string {
	return []string{"-dir", w.Dir, "-admin", w.Admin, "-webhooks", w.Webhooks, "-temporal-port", fmt.Sprint(w.Temporal), "-ui-port", fmt.Sprint(w.UI),
		"-parts", strings.Join(parts, ",")}
}

// Apply gives the running standalone the two systems and a connection file.
func (w *World) Apply(ctx context.Context, connectionFile []byte, tables map[string]string) error {
	for _, system := range []string{zendeskSystem, jiraSystem} {
		src, err := files.ReadFile("files/" + system + ".yaml")
		if err != nil {
			return err
		}
		body := toJSON(object{"file_name": system + ".yaml", "source": string(src)})
		if err := w.AdminCall(ctx, "PUT", "/api/v1/systems/"+system, body, nil); err != nil {
			return err
		}
	}
	body := toJSON(object{"file_name": "connection.yaml", "source": string(connectionFile), "files": tables})
	return w.AdminCall(ctx, "PUT", "/api/v1/connections/"+connection, body, nil)
}

// AdminCall speaks to the admin API with the token of the data directory.
func (w *World) AdminCall(ctx context.Context, method, path string, body []byte, out any) error {
	token, err := app.AdminToken(w.Dir)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+w.Admin+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// Ready waits until the gateway answers.
func (w *World) Ready(ctx context.Context) error {
	for {
		resp, err := http.Get("http://" + w.Admin + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the gateway does not answer: %w", errors.Join(ctx.Err(), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tempDir is a data directory that goes with the run.
func tempDir() (string, func(), error) {
	dir, err := os.MkdirTemp("", "duplex-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}
