package salesforce

import (
	"maps"
	"strings"
	"time"
)

// stampLayout is how answers write a dateTime: UTC, the offset without a colon. Stamps of this form sort as text.
const stampLayout = "2006-01-02T15:04:05.000-0700"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

func unstamp(s string) time.Time {
	t, _ := time.Parse(stampLayout, s)
	return t.UTC()
}

// state is everything the organization remembers, as it is written to the snapshot.
type state struct {
	Numbers  map[string]int64 // the last number given, by id prefix and for case numbers, sessions, events
	Records  map[string]*record
	Order    map[string][]string // ids by object, oldest first; may name records that were rolled back
	Sessions map[string]*session
	Relays   []*relay
	Messages []*message
	Hidden   map[string]bool // "Case.Sync_Id__c"
	Schema   time.Time       // when the schema or what can be seen of it changed last
	Rules    []*validation
	Flows    []*flow
	Cert     []byte
	Instance string
	Began    time.Time // when the transaction began that is under way; zero for none
}

// record is one row. A value that is absent is null; others are text, float64 or bool. Stored records are never changed
// in place but replaced, so that a map of them is a snapshot.
type record struct {
	ID     string
	Object string
	Values map[string]any
}

func (r *record) clone() *record {
	return &record{r.ID, r.Object, maps.Clone(r.Values)}
}

func (r *record) text(field string) string {
	s, _ := r.Values[field].(string)
	return s
}

func (r *record) flag(field string) bool {
	b, _ := r.Values[field].(bool)
	return b
}

func (r *record) deleted() bool { return r.flag("IsDeleted") }

// set stores a value; nil and "" are null.
func (r *record) set(field string, v any) {
	if v == nil || v == "" {
		delete(r.Values, field)
		return
	}
	r.Values[field] = v
}

func (s *state) number(of string) int64 {
	s.Numbers[of]++
	return s.Numbers[of]
}

// put stores a new or changed record.
func (s *state) put(r *record) {
	if _, known := s.Records[r.ID]; !known {
		s.Order[r.Object] = append(s.Order[r.Object], r.ID)
	}
	s.Records[r.ID] = r
}

// table lists an object's records, oldest first, with deleted ones.
func (s *state) table(object string) []*record {
	var out []*record
	for _, id := range s.Order[object] {
		if r := s.Records[id]; r != nil {
			out = append(out, r)
		}
	}
	return out
}

// where lists an object's records that are not deleted and hold the value.
func (s *state) where(object, field string, value any) []*record {
	var out []*record
	for _, r := range s.table(object) {
		if !r.deleted() && r.Values[field] == value {
			out = append(out, r)
		}
	}
	return out
}

// find takes an id of 15 or 18 characters. Deleted records are found too.
func (s *state) find(id string) *record {
	full, ok := fullID(id)
	if !ok {
		return nil
	}
	return s.Records[full]
}

// live is find without deleted records.
func (s *state) live(id string) *record {
	if r := s.find(id); r != nil && !r.deleted() {
		return r
	}
	return nil
}

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func (s *state) newID(prefix string) string {
	n := s.number(prefix)
	tail := make([]byte, 10)
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = digits[n%62]
		n /= 62
	}
	id, _ := fullID(prefix + "xx" + string(tail))
	return id
}

// fullID gives the form of 18 characters: the last three say which of the first 15 are capitals. ok is false for what is
// no id.
func fullID(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 || strings.Trim(id, digits) != "" {
		return "", false
	}
	id = id[:15]
	out := id
	for chunk := 0; chunk < 15; chunk += 5 {
		bits := 0
		for i := range 5 {
			if c := id[chunk+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out += string("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return out, true
}
