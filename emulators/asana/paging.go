package asana

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// offsetLife is how long an offset is good for; the vendor says only that offsets expire (vendor page "Pagination").
	offsetLife = 15 * time.Minute
	// uncut is how many records a list without limit may show (vendor page "Pagination": about 1,000).
	uncut = 1000
)

// position is what an offset holds: the last record shown, of which list, and when it was given.
type position struct {
	After string `json:"a"`
	List  string `json:"l"`
	Given int64  `json:"t"`
}

// list answers with one page. The rows' keys have to be unique and decide the order.
func (c *call) list(rows []row) error {
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	q := c.req.URL.Query()
	limit := 0
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return bad("limit: Must be between 1 and 100")
		}
		limit = n
	}
	name := listName(c.req)
	if text := q.Get("offset"); text != "" {
		at, err := c.position(text, name)
		if err != nil {
			return err
		}
		if limit == 0 {
			return bad("offset: A limit is needed with an offset")
		}
		rows = slices.DeleteFunc(rows, func(r row) bool { return r.key <= at.After })
	}
	var next any
	if limit == 0 {
		rows = rows[:min(len(rows), uncut)]
	} else if len(rows) > limit {
		rows = rows[:limit]
		raw, _ := json.Marshal(position{rows[limit-1].key, name, c.now.UnixMilli()})
		offset := base64.RawURLEncoding.EncodeToString(raw)
		q.Set("offset", offset)
		path := strings.TrimPrefix(c.req.URL.Path, apiPrefix) + "?" + q.Encode()
		next = object{"offset": offset, "path": path, "uri": c.e.base + apiPrefix + path}
	}
	data := make([]any, 0, len(rows))
	for _, r := range rows {
		data = append(data, c.shown(r.show(), true))
	}
	out := object{"data": data}
	if limit > 0 {
		out["next_page"] = next
	}
	c.status, c.out = http.StatusOK, out
	return nil
}

// row is a record of a list; it is built only where it is on the page.
type row struct {
	key  string
	show func() object
}

// listName tells lists apart: an offset is good for the list it came from only.
func listName(req *http.Request) string {
	q := req.URL.Query()
	for _, name := range []string{"offset", "limit", "opt_fields", "opt_pretty"} {
		q.Del(name)
	}
	return req.URL.Path + "?" + q.Encode()
}

func (c *call) position(text, list string) (position, error) {
	var at position
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	given := time.UnixMilli(at.Given)
	if err != nil || at.List != list || c.now.Sub(given) > offsetLife || given.Before(c.e.offsetsEnd) {
		return at, bad("offset: Your pagination token has expired.")
	}
	return at, nil
}

// scattered is a key that puts records into an order which says nothing about their times.
func scattered(gid string) string {
	sum := sha256.Sum256([]byte(gid))
	return hex.EncodeToString(sum[:8]) + gid
}
