package rest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/schemas"
)

var schema = sync.OnceValue(func() mapping.Schema { return mapping.NewSchema("manifest.schema.json", schemas.Manifest) })

// Parse reads a manifest. Everything that is wrong with it is told at once, each with its place.
func Parse(file string, src []byte) (*Manifest, mapping.Diagnostics) {
	plain, ds := schema().Read(file, src)
	if len(ds) > 0 {
		return nil, ds
	}
	b, err := json.Marshal(plain)
	m := &Manifest{}
	if err == nil {
		err = json.Unmarshal(b, m)
	}
	if err != nil {
		return nil, mapping.Diagnostics{{File: file, Text: "cannot be read: " + err.Error(), Code: mapping.CodeOther}}
	}
	k := &checking{file: file, m: m}
	visit(reflect.ValueOf(m), "", "", k.compile)
	k.meaning()
	if len(k.wrong) > 0 {
		return nil, mapping.Placed(k.wrong, file, src)
	}
	return m, nil
}

// manifestSetting is the setting that names the manifest's file.
const manifestSetting = "manifest"

// options are what a system file of kind rest may say whatever its manifest; own adds the manifest's settings.
var options = []connectors.Option{
	{Section: "auth", Name: "token", Secret: true, Help: "Credential of a manifest that signs in by header, bearer or query."},
	{Section: "auth", Name: "user", Help: "User name of a manifest that signs in by basic."},
	{Section: "auth", Name: "password", Secret: true, Help: "Password of a manifest that signs in by basic."},
	{Section: "auth", Name: "client_id", Help: "OAuth client of a manifest that signs in by oauth2."},
	{Section: "auth", Name: "client_secret", Secret: true, Help: "The OAuth client's secret."},
	{Section: "webhook", Name: "secret", Secret: true, Help: "Secret that incoming calls are signed with, or carry."},
	{Section: "webhook", Name: "previous_secret", Secret: true, Help: "The secret before, while the system is being changed to a new one."},
	{Section: "webhook", Name: "user", Help: "User name that incoming calls sign in with, of a manifest that verifies by basic."},
	{Section: "settings", Name: manifestSetting, Required: true, File: true, Help: "Name of the manifest's file, beside the system's file."},
	{Section: "settings", Name: "text", Oneof: []string{"markdown", "html", "plain", "wiki", "adf"}, Help: "Format of rich text, where this account has another than the manifest says."},
}

// own are the settings that the system's manifest asks for. Of a manifest that cannot be used nobody knows them: any setting will do.
func own(s core.System) []connectors.Option {
	var out []connectors.Option
	name := s.Settings[manifestSetting]
	m, ds := Parse(name, []byte(s.Files[name]))
	if len(ds) > 0 {
		for _, n := range sortedKeys(s.Settings) {
			if !slices.ContainsFunc(options, func(o connectors.Option) bool { return o.Section == "settings" && o.Name == n }) {
				out = append(out, connectors.Option{Section: "settings", Name: n})
			}
		}
		return out
	}
	for _, n := range sortedKeys(m.Settings) {
		st := m.Settings[n]
		out = append(out, connectors.Option{Section: "settings", Name: n, Help: st.Help, Required: st.Required, Default: st.Default, Oneof: st.Oneof})
	}
	return out
}

// check holds a system's manifest, and what the system's file has to give it.
func check(s core.System) []connectors.Problem {
	name := s.Settings[manifestSetting]
	src, ok := s.Files[name]
	if !ok {
		return nil // its absence is told where it is named
	}
	m, ds := Parse(name, []byte(src))
	var out []connectors.Problem
	for _, d := range ds {
		out = append(out, connectors.Problem{File: d.File, Line: d.Line, Column: d.Column, Path: d.Path, Text: d.Text, Suggestion: d.Suggestion, Code: d.Code})
	}
	if m == nil {
		return out
	}
	needed := map[string][]string{"header": {"token"}, "bearer": {"token"}, "query": {"token"}, "basic": {"user", "password"}, "oauth2": {"client_id", "client_secret"}}
	for _, n := range needed[m.Auth.Method] {
		if s.Auth[n] == "" {
			out = append(out, connectors.Problem{Path: "auth." + n, Text: "is missing: the manifest signs in by " + m.Auth.Method, Code: mapping.CodeMissingKey})
		}
	}
	if m.Webhook != nil && m.Webhook.Verify == "basic" && len(s.Webhook) > 0 && s.Webhook["user"] == "" {
		out = append(out, connectors.Problem{Path: "webhook.user", Text: "is missing: the manifest verifies calls by basic", Code: mapping.CodeMissingKey})
	}
	return out
}

// checking collects what is wrong with a manifest that its schema takes.
type checking struct {
	file  string
	m     *Manifest
	wrong mapping.Diagnostics
}

func (k *checking) say(path, text, suggestion, code string) {
	k.wrong = append(k.wrong, mapping.Diagnostic{File: k.file, Path: path, Text: text, Suggestion: suggestion, Code: code})
}

// compile readies every expression and looks at the holes of every template.
func (k *checking) compile(path, knows string, v any) {
	switch v := v.(type) {
	case *Expr:
		if text := v.compile(knows); text != "" {
			k.say(path, text, "", mapping.CodeExpression)
		}
	case *Template:
		k.holes(path, v.source)
	case *Tree:
		for _, s := range v.sources() {
			k.holes(path, s)
		}
	}
}

// holes looks at settings that templates name: each must be one of the manifest.
func (k *checking) holes(path, source string) {
	for _, h := range holes(source) {
		first, name, _ := strings.Cut(h, ".")
		if _, ok := k.m.Settings[name]; first == "settings" && !ok && name != "base_url" {
			k.say(path, "there is no setting "+name+"; name it under settings, with its help", mapping.Nearest(name, sortedKeys(k.m.Settings)), mapping.CodeUnknownName)
		}
		if first == "settings" || first == "scope" || first == "scope_ids" {
			continue
		}
		if name != "" {
			k.say(path, "{"+h+"} is not known here", "", mapping.CodeUnknownName)
		}
	}
}
