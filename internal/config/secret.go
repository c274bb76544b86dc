package config

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"duplex/core"
)

var reference = regexp.MustCompile(`^\$\{(env|file):([^{}]+)\}$`)

// IsReference reports a value that stands for another: ${env:NAME} or ${file:PATH}.
func IsReference(s string) bool { return reference.MatchString(s) }

// Resolve gives the system with every reference replaced. The system given stays as it is; what comes back holds secrets
// and is for connectors only. The text of a file loses the line break at its end. An error names the system, the key and
// the variable or file, never a value; an empty secret is an error, because it would be sent.
func Resolve(s core.System, lookupEnv func(string) (string, bool), readFile func(string) ([]byte, error)) (core.System, error) {
	one := func(key, value string) (string, error) {
		m := reference.FindStringSubmatch(value)
		if m == nil {
			return value, nil
		}
		got, err := "", error(nil)
		switch m[1] {
		case "env":
			got, err = fromEnv(m[2], lookupEnv)
		case "file":
			got, err = fromFile(m[2], readFile)
		}
		if err != nil {
			return "", fmt.Errorf("system %s: %s: %w", s.Name, key, err)
		}
		return got, nil
	}
	out := s
	var err error
	if out.BaseURL, err = one("base_url", s.BaseURL); err != nil {
		return core.System{}, err
	}
	out.BaseURL = strings.TrimRight(out.BaseURL, "/")
	for _, part := range []struct {
		name string
		m    *map[string]string
	}{{"auth", &out.Auth}, {"webhook", &out.Webhook}, {"settings", &out.Settings}} {
		resolved := maps.Clone(*part.m)
		for _, k := range sortedKeys(resolved) {
			if resolved[k], err = one(part.name+"."+k, resolved[k]); err != nil {
				return core.System{}, err
			}
		}
		*part.m = resolved
	}
	return out, nil
}

func fromEnv(name string, lookup func(string) (string, bool)) (string, error) {
	v, ok := lookup(name)
	switch {
	case !ok:
		return "", fmt.Errorf("the environment variable %s is not set; set it where duplex runs", name)
	case v == "":
		return "", fmt.Errorf("the environment variable %s is empty; set it where duplex runs", name)
	}
	return v, nil
}

func fromFile(path string, read func(string) ([]byte, error)) (string, error) {
	b, err := read(path)
	if err != nil {
		return "", fmt.Errorf("the file %s cannot be read: %s", path, plain(err))
	}
	v := strings.TrimRight(string(b), "\r\n")
	if v == "" {
		return "", fmt.Errorf("the file %s is empty", path)
	}
	return v, nil
}
