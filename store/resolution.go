package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"duplex/core"
)

// resolutionBody is the content of a resolution.
type resolutionBody struct {
	Value core.Value    `json:"value"`
	Seen  [2]core.Value `json:"seen"`
	Half  bool          `json:"half,omitempty"`
}

// resolutionRow is a row of resolutions.
type resolutionRow struct {
	ID      string
	Pair    string
	Rule    string
	Side    int
	Kind    string
	By      string `db:"by_whom"`
	At      stamp  `db:"given_at"`
	State   string
	Reason  string
	Plan    string
	EndedAt stamp `db:"ended_at"`
	sealedRow
}

const resolutionColumns = `id, pair, rule, side, kind, body, key_id, by_whom, given_at, state, reason, plan, ended_at`

func (s *Store) resolution(r resolutionRow) (core.Resolution, error) {
	var b resolutionBody
	if err := s.unseal(r.sealedRow, aboutResolution(r.ID), &b); err != nil {
		return core.Resolution{}, fmt.Errorf("resolution %q: %w", r.ID, err)
	}
	return core.Resolution{ID: r.ID, Pair: r.Pair, Rule: r.Rule, Kind: core.ResolutionKind(r.Kind), Side: core.Side(r.Side), Value: b.Value,
		Seen: b.Seen, Half: b.Half, By: r.By, At: r.At.Time, State: core.ResolutionState(r.State), Reason: r.Reason, Plan: r.Plan,
		EndedAt: r.EndedAt.Time}, nil
}

// PutResolution stores an operator's decision, open, and ends as replaced the one that was open about the same thing, so
// that the last word counts and saying it twice does no harm. A zero At means now.
func (s *Store) PutResolution(ctx context.Context, r core.Resolution) error {
	if r.ID == "" || r.Pair == "" || r.Rule == "" {
		return errors.New("a resolution needs an id, a pair and what it is about")
	}
	r.At = s.timeOr(r.At)
	body, keyID, err := s.resolutionContent(r)
	if err == nil {
		err = s.tx(ctx, func(q queryer) error {
			_, err := exec(ctx, q, `UPDATE resolutions SET state = ?, reason = ?, ended_at = ? WHERE pair = ? AND rule = ? AND state = ? AND id <> ?`,
				string(core.ResolutionReplaced), "a later decision took its place", stamped(r.At), r.Pair, r.Rule, string(core.ResolutionOpen), r.ID)
			if err != nil {
				return err
			}
			_, err = exec(ctx, q, `INSERT INTO resolutions (`+resolutionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', NULL) ON CONFLICT (id) DO NOTHING`,
				r.ID, r.Pair, r.Rule, int(r.Side), string(r.Kind), body, keyID, words(r.By), stamped(r.At), string(core.ResolutionOpen))
			if duplicate(err) { // two operators at the same moment
				return errAgain
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("store the decision about %s of pair %q: %w", r.Rule, r.Pair, err)
	}
	return nil
}

func (s *Store) resolutionContent(r core.Resolution) (body []byte, keyID string, err error) {
	plain, err := json.Marshal(resolutionBody{Value: r.Value, Seen: r.Seen, Half: r.Half})
	if err != nil {
		return nil, "", err
	}
	body, keyID = s.seal.close(plain, aboutResolution(r.ID))
	return body, keyID, nil
}

// updateResolution records what became of an open resolution. One that has ended stays as it is.
func (s *Store) updateResolution(ctx context.Context, q queryer, r core.Resolution) error {
	body, keyID, err := s.resolutionContent(r)
	if err != nil {
		return err
	}
	_, err = exec(ctx, q, `UPDATE resolutions SET state = ?, reason = ?, plan = ?, ended_at = ?, body = ?, key_id = ? WHERE id = ? AND state = ?`,
		string(r.State), words(r.Reason), r.Plan, stamped(r.EndedAt), body, keyID, r.ID, string(core.ResolutionOpen))
	return err
}

// OpenResolutions lists what operators decided about the pair and no sync has carried out yet, oldest first.
func (s *Store) OpenResolutions(ctx context.Context, pair string) ([]core.Resolution, error) {
	return s.resolutions(ctx, pair, ` AND state = 'open' ORDER BY given_at, id`)
}

// Resolutions lists the decisions of operators about the pair, newest first; 100 when limit is not positive.
func (s *Store) Resolutions(ctx context.Context, pair string, limit int) ([]core.Resolution, error) {
	return s.resolutions(ctx, pair, ` ORDER BY given_at DESC, id LIMIT ?`, limitOr(limit))
}

func (s *Store) resolutions(ctx context.Context, pair, rest string, args ...any) ([]core.Resolution, error) {
	var rows []resolutionRow
	err := list(ctx, s.read, &rows, `SELECT `+resolutionColumns+` FROM resolutions WHERE pair = ?`+rest, append([]any{pair}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list the decisions about pair %q: %w", pair, err)
	}
	out := make([]core.Resolution, 0, len(rows))
	for _, r := range rows {
		res, err := s.resolution(r)
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

func aboutResolution(id string) string { return "resolution\x00" + id }
