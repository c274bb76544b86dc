package process

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// settings are the flags.
type settings struct {
	addresses map[string]string // by kind, where it listens; "" leaves it out
	webhooks  map[string]string // by kind, who gets every event; "" for nobody

	secret      string
	data        string
	seed        uint64
	unlimited   bool
	retryWait   time.Duration
	exportDelay time.Duration
}

func parse(args []string, stderr io.Writer) (settings, error) {
	set := settings{addresses: map[string]string{}, webhooks: map[string]string{}}
	fs := flag.NewFlagSet("emulators", flag.ContinueOnError)
	fs.SetOutput(stderr)
	addresses, webhooks := map[string]*string{}, map[string]*string{}
	for _, k := range kinds {
		addresses[k.name] = fs.String(k.name, k.address, "address the "+k.title+" emulator listens on; empty leaves it out")
		if !k.silent {
			webhooks[k.name] = fs.String(k.name+"-webhook", "", "URL that gets every "+k.title+" event")
		}
	}
	var limits string
	fs.StringVar(&set.secret, "webhook-secret", "emulator-webhook-secret", "secret the webhooks are signed with")
	fs.StringVar(&set.data, "data", "", "folder that keeps what was answered over restarts; empty keeps nothing")
	fs.Uint64Var(&set.seed, "seed", 1, "seed of everything that is drawn by chance")
	fs.StringVar(&limits, "limits", "vendor", "rate limits: vendor, or none")
	fs.DurationVar(&set.retryWait, "retry-wait", 0, "shortest wait before a webhook is tried again; 0 is the vendor's")
	fs.DurationVar(&set.exportDelay, "export-delay", 0, "how much of the newest time Zendesk's incremental export hides; 0 is the vendor's minute, negative nothing")
	if err := fs.Parse(args); err != nil {
		return set, err
	}
	if limits != "vendor" && limits != "none" {
		return set, fmt.Errorf("flag -limits is %q: it must be vendor or none", limits)
	}
	if fs.NArg() > 0 {
		return set, fmt.Errorf("%q is not a flag: this command takes flags only", fs.Arg(0))
	}
	set.unlimited = limits == "none"
	for name, value := range addresses {
		set.addresses[name] = *value
	}
	for name, value := range webhooks {
		set.webhooks[name] = *value
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
