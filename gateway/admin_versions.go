package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
)

// draft stores a version that is not in force.
func (g *Gateway) draft(ctx context.Context, v core.ConnectionVersion, out Applied) (any, error) {
	stored, changed, err := g.o.Store.DraftConnection(ctx, v)
	if err != nil {
		return nil, err
	}
	if changed {
		g.o.Log.Info("draft of a connection stored", "connection", v.Name, "version", stored.Version, "by", v.AppliedBy)
	}
	out.Version, out.Changed, out.Draft = stored.Version, changed, stored.Draft
	return out, nil
}

// publish puts a draft in force. One that was made from a version which is no longer in force is refused unless forced.
func (g *Gateway) publish(r *http.Request) (any, error) {
	var req PublishRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err == nil && req.Version < 0 {
		err = refuse(classRequest, "version", "version must be a whole number from 1 on")
	}
	if err != nil {
		return nil, err
	}
	is, was, err := g.o.Store.PublishConnection(r.Context(), name, req.Version, req.Force)
	var overtaken *store.OvertakenError
	switch {
	case errors.As(err, &overtaken):
		return nil, refuse(classConflict, name, overtaken.Error()+": publishing it would undo what came since; look with duplex diff, "+
			"make the draft anew, or publish it with --force")
	case errors.Is(err, store.ErrNotFound) && req.Version == 0:
		return nil, refuse(classNotFound, name, "there is no draft of connection "+name+" that is newer than what was in force: store one with duplex draft")
	case err != nil:
		return nil, missing(err, fmt.Sprintf("version %d of connection", req.Version), name)
	case is == was:
		return Done{Text: fmt.Sprintf("version %d of %s is in force already", is, name)}, nil
	}
	return g.inForceNow(r.Context(), name, is, req.Follow, by(r))
}

// rollback puts the version in force whose place the present one took.
func (g *Gateway) rollback(r *http.Request) (any, error) {
	var req RollbackRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err != nil {
		return nil, err
	}
	is, _, err := g.o.Store.RollbackConnection(r.Context(), name)
	if errors.Is(err, store.ErrNotFound) {
		if _, other := g.o.Store.Connection(r.Context(), name, 0); other != nil {
			return nil, missing(other, "connection", name)
		}
		return nil, refuse(classConflict, name, "no version of "+name+" was in force before the present one")
	}
	if err != nil {
		return nil, err
	}
	return g.inForceNow(r.Context(), name, is, req.Follow, by(r))
}

// inForceNow lets pairs follow a version that has just been put in force, and says so.
func (g *Gateway) inForceNow(ctx context.Context, name string, version int, follow bool, who string) (any, error) {
	g.o.Log.Info("connection version put in force", "connection", name, "version", version, "by", who)
	run, err := g.follow(ctx, name, version, follow, who)
	text := fmt.Sprintf("version %d of %s is in force; pairs follow at their next sync", version, name)
	switch {
	case follow:
		text = fmt.Sprintf("version %d of %s is in force; all pairs follow in run %s", version, name, run)
	case run != "":
		text += "; those with something parked at once, in run " + run
	}
	return Done{Text: text}, err
}

// DiffRequest asks how two versions differ. Without After or File it is the newest draft, else the version in force; without Before
// it is the version in force, or the one before it where that is what is looked at.
type DiffRequest struct {
	Before int        `json:"before,omitempty"`
	After  int        `json:"after,omitempty"`
	File   *TrialFile `json:"file,omitempty"`  // instead of After: a file that is stored nowhere
	Limit  int        `json:"limit,omitempty"` // pairs that are planned under both at most; 0: core.TrialPairs
	Words  bool       `json:"words,omitempty"` // no pairs are planned
}

// Diff is how two versions of a connection differ, in words, and for how many pairs that makes a difference.
type Diff struct {
	Connection string           `json:"connection"`
	Before     string           `json:"before"`
	After      string           `json:"after"`
	Changes    []mapping.Change `json:"changes"`
	Pairs      *DiffPairs       `json:"pairs,omitempty"`
}

// DiffPairs tells for how many pairs both versions would not do the same with the newest that is recorded of their items.
type DiffPairs struct {
	Differ  int `json:"differ"`
	Unlike  int `json:"unlike"`  // of those: nothing is written now, and the next edit would be carried otherwise
	Looked  int `json:"looked"`  // pairs that were planned under both
	Of      int `json:"of"`      // pairs there are
	Unknown int `json:"unknown"` // pairs of which nothing is recorded any more
	// Examples are ids of some that differ.
	Examples []string `json:"examples,omitempty"`
}

func (g *Gateway) diff(r *http.Request) (any, error) {
	var req DiffRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err == nil && (req.Before < 0 || req.After < 0 || req.Limit < 0 || req.After > 0 && req.File != nil) {
		err = refuse(classRequest, "body", "versions are whole numbers from 1 on; give after or file, not both")
	}
	if err != nil {
		return nil, err
	}
	before, after, err := g.compares(r.Context(), name, req)
	if err != nil {
		return nil, err
	}
	out := Diff{Connection: name, Before: versionText(before), After: versionText(after)}
	if after.Version == 0 {
		out.After = after.FileName
	}
	if out.Changes, err = mapping.Diff(mapping.Source{FileName: before.FileName, Text: before.Source, Files: before.Files},
		mapping.Source{FileName: after.FileName, Text: after.Source, Files: after.Files}); err != nil {
		return nil, err
	}
	if len(out.Changes) == 0 || req.Words || g.o.Trial == nil {
		return out, nil
	}
	run := Trial{Request: core.TrialRequest{Connection: name, Recorded: true, Newest: true, Limit: req.Limit}, Version: out.After, AgainstVersion: out.Before}
	if run.Mapping, err = g.compiled(r.Context(), after, true, after.Version > 0); err != nil {
		return nil, err
	}
	if run.Against, err = g.compiled(r.Context(), before, true, true); err != nil {
		return nil, err
	}
	out.Pairs = &DiffPairs{}
	return out, g.o.Trial(r.Context(), run, out.Pairs.count)
}

const mostExamples = 5

// count takes in the events of a test run over both versions.
func (p *DiffPairs) count(e core.TrialEvent) error {
	switch {
	case e.Begun != nil:
		p.Looked, p.Of = e.Begun.Total, e.Begun.Of
	case e.Item != nil && e.Item.Differs:
		if len(p.Examples) < mostExamples {
			p.Examples = append(p.Examples, e.Item.Pair)
		}
		if e.Item.Outcome == core.TrialNothing && e.Item.Before != nil && e.Item.Before.Outcome == core.TrialNothing {
			p.Unlike++
		}
	case e.Done != nil:
		p.Differ, p.Unknown = e.Done.Differ, e.Done.Outcomes[core.TrialUnknown]
	}
	return nil
}

// compares are the two versions that a difference is asked of.
func (g *Gateway) compares(ctx context.Context, name string, req DiffRequest) (before, after core.ConnectionVersion, err error) {
	all, err := g.o.Store.ConnectionVersions(ctx, name)
	if err != nil {
		return before, after, err
	}
	if len(all) == 0 {
		return before, after, refuse(classNotFound, name, "there is no connection "+name)
	}
	inForce := 0
	for _, v := range all {
		if v.Active {
			inForce = v.Version
		}
	}
	was, is := req.Before, req.After
	if is == 0 && req.File == nil {
		if is = inForce; all[0].Draft && was != all[0].Version {
			is = all[0].Version
		}
	}
	if was == 0 {
		was = inForce
	}
	if was == is && req.Before == 0 {
		for _, v := range all {
			if v.Version == is {
				was = v.Before
			}
		}
	}
	if was == 0 {
		return before, after, refuse(classConflict, name, "there is nothing to compare with: no other version of "+name+" was in force")
	}
	if before, err = g.o.Store.Connection(ctx, name, was); err != nil {
		return before, after, missing(err, fmt.Sprintf("version %d of connection", was), name)
	}
	if req.File != nil {
		return before, core.ConnectionVersion{Name: name, FileName: req.File.FileName, Source: []byte(req.File.Source), Files: req.File.Files}, nil
	}
	after, err = g.o.Store.Connection(ctx, name, is)
	return before, after, missing(err, fmt.Sprintf("version %d of connection", is), name)
}
