package azuredevops

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

type linkKind struct {
	name, label, rel string
	one              bool
}

// linkKinds are the relations that mappings may name (vendor page "Work Item Relation Types").
var linkKinds = []linkKind{
	{"parent", "Parent", "System.LinkTypes.Hierarchy-Reverse", true},
	{"children", "Children", "System.LinkTypes.Hierarchy-Forward", false},
	{"related", "Related", "System.LinkTypes.Related", false},
	{"predecessors", "Predecessors", "System.LinkTypes.Dependency-Reverse", false},
	{"successors", "Successors", "System.LinkTypes.Dependency-Forward", false},
	{"duplicate_of", "Duplicate of", "System.LinkTypes.Duplicate-Reverse", false},
	{"hyperlinks", "Hyperlinks", relHyperlink, false},
}

const (
	relHyperlink = "Hyperlink"
	relFile      = "AttachedFile"
)

func linkNames() []string {
	var out []string
	for _, k := range linkKinds {
		out = append(out, k.name)
	}
	return out
}

func linkFields() []connectors.Field {
	var out []connectors.Field
	for _, k := range linkKinds {
		f := connectors.Field{Name: k.name, Label: k.label, ID: k.rel, Kind: core.KindSet, Of: core.KindReference, OnCreate: true}
		if k.one {
			f.Kind, f.Of = core.KindReference, ""
		}
		if k.rel == relHyperlink {
			f.Of = core.KindString
		}
		out = append(out, f)
	}
	return out
}

func wantsLinks(want connectors.Want) bool {
	return want.Fields == nil || slices.ContainsFunc(want.Fields, func(f string) bool { return slices.Contains(linkNames(), f) })
}

var trailingID = regexp.MustCompile(`(?i)/workitems/(\d+)/?$`)

// target is what a relation leads to: a work item by the number at the end of its address, since the project before it may be there or not.
func (r relation) target() core.Value {
	if r.Rel == relHyperlink {
		return core.String(r.URL)
	}
	if m := trailingID.FindStringSubmatch(r.URL); m != nil {
		return core.Reference(m[1], "#"+m[1])
	}
	return core.Absent()
}

// linksOf are the link fields of an item that was read with its relations.
func linksOf(w workItem) map[string]core.Value {
	out := map[string]core.Value{}
	for _, k := range linkKinds {
		out[k.name] = core.Empty(core.KindSet)
		if k.one {
			out[k.name] = core.Empty(core.KindReference)
		}
		var all []core.Value
		for _, r := range w.Relations {
			if v := r.target(); r.Rel == k.rel && !v.IsAbsent() {
				all = append(all, v)
			}
		}
		if k.one && len(all) > 0 {
			out[k.name] = all[0]
		} else if len(all) > 0 {
			out[k.name] = core.Set(all...)
		}
	}
	return out
}

// removalsFirst sorts operations so that relations are taken off by their places before anything else, the last place first: no removal shifts
// another's place.
func removalsFirst(ops []op) {
	slices.SortStableFunc(ops, func(a, b op) int { return cmp.Compare(b.place(), a.place()) })
}

// place is that of the relation that is removed, -1 for any other operation.
func (o op) place() int {
	at, ok := strings.CutPrefix(o.Path, "/relations/")
	n, err := strconv.Atoi(at)
	if !ok || err != nil || o.Op != "remove" {
		return -1
	}
	return n
}

// aboutLink makes of a work item that is not found a refusal of the link to it, where it is not the one that is written: n, 0 for a new one.
func aboutLink(err error, n int64, ops []op) error {
	var gone *absent
	if !errors.As(err, &gone) || gone.id == strconv.FormatInt(n, 10) {
		return err
	}
	field := ""
	for _, o := range ops {
		r, ok := o.Value.(relation)
		if !ok || r.target().ID() != gone.id {
			continue
		}
		if i := slices.IndexFunc(linkKinds, func(k linkKind) bool { return k.rel == r.Rel }); i >= 0 {
			field = linkKinds[i].name
		}
	}
	return connectors.Invalid("linking", field, "the account sees no work item #"+gone.id)
}

// linkOps are the steps that take a link field to what it shall hold. Removals go by place, the last first, and hold under the test of the
// revision only. handled is false for a name that is no link field.
func (c *Connector) linkOps(w workItem, name string, want core.Value, change *core.SetChange) (ops []op, why string, handled bool) {
	at := slices.Index(linkNames(), name)
	if at < 0 {
		return nil, "", false
	}
	k, has := linkKinds[at], linksOf(w)[name]
	if change != nil {
		want = core.Without(core.Union(has, change.Add), change.Remove)
	}
	wanted := want.Items()
	if k.one && !want.IsEmpty() {
		wanted = []core.Value{want}
	}
	if want.IsAbsent() {
		return nil, "there is no value to write", true
	}
	held := func(list []core.Value, v core.Value) bool {
		return slices.ContainsFunc(list, func(e core.Value) bool {
			return core.Equal(e, v) || e.Kind() == core.KindReference && e.ID() == v.ID()
		})
	}
	var present []core.Value
	for i := len(w.Relations) - 1; i >= 0; i-- {
		r := w.Relations[i]
		v := r.target()
		switch {
		case r.Rel != k.rel || v.IsAbsent():
		case held(wanted, v):
			present = append(present, v)
		default:
			ops = append(ops, op{Op: "remove", Path: fmt.Sprintf("/relations/%d", i)})
		}
	}
	for _, v := range wanted {
		if held(present, v) {
			continue
		}
		address := v.Source()
		switch {
		case k.rel == relHyperlink:
			if u, err := url.Parse(address); err != nil || !u.IsAbs() {
				return nil, "a hyperlink is an absolute address", true
			}
		default:
			if _, err := number(v.ID()); err != nil || v.Kind() != core.KindReference {
				return nil, "it takes a work item by its id", true
			}
			address = strings.TrimSuffix(c.base.String(), "/") + "/_apis/wit/workItems/" + v.ID()
		}
		ops = append(ops, op{Op: "add", Path: "/relations/-", Value: relation{Rel: k.rel, URL: address}})
	}
	return ops, "", true
}
