package servicenow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// insert makes a row with the defaults of its columns; the rules of its table have the last word.
func (c *call) insert(t *table, in map[string]string) (record, error) {
	if !c.mayWrite("Insert", t, record{}) {
		return nil, forbidden("Insert")
	}
	next := record{"sys_id": c.e.st.id(), "sys_class_name": t.name, "sys_created_on": stamp(c.now), "sys_created_by": c.user["user_name"]}
	for _, name := range t.order {
		col := t.columns[name]
		if next[name] == "" {
			next[name] = col.def
		}
		if col.kind == "boolean" && next[name] == "" {
			next[name] = "false"
		}
	}
	if t.tasks() {
		next["number"], next["opened_by"], next["opened_at"] = c.e.st.number(t.name), c.user["sys_id"], stamp(c.now)
	}
	return c.commit(t, nil, next, c.fill(t, next, in))
}

// update changes the fields that are sent. Where nothing is different nothing happens: no new time, no count.
func (c *call) update(t *table, old record, in map[string]string) (record, error) {
	if !c.mayWrite("Update", t, old) {
		return nil, forbidden("Update")
	}
	next := maps.Clone(old)
	return c.commit(t, old, next, c.fill(t, next, in))
}

// fill puts what may be stored into next and gives the journal entries, by element. Names that are no columns, columns that
// are read only and values that do not fit are passed over without an error.
func (c *call) fill(t *table, next record, in map[string]string) map[string]string {
	journal := map[string]string{}
	shown := c.flag("sysparm_input_display_value")
	for _, name := range slices.Sorted(maps.Keys(in)) {
		col := t.columns[name]
		if col == nil || col.readOnly || !c.mayWriteField(t, name) {
			continue
		}
		value := in[name]
		if col.kind == "journal_input" {
			if value != "" {
				journal[name] = value
			}
			continue
		}
		if shown {
			value = c.fromDisplay(t, col, value)
		}
		if v, ok := c.fit(t, next, col, value); ok {
			next[name] = v
		}
	}
	return journal
}

// commit runs the rules and keeps the row, its journal entries and its audit. old is nil for a new row.
func (c *call) commit(t *table, old, next record, journal map[string]string) (record, error) {
	if err := c.before(t, old, next, journal); err != nil {
		return nil, err
	}
	if old != nil && maps.Equal(old, next) && len(journal) == 0 {
		return old, nil
	}
	count := 0
	if old != nil {
		count, _ = strconv.Atoi(old["sys_mod_count"])
		count++
	}
	next["sys_updated_on"], next["sys_updated_by"], next["sys_mod_count"] = stamp(c.now), c.user["user_name"], strconv.Itoa(count)
	c.e.st.put(t.name, next)
	if slices.Contains(metadata, t.name) {
		c.e.schema = nil
	}
	c.dirty = true
	c.addEntries(t, next, journal)
	c.audit(t, old, next, journal)
	operation := "update"
	if old == nil {
		operation = "insert"
	}
	c.tell(t, next, operation)
	return next, c.after(t, old, next)
}

// remove deletes a row with its files; journal entries and audit stay (vendor page "Render journal field entries as HTML").
func (c *call) remove(t *table, r record) {
	delete(c.e.st.Rows[t.name], r["sys_id"])
	if slices.Contains(metadata, t.name) {
		c.e.schema = nil
	}
	for id, f := range c.e.st.Rows["sys_attachment"] {
		if f["table_sys_id"] == r["sys_id"] {
			c.dropFile(id)
		}
	}
	if audited(t) {
		c.add("sys_audit_delete", record{"tablename": t.name, "documentkey": r["sys_id"], "display_value": r[t.displayColumn()], "user": c.user["user_name"]})
	}
	c.dirty = true
	c.tell(t, r, "delete")
}

// add keeps a row that the instance writes by itself.
func (c *call) add(class string, r record) record {
	r["sys_id"], r["sys_mod_count"] = c.e.st.id(), "0"
	r["sys_created_on"], r["sys_updated_on"] = stamp(c.now), stamp(c.now)
	r["sys_created_by"], r["sys_updated_by"] = c.user["user_name"], c.user["user_name"]
	c.e.st.put(class, r)
	c.dirty = true
	return r
}

// audited: problem has no auditing on this instance.
func audited(t *table) bool { return t.name == "incident" || t.name == "u_request" }

// audit keeps a row per changed field of an update (vendor page "The sys_audit table"); an insert is not recorded field by field.
func (c *call) audit(t *table, old, next record, journal map[string]string) {
	if !audited(t) || old == nil {
		return
	}
	for _, name := range t.order {
		was, is := old[name], next[name]
		if text, ok := journal[name]; ok {
			was, is = "", text
		}
		if was == is || name == "sys_updated_on" || name == "sys_updated_by" || name == "sys_mod_count" {
			continue
		}
		c.add("sys_audit", record{"tablename": t.name, "documentkey": next["sys_id"], "fieldname": name, "user": c.user["user_name"],
			"oldvalue": was, "newvalue": is, "record_checkpoint": next["sys_mod_count"]})
	}
}

// addEntries keeps one journal entry per written journal field.
func (c *call) addEntries(t *table, r record, journal map[string]string) {
	for _, element := range slices.Sorted(maps.Keys(journal)) {
		c.e.st.Numbers["journal"]++
		c.add("sys_journal_field", record{"name": t.name, "element": element, "element_id": r["sys_id"], "value": journal[element],
			"order": fmt.Sprintf("%09d", c.e.st.Numbers["journal"])})
	}
}

// journal gives the entries of a record, oldest first.
func (e *Emulator) journal(id string) []record {
	var out []record
	for _, j := range e.st.Rows["sys_journal_field"] {
		if j["element_id"] == id {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b record) int {
		if a["order"] < b["order"] { // not a column: entries of one second keep their order here only
			return -1
		}
		return 1
	})
	return out
}
