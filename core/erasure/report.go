package erasure

// Report is what erasing came to. It names rows by count, pairs by id, and nobody.
type Report struct {
	Pairs int            `json:"pairs"`           // pairs looked at
	Rows  map[string]int `json:"rows,omitempty"`  // rows that lost content, by table
	Again []string       `json:"again,omitempty"` // linked pairs that lost content: they read both sides afresh
	// Waiting are pairs that were left as they are, because a create of theirs is under way and needs what it planned.
	Waiting []string `json:"waiting,omitempty"`
	Linked  []string `json:"linked,omitempty"` // of an item: pairs whose merge base needs the content: unlink them first
	Remains []string `json:"remains,omitempty"`
}

// Add puts another part of the same erasure into the report.
func (r *Report) Add(o Report) {
	r.Pairs += o.Pairs
	for table, n := range o.Rows {
		r.Count(table, n)
	}
	r.Again, r.Waiting, r.Linked = append(r.Again, o.Again...), append(r.Waiting, o.Waiting...), append(r.Linked, o.Linked...)
	r.Remains = append(r.Remains, o.Remains...)
}

// Count adds rows of a table.
func (r *Report) Count(table string, n int) {
	if n == 0 {
		return
	}
	if r.Rows == nil {
		r.Rows = map[string]int{}
	}
	r.Rows[table] += n
}
