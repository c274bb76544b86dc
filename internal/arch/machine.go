package arch

import (
	"bytes"
	"fmt"
	"regexp"
)

// machine matches what is true on one computer only: folders of a checkout or a home, and the hosts that packages come
// from. The patterns are written so that this file does not match itself.
var machine = []*regexp.Regexp{
	regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])/work` + `/`),
	regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])/tmp` + `/brief`),
	regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])/(home|Users)` + `/[a-z]\w*/`),
	regexp.MustCompile(`\b(proxy|sum)\.golang` + `\.org\b|\bregistry\.npmjs` + `\.org\b|\bdeb\.debian` + `\.org\b`),
}

// Machine finds paths and hosts that mean nothing elsewhere.
func Machine(files []File) []string {
	var wrong []string
	for _, f := range files {
		for i, line := range bytes.Split(f.Text, []byte("\n")) {
			for _, m := range machine {
				if found := m.Find(line); found != nil {
					wrong = append(wrong, fmt.Sprintf("%s:%d: %q holds on one machine only: use a path from the repository's root, "+
						"or a name that is true everywhere", f.Path, i+1, bytes.TrimSpace(found)))
				}
			}
		}
	}
	return wrong
}
