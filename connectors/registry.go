package connectors

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"duplex/core"
)

// Kind is the registration of one kind of system.
type Kind struct {
	Name    string   // jira, zendesk
	Title   string   // Jira Cloud
	Types   []string // item types it syncs
	Options []Option // what its system file may say under auth, webhook and settings
	New     func(Config) (Connector, error)

	// Own are further options that a system has by its own files, Check what is wrong with those files or with what the system's file has
	// to give them. Both look at files alone; nil: there is nothing.
	Own   func(s core.System) []Option
	Check func(s core.System) []Problem
}

// Problem is one thing that is wrong with a system: in one of its files, or in the system's file itself.
type Problem struct {
	File         string // as the system names it; "" for the system's own file, where Path says the place
	Line, Column int    // from 1; 0 when Path says the place
	Path         string // auth.token
	Text         string
	Suggestion   string // the nearest right name
	Code         string // the kind of mistake, as core/mapping names it
}

// Option is one entry of a system file for this kind. It is the single source of validation, help and docs.
type Option struct {
	Section  string // auth | webhook | settings
	Name     string
	Help     string // one sentence that stands alone
	Required bool
	Secret   bool     // must be a reference, ${env:…} or ${file:…}
	File     bool     // names a file beside the system's, which travels with it as System.Files
	Oneof    []string // allowed values, nil: any
	Default  string
}

// Config is what a connector is built from. Secrets in System are resolved.
type Config struct {
	System core.System
	HTTP   *http.Client     // nil: a client with sane timeouts
	Now    func() time.Time // nil: time.Now
	// Save keeps a rotated credential durably before it is used; nil: rotation is refused. Load returns "" when none.
	Save func(name, secret string) error
	Load func(name string) (string, error)
}

var (
	mu    sync.RWMutex
	kinds = map[string]Kind{}
)

// Register adds a kind; connector packages call it from init. A second registration of a name panics.
func Register(k Kind) {
	mu.Lock()
	defer mu.Unlock()
	if _, ok := kinds[k.Name]; ok {
		panic("connectors: kind registered twice: " + k.Name)
	}
	kinds[k.Name] = k
}

// Lookup finds a kind; the error lists the kinds there are.
func Lookup(name string) (Kind, error) {
	mu.RLock()
	defer mu.RUnlock()
	if k, ok := kinds[name]; ok {
		return k, nil
	}
	return Kind{}, fmt.Errorf("there is no connector of kind %q; there are: %s", name, strings.Join(names(), ", "))
}

// Kinds lists all registered kinds by name.
func Kinds() []Kind {
	mu.RLock()
	defer mu.RUnlock()
	var ks []Kind
	for _, n := range names() {
		ks = append(ks, kinds[n])
	}
	return ks
}

func names() []string {
	var ns []string
	for n := range kinds {
		ns = append(ns, n)
	}
	sort.Strings(ns)
	return ns
}
