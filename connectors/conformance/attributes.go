package conformance

import (
	"slices"
	"strings"

	"duplex/connectors"
)

// Attributes are read-only fields with dotted names, which show something of the person or item that a field names.
var attributeTests = []test{
	{"Attributes/AreReadOnlyAndShownOnlyWhenAskedFor", "", func(t *T) {
		d, err := t.Connector.Describe(t.Context(), t.Type)
		if err != nil {
			t.Fatal(err)
		}
		o := t.create()
		for _, f := range t.attributes(d) {
			if !f.ReadOnly || f.OnCreate || f.Required {
				t.Errorf("%s is no field of the item itself, and Describe lets it be written: %+v", f.Name, f)
			}
			if !o.Field(f.Name).IsAbsent() {
				t.Errorf("a read that asks for nothing by name shows %s", f.Name)
			}
		}
		for _, name := range t.Attributes {
			if _, ok := d.Find(name); !ok {
				t.Errorf("Describe has no %s", name)
			}
		}
	}},
	{"Attributes/ShowWhatAFieldNames", "", func(t *T) {
		d, err := t.Connector.Describe(t.Context(), t.Type)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range t.attributes(d) {
			names = append(names, f.Name)
		}
		if len(names) == 0 {
			t.Skip("the system describes no attributes")
		}
		id := t.made(t.draft())
		o, err := t.Connector.Get(t.Context(), id, connectors.Want{Type: t.Type, Fields: names})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			v := o.Field(name)
			f, _ := d.Find(name)
			if !v.IsAbsent() && v.Kind() != f.Kind {
				t.Errorf("%s is a %s in Get and a %s in Describe", name, v.Kind(), f.Kind)
			}
			if slices.Contains(t.Attributes, name) && (v.IsAbsent() || v.IsEmpty()) {
				t.Errorf("%s shows nothing", name)
			}
		}
		if len(o.Fields) > len(names) {
			t.Errorf("shows %d fields, %d were asked for", len(o.Fields), len(names))
		}
	}},
}

// attributes are the described fields that show something of what another described field names.
func (t *T) attributes(d connectors.Description) []connectors.Field {
	var out []connectors.Field
	for _, f := range d.Fields {
		if cut := strings.LastIndexByte(f.Name, '.'); cut > 0 {
			if _, ok := d.Find(f.Name[:cut]); ok {
				out = append(out, f)
			}
		}
	}
	return out
}
