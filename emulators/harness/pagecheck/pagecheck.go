// Package pagecheck holds pages for people to the basics of accessibility, in tests.
package pagecheck

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Problems reads a page and tells what is wrong with it, nil where nothing is:
//   - the language, the title, or exactly one h1 and main are missing;
//   - an id is there twice, or a label is for an id that is not there;
//   - a field has no label with words, or a button or link has no words;
//   - a form does not POST, or posts where routes has no handler; a link leads nowhere in routes.
func Problems(page string, routes *http.ServeMux) []string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{routes: routes, ids: map[string]int{}, labels: map[string]string{}, tags: map[string]int{}}
	c.collect(root)
	for id, n := range c.ids {
		if n > 1 {
			c.problem("id %q is there %d times", id, n)
		}
	}
	for id := range c.labels {
		if c.ids[id] == 0 {
			c.problem("a label is for %q, which is not there", id)
		}
	}
	for _, tag := range []string{"h1", "main", "title"} {
		if c.tags[tag] != 1 {
			c.problem("%d elements %s, want 1", c.tags[tag], tag)
		}
	}
	c.check(root, "")
	slices.Sort(c.found)
	return c.found
}

type checker struct {
	routes *http.ServeMux
	ids    map[string]int
	labels map[string]string // words of the label for an id
	tags   map[string]int
	found  []string
}

func (c *checker) problem(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// collect counts what check looks up.
func (c *checker) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		c.tags[n.Data]++
		if id := attr(n, "id"); id != "" {
			c.ids[id]++
		}
		if to := attr(n, "for"); n.Data == "label" && to != "" {
			c.labels[to] = words(n)
		}
	}
	for child := range n.ChildNodes() {
		c.collect(child)
	}
}

// check walks the page; label is the words of the label around n.
func (c *checker) check(n *html.Node, label string) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "html":
			if attr(n, "lang") == "" {
				c.problem("the page names no language")
			}
		case "label":
			label = words(n)
		case "input", "select", "textarea":
			if attr(n, "type") != "hidden" && label == "" && c.labels[attr(n, "id")] == "" && attr(n, "aria-label") == "" {
				c.problem("%s %q has no label", n.Data, attr(n, "name"))
			}
		case "button", "a", "summary":
			if words(n) == "" && attr(n, "aria-label") == "" {
				c.problem("%s without words", n.Data)
			}
			if to := attr(n, "href"); strings.HasPrefix(to, "/") && !c.served("GET", to) {
				c.problem("a link leads to %s, which is not served", to)
			}
		case "form":
			if to := attr(n, "action"); !strings.EqualFold(attr(n, "method"), "post") || !c.served("POST", to) {
				c.problem("a form goes to %s %q, which is not served", attr(n, "method"), to)
			}
		}
	}
	for child := range n.ChildNodes() {
		c.check(child, label)
	}
}

func (c *checker) served(method, path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	_, pattern := c.routes.Handler(httptest.NewRequest(method, path, nil))
	return pattern != ""
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// words is the text inside n, without that of fields.
func words(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return strings.TrimSpace(n.Data)
	case n.Data == "select" || n.Data == "textarea":
		return ""
	}
	var out []string
	for child := range n.ChildNodes() {
		if text := words(child); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, " ")
}
