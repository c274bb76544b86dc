// Package process runs the emulators as one process, each on a listener of its own.
package process

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"duplex/emulators/jira"
	"duplex/emulators/zendesk"
)

// settings are the flags.
type settings struct {
	zendesk, jira               string // listen addresses; "" leaves that emulator out
	zendeskWebhook, jiraWebhook string
	secret                      string
	data                        string
	seed                        uint64
	limits                      string
	retryWait                   time.Duration
	exportDelay                 time.Duration
}

// emulator is what both vendors' emulators have in common.
type emulator interface {
	Handler() http.Handler
	SetBaseURL(string)
	Close()
}

// Run serves until ctx ends, then closes the listeners and returns nil. It prints one line per
// emulator, "<name> <URL>", once that one answers. Wrong flags, a taken address or a damaged
// snapshot are errors; -help prints the flags and is none.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if set.data != "" {
		if err := os.MkdirAll(set.data, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, one := range []struct {
		name, address, webhook string
		make                   func(settings) (emulator, error)
	}{
		{"zendesk", set.zendesk, set.zendeskWebhook, makeZendesk},
		{"jira", set.jira, set.jiraWebhook, makeJira},
	} {
		if one.address == "" {
			continue
		}
		e, err := one.make(set)
		if err != nil {
			return fmt.Errorf("start the %s emulator: %w", one.name, err)
		}
		defer e.Close()
		listener, err := net.Listen("tcp", one.address)
		if err != nil {
			return fmt.Errorf("start the %s emulator: %w", one.name, err)
		}
		base := "http://" + listener.Addr().String()
		e.SetBaseURL(base)
		srv := &http.Server{Handler: e.Handler(), ReadHeaderTimeout: 10 * time.Second}
		defer srv.Close()
		go func() {
			if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				cancel(fmt.Errorf("the %s emulator stopped: %w", one.name, err))
			}
		}()
		if one.webhook != "" {
			if err := subscribe(ctx, base, one.webhook, set.secret); err != nil {
				return fmt.Errorf("register the %s webhook: %w", one.name, err)
			}
		}
		fmt.Fprintf(stdout, "%s %s\n", one.name, base)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var set settings
	fs := flag.NewFlagSet("emulators", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&set.zendesk, "zendesk", "127.0.0.1:7101", "address the Zendesk emulator listens on; empty leaves it out")
	fs.StringVar(&set.jira, "jira", "127.0.0.1:7102", "address the Jira emulator listens on; empty leaves it out")
	fs.StringVar(&set.zendeskWebhook, "zendesk-webhook", "", "URL that gets every Zendesk event")
	fs.StringVar(&set.jiraWebhook, "jira-webhook", "", "URL that gets every Jira event")
	fs.StringVar(&set.secret, "webhook-secret", "emulator-webhook-secret", "secret the webhooks are signed with")
	fs.StringVar(&set.data, "data", "", "folder that keeps what was answered over restarts; empty keeps nothing")
	fs.Uint64Var(&set.seed, "seed", 1, "seed of everything that is drawn by chance")
	fs.StringVar(&set.limits, "limits", "vendor", "rate limits: vendor, or none")
	fs.DurationVar(&set.retryWait, "retry-wait", 0, "shortest wait before a webhook is tried again; 0 is the vendor's")
	fs.DurationVar(&set.exportDelay, "export-delay", 0, "how much of the newest time Zendesk's incremental export hides; 0 is the vendor's minute, negative nothing")
	if err := fs.Parse(args); err != nil {
		return set, err
	}
	if set.limits != "vendor" && set.limits != "none" {
		return set, fmt.Errorf("flag -limits is %q: it must be vendor or none", set.limits)
	}
	if fs.NArg() > 0 {
		return set, fmt.Errorf("%q is not a flag: this command takes flags only", fs.Arg(0))
	}
	return set, nil
}

// file is the snapshot of one emulator; "" where nothing is kept.
func (s settings) file(name string) string {
	if s.data == "" {
		return ""
	}
	return filepath.Join(s.data, name+".json")
}

func makeZendesk(s settings) (emulator, error) {
	opts := zendesk.Options{Seed: s.seed, File: s.file("zendesk"), ExportDelay: s.exportDelay, WebhookRetryWait: s.retryWait}
	if s.limits == "none" {
		opts.Limits = zendesk.NoLimits()
	}
	return zendesk.New(opts)
}

func makeJira(s settings) (emulator, error) {
	opts := jira.Options{Seed: s.seed, File: s.file("jira"), RetryWait: s.retryWait}
	if s.limits == "none" {
		opts.Limits = jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}
	}
	return jira.New(opts)
}
