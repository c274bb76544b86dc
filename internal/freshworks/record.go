package freshworks

import (
	"encoding/json"
	"strconv"
	"time"
)

// record is an item as the vendor shows it.
type record map[string]json.RawMessage

func (r record) id() int64 { n, _ := strconv.ParseInt(string(r["id"]), 10, 64); return n }

func (r record) text(key string) string { return scalar(r[key]) }

func (r record) yes(key string) bool { return string(r[key]) == "true" }

// revision is updated_at: the vendor has no version. Two changes within one second look like one to it.
func (r record) revision() string {
	if t := r.time("updated_at"); !t.IsZero() {
		return t.Truncate(time.Second).Format(time.RFC3339)
	}
	return ""
}

func (r record) time(key string) time.Time { return instant(r.text(key)) }

func (r record) custom() record {
	var out record
	_ = json.Unmarshal(r["custom_fields"], &out) // null is none
	return out
}

// at is the raw value of a field; nil where the answer does not show it.
func (r record) at(f Field) json.RawMessage {
	if f.Custom {
		return r.custom()[f.Key]
	}
	return r[f.Key]
}

func (r record) words(key string) []string {
	var out []string
	_ = json.Unmarshal(r[key], &out)
	return out
}

// shows tells whether the answer has the key at all.
func (r record) shows(key string) bool { _, ok := r[key]; return ok }

// scalar is the text of a JSON string, number or boolean; "" for null.
func scalar(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || string(raw) == "null" || json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// instant is a vendor's time in UTC, zero when it cannot be read.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func (r record) object(key string) record {
	var out record
	_ = json.Unmarshal(r[key], &out)
	return out
}

// first is the first of the keys that holds a text.
func (r record) first(keys ...string) string {
	for _, k := range keys {
		if s := r.text(k); s != "" {
			return s
		}
	}
	return ""
}
