package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"duplex/core"
)

// linkRow is a row of links.
type linkRow struct {
	Pair     string
	Kind     string
	Origin   int
	OriginID string `db:"origin_id"`
	CopyID   string `db:"copy_id"`
	Print    string
	Dropped  bool
	More     string // JSON of linkMore, "" for none
}

// linkMore is what a link has come to know besides.
type linkMore struct {
	Withdrawn bool            `json:"withdrawn,omitempty"`
	Was       core.Visibility `json:"was,omitzero"`
	Seen      core.Visibility `json:"seen,omitzero"`
	Copies    []string        `json:"copies,omitempty"`
	Sum       string          `json:"sum,omitempty"`
}

const linkColumns = `pair, kind, origin, origin_id, copy_id, print, dropped, more`

func (r linkRow) link() core.Link {
	l := core.Link{Pair: r.Pair, Kind: core.EntryKind(r.Kind), Origin: core.Side(r.Origin), Print: r.Print, Dropped: r.Dropped}
	l.IDs[l.Origin], l.IDs[l.Origin.Other()] = r.OriginID, r.CopyID
	var m linkMore
	if r.More != "" && json.Unmarshal([]byte(r.More), &m) == nil {
		l.Withdrawn, l.Was, l.Seen, l.Copies, l.Sum = m.Withdrawn, m.Was, m.Seen, m.Copies, m.Sum
	}
	return l
}

func moreOf(l core.Link) (string, error) {
	b, err := json.Marshal(linkMore{Withdrawn: l.Withdrawn, Was: l.Was, Seen: l.Seen, Copies: l.Copies, Sum: l.Sum})
	if string(b) == "{}" {
		b = nil
	}
	return string(b), err
}

// Links lists the links of a pair in the order they were first stored.
func (s *Store) Links(ctx context.Context, pair string) ([]core.Link, error) {
	var rows []linkRow
	err := list(ctx, s.read, &rows, `SELECT `+linkColumns+` FROM links WHERE pair = ? ORDER BY seq`, pair)
	if err != nil {
		return nil, fmt.Errorf("list the links of pair %q: %w", pair, err)
	}
	return mapped(rows, linkRow.link), nil
}

// PutLink stores a link, or replaces the one with the same pair, kind, origin and id on the origin's side.
func (s *Store) PutLink(ctx context.Context, l core.Link) error { return upsertLink(ctx, s.write, l) }

func upsertLink(ctx context.Context, q queryer, l core.Link) error {
	if err := whole(l); err != nil {
		return err
	}
	more, err := moreOf(l)
	if err != nil {
		return err
	}
	_, err = exec(ctx, q, `INSERT INTO links (`+linkColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pair, kind, origin, origin_id)
		DO UPDATE SET copy_id = excluded.copy_id, print = excluded.print, dropped = excluded.dropped, more = excluded.more`,
		l.Pair, string(l.Kind), int(l.Origin), l.IDs[l.Origin], l.IDs[l.Origin.Other()], l.Print, l.Dropped, more)
	if err != nil {
		return fmt.Errorf("store a %s link of pair %q: %w", l.Kind, l.Pair, err)
	}
	return nil
}

// RemoveLink forgets a link, found as PutLink finds it. A link that is not there is nil.
func (s *Store) RemoveLink(ctx context.Context, l core.Link) error {
	if err := whole(l); err != nil {
		return err
	}
	_, err := exec(ctx, s.write, `DELETE FROM links WHERE pair = ? AND kind = ? AND origin = ? AND origin_id = ?`,
		l.Pair, string(l.Kind), int(l.Origin), l.IDs[l.Origin])
	if err != nil {
		return fmt.Errorf("remove a %s link of pair %q: %w", l.Kind, l.Pair, err)
	}
	return nil
}

// whole refuses a link that cannot be found again.
func whole(l core.Link) error {
	if l.Pair == "" || l.Origin != core.A && l.Origin != core.B || l.IDs[l.Origin] == "" {
		return errors.New("a link needs its pair, its origin and the id on the origin's side")
	}
	return nil
}
