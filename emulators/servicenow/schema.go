package servicenow

import (
	"slices"
	"strconv"
)

// table is what the dictionary says of one table, inherited columns included.
type table struct {
	name, super string
	chain       []string // itself, then what it extends
	descendants []string // itself, then what extends it
	columns     map[string]*column
	order       []string
	choices     map[string][]choice // by element; the nearest table of the chain wins
}

type column struct {
	name, label, kind, reference string
	max                          int
	readOnly                     bool
	list                         string // "1", "3": values of the choice list only; "2": suggestions
	dependent, def               string
}

type choice struct {
	value, label, dependent string
	inactive                bool
}

func (t *table) extends(name string) bool { return slices.Contains(t.chain, name) }

// tasks says whether its rows are work items.
func (t *table) tasks() bool { return t.extends("task") }

// table gives the table of that name, nil where there is none. It reads the dictionary anew after a change of it.
func (e *Emulator) table(name string) *table {
	if e.schema == nil {
		e.schema = e.readSchema()
	}
	return e.schema[name]
}

func (e *Emulator) readSchema() map[string]*table {
	all := map[string]*table{}
	byID := map[string]string{}
	objects := e.st.sorted("sys_db_object")
	for _, o := range objects {
		all[o["name"]] = &table{name: o["name"], columns: map[string]*column{}, choices: map[string][]choice{}}
		byID[o["sys_id"]] = o["name"]
	}
	for _, o := range objects {
		all[o["name"]].super = byID[o["super_class"]]
	}
	own := map[string][]record{}
	for _, d := range e.st.sorted("sys_dictionary") {
		own[d["name"]] = append(own[d["name"]], d)
	}
	lists := map[string]map[string][]record{}
	for _, c := range e.st.sorted("sys_choice") {
		if c["language"] != "en" {
			continue
		}
		if lists[c["name"]] == nil {
			lists[c["name"]] = map[string][]record{}
		}
		lists[c["name"]][c["element"]] = append(lists[c["name"]][c["element"]], c)
	}
	for _, t := range all {
		for at := t; at != nil; at = all[at.super] {
			t.chain = append(t.chain, at.name)
			all[at.name].descendants = append(all[at.name].descendants, t.name)
			t.inherit(own[at.name], lists[at.name])
		}
		slices.Sort(t.order)
	}
	for _, t := range all {
		slices.Sort(t.descendants)
	}
	return all
}

// inherit adds what a further table of the chain says, where no nearer one said it.
func (t *table) inherit(dictionary []record, lists map[string][]record) {
	for _, d := range dictionary {
		if name := d["element"]; name != "" && t.columns[name] == nil && d["active"] == "true" {
			most, _ := strconv.Atoi(d["max_length"])
			t.columns[name] = &column{name: name, label: d["column_label"], kind: d["internal_type"], reference: d["reference"], max: most,
				readOnly: d["read_only"] == "true", list: d["choice"], dependent: d["dependent_on_field"], def: d["default_value"]}
			t.order = append(t.order, name)
		}
	}
	for element, rows := range lists {
		if t.choices[element] != nil {
			continue
		}
		for _, c := range rows {
			t.choices[element] = append(t.choices[element], choice{c["value"], c["label"], c["dependent_value"], c["inactive"] == "true"})
		}
	}
}

// labelOf is what people read for a stored choice value.
func (t *table) labelOf(element, value string) string {
	for _, c := range t.choices[element] {
		if c.value == value {
			return c.label
		}
	}
	return value
}

// displayColumn is the column that names a row of the table to people.
func (t *table) displayColumn() string {
	for _, name := range []string{"number", "name", "label", "file_name"} {
		if t.columns[name] != nil {
			return name
		}
	}
	return "sys_id"
}

// metadata are the tables whose rows make the schema.
var metadata = []string{"sys_db_object", "sys_dictionary", "sys_documentation", "sys_choice"}
