package azuredevops

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// shape is what a client asked to see of an item.
type shape struct {
	fields   []string // nil is all that are kept
	expand   string   // none, relations, fields, links, all
	strings  bool     // identities as "Name <unique name>"
	noLong   bool     // long text fields only where named
	computed bool
}

// readShape reads fields, $expand and asOf of a request; asOf is zero where it is not asked for.
func readShape(fields []string, expand, asOf string) (shape, time.Time, error) {
	s := shape{fields: fields, expand: strings.ToLower(expand)}
	if s.expand == "" {
		s.expand = "none"
	}
	if !slices.Contains([]string{"none", "relations", "fields", "links", "all"}, s.expand) {
		return s, time.Time{}, bad("VssPropertyValidationException", "The value of $expand is not one of None, Relations, Fields, Links, All.")
	}
	if len(fields) > 0 && s.expand != "none" && s.expand != "links" {
		return s, time.Time{}, bad("ConflictingParametersException", "The expand parameter can not be used with the fields parameter.")
	}
	for _, name := range fields {
		if fieldBy(name) == nil {
			return s, time.Time{}, noField(name)
		}
	}
	s.computed = s.expand == "fields" || s.expand == "all"
	if asOf == "" {
		return s, time.Time{}, nil
	}
	at, ok := readTime(asOf, time.UTC)
	if !ok {
		return s, at, bad("VssPropertyValidationException", "The value of asOf is not a time.")
	}
	return s, at, nil
}

func (e *Emulator) itemURL(project, id string, more ...string) string {
	return e.api(append([]string{projectBy(project).id, "_apis", "wit", "workItems", id}, more...)...)
}

// view is a revision as the API shows it. newest says that it is the item's last one.
func (e *Emulator) view(it *item, r *revision, s shape, newest bool) object {
	id, project := strconv.Itoa(it.ID), r.Fields[fieldProject].(string)
	address := e.itemURL(project, id)
	if !newest {
		address = e.itemURL(project, id, "revisions", strconv.Itoa(r.Rev))
	}
	out := object{"id": it.ID, "rev": r.Rev, "fields": e.fieldViews(it, r, s), "url": address}
	if (s.expand == "relations" || s.expand == "all") && len(r.Relations) > 0 {
		out["relations"] = e.relationViews(r.Relations)
	}
	if s.expand == "links" || s.expand == "all" {
		out["_links"] = e.links(it, r)
	}
	if r.CommentID != 0 {
		out["commentVersionRef"] = e.commentRef(it, r)
	}
	if !e.onPremises() {
		formats := object{}
		for ref := range r.Fields {
			if f := fieldBy(ref); f.kind == "html" {
				formats[ref] = "html"
				if r.Formats[ref] != "" {
					formats[ref] = r.Formats[ref]
				}
			}
		}
		if len(formats) > 0 {
			out["multilineFieldsFormat"] = formats
		}
	}
	return out
}

func (e *Emulator) fieldViews(it *item, r *revision, s shape) object {
	out := object{}
	show := func(f *field) {
		if v := e.value(it, r, f, s.strings); v != nil {
			out[f.ref] = v
		}
	}
	for _, name := range s.fields {
		show(fieldBy(name))
	}
	if s.fields != nil {
		return out
	}
	for _, f := range fields {
		board := f.ref == "System.BoardColumn" || strings.HasPrefix(f.ref, "WEF_") || f.ref == "System.Parent"
		if (!f.computed || s.computed || board) && (!s.noLong || !f.long()) {
			show(f)
		}
	}
	return out
}

// value is a field's value as shown; nil where it has none.
func (e *Emulator) value(it *item, r *revision, f *field, text bool) any {
	var v any
	switch {
	case !f.computed:
		v = r.Fields[f.ref]
	case f.ref == "System.Id":
		return it.ID
	case f.ref == "System.Rev":
		return r.Rev
	case f.ref == "System.AreaId", f.ref == "System.IterationId":
		ref, kind := fieldArea, "areas"
		if f.ref == "System.IterationId" {
			ref, kind = fieldIteration, "iterations"
		}
		if n := e.node(kind, r.Fields[ref].(string)); n != nil {
			return n.ID
		}
	case f.ref == "System.NodeName":
		path := r.Fields[fieldArea].(string)
		return path[strings.LastIndex(path, `\`)+1:]
	case f.ref == "System.AuthorizedDate":
		return stamp(r.At)
	case f.ref == "System.AuthorizedAs":
		v = r.By
	case f.ref == "System.RevisedDate":
		return e.revised(it, r)
	case f.ref == "System.Watermark":
		return r.Watermark
	case f.ref == "System.Parent":
		if id := parentOf(r); id != 0 {
			return id
		}
	case f.ref == "System.IsDeleted":
		if r.Deleted {
			return true
		}
	case f.ref == "System.BoardColumn", strings.HasPrefix(f.ref, "WEF_"):
		if name := r.Fields[fieldType]; name != "Task" && name != "Störung" {
			return r.Fields[fieldState]
		}
	}
	if v == nil || f.kind != "identity" {
		return v
	}
	if text {
		return e.combined(v.(string))
	}
	return e.identityRef(v.(string))
}

// revised is when a revision was followed by the next.
func (e *Emulator) revised(it *item, r *revision) string {
	if r.Rev < len(it.Revs) {
		return stamp(it.Revs[r.Rev].At)
	}
	return never
}

func (e *Emulator) links(it *item, r *revision) object {
	id, project := strconv.Itoa(it.ID), r.Fields[fieldProject].(string)
	href := func(address string) object { return object{"href": address} }
	return object{"self": href(e.itemURL(project, id)), "workItemUpdates": href(e.itemURL(project, id, "updates")),
		"workItemRevisions": href(e.itemURL(project, id, "revisions")), "workItemComments": href(e.itemURL(project, id, "comments")),
		"html":         href(e.page(it.ID, project)),
		"workItemType": href(e.api(projectBy(project).id, "_apis", "wit", "workItemTypes", r.Fields[fieldType].(string))),
		"fields":       href(e.api("_apis", "wit", "fields"))}
}

// page is the address for people.
func (e *Emulator) page(id int, project string) string {
	return e.api(project, "_workitems", "edit", strconv.Itoa(id))
}

func (e *Emulator) commentRef(it *item, r *revision) object {
	id, version := strconv.Itoa(r.CommentID), strconv.Itoa(r.Version)
	out := object{"commentId": r.CommentID, "version": r.Version,
		"url": e.itemURL(r.Fields[fieldProject].(string), strconv.Itoa(it.ID), "comments", id, "versions", version)}
	if co := it.comment(r.CommentID); co != nil && co.Deleted {
		out["isDeleted"] = true
	}
	return out
}
