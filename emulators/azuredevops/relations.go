package azuredevops

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	relFile   = "AttachedFile"
	relParent = "System.LinkTypes.Hierarchy-Reverse"
	relChild  = "System.LinkTypes.Hierarchy-Forward"
)

// relationTypes are the kinds of relations, with their other ends.
var relationTypes = []struct{ ref, name, other string }{
	{relChild, "Child", relParent}, {relParent, "Parent", relChild},
	{"System.LinkTypes.Related", "Related", "System.LinkTypes.Related"},
	{"System.LinkTypes.Dependency-Forward", "Successor", "System.LinkTypes.Dependency-Reverse"},
	{"System.LinkTypes.Dependency-Reverse", "Predecessor", "System.LinkTypes.Dependency-Forward"},
	{"System.LinkTypes.Duplicate-Forward", "Duplicate", "System.LinkTypes.Duplicate-Reverse"},
	{"System.LinkTypes.Duplicate-Reverse", "Duplicate Of", "System.LinkTypes.Duplicate-Forward"},
	{relFile, "Attached File", ""}, {"Hyperlink", "Hyperlink", ""}, {"ArtifactLink", "Artifact Link", ""},
}

func otherEnd(rel string) (name, other string, ok bool) {
	for _, t := range relationTypes {
		if t.ref == rel {
			return t.name, t.other, true
		}
	}
	return "", "", false
}

// relation adds one at the end, or edits or removes the one at a position. Positions are those before the patch.
func (ch *change) relation(op patchOp, parts []string) error {
	if parts[0] == "-" && op.Op == "add" && len(parts) == 1 {
		return ch.link(op.Value)
	}
	i, err := strconv.Atoi(parts[0])
	if err != nil || ch.old == nil || i < 0 || i >= len(ch.old.Relations) || slices.Contains(ch.gone, i) {
		return bad("PatchOperationFailedException", "Index out of range for path "+op.Path+".")
	}
	target := ch.old.Relations[i]
	at := slices.IndexFunc(ch.next.Relations, func(r relation) bool { return r.ID == target.ID })
	switch {
	case op.Op == "remove" && len(parts) == 1:
		ch.next.Relations = slices.Delete(ch.next.Relations, at, at+1)
		ch.gone = append(ch.gone, i)
		ch.lost = append(ch.lost, target)
		return nil
	case len(parts) == 3 && parts[1] == "attributes" && parts[2] == "comment":
		target.Attributes = maps.Clone(target.Attributes)
		target.Attributes["comment"] = op.Value
		ch.next.Relations[at] = target
		ch.edited = append(ch.edited, target)
		return nil
	}
	return bad("PatchOperationFailedException", "Unable to evaluate path "+op.Path+".")
}

var (
	itemAddress = regexp.MustCompile(`(?i)/_apis/wit/workitems/(\d+)$`)
	fileAddress = regexp.MustCompile(`(?i)/_apis/wit/attachments/([0-9a-f-]{36})`)
)

// link adds a relation.
func (ch *change) link(v any) error {
	in, _ := v.(map[string]any)
	rel, _ := in["rel"].(string)
	address, _ := in["url"].(string)
	name, _, known := otherEnd(rel)
	if !known || address == "" {
		return bad("WorkItemLinkInvalidException", "TF237121: The relation "+rel+" is unknown, or has no url.")
	}
	e := ch.c.e
	e.st.NextLink++
	r := relation{Rel: rel, URL: address, ID: e.st.NextLink, Attributes: object{}}
	given, _ := in["attributes"].(map[string]any)
	if text, ok := given["comment"]; ok {
		r.Attributes["comment"] = text
	}
	switch {
	case strings.HasPrefix(rel, "System.LinkTypes."):
		r.Attributes["isLocked"], r.Attributes["name"] = false, name
		if err := ch.linkItem(&r, address); err != nil {
			return err
		}
	case rel == relFile:
		if err := ch.linkFile(&r, address, given); err != nil {
			return err
		}
	default:
		if u, err := url.Parse(address); err != nil || u.Scheme == "" {
			return bad("WorkItemLinkInvalidException", "TF237122: The url of the relation "+rel+" is not absolute.")
		}
		r.Attributes["authorizedDate"], r.Attributes["id"] = stamp(tick(ch.c.now)), float64(r.ID)
		r.Attributes["resourceCreatedDate"], r.Attributes["resourceModifiedDate"], r.Attributes["revisedDate"] = stamp(tick(ch.c.now)), stamp(tick(ch.c.now)), never
	}
	files := 0
	for _, have := range ch.next.Relations {
		if have.Rel == r.Rel && (have.URL == r.URL && have.Target == r.Target && have.File == r.File) {
			return bad("RelationAlreadyExistsException", "TF26190: Relation already exists.")
		}
		if have.Rel == relParent && r.Rel == relParent {
			return bad("WorkItemLinkAddExtraParentException", fmt.Sprintf("TF201036: You cannot add a Parent link from work item %d to work item %d because a work item can have only one Parent link.", ch.it.ID, r.Target))
		}
		if have.Rel == relFile {
			files++
		}
	}
	if len(ch.next.Relations) >= e.limits.Relations || r.Rel == relFile && files >= e.limits.Attached {
		return bad("WorkItemLinksLimitExceededException", "VS403501: The work item has reached the limit of its links or attachments.")
	}
	ch.next.Relations = append(ch.next.Relations, r)
	ch.added = append(ch.added, r)
	return nil
}

func (ch *change) linkItem(r *relation, address string) error {
	m := itemAddress.FindStringSubmatch(address)
	if m == nil {
		return bad("WorkItemLinkInvalidException", "TF237121: The url of the relation is not a work item's.")
	}
	r.Target, _ = strconv.Atoi(m[1])
	target := ch.c.e.st.Items[r.Target]
	if target == nil || target.Gone || target.Deleted != nil {
		return noItem(m[1])
	}
	if r.Target == ch.it.ID {
		return bad("WorkItemLinkSelfLinkException", "TF201035: A work item cannot be linked to itself.")
	}
	if _, other, _ := otherEnd(r.Rel); other == relParent && parentOf(target.latest()) != 0 {
		return bad("WorkItemLinkAddExtraParentException", "TF201036: You cannot add a Child link because a work item can have only one Parent link.")
	}
	r.URL = ""
	return nil
}

func (ch *change) linkFile(r *relation, address string, given map[string]any) error {
	m := fileAddress.FindStringSubmatch(address)
	var f *file
	if m != nil {
		f = ch.c.e.st.Files[strings.ToLower(m[1])]
	}
	if f == nil || f.Length < f.Total {
		return refuse(http.StatusBadRequest, "AttachmentNotFoundException", "VS403303: The attachment does not exist.")
	}
	r.File, r.URL = f.ID, ""
	r.Attributes["name"] = f.Name
	if name, _ := given["name"].(string); name != "" {
		r.Attributes["name"] = name
	}
	at := stamp(tick(ch.c.now))
	r.Attributes["id"], r.Attributes["resourceSize"] = float64(r.ID), float64(f.Length)
	r.Attributes["authorizedDate"], r.Attributes["resourceCreatedDate"], r.Attributes["resourceModifiedDate"], r.Attributes["revisedDate"] = at, stamp(f.At), stamp(f.At), never
	return nil
}

func parentOf(r *revision) int {
	for _, rel := range r.Relations {
		if rel.Rel == relParent {
			return rel.Target
		}
	}
	return 0
}

// mirror makes the other ends of links follow. That is no revision there: an update with relations only.
func (c *call) mirror(ch *change, at time.Time) {
	for _, r := range ch.added {
		if target := c.e.st.Items[r.Target]; r.Target != 0 && target != nil {
			_, other, _ := otherEnd(r.Rel)
			otherName, _, _ := otherEnd(other)
			back := relation{Rel: other, Target: ch.it.ID, ID: r.ID, Attributes: object{"isLocked": false, "name": otherName}}
			last := target.latest()
			last.Relations = append(slices.Clone(last.Relations), back)
			target.Updates = append(target.Updates, &update{ID: len(target.Updates) + 1, Rev: last.Rev, By: c.user.mail, At: at, Added: []relation{back}})
		}
	}
	for _, r := range ch.lost {
		target := c.e.st.Items[r.Target]
		if r.Target == 0 || target == nil {
			continue
		}
		last := target.latest()
		last.Relations = slices.DeleteFunc(slices.Clone(last.Relations), func(o relation) bool {
			if o.ID != r.ID {
				return false
			}
			target.Updates = append(target.Updates, &update{ID: len(target.Updates) + 1, Rev: last.Rev, By: c.user.mail, At: at, Removed: []relation{o}})
			return true
		})
	}
}

func (e *Emulator) relationView(r relation) object {
	address := r.URL
	switch {
	case r.Target != 0:
		address = e.api("_apis", "wit", "workItems", strconv.Itoa(r.Target))
	case r.File != "":
		address = e.api("_apis", "wit", "attachments", r.File)
	}
	return object{"rel": r.Rel, "url": address, "attributes": r.Attributes}
}

func (e *Emulator) relationViews(list []relation) []any {
	out := []any{}
	for _, r := range list {
		out = append(out, e.relationView(r))
	}
	return out
}

func (c *call) listRelationTypes() error {
	out := []any{}
	for _, t := range relationTypes {
		usage := "workItemLink"
		if t.other == "" {
			usage = "resourceLink"
		}
		out = append(out, object{"referenceName": t.ref, "name": t.name, "url": c.e.api("_apis", "wit", "workItemRelationTypes", t.ref),
			"attributes": object{"usage": usage, "editable": true, "enabled": true}})
	}
	return c.list(out)
}
