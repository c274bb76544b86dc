package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// File is one text file of the tree.
type File struct {
	Path string // from the root of the repository, with slashes
	Text []byte
	Go   *ast.File // nil unless it is Go source
	set  *token.FileSet
}

// Test reports a file that only tests see.
func (f File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Package is the folder of the file, which names its package: core/merge, standalone/engine.
func (f File) Package() string { return path.Dir(f.Path) }

// line is the line number of a position in the file.
func (f File) line(p token.Pos) int { return f.set.Position(p).Line }

// notOurs are folders that a build or a run leaves in a checkout.
var notOurs = map[string]bool{".git": true, "bin": true, ".duplex": true}

// Read gives every text file below root in the order of the paths. Files with a NUL byte are not text. Go source that
// cannot be parsed is an error.
func Read(root fs.FS) ([]File, error) {
	var files []File
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && notOurs[d.Name()]:
			return fs.SkipDir
		case !d.Type().IsRegular() || notOurs[d.Name()]: // in a linked worktree .git is a file
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		f := File{Path: p, Text: text, set: token.NewFileSet()}
		if strings.HasSuffix(p, ".go") && !strings.Contains(p, "testdata/") {
			if f.Go, err = parser.ParseFile(f.set, p, text, parser.ParseComments); err != nil {
				return err
			}
		}
		files = append(files, f)
		return nil
	})
	return files, err
}
