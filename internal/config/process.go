package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"duplex/core"
)

// Process is what a gateway or worker is told by its environment. It may be logged: what it shows of itself holds no
// secret.
type Process struct {
	DataDir           string // where a single process keeps its files
	StoreDSN          string // postgres://… or sqlite:PATH; may hold a password, see String
	TemporalAddress   string // host:port
	TemporalNamespace string
	Listen            string // host:port for webhooks
	AdminListen       string // host:port for the admin API, health and metrics
	PublicURL         string // how the outside reaches Listen, without a slash at the end; "" when not told
	AdminURL          string // how people reach AdminListen, without a slash at the end; "" when not told
	WorkerListen      string // host:port for a worker's health and metrics
	Deployment        string // Temporal worker deployment, "" for no worker versioning
	BuildID           string
	TokenFile         string
	SealKeyFile       string // "": content is stored as it is
	Retention         core.Retention
	LogLevel          slog.Level
	LogJSON           bool

	token string // of DUPLEX_TOKEN
}

// Variable is one environment variable. The list is the single source of reading, help and docs.
type Variable struct {
	Name    string
	Default string // "" where there is none; {data} is the data directory
	Help    string // one sentence
	set     func(p *Process, value string) error
}

// Variables lists what FromEnv reads. The data directory comes first, because defaults are under it.
var Variables = []Variable{
	{"DUPLEX_DATA_DIR", "duplex-data", "Folder for what a single process keeps: the SQLite store and the embedded engine.",
		func(p *Process, v string) error { p.DataDir = v; return nil }},
	{"DUPLEX_STORE", "sqlite:{data}/duplex.db", "Where pairs and their history are kept: postgres://user@host/database or sqlite:PATH.", setStore},
	{"DUPLEX_TEMPORAL_ADDRESS", "127.0.0.1:7233", "Address of the Temporal frontend.",
		func(p *Process, v string) error { return hostPort(v, &p.TemporalAddress) }},
	{"DUPLEX_TEMPORAL_NAMESPACE", "duplex", "Temporal namespace of the pairs.",
		func(p *Process, v string) error { p.TemporalNamespace = v; return nil }},
	{"DUPLEX_LISTEN", "127.0.0.1:7081", "Address for webhooks; behind a proxy that speaks TLS.",
		func(p *Process, v string) error { return hostPort(v, &p.Listen) }},
	{"DUPLEX_ADMIN_LISTEN", "127.0.0.1:7080", "Address for the admin API, health and metrics; not for the internet.",
		func(p *Process, v string) error { return hostPort(v, &p.AdminListen) }},
	{"DUPLEX_PUBLIC_URL", "", "How the products reach DUPLEX_LISTEN, for registering webhooks.", setPublicURL},
	{"DUPLEX_ADMIN_URL", "", "How people reach the admin API, for links in the Temporal UI; unset: no links.",
		func(p *Process, v string) error { p.AdminURL = strings.TrimRight(v, "/"); return nil }},
	{"DUPLEX_WORKER_LISTEN", "127.0.0.1:7082", "Address of a worker's health and metrics.",
		func(p *Process, v string) error { return hostPort(v, &p.WorkerListen) }},
	{"DUPLEX_DEPLOYMENT", "", "Name of the Temporal worker deployment; with DUPLEX_BUILD_ID it turns worker versioning on.",
		func(p *Process, v string) error { p.Deployment = v; return nil }},
	{"DUPLEX_BUILD_ID", "", "Version of this worker within its deployment.",
		func(p *Process, v string) error { p.BuildID = v; return nil }},
	{"DUPLEX_TOKEN", "", "Token of the admin API, a long random text.", setToken},
	{"DUPLEX_TOKEN_FILE", "", "File that holds the token instead.",
		func(p *Process, v string) error { p.TokenFile = v; return nil }},
	{"DUPLEX_SEAL_KEY_FILE", "", "File with 32 random bytes, or their base64; with it content is stored encrypted.",
		func(p *Process, v string) error { p.SealKeyFile = v; return nil }},
	{"DUPLEX_RETENTION", core.DefaultRetention().String(), "How long old rows of the store are kept, by table; what is not named has its default, keep means for ever.", setRetention},
	{"DUPLEX_LOG_LEVEL", "info", "debug, info, warn or error.", setLogLevel},
	{"DUPLEX_LOG_FORMAT", "text", "text or json.", setLogFormat},
}

// minToken is the length below which a token can be guessed.
const minToken = 16

// FromEnv reads the environment; unset and empty variables have their defaults. The error joins everything that is wrong,
// names each variable and how to mend it, and holds no secret.
func FromEnv(getenv func(string) string) (Process, error) {
	var p Process
	var wrong []error
	for _, v := range Variables {
		value := strings.TrimSpace(getenv(v.Name))
		if value == "" {
			value = strings.ReplaceAll(v.Default, "{data}", p.DataDir)
		}
		if value == "" {
			continue
		}
		if err := v.set(&p, value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", v.Name, err))
		}
	}
	if p.token != "" && p.TokenFile != "" {
		wrong = append(wrong, errors.New("DUPLEX_TOKEN and DUPLEX_TOKEN_FILE are both set: keep one"))
	}
	if (p.Deployment == "") != (p.BuildID == "") {
		wrong = append(wrong, errors.New("DUPLEX_DEPLOYMENT and DUPLEX_BUILD_ID go together: set both, or neither to run without worker versioning"))
	}
	if err := errors.Join(wrong...); err != nil {
		return Process{}, err
	}
	return p, nil
}

func hostPort(v string, to *string) error {
	_, port, err := net.SplitHostPort(v)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is no address: write host:port, like 127.0.0.1:8080", v)
	}
	*to = v
	return nil
}

func setStore(p *Process, v string) error {
	if !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") && !strings.HasPrefix(v, "sqlite:") {
		return errors.New("is no store: write postgres://user@host/database or sqlite:PATH") // it may hold a password
	}
	p.StoreDSN = v
	return nil
}

func setPublicURL(p *Process, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" {
		return errors.New("is no address that products can call: write https://host, or https://host/path")
	}
	p.PublicURL = strings.TrimRight(v, "/")
	return nil
}

func setToken(p *Process, v string) error {
	if len(v) < minToken {
		return fmt.Errorf("is shorter than %d characters and can be guessed: set a long random text", minToken)
	}
	p.token = v
	return nil
}

func setRetention(p *Process, v string) (err error) {
	p.Retention, err = core.ParseRetention(v)
	return err
}

func setLogLevel(p *Process, v string) error {
	switch v {
	case "debug", "info", "warn", "error":
		return p.LogLevel.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("%q is no level: write debug, info, warn or error", v)
}

func setLogFormat(p *Process, v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("%q is no format: write text or json", v)
	}
	p.LogJSON = v == "json"
	return nil
}

// AdminToken is the token of the admin API, from the environment or its file. Neither is an error that says what to set.
func (p Process) AdminToken(readFile func(string) ([]byte, error)) (string, error) {
	if p.token != "" {
		return p.token, nil
	}
	if p.TokenFile == "" {
		return "", errors.New("no admin token is set: set DUPLEX_TOKEN, or DUPLEX_TOKEN_FILE to a file that holds it")
	}
	t, err := fromFile(p.TokenFile, readFile)
	if err != nil {
		return "", fmt.Errorf("DUPLEX_TOKEN_FILE: %w", err)
	}
	if t = strings.TrimSpace(t); len(t) < minToken {
		return "", fmt.Errorf("DUPLEX_TOKEN_FILE: the token in %s is shorter than %d characters and can be guessed", p.TokenFile, minToken)
	}
	return t, nil
}

// SealKey is the 32 bytes that content is sealed with, nil where no file is named.
func (p Process) SealKey(readFile func(string) ([]byte, error)) ([]byte, error) {
	if p.SealKeyFile == "" {
		return nil, nil
	}
	b, err := readFile(p.SealKeyFile)
	if err != nil {
		return nil, fmt.Errorf("DUPLEX_SEAL_KEY_FILE: the file %s cannot be read: %s", p.SealKeyFile, plain(err))
	}
	if len(b) == 32 {
		return b, nil
	}
	if k, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b))); err == nil && len(k) == 32 {
		return k, nil
	}
	return nil, fmt.Errorf("DUPLEX_SEAL_KEY_FILE: the file %s holds no key: write 32 random bytes into it, or their base64", p.SealKeyFile)
}

// Logger is the process's log, as the environment asks for it.
func (p Process) Logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: p.LogLevel}
	if p.LogJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Path is a file in the data directory.
func (p Process) Path(name string) string { return filepath.Join(p.DataDir, name) }

// LogValue keeps secrets out of logs.
func (p Process) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String shows the process without secrets.
func (p Process) String() string {
	store := p.StoreDSN
	if u, err := url.Parse(store); err == nil && u.User != nil {
		store = u.Redacted()
	} else if err != nil {
		store = "(set)"
	}
	return fmt.Sprintf("store %s, engine %s/%s, webhooks %s, admin %s", store, p.TemporalAddress, p.TemporalNamespace, p.Listen, p.AdminListen)
}
