package azuredevops

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// seedNodes are the areas and iterations of a fresh organization.
func seedNodes() []*node {
	var out []*node
	add := func(kind, path, start, until string) {
		out = append(out, &node{ID: 100 + len(out), Kind: kind, Path: path, Start: start, Until: until})
	}
	for _, p := range projects {
		add("areas", p.name, "", "")
		add("areas", p.name+`\Website`, "", "")
		add("areas", p.name+`\Website\Shop`, "", "")
		add("areas", p.name+`\Devices`, "", "")
		add("iterations", p.name, "", "")
		add("iterations", p.name+`\Release 1`, "", "")
		add("iterations", p.name+`\Release 1\Sprint 1`, "2026-02-16T00:00:00Z", "2026-02-27T00:00:00Z")
		add("iterations", p.name+`\Release 1\Sprint 2`, "2026-03-02T00:00:00Z", "2026-03-13T00:00:00Z")
	}
	return out
}

// node finds an area or iteration by its path, whatever its case.
func (e *Emulator) node(kind, path string) *node {
	for _, n := range e.st.Nodes {
		if n.Kind == kind && strings.EqualFold(n.Path, strings.Trim(path, `\`)) {
			return n
		}
	}
	return nil
}

// nodeView shows a node with its children to a depth. Its path has the kind as second part, unlike an item's.
func (e *Emulator) nodeView(n *node, depth int) object {
	parts := strings.Split(n.Path, `\`)
	kind, word := "area", "Area"
	if n.Kind == "iterations" {
		kind, word = "iteration", "Iteration"
	}
	var children []any
	has := false
	for _, other := range e.st.Nodes {
		rest, below := strings.CutPrefix(other.Path, n.Path+`\`)
		if other.Kind != n.Kind || !below || strings.Contains(rest, `\`) {
			continue
		}
		has = true
		if depth > 0 {
			children = append(children, e.nodeView(other, depth-1))
		}
	}
	out := object{"id": n.ID, "identifier": guid("node", n.ID), "name": parts[len(parts)-1], "structureType": kind, "hasChildren": has,
		"path": `\` + strings.Join(append([]string{parts[0], word}, parts[1:]...), `\`),
		"url":  e.api(parts[0], "_apis", "wit", "classificationNodes", word+"s", strings.Join(parts[1:], "/"))}
	if children != nil {
		out["children"] = children
	}
	if n.Start != "" {
		out["attributes"] = object{"startDate": n.Start, "finishDate": n.Until}
	}
	return out
}

func (c *call) listNodes() error {
	depth, err := c.number("$depth", 0)
	if err != nil {
		return err
	}
	out := []any{}
	for _, n := range c.e.st.Nodes {
		if firstOf(n.Path) != c.project {
			continue
		}
		if ids := c.words("ids"); len(ids) == 0 && n.Path == c.project || slices.Contains(ids, strconv.Itoa(n.ID)) {
			out = append(out, c.e.nodeView(n, depth))
		}
	}
	return c.list(out)
}

func (c *call) nodePath() (kind, path string, err error) {
	kind = strings.ToLower(c.params["kind"])
	if kind != "areas" && kind != "iterations" {
		return "", "", refuse(http.StatusNotFound, "ClassificationNodeNotFoundException", "VS402485: The structure group is neither areas nor iterations.")
	}
	path = c.project
	if rest := strings.Trim(c.params["path"], "/"); rest != "" {
		path += `\` + strings.ReplaceAll(rest, "/", `\`)
	}
	return kind, path, nil
}

func (c *call) getNode() error {
	depth, err := c.number("$depth", 0)
	if err != nil {
		return err
	}
	kind, path, err := c.nodePath()
	if err != nil {
		return err
	}
	n := c.e.node(kind, path)
	if n == nil {
		return refuse(http.StatusNotFound, "ClassificationNodeNotFoundException", "VS402485: The node "+path+" does not exist.")
	}
	return c.answer(c.e.nodeView(n, depth))
}

// postNode creates a node below the path.
func (c *call) postNode() error {
	var in struct {
		Name       string `json:"name"`
		Attributes struct{ StartDate, FinishDate string }
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	kind, path, err := c.nodePath()
	if err != nil {
		return err
	}
	switch {
	case c.e.node(kind, path) == nil:
		return refuse(http.StatusNotFound, "ClassificationNodeNotFoundException", "VS402485: The node "+path+" does not exist.")
	case in.Name == "" || strings.ContainsAny(in.Name, `\/$?*:"&<>#%|+`):
		return bad("ClassificationNodeNameException", "TF200020: The name of the node is not valid.")
	case c.e.node(kind, path+`\`+in.Name) != nil:
		return refuse(http.StatusConflict, "ClassificationNodeDuplicateNameException", "VS402371: The node already exists.")
	}
	n := &node{ID: 100 + len(c.e.st.Nodes), Kind: kind, Path: path + `\` + in.Name, Start: in.Attributes.StartDate, Until: in.Attributes.FinishDate}
	c.e.st.Nodes = append(c.e.st.Nodes, n)
	c.dirty = true
	return c.answer(c.e.nodeView(n, 0))
}
