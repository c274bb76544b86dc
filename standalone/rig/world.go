package rig

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"duplex/emulators/process"
	"duplex/standalone/app"
)

//go:embed files
var files embed.FS

// The two systems as duplex knows them.
const (
	Zendesk       = "zendesk-acme"
	Jira          = "jira-acme"
	webhookSecret = "demo-webhook-secret"
)

// Account is who duplex is at both systems, as the emulators name whoever makes a call.
const Account = "sync@acme.example"

// World is the two emulated systems and the addresses at which a standalone is to be reached.
type World struct {
	Dir, StoreDSN       string
	ZendeskURL, JiraURL string
	Admin, Webhooks     string // addresses, host:port
	Temporal, UI        int    // ports
	Ada, Grace          Person // at Zendesk
	JiraAda, JiraGrace  Person
}

// Ports says where everything listens; the zero Ports takes free ones.
type Ports struct{ Zendesk, Jira, Admin, Webhooks, Temporal, UI int }

// Options of a World. Only Dir is needed.
type Options struct {
	Dir      string
	StoreDSN string // "" is the SQLite file in Dir
	Ports    Ports
	Keep     bool     // the systems keep their data in Dir over restarts
	Flags    []string // further flags of the emulators
	// Process runs the systems as a process of their own, which the caller ends; see Child.
	Process func(args []string, stdout io.Writer) error
}

// NewWorld starts the emulators; in this process they end with ctx. Their webhooks go to the standalone's address,
// whether something listens there yet or not.
func NewWorld(ctx context.Context, o Options) (*World, error) {
	p := o.Ports
	if err := take(&p.Zendesk, &p.Jira, &p.Admin, &p.Webhooks, &p.Temporal, &p.UI); err != nil {
		return nil, err
	}
	w := &World{Dir: o.Dir, StoreDSN: o.StoreDSN, ZendeskURL: loopback(p.Zendesk), JiraURL: loopback(p.Jira), Admin: Address(p.Admin),
		Webhooks: Address(p.Webhooks), Temporal: p.Temporal, UI: p.UI}
	w.Ada, w.Grace = Agent(w.ZendeskURL, "ada"), Agent(w.ZendeskURL, "grace")
	w.JiraAda, w.JiraGrace = Engineer(w.JiraURL, "ada"), Engineer(w.JiraURL, "grace")
	args := []string{"-zendesk", Address(p.Zendesk), "-jira", Address(p.Jira),
		"-zendesk-webhook", "http://" + w.Webhooks + "/webhooks/" + Zendesk, "-jira-webhook", "http://" + w.Webhooks + "/webhooks/" + Jira,
		"-webhook-secret", webhookSecret, "-limits", "none", "-retry-wait", "1s"}
	if o.Keep {
		args = append(args, "-data", filepath.Join(o.Dir, "emulators"))
	}
	args = append(args, o.Flags...)
	ready, ended := make(chan struct{}), make(chan error, 1)
	out := &lines{want: 2, done: ready}
	if o.Process == nil {
		o.Process = func(args []string, stdout io.Writer) error { return process.Run(ctx, args, stdout, io.Discard) }
	}
	go func() { ended <- o.Process(args, out) }()
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

func loopback(port int) string { return "http://" + Address(port) }

// Environment is what the system files refer to.
func (w *World) Environment() []string {
	return []string{"ZENDESK_URL=" + w.ZendeskURL, "ZENDESK_TOKEN=zd-token-sync", "ZENDESK_WEBHOOK_SECRET=" + webhookSecret,
		"JIRA_URL=" + w.JiraURL, "JIRA_TOKEN=sync-api-token", "JIRA_WEBHOOK_SECRET=" + webhookSecret}
}

// Flags start a standalone for this world.
func (w *World) Flags(parts ...string) []string {
	return []string{"-dir", w.Dir, "-store", w.StoreDSN, "-admin", w.Admin, "-webhooks", w.Webhooks, "-temporal-port", fmt.Sprint(w.Temporal),
		"-ui-port", fmt.Sprint(w.UI), "-parts", strings.Join(parts, ",")}
}

// Limits is what the system files say under limits, where Systems is not told otherwise.
const Limits = "{requests_per_second: 50, concurrency: 8}"

// Systems gives the running standalone the two systems. Limits may name others for a system.
func (w *World) Systems(ctx context.Context, limits map[string]string) error {
	for _, system := range []string{Zendesk, Jira} {
		src, err := files.ReadFile("files/" + system + ".yaml")
		if err != nil {
			return err
		}
		if l := limits[system]; l != "" {
			src = bytes.Replace(src, []byte(Limits), []byte(l), 1)
		}
		body := Object{"file_name": system + ".yaml", "source": string(src)}
		if err := w.AdminCall(ctx, "PUT", "/api/v1/systems/"+system, body, nil); err != nil {
			return err
		}
	}
	return nil
}

// Connect gives the running standalone a connection file, with the files it names.
func (w *World) Connect(ctx context.Context, name string, file []byte, tables map[string]string) error {
	return w.AdminCall(ctx, "PUT", "/api/v1/connections/"+name, Object{"file_name": "connection.yaml", "source": string(file), "files": tables}, nil)
}

// Apply gives the running standalone both systems and a connection.
func (w *World) Apply(ctx context.Context, name string, file []byte, tables map[string]string) error {
	if err := w.Systems(ctx, nil); err != nil {
		return err
	}
	return w.Connect(ctx, name, file, tables)
}

// AdminCall speaks to the admin API with the token of the data directory.
func (w *World) AdminCall(ctx context.Context, method, path string, in, out any) error {
	token, err := app.AdminToken(w.Dir)
	if err != nil {
		return err
	}
	return Person{Base: "http://" + w.Admin, Secret: token}.Call(ctx, method, path, in, out)
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
		if Pause(ctx, 50*time.Millisecond) != nil {
			return fmt.Errorf("the gateway does not answer: %w", errors.Join(context.Cause(ctx), err))
		}
	}
}

// Pause lasts d, or less where ctx ends, whose cause it returns.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
