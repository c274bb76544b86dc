package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/core/mapping"
	"duplex/gateway"
)

// catalogueFolder is where descriptions of systems are kept, beside the files they are for or in a folder above. They hold
// the systems' vocabulary, no secret and nothing of any item, so that the folder may be committed with the files.
const catalogueFolder = ".duplex"

// kept is a file of the catalogue: what a system said of one type of item, once for each scope.
type kept struct {
	Descriptions []gateway.Description `json:"descriptions"`
}

// usedDescription says what the fields of a file were checked against.
type usedDescription struct {
	File    string            `json:"file"`
	System  string            `json:"system"`
	Type    string            `json:"type"`
	Scope   map[string]string `json:"scope,omitempty"`
	TakenAt time.Time         `json:"taken_at"`
}

// catalogue gives the descriptions that are kept to whoever compiles connections, and remembers which were used and what
// could not be checked.
type catalogue struct {
	off     bool // nothing kept is looked at
	used    []usedDescription
	missing map[string][]string // by file: what was never described
	files   []string            // of missing, in their order
	broken  []string
}

// into lets env know what is kept for a file.
func (k *catalogue) into(env *mapping.Env, file string) {
	if k == nil || k.off {
		return
	}
	folder := nearestCatalogue(filepath.Dir(file))
	formats := map[string]string{}
	env.Describe = func(system, typ string, scope map[string]string) (*mapping.Description, bool) {
		if _, ok := env.Systems[system]; !ok && env.Systems != nil {
			return nil, false // there is no such system, which is told
		}
		all, err := readKept(folder, system, typ)
		i := slices.IndexFunc(all.Descriptions, func(d gateway.Description) bool { return maps.Equal(d.Scope, scope) })
		switch {
		case err != nil:
			k.broken = append(k.broken, fmt.Sprintf("%v; to write it anew run: duplex describe %s", err, shell(file)))
			return nil, false
		case i < 0:
			k.lacks(file, named(system, typ, scope))
			return nil, false
		}
		d := all.Descriptions[i]
		formats[system] = d.RichText
		if !slices.ContainsFunc(k.used, func(u usedDescription) bool {
			return u.File == file && u.System == system && u.Type == typ && maps.Equal(u.Scope, scope)
		}) {
			k.used = append(k.used, usedDescription{file, d.System, d.Type, d.Scope, d.TakenAt})
		}
		return activities.Described(connectors.Description{Fields: d.Fields}, d.RichText), true
	}
	env.Formats = func(system string) string { return formats[system] }
}

func (k *catalogue) lacks(file, what string) {
	if k.missing == nil {
		k.missing = map[string][]string{}
	}
	if k.missing[file] == nil {
		k.files = append(k.files, file)
	}
	if !slices.Contains(k.missing[file], what) {
		k.missing[file] = append(k.missing[file], what)
	}
}

// notes say what was not checked, and what to do about it.
func (k *catalogue) notes() []string {
	out := slices.Clone(k.broken)
	for _, f := range k.files {
		was := "it was"
		if len(k.missing[f]) > 1 {
			was = "they were"
		}
		out = append(out, fmt.Sprintf("fields and options of %s are not checked: %s never described; run: duplex describe %s",
			strings.Join(k.missing[f], " and of "), was, shell(f)))
	}
	return out
}

// against says what files were checked against, a line for each, and from when that is.
func against(used []usedDescription, now time.Time) []string {
	var files []string
	said := map[string][]string{}
	for _, u := range used {
		if said[u.File] == nil {
			files = append(files, u.File)
		}
		said[u.File] = append(said[u.File], fmt.Sprintf("%s from %s", named(u.System, u.Type, u.Scope), ago(now.Sub(u.TakenAt))))
	}
	var out []string
	for _, f := range files {
		a, it := "a description", "it"
		if len(said[f]) > 1 {
			a, it = "descriptions", "them"
		}
		out = append(out, fmt.Sprintf("checked against %s of %s; duplex describe --refresh %s renews %s", a, strings.Join(said[f], " and of "), shell(f), it))
	}
	return out
}

// nearestCatalogue is the catalogue of a folder: its own, or that of the nearest folder above that has one; its own where
// there is none yet.
func nearestCatalogue(dir string) string {
	own := filepath.Join(dir, catalogueFolder)
	at, err := filepath.Abs(dir)
	if err != nil {
		return own
	}
	for first := true; ; first = false {
		f := filepath.Join(at, catalogueFolder)
		if info, err := os.Stat(f); err == nil && info.IsDir() {
			if first {
				return own
			}
			return f
		}
		above := filepath.Dir(at)
		if above == at {
			return own
		}
		at = above
	}
}

func keptFile(folder, system, typ string) string {
	return filepath.Join(folder, url.PathEscape(system)+"."+url.PathEscape(typ)+".json")
}

// readKept reads what is kept; nothing is no error. A file that cannot be read is told, and counts as nothing.
func readKept(folder, system, typ string) (kept, error) {
	file := keptFile(folder, system, typ)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return kept{}, nil
	}
	var k kept
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err == nil && slices.ContainsFunc(k.Descriptions, func(d gateway.Description) bool { return d.System != system || d.Type != typ }) {
		err = errors.New("it is of another system")
	}
	if err != nil {
		return kept{}, fmt.Errorf("%s is ignored, because it cannot be read", file)
	}
	return k, nil
}

// keep writes a description into a catalogue, in place of an older one of the same scope.
func keep(folder string, d gateway.Description) error {
	all, _ := readKept(folder, d.System, d.Type) // what cannot be read is written anew
	all.Descriptions = slices.DeleteFunc(all.Descriptions, func(o gateway.Description) bool { return maps.Equal(o.Scope, d.Scope) })
	all.Descriptions = append(all.Descriptions, d)
	slices.SortFunc(all.Descriptions, func(a, b gateway.Description) int {
		return strings.Compare(scopeText(a.Scope), scopeText(b.Scope))
	})
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return writeWhole(keptFile(folder, d.System, d.Type), append(b, '\n'))
}

// writeWhole puts a file in place, with the folder it is in. Whoever reads meanwhile reads the old file or the new one.
func writeWhole(file string, content []byte) error {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	t, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return err
	}
	_, err = t.Write(content)
	if closed := t.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(t.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(t.Name(), file)
	}
	if err != nil {
		_ = os.Remove(t.Name())
	}
	return err
}

// named is a system, a type of item and a scope for people.
func named(system, typ string, scope map[string]string) string {
	text := system
	if typ != "" {
		text += " " + typ
	}
	if len(scope) > 0 {
		text += " (" + scopeText(scope) + ")"
	}
	return text
}

func scopeText(scope map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(scope)) {
		parts = append(parts, k+"="+scope[k])
	}
	return strings.Join(parts, ", ")
}

// shell quotes a word for a shell where it needs it.
func shell(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=.:/@%+", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ago is how long something is ago, in one unit.
func ago(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		what string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= u.of {
			return count(int(d/u.of), u.what) + " ago"
		}
	}
	return "a moment ago"
}
