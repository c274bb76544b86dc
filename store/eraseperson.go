package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"duplex/core"
	"duplex/core/erasure"
)

// LearnPerson adds to a person what a page of pairs tells of them: accounts, addresses and names of users that are the
// person. The page begins behind the pair after; next is "" when it was the last. new tells that something was learnt: what
// was read before is then worth another look.
func (s *Store) LearnPerson(ctx context.Context, p *erasure.Person, after string, limit int) (next string, learnt bool, err error) {
	var pairs []string
	if err := list(ctx, s.read, &pairs, `SELECT id FROM pairs WHERE id > ? ORDER BY id LIMIT ?`, after, limitOr(limit)); err != nil {
		return "", false, fmt.Errorf("look for a person: %w", err)
	}
	for _, id := range pairs {
		rows, err := observationsOf(ctx, s.read, id)
		if err != nil {
			return "", false, fmt.Errorf("look for a person in pair %q: %w", id, err)
		}
		for _, r := range rows {
			var o core.Observation
			if err := s.unseal(r.sealedRow, aboutObservation(r.Hash), &o); err != nil {
				return "", false, fmt.Errorf("observation %s: %w", r.Hash, err)
			}
			learnt = p.Learn(&o) || learnt
		}
	}
	if len(pairs) == limitOr(limit) {
		next = pairs[len(pairs)-1]
	}
	return next, learnt, nil
}

// ErasePerson removes a person from a page of pairs: users become digests, what they wrote loses text and author with its
// copies, and whatever mentions them by address or full name becomes a digest. Every row keeps its hash or id. A merge base
// made of digests is as good as before: a linked pair goes on, and the report's Again names it, because both sides must be
// read afresh. A pair that is just being created is left and named in Waiting. Each pair is its own transaction; repeating
// does no harm. With dry nothing is changed. The page begins behind the pair after; next is "" when it was the last.
func (s *Store) ErasePerson(ctx context.Context, p erasure.Person, after string, limit int, dry bool) (r erasure.Report, next string, err error) {
	var pairs []string
	if err := list(ctx, s.read, &pairs, `SELECT id FROM pairs WHERE id > ? ORDER BY id LIMIT ?`, after, limitOr(limit)); err != nil {
		return r, "", fmt.Errorf("erase a person: %w", err)
	}
	for _, id := range pairs {
		var of erasure.Report
		err := s.erasing(ctx, dry, func(q queryer) error {
			of = erasure.Report{Pairs: 1}
			return s.erasePerson(ctx, q, &p, id, &of)
		})
		var busy *creatingError
		if errors.As(err, &busy) {
			of, err = erasure.Report{Pairs: 1, Waiting: []string{id}}, nil
		}
		if err != nil {
			return r, "", fmt.Errorf("erase a person from pair %q: %w", id, err)
		}
		r.Add(of)
	}
	if len(pairs) == limitOr(limit) {
		next = pairs[len(pairs)-1]
	} else if r.Remains, err = s.naming(ctx, p, r.Remains); err != nil {
		return r, "", err
	}
	return r, next, nil
}

// creatingError undoes the erasure of a pair whose create goes back to what it planned.
type creatingError struct{}

func (*creatingError) Error() string { return "a create is under way" }

type observationRow struct {
	Hash string
	sealedRow
}

// observationsOf are the observations of both items of a pair that hold something.
func observationsOf(ctx context.Context, q queryer, pair string) (rows []observationRow, err error) {
	err = list(ctx, q, &rows, `SELECT DISTINCT o.hash, o.body, o.key_id, o.erased_at FROM observations o LEFT JOIN pair_sides s
		ON s.system = o.system AND s.item = o.item AND s.pair = ? WHERE (o.pair = ? OR s.pair IS NOT NULL) AND LENGTH(o.body) > 0`, pair, pair)
	return rows, err
}

func (s *Store) erasePerson(ctx context.Context, q queryer, p *erasure.Person, id string, r *erasure.Report) error {
	if err := must(ctx, q, `UPDATE pairs SET id = id WHERE id = ?`, id); err != nil { // nobody else changes it meanwhile
		return err
	}
	var row pairRow
	if err := get(ctx, q, &row, selectPairs+` WHERE p.id = ?`, id); err != nil {
		return err
	}
	pair, err := s.pair(row)
	if err != nil {
		return err
	}
	systems := [2]string{pair.Sides[0].Ref.System, pair.Sides[1].Ref.System}
	salt := rand.Text()
	written, err := s.eraseSeen(ctx, q, p, pair, salt, r)
	if err != nil {
		return err
	}
	var plans []planRow
	if err := list(ctx, q, &plans, `SELECT id, pair, at, version, body, key_id, erased_at FROM plans WHERE pair = ? AND LENGTH(body) > 0`, id); err != nil {
		return err
	}
	for _, row := range plans {
		plan, err := s.plan(row)
		if err != nil {
			return err
		}
		plan, n := p.Plan(plan, systems, written, salt)
		if n == 0 {
			continue
		}
		if err := s.reseal(ctx, q, `UPDATE plans SET body = ?, key_id = ?, erased_at = ? WHERE id = ?`, plan, aboutPlan(row.ID), stamped(s.now()), row.ID); err != nil {
			return err
		}
		r.Count("plans", 1)
	}
	if parked, n := p.Parked(pair.Parked); n > 0 {
		if err := s.reseal(ctx, q, `UPDATE pairs SET parked = ?, key_id = ? WHERE id = ?`, parked, aboutParked(id), id); err != nil {
			return err
		}
		r.Count("pairs", 1)
	}
	if err := s.eraseWords(ctx, q, p, id, r); err != nil {
		return err
	}
	if len(r.Rows) == 0 || pair.Status == core.PairUnlinked {
		return nil
	}
	r.Again = append(r.Again, id)
	var open int
	if err := get(ctx, q, &open, `SELECT COUNT(*) FROM intents WHERE pair = ? AND kind = 'item' AND settled_at IS NULL`, id); err != nil {
		return err
	}
	if open > 0 {
		return &creatingError{}
	}
	return nil
}

// eraseSeen erases the person from the observations of a pair, and tells what they wrote.
func (s *Store) eraseSeen(ctx context.Context, q queryer, p *erasure.Person, pair core.Pair, salt string, r *erasure.Report) (erasure.Written, error) {
	written := erasure.Written{map[string]bool{}, map[string]bool{}}
	rows, err := observationsOf(ctx, q, pair.ID)
	if err != nil {
		return written, err
	}
	seen := make([]core.Observation, len(rows))
	sides := make([]core.Side, len(rows))
	for i, row := range rows {
		if err := s.unseal(row.sealedRow, aboutObservation(row.Hash), &seen[i]); err != nil {
			return written, err
		}
		if seen[i].Ref.System != pair.Sides[core.A].Ref.System || pair.Sides[core.A].Ref.ID != "" && seen[i].Ref.ID != pair.Sides[core.A].Ref.ID {
			sides[i] = core.B
		}
		p.Wrote(&seen[i], written[sides[i]])
	}
	var links []linkRow
	if err := list(ctx, q, &links, `SELECT `+linkColumns+` FROM links WHERE pair = ?`, pair.ID); err != nil {
		return written, err
	}
	written.Copies(mapped(links, linkRow.link))
	for i, row := range rows {
		o, n := p.Observation(seen[i], written[sides[i]], salt)
		if n == 0 {
			continue
		}
		if err := s.reseal(ctx, q, `UPDATE observations SET body = ?, key_id = ?, erased_at = ? WHERE hash = ?`, o, aboutObservation(row.Hash), stamped(s.now()), row.Hash); err != nil {
			return written, err
		}
		r.Count("observations", 1)
	}
	return written, nil
}

// eraseWords erases what mentions the person where the store keeps plain words, and operators' decisions about them.
func (s *Store) eraseWords(ctx context.Context, q queryer, p *erasure.Person, pair string, r *erasure.Report) error {
	for _, w := range []struct{ table, key, column string }{{"outcomes", "id", "detail"}, {"run_items", "n", "reason"}, {"resolutions", "id", "by_whom"}} {
		var rows []struct{ Key, Words string }
		if err := list(ctx, q, &rows, `SELECT DISTINCT CAST(`+w.key+` AS TEXT) AS key, `+w.column+` AS words FROM `+w.table+` WHERE pair = ? AND `+w.column+` <> ''`, pair); err != nil {
			return err
		}
		for _, row := range rows {
			if !p.Mentions(row.Words) {
				continue
			}
			n, err := exec(ctx, q, `UPDATE `+w.table+` SET `+w.column+` = ? WHERE pair = ? AND CAST(`+w.key+` AS TEXT) = ? AND `+w.column+` = ?`, erasure.Gone, pair, row.Key, row.Words)
			if err != nil {
				return err
			}
			r.Count(w.table, int(n))
		}
	}
	return s.eraseDecisions(ctx, q, p, pair, r)
}

// eraseDecisions empties operators' decisions about values that are or mention the person. An open one lapses.
func (s *Store) eraseDecisions(ctx context.Context, q queryer, p *erasure.Person, pair string, r *erasure.Report) error {
	var rows []struct {
		ID string
		sealedRow
	}
	if err := list(ctx, q, &rows, `SELECT id, body, key_id FROM resolutions WHERE pair = ?`, pair); err != nil {
		return err
	}
	for _, row := range rows {
		plain, err := s.seal.open(row.Body, row.KeyID, aboutResolution(row.ID))
		if err != nil {
			return err
		}
		if text := string(plain); !p.Mentions(text) && !mentionsUser(p, text) {
			continue
		}
		n, err := exec(ctx, q, `UPDATE resolutions SET body = ?, key_id = '', state = CASE WHEN state = 'open' THEN 'lapsed' ELSE state END, reason = ?,
			ended_at = COALESCE(ended_at, ?) WHERE id = ?`, []byte(`{}`), "a person was erased from it", stamped(s.now()), row.ID)
		if err != nil {
			return err
		}
		r.Count("resolutions", int(n))
	}
	return nil
}

// mentionsUser reports an account of the person in the JSON of values.
func mentionsUser(p *erasure.Person, text string) bool {
	for _, u := range p.Users {
		if strings.Contains(text, `"kind":"user"`) && strings.Contains(text, `"id":"`+u.ID+`"`) {
			return true
		}
	}
	return false
}

// naming lists the files of systems and connections that name the person. Versions are not changed: what is in force is
// the admin's to write, and what is not may be taken up again.
func (s *Store) naming(ctx context.Context, p erasure.Person, remains []string) ([]string, error) {
	var files []struct {
		What    string
		Name    string
		Version int
		Source  []byte
		Files   string
	}
	err := list(ctx, s.read, &files, `SELECT 'connection' AS what, name, version, source, files FROM connections
		UNION ALL SELECT 'system', name, version, source, files FROM systems ORDER BY 1, 2, 3`)
	if err != nil {
		return nil, fmt.Errorf("look for a person in files: %w", err)
	}
	for _, f := range files {
		if p.Mentions(string(f.Source)) || p.Mentions(f.Files) {
			remains = append(remains, fmt.Sprintf("%s %s, version %d, names the person in its files: apply a version that does not", f.What, f.Name, f.Version))
		}
	}
	return remains, nil
}
