package azuredevops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// patchOp is one operation of a JSON Patch.
type patchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

// change is a revision in the making.
type change struct {
	c      *call
	it     *item
	old    *revision // nil for a new item
	next   *revision
	named  map[string]bool // the fields the client named
	gone   []int           // positions of relations that were removed, as the client sees them
	rules  ruleErrors
	bypass bool
	added  []relation
	lost   []relation
	edited []relation
	text   string // of System.History
}

func (c *call) readPatch() ([]patchOp, error) {
	if kind, _, _ := mime.ParseMediaType(c.req.Header.Get("Content-Type")); kind != "application/json-patch+json" {
		return nil, wrongMedia(kind)
	}
	var ops []patchOp
	if err := json.NewDecoder(bytes.NewReader(c.body)).Decode(&ops); err != nil || len(ops) == 0 {
		return nil, bad("VssPropertyValidationException", "You must pass a valid patch document in the body of the request.")
	}
	if c.flag("bypassRules") && !c.user.admin {
		return nil, refuse(http.StatusForbidden, "AccessCheckException", "TF401027: You need the Bypass rules on work item updates permission on this resource to perform this action.")
	}
	return ops, nil
}

// begin copies an item's newest revision.
func (c *call) begin(it *item) *change {
	ch := &change{c: c, it: it, named: map[string]bool{}, bypass: c.flag("bypassRules"), next: &revision{Rev: 1, Fields: object{}, Formats: map[string]string{}}}
	if len(it.Revs) > 0 {
		ch.old = it.latest()
		ch.next = ch.old.copy()
		ch.next.Rev++
	}
	return ch
}

func (r *revision) copy() *revision {
	out := *r
	out.Fields, out.Formats = maps.Clone(r.Fields), maps.Clone(r.Formats)
	if out.Formats == nil {
		out.Formats = map[string]string{}
	}
	out.Relations = slices.Clone(r.Relations)
	out.CommentID, out.Version = 0, 0
	delete(out.Fields, fieldHistory)
	return &out
}

// apply carries the operations out. Tests are looked at first, wherever they stand: nothing is written where one fails.
func (ch *change) apply(ops []patchOp) error {
	for _, op := range ops {
		if op.Op == "test" {
			if err := ch.test(op); err != nil {
				return err
			}
		}
	}
	for _, op := range ops {
		var err error
		parts := strings.Split(strings.TrimPrefix(op.Path, "/"), "/")
		switch {
		case op.Op == "test":
		case op.Op != "add" && op.Op != "replace" && op.Op != "remove":
			err = bad("VssPropertyValidationException", "The operation "+op.Op+" is not supported.")
		case parts[0] == "fields" && len(parts) == 2:
			err = ch.field(op, parts[1])
		case parts[0] == "multilineFieldsFormat" && len(parts) == 2:
			err = ch.format(op, parts[1])
		case parts[0] == "relations" && len(parts) > 1:
			err = ch.relation(op, parts[1:])
		default:
			err = bad("VssPropertyValidationException", "Unable to evaluate path "+op.Path+".")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (ch *change) test(op patchOp) error {
	have := any(0.0)
	switch name, ok := strings.CutPrefix(op.Path, "/fields/"); {
	case op.Path == "/rev" && ch.old != nil:
		have = float64(ch.old.Rev)
	case ok && ch.old != nil:
		have = ch.old.Fields[name]
	}
	if !reflect.DeepEqual(have, op.Value) && fmt.Sprint(have) != fmt.Sprint(op.Value) {
		return refuse(http.StatusPreconditionFailed, "TestPatchOperationFailedException", "VS403351: Test Operation for path "+op.Path+" failed.")
	}
	return nil
}

// field sets or empties one field.
func (ch *change) field(op patchOp, name string) error {
	f := fieldBy(name)
	if f == nil || f.ref != name && !strings.EqualFold(f.ref, name) {
		return noField(name)
	}
	bypassed := ch.bypass && slices.Contains([]string{"System.CreatedDate", "System.CreatedBy", "System.ChangedDate", "System.ChangedBy"}, f.ref)
	if f.readOnly && !bypassed {
		ch.rules.add(f, "ReadOnly", "TF401326: Invalid field status 'ReadOnly' for field '"+f.ref+"'.")
		return nil
	}
	if op.Op == "remove" {
		op.Value = nil
	}
	ch.named[f.ref] = true
	switch f.ref {
	case fieldTags:
		return ch.tags(op)
	case fieldHistory:
		ch.text, _ = op.Value.(string)
		return nil
	case "System.AreaId", "System.IterationId":
		return ch.nodeByID(f, op.Value)
	case fieldProject, fieldType:
		return ch.move(f, op.Value)
	}
	project, _ := ch.next.Fields[fieldProject].(string)
	if f.kind == "treePath" {
		project = "" // checked against the project at the end: both may change in one patch
	}
	v, ok, err := ch.c.e.read(f, op.Value, project, &ch.rules)
	if err != nil || !ok {
		return err
	}
	if s, text := v.(string); text && f.kind == "html" && ch.next.Formats[f.ref] == "" {
		v = sanitize(s)
	}
	ch.put(f.ref, v)
	return nil
}

func (ch *change) put(ref string, v any) {
	if v == nil {
		delete(ch.next.Fields, ref)
		return
	}
	ch.next.Fields[ref] = v
}

// tags: add keeps what is there, replace does not.
func (ch *change) tags(op patchOp) error {
	text, _ := op.Value.(string)
	tags := splitTags(text)
	if op.Op == "add" {
		had, _ := ch.next.Fields[fieldTags].(string)
		tags = splitTags(had + ";" + text)
	}
	if len(tags) > ch.c.e.limits.Tags {
		return bad("WorkItemTagLimitExceededException", fmt.Sprintf("VS403500: A work item cannot have more than %d tags.", ch.c.e.limits.Tags))
	}
	project, _ := ch.next.Fields[fieldProject].(string)
	ch.put(fieldTags, ch.c.e.joinTags(project, tags))
	return nil
}

// format switches a long text field between HTML and Markdown.
func (ch *change) format(op patchOp, name string) error {
	f := fieldBy(name)
	if f == nil {
		return noField(name)
	}
	text, _ := op.Value.(string)
	switch {
	case ch.c.e.onPremises():
		return bad("VssPropertyValidationException", "Unable to evaluate path "+op.Path+".")
	case f.kind != "html" || !strings.EqualFold(text, "markdown") && !strings.EqualFold(text, "html"):
		return bad("VssPropertyValidationException", "The format "+text+" is not one of html, markdown for "+f.ref+".")
	case strings.EqualFold(text, "html"):
		delete(ch.next.Formats, f.ref)
		if s, ok := ch.next.Fields[f.ref].(string); ok {
			ch.next.Fields[f.ref] = sanitize(s)
		}
	default:
		ch.next.Formats[f.ref] = "markdown"
	}
	return nil
}

func (ch *change) nodeByID(f *field, v any) error {
	id, _ := strconv.Atoi(fmt.Sprint(v))
	target, kind := fieldArea, "areas"
	if f.ref == "System.IterationId" {
		target, kind = fieldIteration, "iterations"
	}
	for _, n := range ch.c.e.st.Nodes {
		if n.ID == id && n.Kind == kind {
			ch.next.Fields[target] = n.Path
			ch.named[target] = true
			return nil
		}
	}
	return bad("WorkItemTrackingTreeNodeNotFoundException", "TF401347: Invalid tree id given for work item, field '"+f.ref+"'.")
}

// move changes the project or the type; Server does neither.
func (ch *change) move(f *field, v any) error {
	text, _ := v.(string)
	if ch.old == nil || ch.next.Fields[f.ref] == text {
		return nil
	}
	if ch.c.e.onPremises() {
		ch.rules.add(f, "ReadOnly", "TF401326: Invalid field status 'ReadOnly' for field '"+f.ref+"'.")
		return nil
	}
	if f.ref == fieldProject {
		p := projectBy(text)
		if p == nil {
			return noProject(text)
		}
		text = p.name
	}
	ch.next.Fields[f.ref] = text
	return nil
}
