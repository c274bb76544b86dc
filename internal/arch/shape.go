package arch

import (
	"bytes"
	"fmt"
	"go/format"
	"path"
	"regexp"
	"slices"
)

const (
	mostLines     = 400 // of a Go file
	mostMainLines = 30  // of a main.go: the program is a Run that tests can call
)

// longer are files that may exceed mostLines, each with the reason.
var longer = map[string]string{}

// vague are package names that say nothing about what is inside.
var vague = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base"}

var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)

// Shape holds names, lengths, formatting and comments of Go files.
func Shape(files []File) []string {
	var wrong []string
	say := func(text string, args ...any) { wrong = append(wrong, fmt.Sprintf(text, args...)) }
	for _, f := range files {
		if f.Go == nil {
			continue
		}
		if name := f.Go.Name.Name; slices.Contains(vague, name) {
			say("%s: a package called %s says nothing about what is inside: name it after what it gives", f.Path, name)
		}
		lines := bytes.Count(f.Text, []byte("\n"))
		if reason := longer[f.Path]; lines > mostLines && reason == "" {
			say("%s: has %d lines, and %d is where a file is split: one concept per file, or list it in internal/arch/shape.go "+
				"with the reason", f.Path, lines, mostLines)
		} else if lines <= mostLines && reason != "" {
			say("%s: is short again: take it off the list in internal/arch/shape.go", f.Path)
		}
		if path.Base(f.Path) == "main.go" && f.Go.Name.Name == "main" && lines >= mostMainLines {
			say("%s: has %d lines: keep a main under %d, over a Run that tests can call", f.Path, lines, mostMainLines)
		}
		if text, err := format.Source(f.Text); err != nil || !bytes.Equal(text, f.Text) {
			say("%s: is not formatted: run gofmt -w on it", f.Path)
		}
		for _, group := range f.Go.Comments {
			if word := unfinished.FindString(group.Text()); word != "" {
				say("%s:%d: %s in a comment: finish it, or write what holds today", f.Path, f.line(group.Pos()), word)
			}
		}
	}
	return wrong
}
