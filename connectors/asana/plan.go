package asana

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// plan is what one write sends. It is decided as a whole before anything is sent.
type plan struct {
	body    map[string]any // of a PUT, or of the POST that creates
	section string
	parent  *string                   // "" takes the parent away
	sets    map[string]core.SetChange // tags, followers, projects and links, by field; elements are settled
}

func (p plan) isEmpty() bool { return len(p.body) == 0 && p.onlyBody() }

func (p plan) onlyBody() bool { return p.section == "" && p.parent == nil && len(p.sets) == 0 }

func (p plan) custom() map[string]any {
	fields, _ := p.body[customKey].(map[string]any)
	if fields == nil {
		fields = map[string]any{}
		p.body[customKey] = fields
	}
	return fields
}

// planner decides a write against the task as it is; a new one is empty.
type planner struct {
	c       *Connector
	fields  []field
	project string
	was     task
	create  bool
	plan    plan
}

// decide turns a patch into a plan and leaves out what is already so. Every value that cannot be written is named in one InvalidError.
func (p *planner) decide(ctx context.Context, patch core.Patch) error {
	p.plan = plan{body: map[string]any{}, sets: map[string]core.SetChange{}}
	bad := map[string]string{}
	each := func(name string, write func(f field) (string, error)) error {
		f, ok := find(p.fields, name)
		why := ""
		switch {
		case !ok:
			why = "the project has no such field"
		case f.ReadOnly && !(p.create && f.OnCreate):
			why = "the field is read-only in Asana"
		default:
			var err error
			if why, err = write(f); err != nil {
				return err
			}
		}
		if why != "" {
			bad[name] = why
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(patch.Fields)) {
		v := patch.Fields[name]
		if err := each(name, func(f field) (string, error) { return p.set(ctx, f, v) }); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(patch.Sets)) {
		ch := patch.Sets[name]
		if err := each(name, func(f field) (string, error) { return p.change(ctx, f, ch) }); err != nil {
			return err
		}
	}
	p.dates()
	if len(bad) > 0 {
		return fmt.Errorf("%s: write task: %w", p.c.system, &connectors.InvalidError{Fields: bad})
	}
	return nil
}

// now is the value the task has. Of a new one nothing is known.
func (p *planner) now(f field) core.Value {
	if p.create {
		return core.Absent()
	}
	return f.read(p.was, p.project)
}

// set plans to give a field a value.
func (p *planner) set(ctx context.Context, f field, v core.Value) (why string, err error) {
	switch {
	case v.IsAbsent():
		return "a value that is not known cannot be written", nil
	case f.Required && v.IsEmpty():
		return "a task needs it", nil
	case f.Kind == core.KindSet:
		if v.Kind() != core.KindSet {
			v = core.Set(v)
		}
		return p.change(ctx, f, core.SetChange{Add: v, Remove: core.Without(p.now(f), v)})
	}
	v, why, err = p.settle(ctx, f, v)
	if why != "" || err != nil {
		return why, err
	}
	if cur := p.now(f); !cur.IsAbsent() && core.Equal(cur, v) || p.create && v.IsEmpty() {
		return "", nil
	}
	switch f.how {
	case byPut:
		if v.IsEmpty() && (f.Kind == core.KindBool || f.key == "approval_status") {
			return "it cannot be empty", nil
		}
		p.plan.body[f.key] = sent(f, v)
	case byCustom:
		p.plan.custom()[f.ID] = sent(f, v)
	case bySection:
		if v.IsEmpty() {
			return "a task is in one section of its project", nil
		}
		p.plan.section = v.ID()
	case byParent:
		id := v.ID()
		p.plan.parent = &id
	}
	return "", nil
}

// change plans to add elements to a set and to take some away. Custom fields are written as a whole by the vendor, so that they are sent
// as they are to be.
func (p *planner) change(ctx context.Context, f field, ch core.SetChange) (why string, err error) {
	if f.Kind != core.KindSet {
		return "the field holds one value, not several", nil
	}
	cur := p.now(f)
	add, take := []core.Value{}, []core.Value{}
	for _, v := range ch.Add.Items() {
		if cur.Has(v) {
			continue
		}
		if v, why, err = p.settle(ctx, f, v); why != "" || err != nil {
			return why, err
		}
		if !cur.Has(v) {
			add = append(add, v)
		}
	}
	for _, v := range ch.Remove.Items() {
		for _, there := range cur.Items() { // with its gid, and whatever option or person it was
			if core.Equal(there, v) {
				take = append(take, there)
			}
		}
	}
	if len(add)+len(take) == 0 {
		return "", nil
	}
	if f.how == byCustom {
		p.plan.custom()[f.ID] = ids(core.Without(core.Union(cur, core.Set(add...)), core.Set(take...)))
		return "", nil
	}
	if f.how == byProjects && slices.ContainsFunc(take, func(v core.Value) bool { return v.ID() == p.project }) {
		return "the task would leave the project that is synced", nil
	}
	p.plan.sets[f.Name] = core.SetChange{Add: core.Set(add...), Remove: core.Set(take...)}
	return "", nil
}

func ids(set core.Value) []string {
	out := []string{}
	for _, v := range set.Items() {
		out = append(out, v.ID())
	}
	return out
}

// settle makes a value one that Asana takes: an option or a person with a gid, a text in its normal form. why says what is wrong with it.
func (p *planner) settle(ctx context.Context, f field, v core.Value) (settled core.Value, why string, err error) {
	k := f.Kind
	if k == core.KindSet {
		k = f.Of
	}
	if v.IsEmpty() {
		return core.Empty(k), "", nil
	}
	if v.Kind() != k && !(k == core.KindOption && v.Kind() == core.KindString) {
		return v, fmt.Sprintf("a value of kind %s is needed, not %s", k, v.Kind()), nil
	}
	switch k {
	case core.KindOption:
		return p.option(ctx, f, core.Option(v.ID(), cmp.Or(v.Name(), v.Source())))
	case core.KindUser:
		return p.user(ctx, v)
	case core.KindText:
		return core.Text(format, richtext.Normal(richtext.Asana, v.Source())), "", nil
	case core.KindReference:
		if !isGID(v.ID()) {
			return v, "it names no task of Asana", nil
		}
	case core.KindString:
		if n := utf8.RuneCountInString(v.Source()); f.MaxLen > 0 && n > f.MaxLen {
			return v, fmt.Sprintf("%d characters are too many; Asana takes %d", n, f.MaxLen), nil
		}
	}
	return v, "", nil
}

// option finds the option, after a fresh look where it is not known: options are added at any time.
func (p *planner) option(ctx context.Context, f field, v core.Value) (core.Value, string, error) {
	if f.how == byProjects {
		return p.home(ctx, v)
	}
	for _, anew := range []bool{false, true} {
		options := f.Options
		var err error
		switch f.how {
		case bySection:
			options, err = p.c.sectionsOf(ctx, p.project, anew)
		case byCustom:
			if anew {
				var all []field
				all, err = p.c.customOf(ctx, p.project, true)
				fresh, _ := find(all, f.ID)
				options = fresh.Options
			}
		}
		if err != nil {
			return v, "", err
		}
		if found, ok := choose(options, v); ok {
			return found, "", nil
		}
	}
	return v, "there is no such option", nil
}

// home finds a project by its gid, which is taken as it is, or by its name.
func (p *planner) home(ctx context.Context, v core.Value) (core.Value, string, error) {
	if isGID(v.ID()) {
		return v, "", nil
	}
	workspace, err := p.c.workspaceOf(ctx, p.project)
	if err != nil {
		return v, "", err
	}
	found, err := p.c.projectNamed(ctx, workspace, v.Name())
	if err == nil && found.IsAbsent() {
		return v, "the workspace has no project of that name, or several", nil
	}
	return found, "", err
}

func (p *planner) user(ctx context.Context, v core.Value) (core.Value, string, error) {
	workspace, err := p.c.workspaceOf(ctx, p.project)
	if err != nil {
		return v, "", err
	}
	for _, who := range []string{v.ID(), v.Email()} {
		if who == "" || who == v.ID() && !isGID(who) {
			continue
		}
		found, err := p.c.person(ctx, who, workspace)
		if err == nil {
			return found, "", nil
		}
		if !errors.Is(err, connectors.ErrNotFound) {
			return v, "", err
		}
	}
	return v, "there is no such user in the workspace", nil
}

// dates keeps what the vendor asks of dates: a day and an instant are not sent together, and a start goes with a due date.
func (p *planner) dates() {
	body := p.plan.body
	if at, both := body["due_at"]; both {
		if _, both := body["due_on"]; both && at == nil {
			delete(body, "due_at")
		} else if both {
			delete(body, "due_on")
		}
	}
	if start, ok := body["start_on"]; ok && start != nil {
		_, on := body["due_on"]
		_, at := body["due_at"]
		if !on && !at {
			if due := moment(p.was, "due_at"); !due.IsEmpty() && !due.IsAbsent() {
				body["due_at"] = due.Time().UTC().Format("2006-01-02T15:04:05.000Z")
			} else if due := date(p.was, "due_on"); !due.IsEmpty() && !due.IsAbsent() {
				body["due_on"] = due.Source()
			}
		}
	}
}

// sent is a value as a body holds it.
func sent(f field, v core.Value) any {
	if v.IsEmpty() {
		if f.Kind == core.KindText {
			return "<body></body>"
		}
		return nil
	}
	switch f.Kind {
	case core.KindBool:
		return v.Source() == "true"
	case core.KindNumber:
		return jsonNumber(v.Source())
	case core.KindDateTime:
		return v.Time().UTC().Format("2006-01-02T15:04:05.000Z")
	case core.KindDate:
		if f.how == byCustom {
			return map[string]string{"date": v.Source()}
		}
	case core.KindOption, core.KindUser:
		return v.ID()
	}
	return v.Source()
}
