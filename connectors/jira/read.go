package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// issue is an issue as the API shows it (IssueBean).
type issue struct {
	ID         string                     `json:"id"`
	Key        string                     `json:"key"`
	Fields     map[string]json.RawMessage `json:"fields"`
	Properties map[string]json.RawMessage `json:"properties"`
	Changelog  *changelog                 `json:"changelog"`
}

type changelog struct {
	Histories []struct {
		Created string `json:"created"`
		Author  *user  `json:"author"`
		Items   []struct {
			FieldID string `json:"fieldId"`
			Field   string `json:"field"` // all that Data Center tells
		} `json:"items"`
	} `json:"histories"`
}

// always are the fields every read asks for.
var always = []string{"created", "updated", "creator", "project", "issuetype", "status", "labels"}

// view is which fields a read shows, and under which names.
type view struct {
	all    bool
	fields []field // name as the caller wrote it
}

// look resolves the field names of a read. A name the site does not have is left out and so is absent.
func (c *Connector) look(ctx context.Context, names []string) (view, error) {
	if names == nil {
		cat, err := c.catalogue(ctx)
		if err != nil {
			return view{}, err
		}
		v := view{all: true}
		for _, f := range cat.byID {
			v.fields = append(v.fields, f)
		}
		v.fields = append(v.fields, cat.links...)
		return v, nil
	}
	var v view
	if len(names) == 0 {
		return v, nil
	}
	cat, err := c.catalogue(ctx, names...)
	if err != nil {
		return view{}, err
	}
	for _, n := range names {
		if f, why := cat.find(n); why == "" {
			f.name = n
			v.fields = append(v.fields, f)
		}
	}
	return v, nil
}

// ids is what to ask the API for.
func (v view) ids(extra ...string) []string {
	if v.all {
		out := []string{"*all"}
		for _, streams := range []string{"comment", "attachment", "worklog"} {
			if !contains(extra, streams) {
				out = append(out, "-"+streams)
			}
		}
		return out
	}
	seen := map[string]bool{}
	var out []string
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, id := range always {
		add(id)
	}
	for _, f := range v.fields {
		add(f.id)
	}
	for _, id := range extra {
		add(id)
	}
	return out
}

// Get reads an issue in one call ("Get issue"), and more only when it has more comments than that call shows. The times
// of field changes come from the issue's history.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	v, err := c.look(ctx, want.Fields)
	if err != nil {
		return core.Observation{}, err
	}
	var streams []string
	if want.Comments {
		streams = append(streams, "comment")
	}
	if want.Attachments {
		streams = append(streams, "attachment")
	}
	if want.Worklogs {
		streams = append(streams, "worklog")
	}
	is, err := c.issue(ctx, id, v.ids(streams...), "changelog")
	if err != nil {
		return core.Observation{}, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	o := c.observe(is, v, self)
	if want.Comments {
		if o.Comments, err = c.comments(ctx, is, self); err != nil {
			return core.Observation{}, err
		}
	}
	if want.Attachments {
		if o.Attachments, err = attachments(is, self); err != nil {
			return core.Observation{}, fmt.Errorf("%s: %w", c.system, err)
		}
	}
	if want.Worklogs {
		if o.Worklogs, err = c.worklogs(ctx, is, self); err != nil {
			return core.Observation{}, err
		}
		o.AllWorklogs = true
	}
	o.Complete = want.Comments && want.Attachments
	return o, c.whatTextsName(ctx, &o)
}

func (c *Connector) issue(ctx context.Context, id string, fields []string, expand string) (issue, error) {
	q := url.Values{"fields": {strings.Join(fields, ",")}, "properties": {markProperty}}
	if expand != "" {
		q.Set("expand", expand)
	}
	var is issue
	if err := c.get(ctx, c.issuePath(id), q, &is); err != nil {
		return is, err
	}
	if is.ID == "" || is.Fields == nil {
		return is, connectors.Busy(c.system+": read issue", "the answer holds no issue", 0)
	}
	c.noteDesk(is)
	return is, c.nameEpics(ctx, &is)
}

// observe reads an issue's fields. It is pure.
func (c *Connector) observe(is issue, v view, self string) core.Observation {
	o := core.Observation{Ref: c.ref(is.ID, is.Key), Mark: readMark(is.Properties[markProperty]), Fields: map[string]core.Value{}}
	if t, ok := is.time("updated"); ok {
		o.UpdatedAt, o.Revision = t.UTC(), revision(t)
	}
	if t, ok := is.time("created"); ok {
		o.CreatedAt = t.UTC()
	}
	o.CreatedBy = field{shape: shapeUser}.read(is.Fields["creator"])
	o.OwnItem = o.Mark != "" && self != "" && o.CreatedBy.ID() == self
	changed, ours := is.Changelog.times(c.on, self)
	for _, f := range v.fields {
		raw := is.Fields[f.id]
		if f.id == "parent" && len(raw) == 0 {
			raw = json.RawMessage("null") // Jira leaves the parent of an issue that has none out of its answers
		}
		value := f.read(raw)
		if f.id == "labels" {
			value = visibleLabels(value, o.Mark)
		}
		if value.IsAbsent() {
			continue
		}
		o.Fields[f.name] = value
		id := f.id
		if _, ok := changed[id]; !ok && c.on == dataCenter {
			id = f.label
		}
		if t, ok := changed[id]; ok {
			if o.Changed == nil {
				o.Changed = map[string]time.Time{}
			}
			o.Changed[f.name] = t
			if ours[id] {
				o.Ours = append(o.Ours, f.name)
			}
		}
	}
	slices.Sort(o.Ours)
	return o
}

func (is issue) time(id string) (time.Time, bool) {
	var s string
	if json.Unmarshal(is.Fields[id], &s) != nil {
		return time.Time{}, false
	}
	return parseTime(s)
}

// revision is the time of the last change in milliseconds since the epoch.
func revision(updated time.Time) string { return fmt.Sprint(updated.UnixMilli()) }

// times is when each field, by id (custom fields of Data Center by label), changed last, as far back as the history is shown, and whether the account self did
// that. Times are UTC.
func (l *changelog) times(on deployment, self string) (at map[string]time.Time, ours map[string]bool) {
	at, ours = map[string]time.Time{}, map[string]bool{}
	if l == nil {
		return at, ours
	}
	for _, h := range l.Histories {
		t, ok := parseTime(h.Created)
		for _, it := range h.Items {
			id := cmp.Or(it.FieldID, on.fieldOf(it.Field))
			if ok && t.After(at[id]) {
				at[id] = t.UTC()
				ours[id] = self != "" && h.Author != nil && h.Author.AccountID == self
			}
		}
	}
	return at, ours
}

// batch is the most issues one bulk fetch takes.
const batch = 100

// GetMany reads up to 100 issues per call ("Bulk fetch issues"). Issues that are gone are left out. What is read is the
// store, not the search index.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	v, err := c.look(ctx, want.Fields)
	if err != nil {
		return nil, err
	}
	if c.on == dataCenter {
		return c.oneByOne(ctx, ids, v)
	}
	var out []core.Observation
	for len(ids) > 0 {
		part := ids[:min(batch, len(ids))]
		ids = ids[len(part):]
		in := struct {
			IDs        []string `json:"issueIdsOrKeys"`
			Fields     []string `json:"fields"`
			Properties []string `json:"properties"`
		}{part, v.ids(), []string{markProperty}}
		var page searchPage
		if err := c.do(ctx, http.MethodPost, c.api+"/issue/bulkfetch", in, &page); err != nil {
			if errors.Is(err, connectors.ErrNotFound) {
				continue // none of them is there
			}
			return nil, err
		}
		self, err := c.selfID(ctx)
		if err != nil {
			return nil, err
		}
		for _, is := range page.Issues {
			c.noteDesk(is)
			out = append(out, c.observe(is, v, self))
		}
	}
	return out, nil
}

// oneByOne reads issues each in a call: Data Center has no bulk fetch, and its search is an index.
func (c *Connector) oneByOne(ctx context.Context, ids []string, v view) ([]core.Observation, error) {
	var out []core.Observation
	for _, id := range ids {
		is, err := c.issue(ctx, id, v.ids(), "")
		if errors.Is(err, connectors.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		self, err := c.selfID(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, c.observe(is, v, self))
	}
	return out, nil
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

func (is issue) decode(id string, into any) error { return json.Unmarshal(is.Fields[id], into) }
