package azuredevops

import (
	"fmt"
	"slices"
	"strings"

	"duplex/core"
)

// addState adds the states to go through from one to another, as the type's transitions lead; from is "" for a new item.
func (p *plan) addState(t *typeInfo, from string, v core.Value) (why string) {
	var options []core.Value
	for _, s := range t.states {
		options = append(options, core.Option(s, s))
	}
	if v.IsEmpty() {
		return "a work item always has a state"
	}
	if v.Kind() == core.KindString {
		v = core.Option("", v.Source())
	}
	if v.Kind() != core.KindOption {
		return fmt.Sprintf("it takes an option, not a %s", v.Kind())
	}
	to, why := pick(options, v)
	if why != "" {
		return why
	}
	p.states = t.way(from, to)
	if p.states == nil && from == "" { // the way of a new item is not told
		p.states = []string{to}
	}
	if p.states == nil && from != to {
		return fmt.Sprintf("no transition of this type leads from %q to %q", from, to)
	}
	return ""
}

// way is the shortest way from one state to another, without the first. Where nothing is known of transitions it is one step.
func (t *typeInfo) way(from, to string) []string {
	if len(t.next) == 0 {
		return []string{to}
	}
	before := map[string]string{from: from}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			break
		}
		for _, next := range t.next[at] {
			if _, seen := before[next]; !seen {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	if _, found := before[to]; !found || strings.EqualFold(from, to) {
		return nil
	}
	var way []string
	for at := to; at != from; at = before[at] {
		way = append(way, at)
	}
	slices.Reverse(way)
	return way
}
