package azuredevops

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (c *call) shape() (shape, time.Time, error) {
	return readShape(c.words("fields"), c.query("$expand"), c.query("asOf"))
}

// seen is the revision to show: the newest, or that of a moment. nil is none.
func seen(it *item, asOf time.Time) *revision {
	if asOf.IsZero() {
		return it.latest()
	}
	return it.at(asOf)
}

func (c *call) getItem() error {
	s, asOf, err := c.shape()
	if err != nil {
		return err
	}
	it, err := c.item("id")
	if err != nil {
		return err
	}
	r := seen(it, asOf)
	if r == nil {
		return noItem(c.params["id"])
	}
	return c.answer(c.e.view(it, r, s, r == it.latest()))
}

// getItems reads many by ?ids=.
func (c *call) getItems() error {
	s, asOf, err := c.shape()
	if err != nil {
		return err
	}
	var ids []int
	for _, text := range c.words("ids") {
		id, err := strconv.Atoi(text)
		if err != nil {
			return bad("VssPropertyValidationException", "The value of ids is not a list of numbers.")
		}
		ids = append(ids, id)
	}
	return c.many(ids, s, asOf, c.query("errorPolicy"))
}

func (c *call) postBatch() error {
	var in struct {
		IDs         []int    `json:"ids"`
		Fields      []string `json:"fields"`
		Expand      string   `json:"$expand"`
		AsOf        string   `json:"asOf"`
		ErrorPolicy string   `json:"errorPolicy"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	s, asOf, err := readShape(in.Fields, in.Expand, in.AsOf)
	if err != nil {
		return err
	}
	return c.many(in.IDs, s, asOf, in.ErrorPolicy)
}

// many shows items in the order asked for. One that is missing fails all, or is null with errorPolicy=omit.
func (c *call) many(ids []int, s shape, asOf time.Time, policy string) error {
	if len(ids) == 0 {
		return bad("VssPropertyValidationException", "The value of ids is empty.")
	}
	if len(ids) > c.e.limits.Batch {
		return bad("WorkItemPageSizeExceededException", fmt.Sprintf("VS403474: You cannot read more than %d work items in one call.", c.e.limits.Batch))
	}
	out := []any{}
	for _, id := range ids {
		c.params["many"] = strconv.Itoa(id)
		it, err := c.item("many")
		var r *revision
		if err == nil {
			if r = seen(it, asOf); r == nil {
				err = noItem(strconv.Itoa(id))
			}
		}
		switch {
		case err == nil:
			out = append(out, c.e.view(it, r, s, r == it.latest()))
		case strings.EqualFold(policy, "omit"):
			out = append(out, nil)
		default:
			return err
		}
	}
	return c.list(out)
}

// fresh is the state a new item of a type starts from.
func (c *call) fresh() (*change, error) {
	kind := projectBy(c.project).kind(c.params["type"])
	if kind == nil {
		return nil, refuse(http.StatusNotFound, "WorkItemTypeNotFoundException", "VS402323: Work item type "+c.params["type"]+
			" does not exist in project "+c.project+" or you do not have permission to access it.")
	}
	ch := c.begin(&item{})
	f := ch.next.Fields
	f[fieldProject], f[fieldType], f[fieldArea], f[fieldIteration] = c.project, kind.name, c.project, c.project
	f[fieldState] = kind.steps[""][0].to
	for _, def := range fields {
		if def.initial != nil && def.on(kind.name) {
			f[def.ref] = def.initial
		}
	}
	return ch, nil
}

// getTemplate shows what a new item would hold.
func (c *call) getTemplate() error {
	ch, err := c.fresh()
	if err != nil {
		return err
	}
	s, _, err := c.shape()
	if err != nil {
		return err
	}
	ch.next.Rev = 0
	out := c.e.view(ch.it, ch.next, s, true)
	delete(out, "id")
	delete(out, "rev")
	return c.answer(out)
}

// postItem creates. It answers 200, not 201.
func (c *call) postItem() error {
	ops, err := c.readPatch()
	if err != nil {
		return err
	}
	ch, err := c.fresh()
	if err != nil {
		return err
	}
	ch.it.ID = c.e.st.NextItem
	tags := len(c.e.st.Tags[c.project])
	if err := c.work(ch, ops); err != nil || c.flag("validateOnly") {
		c.e.st.Tags[c.project] = c.e.st.Tags[c.project][:tags]
		return err
	}
	if _, err := ch.commit(); err != nil {
		return err
	}
	c.e.st.NextItem++
	c.e.st.Items[ch.it.ID] = ch.it
	c.happened("workitem.created", ch.it)
	if ch.text != "" {
		c.happened("workitem.commented", ch.it)
	}
	return c.show(ch)
}

func (c *call) patchItem() error {
	ops, err := c.readPatch()
	if err != nil {
		return err
	}
	it, err := c.item("id")
	if err != nil {
		return err
	}
	if c.e.races > 0 {
		c.e.races--
		return refuse(http.StatusConflict, "WorkItemRevisionMismatchException", "TF26071: This work item has been changed by someone else since you opened it. You will need to refresh it and discard your changes.")
	}
	ch := c.begin(it)
	if err := c.work(ch, ops); err != nil || c.flag("validateOnly") {
		return err
	}
	changed, err := ch.commit()
	if err != nil {
		return err
	}
	if changed {
		c.happened("workitem.updated", it)
		if ch.text != "" {
			c.happened("workitem.commented", it)
		}
	}
	return c.show(ch)
}

// work applies a patch and the rules, and shows the result where it is only to be validated.
func (c *call) work(ch *change, ops []patchOp) error {
	if err := ch.apply(ops); err != nil {
		return err
	}
	if err := ch.settle(); err != nil {
		return err
	}
	if c.flag("validateOnly") {
		return c.answer(c.e.view(ch.it, ch.next, shape{expand: "none"}, true))
	}
	return nil
}

func (c *call) show(ch *change) error {
	s, _, err := readShape(nil, c.query("$expand"), "")
	if err != nil {
		return err
	}
	return c.answer(c.e.view(ch.it, ch.it.latest(), s, true))
}
