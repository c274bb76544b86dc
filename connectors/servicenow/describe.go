package servicenow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// column is one field of a table as the dictionary defines it.
type column struct {
	name, label string
	typ         string // internal type
	ref         string // table that a reference names
	kind        core.Kind
	of          core.Kind // of a set
	options     []choice
	dependsOn   string // column that decides which options fit
	readOnly    bool
	mandatory   bool
	max         int
}

type choice struct{ value, label, dependent string }

// schema is what is known of a table: the columns of its own and of the tables it extends.
type schema struct {
	table   string
	chain   []string // the table, then what it extends
	columns []column

	extended bool // by other tables: a record may be of one of those
}

func (s *schema) find(name string) (column, bool) {
	for _, c := range s.columns {
		if c.name == name {
			return c, true
		}
	}
	return column{}, false
}

func (s *schema) has(name string) bool { _, ok := s.find(name); return ok }

// labelled is the name of the column with that label, "" when there is none or several.
func (s *schema) labelled(label string) string {
	found := ""
	for _, c := range s.columns {
		if strings.EqualFold(c.label, label) || strings.EqualFold(c.name, label) {
			if found != "" {
				return ""
			}
			found = c.name
		}
	}
	return found
}

// schema reads the definition of a table, or takes what was read in the last minutes.
func (c *Connector) schema(ctx context.Context, table string) (*schema, error) {
	table = cmp.Or(table, c.tables[0])
	if s, ok := c.schemas.Get(table); ok {
		return s, nil
	}
	s, err := c.readSchema(ctx, table)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the definition of table %s: %w", c.name, table, err)
	}
	c.schemas.Put(table, s)
	return s, nil
}

func (c *Connector) readSchema(ctx context.Context, table string) (*schema, error) {
	if !columnName.MatchString(table) {
		return nil, fmt.Errorf("%q is no name of a table: %w", table, connectors.ErrUnsupported)
	}
	supers, err := c.supers(ctx, []string{table})
	if err != nil {
		return nil, err
	}
	if _, ok := supers[table]; !ok {
		return nil, fmt.Errorf("there is no table %s: %w", table, connectors.ErrUnsupported)
	}
	below, err := c.list(ctx, "sys_db_object", "super_class.name="+table, []string{"name"}, 0, 1)
	if err != nil {
		return nil, err
	}
	s := &schema{table: table, chain: chainOf(supers, table), extended: below.all > 0 || len(below.rows) > 0}
	rows, hidden, err := c.every(ctx, "sys_dictionary", "name"+in(s.chain)+"^elementISNOTEMPTY^active=true", []string{"name", "element", "column_label",
		"internal_type", "reference", "mandatory", "max_length", "read_only", "choice", "dependent"})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("the account may not read the dictionary (sys_dictionary): %w", connectors.ErrDenied)
	}
	if hidden {
		return nil, fmt.Errorf("the account may read only a part of the dictionary (sys_dictionary): %w", connectors.ErrDenied)
	}
	choices, hidden, err := c.every(ctx, "sys_choice", "name"+in(s.chain)+"^language=en^inactive=false^ORDERBYsequence", []string{"name", "element", "value", "label", "dependent_value", "inactive", "language"})
	if err != nil {
		return nil, err
	}
	if hidden && len(choices) == 0 { // a choice would be read as plain text
		return nil, fmt.Errorf("the account may not read the lists of choices (sys_choice): %w", connectors.ErrDenied)
	}
	var refs []string
	for _, r := range rows {
		refs = append(refs, r["reference"].Value)
	}
	if supers, err = c.supers(ctx, unique(refs)); err != nil {
		return nil, err
	}
	for _, owner := range s.chain { // the child's definition goes before its parents'
		for _, r := range rows {
			if name := r["element"].Value; r["name"].Value == owner && columnName.MatchString(name) && !s.has(name) {
				if col := s.define(r, choices, supers); col.kind != "" {
					s.columns = append(s.columns, col)
				}
			}
		}
	}
	slices.SortFunc(s.columns, func(a, b column) int { return strings.Compare(a.name, b.name) })
	return s, nil
}

// supers are the tables and all they extend, each with what it extends, "" for nothing.
func (c *Connector) supers(ctx context.Context, tables []string) (map[string]string, error) {
	known := map[string]string{}
	for level := 0; len(tables) > 0 && level < 10; level++ {
		var above []string
		for chunk := range slices.Chunk(tables, 50) {
			rows, hidden, err := c.every(ctx, "sys_db_object", "name"+in(chunk), []string{"name", "super_class.name"})
			if err == nil && hidden {
				err = fmt.Errorf("the account may not read the definitions of tables (sys_db_object): %w", connectors.ErrDenied)
			}
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				known[r["name"].Value] = r["super_class.name"].Value
				above = append(above, r["super_class.name"].Value)
			}
		}
		tables = slices.DeleteFunc(unique(above), func(t string) bool { _, ok := known[t]; return ok })
	}
	return known, nil
}

func chainOf(supers map[string]string, table string) []string {
	var chain []string
	for t := table; t != "" && !slices.Contains(chain, t); t = supers[t] {
		chain = append(chain, t)
	}
	return chain
}

// define makes a column of a dictionary entry; its kind is "" where it is no field of an item.
func (s *schema) define(r record, choices []record, supers map[string]string) column {
	yes := func(name string) bool { return r[name].Value == "true" || r[name].Value == "1" }
	col := column{name: r["element"].Value, label: cmp.Or(r["column_label"].Value, r["element"].Value), typ: r["internal_type"].Value,
		ref: r["reference"].Value, readOnly: yes("read_only"), mandatory: yes("mandatory")}
	col.max, _ = strconv.Atoi(r["max_length"].Value)
	if n := r["choice"].Value; n == "1" || n == "3" {
		col.options = s.choices(col.name, choices)
	}
	col.setKind(supers)
	col.dependsOn = r["dependent"].Value
	if col.dependsOn == "" && col.name == "subcategory" {
		col.dependsOn = "category"
	}
	if s.computed(col.name) || strings.HasPrefix(col.name, "sys_") {
		col.readOnly = true
	}
	return col
}

// computed are columns that the instance fills by itself. Priority is looked up from impact and urgency (vendor page "Priority lookup
// rules").
func (s *schema) computed(name string) bool {
	switch name {
	case "number", "incident_state", "correlation_id", "correlation_display", "active", "opened_at", "opened_by", "closed_at", "closed_by", "resolved_at", "resolved_by":
		return true
	case "priority":
		return slices.Contains(s.chain, "incident") || slices.Contains(s.chain, "problem")
	}
	return false
}

// choices are the options of a column, those of the nearest table that has any.
func (s *schema) choices(element string, rows []record) []choice {
	for _, owner := range s.chain {
		var out []choice
		for _, r := range rows {
			if r["name"].Value == owner && r["element"].Value == element && r["inactive"].Value != "true" && cmp.Or(r["language"].Value, "en") == "en" {
				out = append(out, choice{r["value"].Value, r["label"].Value, r["dependent_value"].Value})
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// setKind tells how values of the column are shown. Types that are not known are texts that can only be read.
func (col *column) setKind(supers map[string]string) {
	switch col.typ {
	case "journal_input", "journal", "journal_list", "related_tags", "collection", "password", "password2":
		return // comments, or nothing that is a value
	case "reference":
		switch chain := chainOf(supers, col.ref); {
		case col.ref == "sys_user":
			col.kind = core.KindUser
		case slices.Contains(chain, "task"):
			col.kind = core.KindReference
		default:
			col.kind = core.KindOption
		}
	case "glide_list":
		col.kind, col.of = core.KindSet, core.KindOption
		if col.ref == "sys_user" {
			col.of = core.KindUser
		}
	case "boolean":
		col.kind = core.KindBool
	case "glide_date":
		col.kind = core.KindDate
	case "glide_date_time", "due_date", "datetime":
		col.kind = core.KindDateTime
	case "html", "translated_html":
		col.kind = core.KindText
	case "integer", "longint", "decimal", "float", "percent_complete", "auto_increment":
		col.kind = core.KindNumber
	case "string", "translated_text", "translated_field", "url", "email", "ph_number", "phone_number_e164", "choice", "string_full_utf8":
		col.kind = core.KindString
	default:
		col.kind, col.readOnly = core.KindString, true
	}
	if len(col.options) > 0 && col.kind != core.KindSet {
		col.kind = core.KindOption
	}
}

// listedAsOptions are the options of a choice as a description lists them. Of several with one value, under different values of another column, the
// first stands for all.
func (col *column) listedAsOptions() []core.Value {
	var out []core.Value
	for _, o := range col.options {
		if v := core.Option(o.value, o.label); !slices.ContainsFunc(out, func(p core.Value) bool { return core.Equal(p, v) }) {
			out = append(out, v)
		}
	}
	return out
}

// Describe lists the columns of the table with those it inherits, and what references show of what they name.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	s, err := c.schema(ctx, t.Type)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Type: t}
	for _, col := range s.columns {
		f := connectors.Field{Name: col.name, Label: col.label, Kind: col.kind, Of: col.of, Options: col.listedAsOptions(), ReadOnly: col.readOnly, OnCreate: !col.readOnly}
		if col.kind == core.KindString || col.kind == core.KindText {
			f.MaxLen = col.max
		}
		d.Fields = append(d.Fields, f)
	}
	d.Fields = append(d.Fields, attributesOf(s)...)
	return d, nil
}

// unavailable tells that a table of the platform's cannot be read by the account, or does not exist.
func unavailable(err error) bool {
	var invalid *connectors.InvalidError
	return errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) || errors.Is(err, connectors.ErrNotFound) || errors.As(err, &invalid)
}
