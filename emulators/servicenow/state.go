package servicenow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// record is a row as the instance stores it: every value is text, dates are UTC, "" is empty.
type record map[string]string

// state is everything that outlives a restart.
type state struct {
	NextID  int64
	Numbers map[string]int
	Rows    map[string]map[string]record // the row's own class → sys_id → row
	Props   map[string]string            // system properties
	Roles   map[string][]string          // user name → roles
	Access  map[string]accessToken
	Refresh map[string]string // refresh token → user name
	Targets []target
}

// id draws a new sys_id.
func (s *state) id() string {
	s.NextID++
	return ID("row", strconv.FormatInt(s.NextID, 10))
}

// ID is the sys_id of a row of the fresh instance: of a user by user name, of a group or company by name, e.g.
// ID("sys_user", "ada.lovelace").
func ID(table, name string) string {
	sum := sha256.Sum256([]byte(table + "/" + name))
	return hex.EncodeToString(sum[:16])
}

// stampLayout is how the instance stores a date and time, in UTC.
const stampLayout = "2006-01-02 15:04:05"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

func (s *state) put(class string, r record) {
	if s.Rows[class] == nil {
		s.Rows[class] = map[string]record{}
	}
	s.Rows[class][r["sys_id"]] = r
}

// number draws the next number of a task table.
func (s *state) number(class string) string {
	prefix := map[string]string{"incident": "INC", "problem": "PRB", "u_request": "REQX"}[class]
	if prefix == "" {
		prefix = "TASK"
	}
	s.Numbers[class]++
	return fmt.Sprintf("%s%07d", prefix, 10000+s.Numbers[class])
}

// sorted gives the rows of one class in the order of sys_id.
func (s *state) sorted(class string) []record {
	rows := s.Rows[class]
	out := make([]record, 0, len(rows))
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		out = append(out, rows[id])
	}
	return out
}

// userNamed finds a user by user name.
func (s *state) userNamed(name string) record {
	for _, u := range s.Rows["sys_user"] {
		if u["user_name"] == name {
			return u
		}
	}
	return nil
}

// find looks for a row of the table or one that extends it.
func (e *Emulator) find(name, id string) (class string, r record) {
	if id == "" {
		return "", nil
	}
	for _, class := range e.table(name).descendants {
		if r := e.st.Rows[class][id]; r != nil {
			return class, r
		}
	}
	return "", nil
}

// rows are those of the table and of all that extend it, in the order of sys_id.
func (e *Emulator) rows(t *table) []record {
	var out []record
	for _, class := range t.descendants {
		for _, r := range e.st.Rows[class] {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b record) int {
		if a["sys_id"] < b["sys_id"] {
			return -1
		}
		return 1
	})
	return out
}
