package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// Create makes an issue whose text ends with the mark. What the call cannot say (a closed state, a parent) is written afterwards: when that fails the
// issue is returned with the error.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	o, err := c.create(ctx, draft)
	if err != nil {
		err = fmt.Errorf("%s: creating an issue: %w", c.name, err)
	}
	return o, err
}

func (c *Connector) create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	none := core.Observation{}
	if err := c.checkType(draft.Type); err != nil {
		return none, err
	}
	repo, err := c.scoped(ctx, draft.Scope)
	if err != nil {
		return none, err
	}
	fields, err := within(draft)
	if err != nil {
		return none, err
	}
	if _, ok := fields["title"]; !ok || fields["title"].IsEmpty() {
		return none, connectors.Invalid("the draft", "title", "a new issue needs a title")
	}
	e, err := c.decide(ctx, place{repo: repo}, issue{State: "open"}, core.Patch{Fields: fields}, draft.Mark)
	if err == nil {
		err = repo.mayWrite(e)
	}
	if err != nil {
		return none, err
	}
	if _, ok := e.patch["body"]; !ok {
		e.patch["body"] = withMark("", draft.Mark)
	}
	if len(e.values) > 0 {
		e.patch["issue_field_values"] = e.values
	}
	var is issue
	if err := c.write(ctx, http.MethodPost, repo.path("issues"), e.patch, &is); err != nil {
		return none, e.named(hiddenList(err, repo))
	}
	if is.Number == 0 {
		return none, connectors.Busy("creating", "the answer has no issue", 0)
	}
	at := place{repo, is.Number}
	id := issueID(repo.ID, is.Number)
	made := core.Observation{Ref: c.ref(repo, is.Number, is.HTMLURL)}
	refused := e.named(dropped(e.patch, is))
	rest := edit{parent: e.parent, unparent: e.unparent, hops: e.hops}
	if is, err = c.apply(ctx, at, is, rest); err != nil {
		return made, err
	}
	o, err := c.observe(ctx, id, at, is, connectors.Want{})
	if err != nil {
		return made, nil // it is there; the next read shows it
	}
	return o, refused
}

// within are the draft's fields with those of its scope that it does not name.
func within(draft core.Draft) (map[string]core.Value, error) {
	fields := maps.Clone(draft.Fields)
	if fields == nil {
		fields = map[string]core.Value{}
	}
	for name, v := range draft.Scope {
		switch {
		case name == "repository" || v == "":
		case name == "labels":
			had := fields["labels"]
			if had.IsAbsent() {
				had = core.Set()
			}
			fields["labels"] = core.Union(had, core.Strings(v))
		case name == "type" || name == "milestone":
			if _, ok := fields[name]; !ok {
				fields[name] = core.Option("", v)
			}
		default:
			return nil, connectors.Invalid("the scope", name, "the scope of an issue is repository, type, milestone and labels")
		}
	}
	return fields, nil
}

// mayWrite refuses what GitHub would drop without a word, for an account without the right to push.
func (r *repository) mayWrite(e edit) error {
	if r.Rights == nil || r.Rights.Push || r.Rights.Maintain || r.Rights.Admin {
		return nil
	}
	refused := map[string]string{}
	for _, key := range []string{"labels", "assignees", "milestone", "type"} {
		if _, ok := e.patch[key]; ok {
			refused[e.fieldOf(key)] = "GitHub drops it without a word: give the account write access to " + r.name
		}
	}
	if len(e.addLabels)+len(e.dropLabels) > 0 {
		refused["labels"] = "the account needs write access to " + r.name
	}
	if len(e.addPeople)+len(e.dropPeople) > 0 {
		refused["assignees"] = "the account needs write access to " + r.name
	}
	if len(refused) == 0 {
		return nil
	}
	return &connectors.InvalidError{Fields: refused}
}

// dropped compares what was sent with what came back, since GitHub drops without a word what the account may not set; nil when all is there.
func dropped(sent map[string]any, is issue) error {
	refused := map[string]string{}
	miss := func(field string) { refused[field] = "GitHub dropped it without a word: give the account write access" }
	if want, ok := sent["labels"].([]string); ok {
		for _, l := range want {
			if !slices.ContainsFunc(is.Labels, func(have label) bool { return strings.EqualFold(have.Name, l) }) {
				miss("labels")
			}
		}
	}
	if want, ok := sent["assignees"].([]string); ok {
		for _, a := range want {
			if !slices.ContainsFunc(is.Assignees, func(have account) bool { return strings.EqualFold(have.Login, a) }) {
				miss("assignees")
			}
		}
	}
	if n, ok := sent["milestone"].(int); ok && (is.Milestone == nil || is.Milestone.Number != n) {
		miss("milestone")
	}
	if name, ok := sent["type"].(string); ok && (is.Type == nil || is.Type.Name != name) {
		miss("type")
	}
	if len(refused) == 0 {
		return nil
	}
	return &connectors.InvalidError{Fields: refused}
}

// Update reads the issue, and writes what differs: nothing where it has moved on from the revision. Values that cannot be written are all named before
// anything is sent.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	o, err := c.update(ctx, id, patch, revision, want)
	if err != nil {
		err = fmt.Errorf("%s: updating an issue: %w", c.name, err)
	}
	return o, err
}

func (c *Connector) update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	none := core.Observation{}
	at, is, err := c.issueAt(ctx, id)
	if err != nil {
		return none, err
	}
	if revision != "" && is.revision() != revision {
		return none, connectors.ErrStale
	}
	e, err := c.decide(ctx, at, is, patch, markOf(is.body()))
	if err != nil {
		return none, err
	}
	if err := at.repo.mayWrite(e); err != nil {
		return none, err
	}
	after, err := c.apply(ctx, at, is, e)
	if err != nil {
		return none, c.forbidden(ctx, err, at.repo, at.path())
	}
	if err := e.named(dropped(e.patch, after)); err != nil {
		return none, err
	}
	want.Comments, want.Attachments = false, false
	return c.observe(ctx, id, at, after, want)
}

// forbidden tells a write that the account has no right to from one of something that is gone: GitHub says "not found" of both. What is still there
// to be read is a matter of rights.
func (c *Connector) forbidden(ctx context.Context, err error, repo *repository, path string) error {
	if !errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	if _, gone := c.read(ctx, path, nil, nil); gone != nil {
		return gone
	}
	return fmt.Errorf("%w: the account may read and not write it: give it the right to write issues of %s", connectors.ErrDenied, repo.name)
}

// apply sends an edit. The change of the issue itself comes last: its answer shows everything. Without one the issue is read again.
func (c *Connector) apply(ctx context.Context, at place, is issue, e edit) (issue, error) {
	if e.empty() {
		return is, nil
	}
	if e.parent != nil || e.unparent {
		if err := c.setParent(ctx, is, e.parent); err != nil {
			return is, err
		}
	}
	if len(e.addLabels) > 0 {
		if err := c.write(ctx, http.MethodPost, at.path("labels"), map[string]any{"labels": e.addLabels}, nil); err != nil {
			return is, about("labels", err)
		}
	}
	for _, l := range e.dropLabels {
		if err := c.write(ctx, http.MethodDelete, at.path("labels", url.PathEscape(l)), nil, nil); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return is, err
		}
	}
	for method, logins := range map[string][]string{http.MethodPost: e.addPeople, http.MethodDelete: e.dropPeople} {
		if len(logins) > 0 {
			if err := c.write(ctx, method, at.path("assignees"), map[string]any{"assignees": logins}, nil); err != nil {
				return is, about("assignees", err)
			}
		}
	}
	if len(e.values) > 0 {
		if err := c.write(ctx, http.MethodPost, at.path("issue-field-values"), map[string]any{"issue_field_values": e.values}, nil); err != nil {
			return is, err
		}
	}
	for _, f := range e.clear {
		if err := c.write(ctx, http.MethodDelete, at.path("issue-field-values", fmt.Sprint(f)), nil, nil); err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return is, err
		}
	}
	sent := e.hops
	if len(e.patch) > 0 {
		if len(sent) == 0 {
			sent = []map[string]any{e.patch}
		} else { // one call says the last hop and all else
			last := maps.Clone(e.patch)
			maps.Copy(last, sent[len(sent)-1])
			sent = append(slices.Clone(sent[:len(sent)-1]), last)
		}
	}
	var after issue
	for _, p := range sent {
		if err := c.write(ctx, http.MethodPatch, at.path(), p, &after); err != nil {
			return is, e.named(err)
		}
	}
	if len(sent) == 0 || after.Number == 0 {
		if _, err := c.read(ctx, at.path(), nil, &after); err != nil {
			return is, err
		}
	}
	return after, nil
}
