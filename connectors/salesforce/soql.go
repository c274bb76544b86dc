package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// record is a row as the API shows it; numbers stay as they are written.
type record map[string]json.RawMessage

// text is a text of the row, "" for null.
func (r record) text(name string) string {
	var s string
	_ = json.Unmarshal(r[name], &s) // null, and what is no text, is none
	return s
}

func (r record) is(name string) bool { return string(r[name]) == "true" }

func (r record) int(name string) int64 {
	var n float64
	_ = json.Unmarshal(r[name], &n)
	return int64(n)
}

var (
	apiName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	idForm  = regexp.MustCompile(`^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$`)
)

func isID(s string) bool { return idForm.MatchString(s) }

// long is an id of 18 characters: the last three tell the case of the others (fact sheet, Ids). What is no id stays as it is.
func long(id string) string {
	if len(id) != 15 || !isID(id) {
		return id
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	out := id
	for chunk := 0; chunk < 3; chunk++ {
		n := 0
		for i := range 5 {
			if b := id[chunk*5+i]; b >= 'A' && b <= 'Z' {
				n |= 1 << i
			}
		}
		out += digits[n : n+1]
	}
	return out
}

// sameID compares two ids of either length by what both have.
func sameID(a, b string) bool { return a != "" && a[:min(15, len(a))] == b[:min(15, len(b))] }

// literal writes a text for a query (vendor guide "SOQL and SOSL Reference", Quoted String Escape Sequences).
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`).Replace(s) + "'"
}

func literals(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, literal(s))
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// stampLayout is how times are written in queries and read back, in UTC.
const stampLayout = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// instant reads a time of the API; the zero time where there is none.
func instant(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05.000-0700", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// revision names a state of a record.
func revision(modstamp string) string {
	if t := instant(modstamp); !t.IsZero() {
		return t.Format(time.RFC3339Nano)
	}
	return ""
}

// query reads rows page by page until there are no more or visit says stop. all also lists what is in the recycle bin.
func (c *Connector) query(ctx context.Context, op string, all bool, soql string, visit func([]record) (stop bool)) error {
	verb := "/query"
	if all {
		verb = "/queryAll"
	}
	path, opts := "/services/data/"+c.version+verb, []callOption{httpx.Query(url.Values{"q": {soql}})}
	for {
		var answer struct {
			Done    *bool
			Next    string `json:"nextRecordsUrl"`
			Records []record
		}
		if _, err := c.session.json(ctx, op, http.MethodGet, path, nil, &answer, opts...); err != nil {
			return err
		}
		if answer.Done == nil {
			return connectors.Busy(op, "the answer is no result of a query", 0)
		}
		if visit(answer.Records) || *answer.Done || answer.Next == "" {
			return nil
		}
		path, opts = answer.Next, nil
	}
}

// rows are all rows of a query.
func (c *Connector) rows(ctx context.Context, op, soql string) ([]record, error) {
	var out []record
	err := c.query(ctx, op, false, soql, func(page []record) bool { out = append(out, page...); return false })
	return out, err
}

// inChunks runs a query with a list of ids, so many at a time that the address stays short.
func (c *Connector) inChunks(ctx context.Context, op, before string, ids []string, after string) ([]record, error) {
	var out []record
	for chunk := range slices.Chunk(ids, 200) {
		list, err := c.rows(ctx, op, before+literals(chunk)+after)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
