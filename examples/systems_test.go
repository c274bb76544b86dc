package examples_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/internal/config"
)

// reference is what stands for a secret in a file.
var reference = regexp.MustCompile(`\$\{(?:env|file):[^}]+\}`)

// TestSystems: each example of a system is valid, and its kind takes it once the secrets are there.
func TestSystems(t *testing.T) {
	all, err := filepath.Glob("systems/*.yaml")
	if err != nil || len(all) == 0 {
		t.Fatal("no examples", err)
	}
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(made)}))
	shown := map[string]bool{}
	for _, path := range all {
		found, err := config.Load(path)
		if err != nil || len(found.Systems) != 1 {
			t.Errorf("%s: %d systems, %v", path, len(found.Systems), err)
			continue
		}
		s := found.Systems[0].System
		shown[s.Kind] = true
		if err := config.CheckSystem(s).Err(); err != nil {
			t.Error(err)
			continue
		}
		given := func(name string) string {
			switch n := strings.ToLower(name); {
			case strings.HasSuffix(n, "_url"):
				return "https://system.acme.example"
			case strings.HasSuffix(n, ".pem"):
				return key
			}
			return "a secret"
		}
		resolved, err := config.Resolve(s, func(n string) (string, bool) { return given(n), true }, func(n string) ([]byte, error) { return []byte(given(n)), nil })
		if err != nil {
			t.Error(err)
			continue
		}
		kind, err := connectors.Lookup(s.Kind)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := kind.New(connectors.Config{System: resolved}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if b, _ := os.ReadFile(path); !reference.Match(b) {
			t.Errorf("%s refers to no secret: a system without credentials is no example", path)
		}
	}
	for _, k := range connectors.Kinds() {
		if !shown[k.Name] && k.Name != "memory" {
			t.Errorf("there is no example of a system of kind %s", k.Name)
		}
	}
}
