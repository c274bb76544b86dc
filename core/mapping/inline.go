package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Inline gives a connection file that stands alone: the people files it names are written into it, each on the one line
// where its name stood, so that every other line keeps its number and its comments. It is what gets stored, because a
// stored version must mean the same later, wherever it is read. A file that names nothing comes back as it is.
func Inline(file string, src []byte, read func(path string) ([]byte, error)) ([]byte, Diagnostics) {
	r := &report{file: file}
	root := parse(r, src)
	if root == nil || len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	lines := strings.Split(string(src), "\n")
	var names []*node
	if rules := root.get("rules"); rules != nil {
		for _, rule := range rules.items {
			if users := rule.get("users"); users != nil {
				for _, it := range users.items {
					if t := it.get("table"); t != nil && t.shape == scalar {
						names = append(names, t)
					}
				}
			}
		}
	}
	for i := len(names) - 1; i >= 0; i-- { // from the end, so that columns stay right
		n := names[i]
		people, ok := peopleLine(r, n, read)
		if !ok {
			continue
		}
		line := []rune(lines[n.line-1])
		start, length := n.column-1, len([]rune(n.text))
		if n.style == quoted {
			length += 2
		}
		if n.style == block || start+length > len(line) || !strings.Contains(string(line[start:start+length]), n.text) {
			r.at(n, "write the file's name on one line, without escapes")
			continue
		}
		lines[n.line-1] = string(line[:start]) + people + string(line[start+length:])
	}
	if len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	return []byte(strings.Join(lines, "\n")), nil
}

// peopleLine is a people file as one line of JSON, which is YAML too.
func peopleLine(r *report, n *node, read func(string) ([]byte, error)) (string, bool) {
	src, ok := readNamed(r, n, read)
	if !ok {
		return "", false
	}
	inner := &report{file: n.text}
	root := parse(inner, src)
	r.all = append(r.all, inner.all...)
	if root == nil || len(inner.all) > 0 {
		return "", false
	}
	people := []map[string]string{}
	for i, line := range root.items {
		if line.shape != mapped {
			r.at(n, fmt.Sprintf("%s: line %d names no person", n.text, i+1))
			return "", false
		}
		people = append(people, texts(line))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(people); err != nil {
		r.at(n, err.Error())
		return "", false
	}
	return strings.TrimSpace(out.String()), true
}
