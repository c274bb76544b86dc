package salesforce

import (
	"net/http"
	"strings"
	"time"
)

type row = map[string]any

// conditional applies If-Unmodified-Since and, to reads, If-Modified-Since (vendor page "Conditional Request Headers"):
// weak, with a resolution of one second, and on nothing but LastModifiedDate. Both headers are ignored on DELETE.
func (c *call) conditional(changed time.Time) error {
	for _, name := range []string{"If-Unmodified-Since", "If-Modified-Since"} {
		text := c.req.Header.Get(name)
		if text == "" || name == "If-Modified-Since" && c.req.Method != http.MethodGet {
			continue
		}
		at, err := http.ParseTime(text)
		if err != nil {
			return refuse(http.StatusBadRequest, "INVALID_HEADER_VALUE", name+" is not an HTTP date")
		}
		later := changed.After(at)
		if name == "If-Unmodified-Since" && later {
			return &apiError{status: http.StatusPreconditionFailed}
		}
		if name == "If-Modified-Since" && !later {
			return &apiError{status: http.StatusNotModified}
		}
	}
	return nil
}

// postRecord creates; files come as multipart.
func (c *call) postRecord() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	in, err := c.input(o)
	if err != nil {
		return err
	}
	r, err := c.create(o, in)
	if err != nil {
		return err
	}
	return c.answer(http.StatusCreated, row{"id": r.ID, "success": true, "errors": []any{}})
}

// input reads the fields to write, from JSON or from multipart.
func (c *call) input(o *object) (row, error) {
	kind := c.req.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "multipart/form-data"):
		return c.multipart(o)
	case strings.HasPrefix(kind, "application/json"):
		return c.object()
	}
	return nil, refuse(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The entity is in a format that is not supported by the method")
}

func (c *call) getRecord() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	r, err := c.record(o)
	if err != nil {
		return err
	}
	return c.show(o, r)
}

// show answers with the fields that ?fields= names, or with all that the caller may see.
func (c *call) show(o *object, r *record) error {
	if err := c.conditional(unstamp(r.text("LastModifiedDate"))); err != nil {
		return err
	}
	out, err := c.fieldsOf(o, r, c.query("fields"))
	if err != nil {
		return err
	}
	c.w.Header().Set("Last-Modified", unstamp(r.text("LastModifiedDate")).Format(http.TimeFormat))
	return c.answer(http.StatusOK, out)
}

func (c *call) fieldsOf(o *object, r *record, names string) (row, error) {
	out := row{"attributes": c.attributes(o, r)}
	if names == "" {
		for _, f := range o.fields {
			if c.sees(o, f) {
				out[f.name] = c.value(r, f)
			}
		}
		return out, nil
	}
	for _, name := range append(strings.Split(names, ","), "Id") {
		name = strings.TrimSpace(name)
		if err := c.project(o, r, strings.Split(name, "."), name, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *call) attributes(o *object, r *record) row {
	name := o.name
	return row{"type": name, "url": "/services/data/" + c.req.PathValue("version") + "/sobjects/" + name + "/" + r.ID}
}

// value is a field as answers show it.
func (c *call) value(r *record, f *field) any {
	switch {
	case f.formula: // Age_Days__c, worked out when it is read
		return float64(int(c.now.Sub(unstamp(r.text("CreatedDate"))).Hours()) / 24)
	case f.kind == "base64":
		return "/services/data/" + c.req.PathValue("version") + "/sobjects/" + r.Object + "/" + r.ID + "/" + f.name
	case f.kind == "boolean":
		return r.flag(f.name)
	case f.name == "Comments": // written only
		return nil
	}
	return r.Values[f.name]
}

func (c *call) patchRecord() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	r, err := c.record(o)
	if err != nil {
		return err
	}
	if err := c.conditional(unstamp(r.text("LastModifiedDate"))); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	if _, err := c.update(o, r, in); err != nil {
		return err
	}
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) deleteRecord() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	r, err := c.record(o)
	if err != nil {
		return err
	}
	if err := c.remove(o, r); err != nil {
		return err
	}
	return c.answer(http.StatusNoContent, nil)
}

// external finds the records that hold the external id; deleted ones do not count.
func (c *call) external(o *object, name, value string) (*field, []*record, error) {
	f := o.field(name)
	if f == nil || !c.sees(o, f) || !f.external && f.kind != "id" {
		return nil, nil, refuse(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+name)
	}
	if f.kind == "id" {
		if r := c.e.st.live(value); r != nil && r.Object == o.name {
			return f, []*record{r}, nil
		}
		return f, nil, nil
	}
	var out []*record
	for _, r := range c.e.st.table(o.name) {
		if !r.deleted() && same(f, r.text(f.name), value) {
			out = append(out, r)
		}
	}
	return f, out, nil
}

// same compares texts as an index does: without regard to case, except in unique fields of this organization.
func same(f *field, a, b string) bool {
	if f.unique {
		return a == b
	}
	return strings.EqualFold(a, b)
}

// several is the answer where an external id is held by more than one record.
func (c *call) several(o *object, found []*record) error {
	var urls []string
	for _, r := range found {
		urls = append(urls, c.attributes(o, r)["url"].(string))
	}
	return &apiError{status: http.StatusMultipleChoices, other: urls}
}

func (c *call) getByExternalID() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	_, found, err := c.external(o, c.req.PathValue("ext_field"), c.req.PathValue("ext_value"))
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return notFound()
	case len(found) > 1:
		return c.several(o, found)
	}
	return c.show(o, found[0])
}

// upsert creates or updates by an external id (vendor page "Insert or Update (Upsert) a Record Using an External ID").
func (c *call) upsert() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	r, created, err := c.upsertOne(o, c.req.PathValue("ext_field"), c.req.PathValue("ext_value"), in, c.query("updateOnly") == "true")
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	} else if c.version() < 46 {
		return c.answer(http.StatusNoContent, nil)
	}
	return c.answer(status, row{"id": r.ID, "success": true, "errors": []any{}, "created": created})
}

func (c *call) upsertOne(o *object, name, value string, in row, updateOnly bool) (*record, bool, error) {
	f, found, err := c.external(o, name, value)
	if err != nil {
		return nil, false, err
	}
	for key := range in {
		if strings.EqualFold(key, f.name) {
			return nil, false, bad("INVALID_FIELD", "The "+f.name+" field should not be specified in the sobject data.")
		}
	}
	switch {
	case len(found) > 1:
		return nil, false, c.several(o, found)
	case len(found) == 1:
		if err := c.conditional(unstamp(found[0].text("LastModifiedDate"))); err != nil {
			return nil, false, err
		}
		r, err := c.update(o, found[0], in)
		return r, false, err
	case updateOnly || f.kind == "id":
		return nil, false, notFound()
	}
	in[f.name] = value
	r, err := c.create(o, in)
	return r, true, err
}
