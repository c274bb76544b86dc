package rest

import (
	"context"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// markForm is what a mark looks like; anything else in its place belongs to somebody else.
var markForm = regexp.MustCompile(`^dx-[a-z0-9]{26}$`)

// hidden finds a mark at the end of a text.
func (m *Mark) hidden() *regexp.Regexp {
	form := regexp.QuoteMeta(m.Hide)
	form = strings.Replace(form, regexp.QuoteMeta("{mark}"), `(dx-[a-z0-9]{26})`, 1)
	return regexp.MustCompile(`\s*` + form + `\s*`)
}

// split takes a mark out of a text.
func (m *Mark) split(text string) (without, mark string) {
	if m == nil || m.Hide == "" {
		return text, ""
	}
	re := m.hidden()
	if found := re.FindAllStringSubmatch(text, -1); found != nil { // those before the last were quoted along
		return strings.TrimRight(re.ReplaceAllString(text, "\n"), "\n"), found[len(found)-1][1]
	}
	return text, ""
}

// join puts a mark into a text.
func (m *Mark) join(text, mark string) string {
	if m == nil || m.Hide == "" || mark == "" {
		return text
	}
	return strings.TrimRight(text, "\n") + "\n\n" + strings.ReplaceAll(m.Hide, "{mark}", mark)
}

// markOf is the mark that an item carries, "" for none.
func (c *Connector) markOf(m *Mark, v vars, it *Item) (string, error) {
	if m == nil {
		return "", nil
	}
	if m.Text != "" {
		f := it.Fields[m.Text]
		var x any
		var err error
		if f.Read != nil {
			x, err = f.Read.eval(v)
		} else if at, ok := filled(f.At, v); ok {
			x = valueAt(v["item"], at)
		}
		_, mark := m.split(textOf(x))
		return mark, err
	}
	s := ""
	if m.Read != nil {
		var err error
		if s, err = m.Read.text(v); err != nil {
			return "", err
		}
	} else if at, ok := filled(m.At, v); ok {
		s = textOf(valueAt(v["item"], at))
	}
	if !markForm.MatchString(s) {
		s = ""
	}
	return s, nil
}

// Find lists the items that carry the mark, by the list that the manifest names.
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	name, it, v, err := c.in(t)
	if err != nil || mark == "" {
		return nil, err
	}
	if !c.marks(it.Mark) || it.Mark.Find == nil {
		return nil, c.failed("looking for a mark", connectors.ErrUnsupported)
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	v = v.with("mark", mark, "self", self.ID(), "self_name", self.Name())
	if v, err = c.scoped(ctx, it, v); err != nil {
		return nil, c.failed("looking for a mark", err)
	}
	list, err := c.all(ctx, it.Mark.Find, v)
	if err != nil {
		return nil, c.failed("looking for a mark", err)
	}
	var refs []core.Ref
	for _, x := range list {
		r := raw{typ: name, it: it, item: x, vars: v}
		if is, err := it.is(r); err != nil || !is {
			if err != nil {
				return nil, c.failed("looking for a mark", err)
			}
			continue
		}
		got, err := c.markOf(it.Mark, r.see(), it)
		if err != nil {
			return nil, c.failed("looking for a mark", err)
		}
		gone, err := it.Gone.truth(r.see())
		if err != nil {
			return nil, c.failed("looking for a mark", err)
		}
		by, err := c.byline(it.Creator, r.see())
		if err != nil {
			return nil, c.failed("looking for a mark", err)
		}
		if got != mark || gone || copied(by, self) {
			continue
		}
		ref, err := c.ref(r)
		if err != nil {
			return nil, c.failed("looking for a mark", err)
		}
		refs = append(refs, ref)
	}
	return refs, nil
}
