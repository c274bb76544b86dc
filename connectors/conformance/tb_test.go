package conformance

import (
	"reflect"
	"testing"
)

// TestNothingOfAnInstanceIsLost: the suite's steps see every field that a test fills in.
func TestNothingOfAnInstanceIsLost(t *testing.T) {
	var i Instance
	fill := func(v reflect.Value) {
		for n := range v.NumField() {
			switch f := v.Field(n); f.Kind() {
			case reflect.Func:
				f.Set(reflect.MakeFunc(f.Type(), func([]reflect.Value) []reflect.Value { return nil }))
			case reflect.Map:
				f.Set(reflect.MakeMap(f.Type()))
			case reflect.Slice:
				f.Set(reflect.MakeSlice(f.Type(), 1, 1))
			case reflect.String:
				f.SetString("x")
			}
		}
	}
	fill(reflect.ValueOf(&i).Elem())
	fill(reflect.ValueOf(&i.Person).Elem())
	got := lift(i)
	for _, v := range []reflect.Value{reflect.ValueOf(got), reflect.ValueOf(got.Person)} {
		for n := range v.NumField() {
			switch f := v.Field(n); f.Kind() {
			case reflect.Func, reflect.Map, reflect.Slice, reflect.String:
				if f.IsZero() {
					t.Errorf("%s.%s is lost", v.Type().Name(), v.Type().Field(n).Name)
				}
			}
		}
	}
}
