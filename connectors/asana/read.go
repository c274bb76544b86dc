package asana

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// view is what a read is to show.
type view struct {
	project string
	fields  []field
	opts    []string
}

// look works out what a read of those fields has to ask for; nil names are all fields. Names that are no fields show nothing.
func (c *Connector) look(ctx context.Context, t connectors.ItemType, names []string) (view, error) {
	v := view{project: t.Scope["project"]}
	all, err := c.catalogue(ctx, v.project, names)
	if err != nil {
		return v, err
	}
	v.fields, v.opts = wanted(all, names)
	v.opts = slices.Concat(memberOpts, c.markOpts(), v.opts)
	slices.Sort(v.opts)
	v.opts = slices.Compact(v.opts)
	return v, nil
}

// task reads one task. Asana answers 403 for a task that the account may no longer see: to the sync it is gone. A token whose scopes do not
// reach is told apart.
func (c *Connector) task(ctx context.Context, gid string, opts []string) (task, error) {
	if !isGID(gid) {
		return nil, fmt.Errorf("%s: task: %w", c.system, connectors.ErrNotFound)
	}
	t, _, err := call[task](ctx, c, http.MethodGet, "/tasks/"+gid, nil, optFields(opts...))
	if err = outOfSight(err); err == nil && t.gid() == "" {
		err = connectors.Busy(c.system+": read task", "the answer shows no task", 0)
	}
	return t, err
}

func outOfSight(err error) error {
	if forbidden(err) {
		return errHidden
	}
	return err
}

var errHidden = fmt.Errorf("the account may not see the task: %w", connectors.ErrNotFound)

// orDenied looks, where a task is out of sight, whether its project is. Then the account has lost its place there, and nothing was deleted.
func (c *Connector) orDenied(ctx context.Context, gid string, err error) error {
	if gid == "" || !errors.Is(err, errHidden) {
		return err
	}
	_, _, asking := call[project](ctx, c, http.MethodGet, "/projects/"+url.PathEscape(gid), nil, optFields("name"))
	switch {
	case forbidden(asking) || errors.Is(asking, connectors.ErrNotFound):
		return fmt.Errorf("%s: the account may not see project %s: make it a member again: %w", c.system, gid, connectors.ErrDenied)
	case asking != nil:
		return asking
	}
	return err
}

func forbidden(err error) bool {
	return errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) && !strings.Contains(err.Error(), "scope")
}

// orGone looks whether the task of a write that is forbidden can be seen at all. One that can is not gone: the account lacks the right.
func (c *Connector) orGone(ctx context.Context, id string, err error) error {
	if !forbidden(err) {
		return err
	}
	if _, reading := c.task(ctx, id, []string{"gid"}); reading != nil {
		return reading
	}
	return err
}

// Get reads a task ("Get a task"), and its comments, history and files where they are wanted.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	none := core.Observation{}
	v, err := c.look(ctx, want.Type, want.Fields)
	if err != nil {
		return none, err
	}
	t, err := c.task(ctx, id, v.opts)
	if err != nil {
		return none, c.orDenied(ctx, v.project, err)
	}
	o, err := c.observe(ctx, t, v)
	if err != nil {
		return none, err
	}
	var told []story
	if want.Comments {
		if told, err = c.stories(ctx, id); err != nil {
			return none, err
		}
		if err := c.hear(ctx, &o, told, v); err != nil {
			return none, err
		}
	}
	if err := c.mentions(ctx, &o); err != nil {
		return none, err
	}
	if want.Attachments {
		if o.Attachments, err = c.attachmentsOf(ctx, id, told); err != nil {
			return none, err
		}
	}
	o.Complete = want.Comments && want.Attachments
	return o, nil
}

// observe makes an observation of a task.
func (c *Connector) observe(ctx context.Context, t task, v view) (core.Observation, error) {
	o := core.Observation{Ref: c.ref(t.gid()), Revision: revision(t), CreatedAt: t.at("created_at"), UpdatedAt: t.at("modified_at"),
		Mark: c.markOf(t), Fields: map[string]core.Value{}}
	self, err := c.Self(ctx)
	if err != nil {
		return o, err
	}
	if by, _ := get[*user](t, "created_by"); by != nil {
		o.CreatedBy = core.Person(by.GID, "", "")
		o.OwnItem = by.GID == self.ID()
	}
	for _, f := range v.fields {
		var val core.Value
		switch f.Name {
		case "created_by", "created_by.name", "created_by.email":
			if val, err = c.creator(ctx, o.CreatedBy.ID(), f.Name); err != nil {
				return o, err
			}
		default:
			val = f.read(t, v.project)
		}
		if f.ID != "" && f.ID == c.markFieldIn(v.project) {
			continue // duplex's own
		}
		if !val.IsAbsent() {
			o.Fields[f.Name] = val
		}
	}
	return o, nil
}

// creator is who created a task; Asana shows the gid alone, so that the person is looked up, and remembered.
func (c *Connector) creator(ctx context.Context, gid, show string) (core.Value, error) {
	if gid == "" {
		return core.Absent(), nil
	}
	who, err := c.person(ctx, gid, "")
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return who, err
	}
	switch {
	case show == "created_by.name":
		return core.String(who.Name()), nil
	case show == "created_by.email":
		return core.String(who.Email()), nil
	case err != nil:
		return core.Person(gid, "", ""), nil
	}
	return who, nil
}

// revision moves with every change: modified_at does not with a move to another section or project ("Get multiple tasks"), so that where
// the task is counts too.
func revision(t task) string {
	var places []string
	for _, m := range t.memberships() {
		section := ""
		if m.Section != nil {
			section = m.Section.GID
		}
		places = append(places, m.Project.GID+"/"+section)
	}
	slices.Sort(places)
	sum := sha256.Sum256([]byte(strings.Join(places, " ")))
	return fmt.Sprintf("%d.%x", t.at("modified_at").UnixMilli(), sum[:4])
}

// revisedAt is the time in a revision, in milliseconds.
func revisedAt(rev string) int64 {
	text, _, _ := strings.Cut(rev, ".")
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// batchSize is how many calls one batch holds ("Batch API").
const batchSize = 10

type action struct {
	Path    string `json:"relative_path"`
	Method  string `json:"method"`
	Options struct {
		Fields []string `json:"fields"`
	} `json:"options"`
}

type outcome struct {
	Status int `json:"status_code"`
	Body   struct {
		Data   task `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	} `json:"body"`
}

// batch reads many tasks of a project in few calls; the vendor counts each task. Tasks that are gone are left out.
func (c *Connector) batch(ctx context.Context, project string, ids, opts []string) (map[string]task, error) {
	out := map[string]task{}
	for part := range slices.Chunk(ids, batchSize) {
		var actions []action
		for _, id := range part {
			a := action{Path: "/tasks/" + url.PathEscape(id), Method: "get"}
			a.Options.Fields = opts
			actions = append(actions, a)
		}
		told, _, err := call[[]outcome](ctx, c, http.MethodPost, "/batch", map[string]any{"actions": actions}, nil)
		if err != nil {
			return nil, err
		}
		if len(told) != len(part) {
			return nil, connectors.Busy(c.system+": read tasks", fmt.Sprintf("%d answers to %d questions", len(told), len(part)), 0)
		}
		for i, o := range told {
			switch {
			case o.Status == http.StatusOK && o.Body.Data.gid() != "":
				out[part[i]] = o.Body.Data
			case o.Status == http.StatusOK:
				return nil, connectors.Busy(c.system+": read tasks", "an answer shows no task", 0)
			default:
				body, _ := json.Marshal(o.Body)
				err := outOfSight(fmt.Errorf("%s: %w", c.system, c.classify(&http.Response{StatusCode: o.Status, Header: http.Header{}}, body)))
				if errors.Is(err, errHidden) {
					err, project = c.orDenied(ctx, project, err), "" // asked once
				}
				if !errors.Is(err, connectors.ErrNotFound) {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// GetMany reads tasks by batches.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	v, err := c.look(ctx, want.Type, want.Fields)
	if err != nil {
		return nil, err
	}
	found, err := c.batch(ctx, v.project, slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isGID(id) }), v.opts)
	if err != nil {
		return nil, err
	}
	var out []core.Observation
	for _, id := range slices.Sorted(maps.Keys(found)) {
		o, err := c.observe(ctx, found[id], v)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
