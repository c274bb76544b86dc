package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// edit is what one write sends. It is decided before anything is sent.
type edit struct {
	patch                 map[string]any // of the issue itself
	hops                  []map[string]any
	addLabels, dropLabels []string
	addPeople, dropPeople []string
	values                []map[string]any // issue fields to set
	clear                 []int64          // issue fields to empty
	parent                *place
	unparent              bool
	one                   bool // assignees were written by the field assignee
}

func (e edit) empty() bool {
	return len(e.patch)+len(e.hops)+len(e.addLabels)+len(e.dropLabels)+len(e.addPeople)+len(e.dropPeople)+len(e.values)+len(e.clear) == 0 && e.parent == nil && !e.unparent
}

// fieldOf is the field that a key of the vendor's was written by.
func (e edit) fieldOf(key string) string {
	if key == "assignees" && e.one {
		return "assignee"
	}
	return key
}

// named puts a refusal under the names of the fields that were written.
func (e edit) named(err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	out := map[string]string{}
	for key, why := range invalid.Fields {
		out[e.fieldOf(key)] = why
	}
	return &connectors.InvalidError{Fields: out}
}

// about puts a refusal of a call that writes one field under that field's name: what the vendor calls it there says nothing to a mapping.
func about(field string, err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	var whys []string
	for _, why := range invalid.Fields {
		whys = append(whys, why)
	}
	slices.Sort(whys)
	return &connectors.InvalidError{Fields: map[string]string{field: strings.Join(whys, "; ")}}
}

// decide turns a patch into an edit against the issue as it is, leaving out what is already so. Every value that cannot be written is named in one
// InvalidError.
func (c *Connector) decide(ctx context.Context, at place, is issue, patch core.Patch, mark string) (edit, error) {
	e := edit{patch: map[string]any{}}
	bad := map[string]string{}
	for name, v := range patch.Fields {
		why, err := "a value that is not known cannot be written", error(nil)
		if !v.IsAbsent() {
			why, err = c.set(ctx, &e, at, is, name, v, mark)
		}
		if err != nil {
			return e, err
		}
		if why != "" {
			bad[name] = why
		}
	}
	for name, change := range patch.Sets {
		why, err := c.changeSet(ctx, &e, at, is, name, change)
		if err != nil {
			return e, err
		}
		if why != "" {
			bad[name] = why
		}
	}
	_, people := patch.Fields["assignees"]
	if _, more := patch.Sets["assignees"]; e.one && (people || more) {
		bad["assignee"] = "map either assignee or assignees"
	}
	if len(bad) > 0 {
		return e, &connectors.InvalidError{Fields: bad}
	}
	return e, nil
}

// set plans to give a field a value. A text that is too long is ErrTooLarge.
func (c *Connector) set(ctx context.Context, e *edit, at place, is issue, name string, v core.Value, mark string) (why string, err error) {
	switch name {
	case "title":
		if v.Kind() != core.KindString || v.IsEmpty() {
			return "an issue needs a title of one line", nil
		}
		if v.Source() != is.Title {
			e.patch["title"] = v.Source()
		}
	case "body":
		if core.Equal(shown(is.body()), v) {
			return "", nil
		}
		text, err := c.text(ctx, at.repo, v, is.body())
		if errors.Is(err, errText) {
			return err.Error(), nil
		}
		if err != nil {
			return "", err
		}
		if core.Equal(shown(is.body()), shown(text)) && is.Number != 0 {
			return "", nil
		}
		text, err = sized(text, mark)
		e.patch["body"] = text
		return "", err
	case "status":
		to, why := statusMeant(v)
		if why == "" {
			e.hops = hops(is.status(), to)
		}
		return why, nil
	case "labels":
		return e.setLabels(is, v), nil
	case "assignee", "assignees":
		return c.setPeople(ctx, e, at.repo, is, name, v)
	case "milestone":
		return c.setMilestone(ctx, e, at.repo, is, v)
	case "type":
		return c.setType(ctx, e, at.repo, is, v)
	case "parent":
		return c.planParent(ctx, e, is, v)
	default:
		return c.setCustom(ctx, e, at.repo, is, name, v)
	}
	return "", nil
}

func (e *edit) setLabels(is issue, v core.Value) string {
	names, why := words(v)
	if why != "" {
		return why
	}
	if !core.Equal(core.Strings(names...), core.Strings(is.labels()...)) {
		e.patch["labels"] = names
	}
	return ""
}

func words(v core.Value) ([]string, string) {
	out := []string{}
	if v.Kind() != core.KindSet && !v.IsEmpty() {
		return nil, "it takes a set of words"
	}
	for _, w := range v.Items() {
		if w.Kind() != core.KindString {
			return nil, "it takes a set of words"
		}
		out = append(out, w.Source())
	}
	return out, ""
}

func (c *Connector) setPeople(ctx context.Context, e *edit, repo *repository, is issue, name string, v core.Value) (string, error) {
	people := v.Items()
	if name == "assignee" {
		e.one = true
		if people = nil; !v.IsEmpty() {
			people = []core.Value{v}
		}
	} else if v.Kind() != core.KindSet && !v.IsEmpty() {
		return "it takes a set of people", nil
	}
	logins := []string{}
	for _, p := range people {
		login, why, err := c.login(ctx, repo, p)
		if err != nil || why != "" {
			return why, err
		}
		logins = append(logins, login)
	}
	if !samePeople(is.Assignees, logins) {
		e.patch["assignees"] = logins
	}
	return "", nil
}

func samePeople(have []account, logins []string) bool {
	return len(have) == len(logins) && !slices.ContainsFunc(have, func(a account) bool {
		return !slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(a.Login, l) })
	})
}

// setMilestone looks a milestone up that is not known yet: somebody may have just made it.
func (c *Connector) setMilestone(ctx context.Context, e *edit, repo *repository, is issue, v core.Value) (string, error) {
	if v.IsEmpty() {
		if is.Milestone != nil {
			e.patch["milestone"] = nil
		}
		return "", nil
	}
	ms, err := c.milestonesOf(ctx, repo, false)
	if err != nil {
		return "", err
	}
	o, why := connectors.Pick(milestoneOptions(ms), v)
	if why != "" && v.Kind() == core.KindOption {
		if ms, err = c.milestonesOf(ctx, repo, true); err != nil {
			return "", err
		}
		o, why = connectors.Pick(milestoneOptions(ms), v)
	}
	n, ok := number(o.ID())
	if why == "" && ok && (is.Milestone == nil || is.Milestone.Number != int(n)) {
		e.patch["milestone"] = int(n)
	}
	return why, nil
}

func (c *Connector) setType(ctx context.Context, e *edit, repo *repository, is issue, v core.Value) (string, error) {
	if v.IsEmpty() {
		if is.Type != nil && is.Type.ID != 0 {
			e.patch["type"] = nil
		}
		return "", nil
	}
	ts, err := c.typesOf(ctx, repo)
	if err != nil {
		return "", err
	}
	if len(ts) == 0 {
		return "the repository has no issue types: they are an organization's", nil
	}
	o, why := connectors.Pick(typeOptions(ts), v)
	if why == "" && (is.Type == nil || is.Type.Name != o.Name()) {
		e.patch["type"] = o.Name()
	}
	return why, nil
}

func (c *Connector) planParent(ctx context.Context, e *edit, is issue, v core.Value) (string, error) {
	had := is.ParentURL != nil && *is.ParentURL != ""
	if v.IsEmpty() {
		e.unparent = had
		return "", nil
	}
	if had {
		now, err := c.parentOf(ctx, *is.ParentURL)
		if err != nil || core.Equal(now, v) {
			return "", err
		}
	}
	to, why, err := c.parentMeant(ctx, v)
	if err == nil && why == "" {
		e.parent = &to
	}
	return why, err
}

// setCustom plans to write one of the organization's issue fields.
func (c *Connector) setCustom(ctx context.Context, e *edit, repo *repository, is issue, name string, v core.Value) (string, error) {
	defined, err := c.definitions(ctx, repo)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(defined, func(f fieldDefinition) bool { return f.called == name })
	if i < 0 {
		if slices.ContainsFunc(append(standard(nil, nil), attributeFields()...), func(f connectors.Field) bool { return f.Name == name }) {
			return "GitHub sets it by itself", nil
		}
		return "issues have no such field", nil
	}
	f := defined[i]
	var now *fieldValue
	for j := range is.Values {
		if is.Values[j].FieldID == f.ID {
			now = &is.Values[j]
		}
	}
	cur := f.read(now)
	switch {
	case core.Equal(cur, v):
		return "", nil
	case v.IsEmpty():
		e.clear = append(e.clear, f.ID)
		return "", nil
	}
	value, why := f.write(v)
	if why == "" {
		e.values = append(e.values, map[string]any{"field_id": f.ID, "value": value})
	}
	return why, nil
}

// changeSet plans to add and remove elements, with the vendor's calls for that, so that an element somebody else adds meanwhile stays.
func (c *Connector) changeSet(ctx context.Context, e *edit, at place, is issue, name string, change core.SetChange) (string, error) {
	switch name {
	case "labels":
		add, why := words(change.Add)
		drop, other := words(change.Remove)
		if why+other != "" {
			return why + other, nil
		}
		has := func(l string) bool {
			return slices.ContainsFunc(is.Labels, func(h label) bool { return strings.EqualFold(h.Name, l) })
		}
		e.addLabels = slices.DeleteFunc(add, has)
		e.dropLabels = slices.DeleteFunc(drop, func(l string) bool { return !has(l) })
		for _, l := range e.dropLabels {
			if l == "." || l == ".." { // its address is that of all labels
				return fmt.Sprintf("the label %q cannot be taken off by itself: give it another name in GitHub", l), nil
			}
		}
		return "", nil
	case "assignees":
		return c.changePeople(ctx, e, at.repo, is, change)
	}
	defined, err := c.definitions(ctx, at.repo)
	if err != nil {
		return "", err
	}
	for _, f := range defined {
		if f.called == name && fieldKinds[f.Type] == core.KindSet {
			var now core.Value = core.Set()
			for i := range is.Values {
				if is.Values[i].FieldID == f.ID {
					now = f.read(&is.Values[i])
				}
			}
			return c.setCustom(ctx, e, at.repo, is, name, core.Union(core.Without(now, change.Remove), change.Add))
		}
	}
	return fmt.Sprintf("%s is no set that can be written", name), nil
}

func (c *Connector) changePeople(ctx context.Context, e *edit, repo *repository, is issue, change core.SetChange) (string, error) {
	for _, p := range change.Add.Items() {
		login, why, err := c.login(ctx, repo, p)
		if err != nil || why != "" {
			return why, err
		}
		if !slices.ContainsFunc(is.Assignees, func(a account) bool { return strings.EqualFold(a.Login, login) }) {
			e.addPeople = append(e.addPeople, login)
		}
	}
	for _, p := range change.Remove.Items() {
		for _, a := range is.Assignees {
			if core.Equal(c.person(&a), p) || p.Name() != "" && strings.EqualFold(p.Name(), a.Login) {
				e.dropPeople = append(e.dropPeople, a.Login)
			}
		}
	}
	return "", nil
}
