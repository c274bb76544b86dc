package mapping

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"

	"duplex/core"
)

// costLimit bounds one evaluation: a few milliseconds at most, whatever the expression and the item.
const costLimit = 200_000

// What expressions can name.
const (
	item  = "item"  // the item that values come from
	twin  = "twin"  // the item that is written
	value = "value" // the value that goes over
)

// The types of what is read field by field. A dot keeps them out of what an expression can name.
const (
	itemType   = "duplex.item."
	personType = "duplex.person"
)

// celEnv is CEL with texts, sets, lists, numbers, patterns and dates, without a clock, network or presence tests: a field
// that is not shown or holds nothing is null, so item.x != null asks whether there is a value.
var celEnv = sync.OnceValue(func() *cel.Env {
	env, err := cel.NewCustomEnv(
		cel.StdLib(),
		cel.OptionalTypes(),
		cel.ClearMacros(),
		cel.Macros(cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro, cel.MapMacro, cel.MapFilterMacro, cel.FilterMacro),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(60),
		cel.ParserExpressionSizeLimit(8_000),
		ext.Strings(ext.StringsVersion(4)), ext.Sets(), ext.Lists(ext.ListsMaxRangeSize(1_000)), ext.Math(), ext.Regex(),
		dates(),
	)
	if err != nil {
		panic("mapping: CEL: " + err.Error())
	}
	return env
})

// variable is something that an expression can name.
type variable struct {
	name  string
	owner string       // whose item it is, for messages; "" for a plain value
	desc  *Description // of an item; nil: its system was not asked
	field Field        // of a plain value
	empty bool         // a plain value that may hold nothing, and is then null
}

// itemOf is an item of a side as expressions name it.
func (c *compiler) itemOf(name string, s core.Side) variable {
	return variable{name: name, owner: c.names[s], desc: c.desc[s]}
}

// untyped is the variable as it is for a system that was not asked.
func (v variable) untyped() variable {
	v.desc, v.field = nil, Field{}
	return v
}

func (v variable) isItem() bool { return v.owner != "" }

// typ is the variable's type: an item by its fields, a plain value by its field's.
func (v variable) typ() *cel.Type {
	if v.isItem() {
		return cel.ObjectType(itemType + v.name)
	}
	t := typeOf(v.field)
	if v.empty {
		return t
	}
	switch t.Kind() {
	case types.StringKind:
		return cel.StringType
	case types.DoubleKind:
		return cel.DoubleType
	case types.BoolKind:
		return cel.BoolType
	default:
		return t
	}
}

// typeOf is a field's type in expressions; null where it has no value, but for sets and lists.
func typeOf(f Field) *cel.Type {
	switch f.Kind {
	case core.KindString, core.KindText, core.KindOption, core.KindReference, core.KindDate:
		return cel.NullableType(cel.StringType)
	case core.KindNumber:
		return cel.NullableType(cel.DoubleType)
	case core.KindBool:
		return cel.NullableType(cel.BoolType)
	case core.KindDateTime:
		return cel.TimestampType
	case core.KindUser:
		return cel.ObjectType(personType)
	case core.KindSet, core.KindList:
		return cel.ListType(cel.StringType)
	}
	return cel.DynType
}

// environment is the environment of the variables, made once for all expressions that know the same.
func (c *compiler) environment(vars []variable) *cel.Env {
	var key strings.Builder
	for _, v := range vars {
		fmt.Fprintf(&key, "%s %s %p %s %t;", v.name, v.owner, v.desc, v.field.Kind, v.empty)
	}
	if c.envs == nil {
		c.envs = map[string]*cel.Env{}
	}
	env, ok := c.envs[key.String()]
	if !ok {
		env = environment(vars)
		c.envs[key.String()] = env
	}
	return env
}

// environment is celEnv with the variables of one place in the file.
func environment(vars []variable) *cel.Env {
	opts := []cel.EnvOption{cel.CustomTypeProvider(&itemTypes{Provider: celEnv().CELTypeProvider(), vars: vars})}
	for _, v := range vars {
		opts = append(opts, cel.Variable(v.name, v.typ()))
	}
	env, err := celEnv().Extend(opts...)
	if err != nil {
		panic("mapping: CEL: " + err.Error())
	}
	return env
}

// itemTypes tells CEL the fields of items and people, and reads them from an item when asked: only what is read is
// converted.
type itemTypes struct {
	types.Provider
	vars []variable
}

func (p *itemTypes) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.item(name); ok || name == personType {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p *itemTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == personType {
		if field != "id" && field != "email" && field != "name" {
			return nil, false
		}
		return &types.FieldType{Type: cel.StringType, IsSet: always, GetFrom: func(o any) (any, error) {
			if m, ok := o.(map[string]string); ok {
				return m[field], nil
			}
			return nil, errors.New("no such key")
		}}, true
	}
	v, ok := p.item(name)
	if !ok {
		return p.Provider.FindStructFieldType(name, field)
	}
	f, _ := v.desc.find(field)
	many := f.isMany()
	return &types.FieldType{Type: typeOf(f), IsSet: always, GetFrom: func(o any) (any, error) {
		seen, _ := o.(*core.Observation)
		return celValue(seen.Field(field), many), nil
	}}, true
}

func (p *itemTypes) item(name string) (variable, bool) {
	for _, v := range p.vars {
		if v.isItem() && name == itemType+v.name {
			return v, true
		}
	}
	return variable{}, false
}

func always(any) bool { return true }
