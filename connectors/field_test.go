package connectors

import (
	"encoding/json"
	"reflect"
	"testing"

	"duplex/core"
)

// TestFieldsAreKept: descriptions are kept in files, and nothing of a field may be lost there.
func TestFieldsAreKept(t *testing.T) {
	var f Field
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("json") == "" {
			t.Errorf("Field.%s has no name in JSON", v.Type().Field(i).Name)
		}
		switch at := v.Field(i); at.Kind() {
		case reflect.String:
			at.SetString("x")
		case reflect.Bool:
			at.SetBool(true)
		case reflect.Int:
			at.SetInt(7)
		case reflect.Slice:
			if at.Type() == reflect.TypeOf(f.Options) {
				at.Set(reflect.ValueOf([]core.Value{core.Option("1", "one"), core.Option("2", "")}))
			} else {
				at.Set(reflect.MakeSlice(at.Type(), 1, 1))
			}
		}
		if v.Field(i).IsZero() {
			t.Errorf("Field.%s is of a kind this test does not fill", v.Type().Field(i).Name)
		}
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var got Field
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("%+v became %+v, %v", f, got, err)
	}
}
