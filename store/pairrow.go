package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"duplex/core"
)

// pairRow is a row of pairs with its two sides.
type pairRow struct {
	ID         string
	Connection string
	Version    int
	Status     string
	Origin     int
	Parked     []byte
	KeyID      string  `db:"key_id"`
	CreatedAt  stamp   `db:"created_at"`
	SyncedAt   stamp   `db:"synced_at"`
	A          sideRow `db:"a"`
	B          sideRow `db:"b"`
}

// sideRow is a row of pair_sides.
type sideRow struct {
	Side    string
	System  string
	Type    string
	Item    string
	ItemKey string `db:"item_key"`
	URL     string
	Base    string
	Seen    string
	Gone    bool
	Own     jsonText[[]string]

	Revision string
	GoneAt   stamp `db:"gone_at"`
}

// selectPairs reads a pair and its sides in one statement, so that they belong to the same moment.
var selectPairs = `SELECT p.id, p.connection, p.version, p.status, p.origin, p.parked, p.key_id, p.created_at, p.synced_at, ` +
	sideColumns("a") + `, ` + sideColumns("b") + `
	FROM pairs p
	JOIN pair_sides a ON a.pair = p.id AND a.position = 0
	JOIN pair_sides b ON b.pair = p.id AND b.position = 1`

func sideColumns(alias string) string {
	cols := []string{"side", "system", "type", "item", "item_key", "url", "base", "seen", "gone", "own", "revision", "gone_at"}
	for i, c := range cols {
		cols[i] = fmt.Sprintf(`%s.%s AS "%s.%s"`, alias, c, alias, c)
	}
	return strings.Join(cols, ", ")
}

func (s *Store) pair(r pairRow) (core.Pair, error) {
	p := core.Pair{ID: r.ID, Connection: r.Connection, Version: r.Version, Status: core.PairStatus(r.Status),
		Origin: core.Side(r.Origin), CreatedAt: r.CreatedAt.Time, SyncedAt: r.SyncedAt.Time,
		Sides: [2]core.PairSide{r.A.side(), r.B.side()}}
	var err error
	p.Parked, err = s.parked(r.ID, r.Parked, r.KeyID)
	return p, err
}

// parked opens the column of that name.
func (s *Store) parked(id string, column []byte, keyID string) (parked map[string]core.Parked, err error) {
	body, err := s.seal.open(column, keyID, aboutParked(id))
	if err == nil && len(body) > 0 {
		err = json.Unmarshal(body, &parked)
	}
	if err != nil {
		return nil, fmt.Errorf("what is parked in pair %q: %w", id, err)
	}
	return parked, nil
}

func (r sideRow) side() core.PairSide {
	return core.PairSide{Name: r.Side, Base: r.Base, Seen: r.Seen, Gone: r.Gone, Own: r.Own.V, Revision: r.Revision, GoneAt: r.GoneAt.Time,
		Ref: core.Ref{System: r.System, Type: r.Type, ID: r.Item, Key: r.ItemKey, URL: r.URL}}
}

// parkedColumns are the values of parked, key_id and problems.
func (s *Store) parkedColumns(p core.Pair) (body []byte, keyID, problems string, err error) {
	if len(p.Parked) == 0 {
		return nil, "", "", nil
	}
	plain, err := json.Marshal(p.Parked)
	if err != nil {
		return nil, "", "", err
	}
	body, keyID = s.seal.close(plain, aboutParked(p.ID))
	return body, keyID, problemClasses(p.Parked), nil
}

func aboutParked(pair string) string { return "parked\x00" + pair }

// problemClasses lists each class once, as ",conflict,invalid,".
func problemClasses(parked map[string]core.Parked) string {
	var classes []string
	for _, k := range parked {
		classes = append(classes, string(k.Problem.Class))
	}
	slices.Sort(classes)
	return "," + strings.Join(slices.Compact(classes), ",") + ","
}

func (s *Store) pairs(ctx context.Context, query string, args ...any) ([]core.Pair, error) {
	var rows []pairRow
	if err := list(ctx, s.read, &rows, query, args...); err != nil {
		return nil, err
	}
	pairs := make([]core.Pair, 0, len(rows))
	for _, r := range rows {
		p, err := s.pair(r)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}
