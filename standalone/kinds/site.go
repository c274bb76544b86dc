package kinds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"duplex/connectors"
	_ "duplex/connectors/all" // whatever kind a profile names
	"duplex/core"
)

// Secret signs the webhooks of every site.
const Secret = "kinds-webhook-secret"

// Account is the e-mail address of the integration's account, Person that of whoever works without duplex.
const (
	Account = "sync@acme.example"
	Person  = "ada@acme.example"
)

// Site is one running emulator.
type Site struct {
	Profile
	Name     string // of the system
	URL      string
	Emulator Emulator

	server *http.Server
	now    func() time.Time
}

// Play starts an emulator of a kind on a port of its own. Close ends it.
func Play(p Profile, name string, o Options) (*Site, error) {
	e, err := p.Start(o)
	if err != nil {
		return nil, fmt.Errorf("start the %s emulator: %w", p.Kind, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		e.Close()
		return nil, err
	}
	s := &Site{Profile: p, Name: name, URL: "http://" + l.Addr().String(), Emulator: e, now: o.Clock}
	e.SetBaseURL(s.URL)
	handler := e.Handler()
	if o.Front != nil {
		handler = o.Front(handler)
	}
	s.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = s.server.Serve(l) }() // ends by Close
	return s, nil
}

// Close ends the emulator and what it still wants to send.
func (s *Site) Close() {
	_ = s.server.Close()
	s.Emulator.Close()
}

// Account is the system's file for sync or ada.
func (s *Site) Account(who string) core.System { return s.At(s.Name, s.URL, who) }

// At is the system's file for an account of a system at that address.
func (p Profile) At(name, url, who string) core.System {
	sys := p.System(who)
	sys.Name, sys.Kind, sys.BaseURL = name, p.Kind, url
	return sys
}

// Connector is the kind's connector, signed in as sync or ada.
func (s *Site) Connector(who string) (connectors.Connector, error) {
	return Connect(s.Account(who), s.now, nil)
}

// Connect makes the connector of a system whose secrets are plain; what it rotates is kept in memory. now nil is the machine's clock.
func Connect(sys core.System, now func() time.Time, client *http.Client) (connectors.Connector, error) {
	kind, err := connectors.Lookup(sys.Kind)
	if err != nil {
		return nil, err
	}
	kept := newVault()
	return kind.New(connectors.Config{System: sys, Now: now, HTTP: client, Save: kept.save, Load: kept.load})
}

// Target makes the emulator send its webhooks to an address, signed with Secret.
func (s *Site) Target(url string) error { return Target(s.URL, url) }

// Target is Site.Target for an emulator that runs elsewhere.
func Target(emulator, url string) error {
	body, err := json.Marshal(map[string]string{"url": url, "secret": Secret})
	if err != nil {
		return err
	}
	resp, err := http.Post(emulator+"/_control/webhook_target", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("the control API answered %d: %s", resp.StatusCode, text)
	}
	return nil
}
