package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"duplex/core"
	"duplex/core/mapping"
)

// Files are the systems and connections found under some paths, in the order of their file names.
type Files struct {
	Systems     []SystemFile
	Connections []ConnectionFile
	Manifests   []ManifestFile
	// Wrong are the systems whose files are wrong, by the name they say, with the kind they say.
	Wrong map[string]string
	// Unread says that a file could not be read as YAML or JSON: what it would have defined is not known.
	Unread bool
}

// SystemFile is a system file that is valid as a file; CheckSystem says whether its kind agrees.
type SystemFile struct {
	Path   string
	Source []byte
	System core.System // secrets are references; with the files it names
}

// ManifestFile is a manifest as it was found. It is checked by whoever knows manifests.
type ManifestFile struct {
	Path   string
	Source []byte
}

// ConnectionFile is a connection file as it was found. It is compiled by whoever knows the systems.
type ConnectionFile struct {
	Path   string
	Name   string // what it says after connection:
	Source []byte
}

// Read reads a file that the connection names, relative to it. It never leaves the connection's folder.
func (f ConnectionFile) Read(name string) ([]byte, error) {
	if !filepath.IsLocal(name) {
		return nil, errors.New("only files beside the connection file, or in folders below it, are read")
	}
	return relative(f.Path, name)
}

// relative reads a file that another names, relative to it.
func relative(path, name string) ([]byte, error) {
	if filepath.IsAbs(name) {
		return nil, errors.New("only files that are named relative to the file that names them are read")
	}
	b, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
	if err != nil {
		return nil, errors.New(plain(err))
	}
	return b, nil
}

// Load reads files and, of folders, every .yaml, .yml and .json file in them and below. A file is a system or a connection
// by its first words, system: or connection:, or a manifest: manifest:. In a folder other files are left alone; a path that names a file of neither
// kind is an error. Hidden folders are skipped. Everything wrong is told at once: the error is mapping.Diagnostics where
// the contents are wrong. A name that two files claim is an error that names both.
func Load(paths ...string) (Files, error) {
	var out Files
	var wrong mapping.Diagnostics
	seen := map[string]bool{}
	for _, p := range paths {
		found, err := find(p)
		if err != nil {
			return Files{}, err
		}
		for _, f := range found {
			if seen[f] {
				continue
			}
			seen[f] = true
			ds, err := out.add(f, f == p)
			if err != nil {
				return Files{}, err
			}
			wrong = append(wrong, ds...)
		}
	}
	wrong = append(wrong, out.twice()...)
	return out, wrong.Err()
}

func find(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, plain(err))
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != path && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		switch filepath.Ext(p) {
		case ".yaml", ".yml", ".json":
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, plain(err))
	}
	sort.Strings(files)
	return files, nil
}

func (f *Files) add(path string, named bool) (mapping.Diagnostics, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, plain(err))
	}
	kind, name := sniff(src)
	switch kind {
	case "system":
		s, ds := mapping.ParseSystem(path, src)
		if len(ds) > 0 {
			if f.Wrong == nil {
				f.Wrong = map[string]string{}
			}
			f.Wrong[name] = s.Kind
			return ds, nil
		}
		Attach(&s, func(name string) ([]byte, error) { return relative(path, name) })
		f.Systems = append(f.Systems, SystemFile{Path: path, Source: src, System: s})
	case "connection":
		f.Connections = append(f.Connections, ConnectionFile{Path: path, Name: name, Source: src})
	case "manifest":
		f.Manifests = append(f.Manifests, ManifestFile{Path: path, Source: src})
	case "broken":
		f.Unread = true
		_, ds := mapping.ParseSystem(path, src) // says what is wrong with the YAML
		return ds, nil
	default:
		if named {
			return mapping.Diagnostics{{File: path, Text: "is neither a system (system: name) nor a connection (connection: name) nor a manifest (manifest: name)", Code: mapping.CodeFile}}, nil
		}
	}
	return nil, nil
}

// sniff tells systems, connections and manifests apart without judging the rest.
func sniff(src []byte) (kind, name string) {
	var head any
	if err := yaml.Unmarshal(bytes.TrimPrefix(src, []byte("\ufeff")), &head); err != nil {
		return "broken", ""
	}
	m, _ := head.(map[string]any)
	for _, kind := range []string{"system", "connection", "manifest"} {
		if v, ok := m[kind]; ok {
			return kind, fmt.Sprint(v)
		}
	}
	return "", ""
}

// twice reports names that two files claim.
func (f Files) twice() mapping.Diagnostics {
	var ds mapping.Diagnostics
	first := map[string]string{}
	claim := func(kind, name, path string) {
		if before, ok := first[kind+name]; ok {
			ds = append(ds, mapping.Diagnostic{File: path, Path: kind, Text: fmt.Sprintf("the name %q is already used by %s", name, before), Code: mapping.CodeTwice})
			return
		}
		first[kind+name] = path
	}
	for _, s := range f.Systems {
		claim("system", s.System.Name, s.Path)
	}
	for _, c := range f.Connections {
		claim("connection", c.Name, c.Path)
	}
	return ds
}

// plain is a file error without the operation and path that its message repeats.
func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "the process may not read it"
	}
	return err.Error()
}
