package github

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// labelNames reads labels given by name, or as objects with a name.
func labelNames(list []any) (names []string, wrong []object) {
	for _, v := range list {
		name := text(v)
		if o, ok := v.(object); ok {
			name = text(o["name"])
		}
		if name = strings.TrimSpace(name); name == "" || length(name) > 50 {
			wrong = append(wrong, problem("Label", "name", "invalid", ""))
			continue
		}
		names = append(names, name)
	}
	return names, wrong
}

// ensureLabel finds a label whatever its case, and makes one that is unknown, grey.
func (c *call) ensureLabel(r *repo, name string) *label {
	if l := r.label(name); l != nil {
		return l
	}
	l := &label{ID: c.e.st.id(), Name: name, Color: "ededed"}
	r.Labels = append(r.Labels, l)
	c.emitRepo("label", "created", r, object{"label": c.labelView(r, l)})
	return l
}

// setLabels makes these the labels of the issue.
func (c *call) setLabels(i *issue, r *repo, names []string) {
	var want []int64
	for _, name := range names {
		if l := c.ensureLabel(r, name); !slices.Contains(want, l.ID) {
			want = append(want, l.ID)
		}
	}
	for _, id := range slices.Clone(i.Labels) {
		if !slices.Contains(want, id) {
			c.unlabel(i, r, r.labelByID(id))
		}
	}
	for _, id := range want {
		c.label(i, r, r.labelByID(id))
	}
}

func (c *call) label(i *issue, r *repo, l *label) {
	if slices.Contains(i.Labels, l.ID) {
		return
	}
	i.Labels = append(i.Labels, l.ID)
	c.note(i, "labeled", object{"label": object{"name": l.Name, "color": l.Color}})
	c.touch(i)
	c.emit("issues", "labeled", i, object{"label": c.labelView(r, l)})
}

func (c *call) unlabel(i *issue, r *repo, l *label) {
	if l == nil || !slices.Contains(i.Labels, l.ID) {
		return
	}
	i.Labels = slices.DeleteFunc(i.Labels, func(id int64) bool { return id == l.ID })
	c.note(i, "unlabeled", object{"label": object{"name": l.Name, "color": l.Color}})
	c.touch(i)
	c.emit("issues", "unlabeled", i, object{"label": c.labelView(r, l)})
}

func (c *call) labelsOf(i *issue, r *repo) []object {
	out := []object{}
	for _, id := range i.Labels {
		if l := r.labelByID(id); l != nil {
			out = append(out, c.labelView(r, l))
		}
	}
	return out
}

func (c *call) listIssueLabels() error {
	i, r, err := c.issue()
	if err != nil {
		return err
	}
	return page(c, c.labelsOf(i, r))
}

// changeLabels adds (POST), replaces (PUT) or removes all (DELETE). The body is an object, a list, or one list under labels.
func (c *call) changeLabels() error {
	i, r, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	v, err := c.value()
	if err != nil {
		return err
	}
	if in, ok := v.(object); ok {
		v = in["labels"]
	}
	list, _ := v.([]any)
	names, wrong := labelNames(list)
	if len(wrong) > 0 {
		return invalid(wrong...)
	}
	switch c.req.Method {
	case http.MethodPost:
		for _, name := range names {
			c.label(i, r, c.ensureLabel(r, name))
		}
	case http.MethodDelete:
		c.setLabels(i, r, nil)
		return c.answer(http.StatusNoContent, nil)
	default:
		c.setLabels(i, r, names)
	}
	return c.answer(http.StatusOK, c.labelsOf(i, r))
}

func (c *call) removeLabel() error {
	i, r, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	l := r.label(c.req.PathValue("name"))
	if l == nil || !slices.Contains(i.Labels, l.ID) {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	c.unlabel(i, r, l)
	return c.answer(http.StatusOK, c.labelsOf(i, r))
}

func (c *call) listLabels() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	rows := slices.Clone(r.Labels)
	slices.SortFunc(rows, func(a, b *label) int { return cmp.Compare(a.ID, b.ID) })
	out := []object{}
	for _, l := range rows {
		out = append(out, c.labelView(r, l))
	}
	return page(c, out)
}

func (c *call) getLabel() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	l := r.label(c.req.PathValue("name"))
	if l == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, c.labelView(r, l))
}

var colour = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

// saveLabel makes or changes a label. A new name does not move updated_at of the issues that have it, and their
// timeline keeps the old one.
func (c *call) saveLabel() error {
	r, err := c.writable(roleTriage, "issues")
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	l, status, action := &label{Color: "ededed"}, http.StatusCreated, "created"
	changes := object{}
	name := text(in["name"])
	if old := c.req.PathValue("name"); old != "" {
		if l = r.label(old); l == nil {
			return notFound()
		}
		status, action = http.StatusOK, "edited"
		name = cmp.Or(text(in["new_name"]), l.Name)
	}
	if strings.TrimSpace(name) == "" {
		return invalid(problem("Label", "name", "missing_field", ""))
	}
	if other := r.label(name); other != nil && other != l {
		return invalid(problem("Label", "name", "already_exists", ""))
	}
	if v, ok := in["color"]; ok && !colour.MatchString(text(v)) {
		return invalid(problem("Label", "color", "invalid", ""))
	}
	if name != l.Name && action == "edited" {
		changes["name"] = object{"from": l.Name}
	}
	l.Name, l.Color = name, strings.ToLower(cmp.Or(text(in["color"]), l.Color))
	if v, ok := in["description"].(string); ok {
		l.Description = &v
	}
	extra := object{"label": nil, "changes": changes}
	if action == "created" {
		l.ID = c.e.st.id()
		r.Labels = append(r.Labels, l)
		delete(extra, "changes")
	}
	c.dirty = true
	extra["label"] = c.labelView(r, l)
	c.emitRepo("label", action, r, extra)
	return c.answer(status, c.labelView(r, l))
}

func (c *call) deleteLabel() error {
	r, err := c.writable(roleTriage, "issues")
	if err != nil {
		return err
	}
	l := r.label(c.req.PathValue("name"))
	if l == nil {
		return notFound()
	}
	r.Labels = slices.DeleteFunc(r.Labels, func(o *label) bool { return o == l })
	for _, i := range c.e.st.Issues {
		if i.Repo == r.ID && slices.Contains(i.Labels, l.ID) {
			i.Labels = slices.DeleteFunc(i.Labels, func(id int64) bool { return id == l.ID })
			c.e.index.note(i, c.e.skew.Now())
		}
	}
	c.dirty = true
	c.emitRepo("label", "deleted", r, object{"label": c.labelView(r, l)})
	return c.answer(http.StatusNoContent, nil)
}
