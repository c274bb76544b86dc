package core

import "errors"

// Twins are the twins of items by the items' ids: what references to them become in the other system.
type Twins map[string]Ref

// Of is the twin of the item that a reference names; false when it has none, or none yet.
func (t Twins) Of(v Value) (Ref, bool) {
	ref, ok := t[v.ID()]
	return ref, ok && v.Kind() == KindReference && v.ID() != ""
}

// ErrNoTwin is the error of a conversion whose reference names an item that has no twin yet. Nobody has to act: the rule waits.
var ErrNoTwin = errors.New("the item that it names has no twin yet")

// References are the references to items in a value: the value itself, or its elements.
func (v Value) References() []Value {
	switch {
	case v.kind == KindReference && v.id != "":
		return []Value{v}
	case v.kind == KindSet || v.kind == KindList:
		var out []Value
		for _, it := range v.items {
			out = append(out, it.References()...)
		}
		return out
	}
	return nil
}

// Awaited is an item whose twin a pair waits for: one of its rules carries references, and names that item.
type Awaited struct {
	Pair   string `json:"pair"` // that waits
	Side   Side   `json:"side"` // of the pair, whose item names the awaited one
	System string `json:"system"`
	Item   string `json:"item"`  // id of the awaited item
	Other  string `json:"other"` // the system in which it is to have a twin
}
