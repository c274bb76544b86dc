package mapping

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"duplex/core"
)

// celValue shows a value to expressions: options by name, users as {id, email, name}, texts as plain text, sets and
// lists as lists of texts, numbers as doubles, datetimes as timestamps, dates as text; null where there is no value.
func celValue(v core.Value, many bool) any {
	if v.IsAbsent() || v.IsEmpty() {
		if many || v.Kind() == core.KindSet || v.Kind() == core.KindList {
			return []string{}
		}
		return nil
	}
	switch v.Kind() {
	case core.KindNumber:
		f, _ := strconv.ParseFloat(v.Source(), 64)
		return f
	case core.KindBool:
		return v.Source() == "true"
	case core.KindDateTime:
		return v.Time()
	case core.KindUser:
		return map[string]string{"id": v.ID(), "email": v.Email(), "name": v.Name()}
	case core.KindSet, core.KindList:
		texts := make([]string, len(v.Items()))
		for i, it := range v.Items() {
			texts[i] = wordsOf(it)
		}
		return texts
	}
	return wordsOf(v)
}

// fromCEL reads a result back. null is an empty value.
func fromCEL(out ref.Val, to Field) (core.Value, error) {
	switch v := out.(type) {
	case types.Null:
		if to.Kind == "" {
			return core.Empty(core.KindString), nil
		}
		return core.Empty(to.Kind), nil
	case types.Bool:
		return core.Bool(bool(v)), nil
	case types.String:
		return core.String(string(v)), nil
	case types.Int:
		return core.Int(int64(v)), nil
	case types.Uint:
		return core.Number(strconv.FormatUint(uint64(v), 10))
	case types.Double:
		f := float64(v)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return core.Value{}, fmt.Errorf("the expression gives no finite number")
		}
		return core.Number(strconv.FormatFloat(f, 'f', -1, 64))
	case types.Timestamp:
		return core.DateTime(v.Time.UTC().Round(time.Microsecond)), nil
	case *types.Optional:
		if !v.HasValue() {
			return fromCEL(types.NullValue, to)
		}
		return fromCEL(v.GetValue(), to)
	case traits.Lister:
		var items []core.Value
		for it := v.Iterator(); it.HasNext() == types.True; {
			e, err := fromCEL(it.Next(), to.element())
			if err != nil {
				return core.Value{}, err
			}
			if !e.IsEmpty() {
				items = append(items, e)
			}
		}
		if to.Kind == core.KindList {
			return core.List(items...), nil
		}
		return core.Set(items...), nil
	case traits.Mapper:
		text := func(key string) string {
			got, ok := v.Find(types.String(key))
			if s, is := got.(types.String); ok && is {
				return string(s)
			}
			return ""
		}
		return core.Person("", text("email"), text("name")), nil
	}
	return core.Value{}, fmt.Errorf("the expression gives a %s, which no field holds", out.Type().TypeName())
}
