package config

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"duplex/core"
)

func environment(m map[string]string) func(string) string {
	return func(name string) string { return m[name] }
}

func TestFromEnvDefaults(t *testing.T) {
	p, err := FromEnv(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := Process{DataDir: "duplex-data", StoreDSN: "sqlite:duplex-data/duplex.db", TemporalAddress: "127.0.0.1:7233",
		TemporalNamespace: "duplex", Listen: "127.0.0.1:7081", AdminListen: "127.0.0.1:7080", WorkerListen: "127.0.0.1:7082", Retention: core.DefaultRetention(), LogLevel: slog.LevelInfo}
	if p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	p, err = FromEnv(environment(map[string]string{"DUPLEX_DATA_DIR": "/var/lib/duplex", "DUPLEX_PUBLIC_URL": "https://hooks.acme.example/", "DUPLEX_LOG_FORMAT": "json", "DUPLEX_LOG_LEVEL": "debug"}))
	if err != nil || p.StoreDSN != "sqlite:/var/lib/duplex/duplex.db" || p.PublicURL != "https://hooks.acme.example" || !p.LogJSON || p.LogLevel != slog.LevelDebug {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestFromEnvSaysWhatToMend(t *testing.T) {
	for _, c := range []struct{ reason, name, value, want string }{
		{"a port alone", "DUPLEX_LISTEN", "8080", `DUPLEX_LISTEN: "8080" is no address: write host:port, like 127.0.0.1:8080`},
		{"a port beyond", "DUPLEX_ADMIN_LISTEN", "localhost:99999", `DUPLEX_ADMIN_LISTEN: "localhost:99999" is no address: write host:port, like 127.0.0.1:8080`},
		{"a store nobody knows, its password unsaid", "DUPLEX_STORE", "mysql://u:pw@h/d", "DUPLEX_STORE: is no store: write postgres://user@host/database or sqlite:PATH"},
		{"a public address without a scheme", "DUPLEX_PUBLIC_URL", "hooks.acme.example", "DUPLEX_PUBLIC_URL: is no address that products can call: write https://host, or https://host/path"},
		{"a token to guess, unsaid", "DUPLEX_TOKEN", "hunter2", "DUPLEX_TOKEN: is shorter than 16 characters and can be guessed: set a long random text"},
		{"a level", "DUPLEX_LOG_LEVEL", "verbose", `DUPLEX_LOG_LEVEL: "verbose" is no level: write debug, info, warn or error`},
		{"a format", "DUPLEX_LOG_FORMAT", "xml", `DUPLEX_LOG_FORMAT: "xml" is no format: write text or json`},
		{"a table nobody knows", "DUPLEX_RETENTION", "plan=30d", `DUPLEX_RETENTION: there is no table "plan" to retain; there are: deliveries, observations, plans, outcomes, runs, gate_log`},
		{"a time of hours", "DUPLEX_RETENTION", "plans=12h", `DUPLEX_RETENTION: plans: "12h" is no time: write days or weeks, like 90d or 12w, at least 1d; 0 or keep means for ever`},
		{"an engine's address", "DUPLEX_TEMPORAL_ADDRESS", "temporal", `DUPLEX_TEMPORAL_ADDRESS: "temporal" is no address: write host:port, like 127.0.0.1:8080`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, err := FromEnv(environment(map[string]string{c.name: c.value}))
			if err == nil || err.Error() != c.want {
				t.Errorf("error = %v, want %s", err, c.want)
			}
		})
	}
	_, err := FromEnv(environment(map[string]string{"DUPLEX_LISTEN": "x", "DUPLEX_LOG_LEVEL": "x", "DUPLEX_TOKEN": "0123456789abcdef", "DUPLEX_TOKEN_FILE": "t"}))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not everything at once: %v", err)
	}
}

func TestSecretsOfTheProcess(t *testing.T) {
	files := map[string]string{"token": "0123456789abcdef\n", "short": "abc", "raw": strings.Repeat("k", 32), "b64": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)) + "\n", "bad": "key"}
	read := func(name string) ([]byte, error) {
		if s, ok := files[name]; ok {
			return []byte(s), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	for _, c := range []struct{ reason, file, want, err string }{
		{"from a file", "token", "0123456789abcdef", ""},
		{"too short", "short", "", "DUPLEX_TOKEN_FILE: the token in short is shorter than 16 characters and can be guessed"},
		{"not there", "none", "", "DUPLEX_TOKEN_FILE: the file none cannot be read: there is no such file or folder"},
		{"nothing set", "", "", "no admin token is set: set DUPLEX_TOKEN, or DUPLEX_TOKEN_FILE to a file that holds it"},
	} {
		got, err := Process{TokenFile: c.file}.AdminToken(read)
		if got != c.want || (err == nil) != (c.err == "") || (err != nil && err.Error() != c.err) {
			t.Errorf("%s: %q, %v", c.reason, got, err)
		}
	}
	for file, n := range map[string]int{"raw": 32, "b64": 32, "": 0} {
		if k, err := (Process{SealKeyFile: file}).SealKey(read); err != nil || len(k) != n {
			t.Errorf("key %q: %d bytes, %v", file, len(k), err)
		}
	}
	if _, err := (Process{SealKeyFile: "bad"}).SealKey(read); err == nil || strings.Contains(err.Error(), "\"key\"") {
		t.Errorf("a bad key: %v", err)
	}
	p, err := FromEnv(environment(map[string]string{"DUPLEX_TOKEN": "0123456789abcdef", "DUPLEX_STORE": "postgres://u:hush@h/d"}))
	if err != nil || strings.Contains(p.String(), "hush") || strings.Contains(p.String(), "0123456789") {
		t.Errorf("%v shows a secret, %v", p, err)
	}
	if got, _ := p.AdminToken(read); got != "0123456789abcdef" {
		t.Errorf("token %q", got)
	}
}

func TestResolve(t *testing.T) {
	env := map[string]string{"TOKEN": "t0p", "EMPTY": "", "URL": "https://acme.example/"}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	read := func(name string) ([]byte, error) {
		switch name {
		case "/run/secret":
			return []byte("hush\n"), nil
		case "/run/denied":
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
		return nil, errors.New("disk broken")
	}
	for _, c := range []struct{ reason, section, value, want, err string }{
		{"text stays", "auth", "plain", "plain", ""},
		{"from the environment", "auth", "${env:TOKEN}", "t0p", ""},
		{"from a file, less its line break", "webhook", "${file:/run/secret}", "hush", ""},
		{"settings too", "settings", "${env:TOKEN}", "t0p", ""},
		{"only a whole value is a reference", "auth", "x${env:TOKEN}", "x${env:TOKEN}", ""},
		{"a variable that is not set", "auth", "${env:NONE}", "", "system s: auth.k: the environment variable NONE is not set; set it where duplex runs"},
		{"an empty secret would be sent", "auth", "${env:EMPTY}", "", "system s: auth.k: the environment variable EMPTY is empty; set it where duplex runs"},
		{"a file the process may not read", "webhook", "${file:/run/denied}", "", "system s: webhook.k: the file /run/denied cannot be read: the process may not read it"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := systemWith(c.section, "k", c.value)
			got, err := Resolve(s, lookup, read)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error = %v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v := section(&got, c.section)["k"]; v != c.want {
				t.Errorf("got %q, want %q", v, c.want)
			}
			if v := section(&s, c.section)["k"]; v != c.value {
				t.Errorf("the system given now holds %q: its secret would be stored", v)
			}
		})
	}
	s := systemWith("auth", "k", "v")
	s.BaseURL = "${env:URL}"
	if got, err := Resolve(s, lookup, read); err != nil || got.BaseURL != "https://acme.example" {
		t.Errorf("base_url %q, %v", got.BaseURL, err)
	}
}
