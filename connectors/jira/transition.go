package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sort"
	"strings"

	"duplex/connectors"
)

// takeOne takes the hop, or, when it is refused for what it asks for, another one to the same status. It never goes elsewhere
// instead: an issue is not moved about because of a field. The error is the one about the first.
func (c *Connector) takeOne(ctx context.Context, id string, hops []hop, first hop, late map[string]any) error {
	err := c.take(ctx, id, first, late)
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	var others []hop
	for _, h := range hops {
		if h.To.is(first.To) && h.ID != first.ID {
			others = append(others, h)
		}
	}
	sort.SliceStable(others, func(i, j int) bool { return required(others[i], late) < required(others[j], late) })
	for _, h := range others {
		again := c.take(ctx, id, h, late)
		var refused *connectors.InvalidError
		if again == nil || !errors.As(again, &refused) {
			return again
		}
	}
	return err
}

// take carries out one hop, with what its screen asks for ("Transition issue"). A refusal that is about a field the
// patch does not write is one about status, because the status is what cannot be written.
func (c *Connector) take(ctx context.Context, id string, h hop, late map[string]any) error {
	fields, missing, err := c.fill(ctx, id, h, late)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return connectors.Invalid(c.system+": move issue", "status", h.called()+" needs "+strings.Join(missing, ", ")+"; "+giveIt(missing))
	}
	body := map[string]any{"transition": map[string]string{"id": h.ID}}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	err = c.do(ctx, http.MethodPost, c.issuePath(id, "transitions"), body, nil)
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) {
		return fmt.Errorf("%s: move issue: %w", c.system, &connectors.InvalidError{Fields: c.aboutStatus(h, c.called(ctx, invalid.Fields), late)})
	}
	if err != nil {
		return err
	}
	for f := range fields {
		delete(late, f)
	}
	return nil
}

// called are refused fields by the names that mappings use, also where the site's fields had not been asked for yet.
func (c *Connector) called(ctx context.Context, refused map[string]string) map[string]string {
	out := map[string]string{}
	for f, why := range refused {
		if strings.HasPrefix(f, "customfield_") {
			_, _ = c.catalogue(ctx) // without it the id is named
		}
		out[c.nameOf(f)] = why
	}
	return out
}

func (h hop) called() string {
	return fmt.Sprintf("the transition %q (%s) to %q", h.Name, h.ID, h.To.Name)
}

// giveIt says how the author of a mapping gives what a transition asks for.
func giveIt(names []string) string {
	give := "give it"
	if len(names) > 1 {
		give = "give them"
	}
	return fmt.Sprintf("%s beside the status, with also: {%s: {%s: …}}", give, connectors.ThisSide, names[0])
}

func (c *Connector) aboutStatus(h hop, refused map[string]string, late map[string]any) map[string]string {
	patched := map[string]bool{}
	for f := range late {
		patched[c.nameOf(f)] = true
	}
	out, why := map[string]string{}, h.called()+" was refused"
	var ask []string
	for _, f := range sortedKeys(refused) {
		if patched[f] {
			out[f] = refused[f]
			continue
		}
		if f != "" {
			ask = append(ask, f)
		}
		why += "; " + strings.TrimPrefix(f+": ", ": ") + refused[f]
	}
	if len(ask) > 0 {
		why += "; " + giveIt(ask)
	}
	if len(out) == 0 || len(out) < len(refused) {
		out["status"] = why
	}
	return out
}

// fill gives what to send on a hop's screen: what the patch has for it, else, of what must be there, what the issue has already,
// else for a resolution the first one allowed. Missing are the names of what nobody gives.
func (c *Connector) fill(ctx context.Context, id string, h hop, late map[string]any) (fields map[string]any, missing []string, err error) {
	fields = map[string]any{}
	var open []string
	for _, f := range sortedKeys(h.Fields) {
		if v, ok := late[f]; ok {
			fields[f] = v
		} else if m := h.Fields[f]; m.Required && !m.HasDefault {
			open = append(open, f)
		}
	}
	if len(open) == 0 {
		return fields, nil, nil
	}
	has, err := c.presentFields(ctx, id, open)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range open {
		m := h.Fields[f]
		v, there := has[f]
		switch {
		case there && v != nil:
			fields[f] = v
		case there: // the connector cannot read it: the system decides
		case f == "resolution" && len(m.Allowed) > 0:
			fields[f] = map[string]string{"id": m.Allowed[0].ID}
		default:
			missing = append(missing, cmp.Or(c.nameOf(f), m.Name, f))
		}
	}
	return fields, missing, nil
}

// presentFields are those of the fields that an issue has, in the form in which they are written; nil for one whose type is not
// known here.
func (c *Connector) presentFields(ctx context.Context, id string, ids []string) (map[string]any, error) {
	cat, err := c.catalogue(ctx, ids...)
	if err != nil {
		return nil, err
	}
	is, err := c.issue(ctx, id, ids, "")
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, id := range ids {
		f, known := cat.byID[id]
		if !known {
			out[id] = nil
			continue
		}
		v := f.read(is.Fields[id])
		if v.IsAbsent() || v.IsEmpty() {
			continue
		}
		if !f.multi {
			if x, why := f.write(v); why == "" {
				out[id] = x
			}
			continue
		}
		all := []any{}
		for _, it := range v.Items() {
			if x, why := f.write(it); why == "" {
				all = append(all, x)
			}
		}
		out[id] = all
	}
	return out, nil
}

// postpone takes what the edit screen refused out of the edit and leaves it to a transition's screen. Not ok when nothing of it is
// absent from the edit screen: then the values are to blame.
func (e *edit) postpone(c *Connector, refused *connectors.InvalidError, screen map[string]fieldMeta) bool {
	moved := false
	for id, v := range maps.Clone(e.fields) {
		_, shown := screen[id]
		if _, named := refused.Fields[c.nameOf(id)]; named && !shown {
			e.late[id] = v
			delete(e.fields, id)
			moved = true
		}
	}
	return moved
}

// edited writes an edit's fields. Where the issue is moved too, what only a transition's screen takes waits for that; refusal is
// then what the edit screen said about it.
func (c *Connector) edited(ctx context.Context, before issue, e *edit) (answer issue, refusal, err error) {
	answer, err = c.put(ctx, before.ID, e.fields, e.update)
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || e.status.IsAbsent() {
		return answer, nil, err
	}
	screen, serr := c.editMeta(ctx, before.ID)
	if serr != nil {
		return answer, nil, serr
	}
	if !e.postpone(c, invalid, screen) {
		return answer, nil, err
	}
	if e.isEmpty() {
		return before, err, nil
	}
	answer, again := c.put(ctx, before.ID, e.fields, e.update)
	return answer, err, again
}
