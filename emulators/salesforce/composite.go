package salesforce

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
)

// mark is where a call can be taken back to.
type mark struct {
	records map[string]*record
	changes int
}

func (c *call) here() mark { return mark{maps.Clone(c.e.st.Records), len(c.changes)} }

func (c *call) back(m mark) {
	c.e.st.Records, c.changes = m.records, c.changes[:m.changes]
}

// collection is the body of the bulk operations.
type collection struct {
	AllOrNone bool  `json:"allOrNone"`
	Records   []row `json:"records"`
}

// each does one thing per record and answers 200 with a result per record, whatever became of them (vendor page
// "sObject Collections"). save gives the record and, for upserts, whether it is new.
func (c *call) each(most int, save func(o *object, in row) (*record, *bool, error)) error {
	var in collection
	if err := decode(c.body, &in); err != nil {
		return err
	}
	if len(in.Records) > most {
		return bad("EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records into this call", most))
	}
	start, failed := c.here(), false
	results := []row{}
	for _, one := range in.Records {
		at := c.here()
		attributes, _ := one["attributes"].(map[string]any)
		kind, _ := attributes["type"].(string)
		if kind == "" {
			kind = c.req.PathValue("sobject")
		}
		o := c.e.schema[lower(kind)]
		var r *record
		var created *bool
		err := error(bad("INVALID_TYPE", "a record needs attributes with a type"))
		if o != nil {
			r, created, err = save(o, one)
		}
		result := row{"success": err == nil, "errors": []row{}}
		if err == nil {
			result["id"] = r.ID
			if created != nil {
				result["created"] = *created
			}
		} else {
			c.back(at)
			failed = true
			result["errors"] = saveErrors(err)
		}
		results = append(results, result)
	}
	if failed && in.AllOrNone {
		c.back(start)
		for i, r := range results {
			if r["success"] == true {
				results[i] = row{"success": false, "errors": refuse(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK",
					"Record rolled back because not all records were valid and the request was using AllOrNone header").saveErrors()}
			}
		}
	}
	return c.answer(http.StatusOK, results)
}

func saveErrors(err error) any {
	var refused *apiError
	if errors.As(err, &refused) && len(refused.rows) > 0 {
		return refused.saveErrors()
	}
	return refuse(400, "DUPLICATE_EXTERNAL_ID", "more than one record found for external id field").saveErrors()
}

const mostRecords = 200

func (c *call) createMany() error {
	return c.each(mostRecords, func(o *object, in row) (*record, *bool, error) {
		r, err := c.create(o, in)
		return r, nil, err
	})
}

func (c *call) updateMany() error {
	return c.each(mostRecords, func(o *object, in row) (*record, *bool, error) {
		id, _ := pull(in, "Id").(string)
		r := c.e.st.find(id)
		if r == nil || r.Object != o.name {
			return nil, nil, bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
		}
		if r.deleted() {
			return nil, nil, bad("ENTITY_IS_DELETED", "entity is deleted")
		}
		r, err := c.update(o, r, in)
		return r, nil, err
	})
}

func (c *call) upsertMany() error {
	name := c.req.PathValue("ext_field")
	return c.each(mostRecords, func(o *object, in row) (*record, *bool, error) {
		value, _ := pull(in, name).(string)
		if value == "" {
			return nil, nil, bad("MISSING_ARGUMENT", name+" not specified")
		}
		r, created, err := c.upsertOne(o, name, value, in, false)
		return r, &created, err
	})
}

// pull takes a key out, whatever its case.
func pull(in row, name string) any {
	for key, v := range in {
		if strings.EqualFold(key, name) {
			delete(in, key)
			return v
		}
	}
	return nil
}

// deleteMany takes ?ids=.
func (c *call) deleteMany() error {
	results := []row{}
	for _, id := range strings.Split(c.query("ids"), ",") {
		r := c.e.st.live(id)
		err := error(entityDeleted())
		if r != nil {
			err = c.remove(c.e.schema[lower(r.Object)], r)
		}
		result := row{"id": id, "success": err == nil, "errors": []row{}}
		if err != nil {
			result["errors"] = saveErrors(err)
		}
		results = append(results, result)
	}
	return c.answer(http.StatusOK, results)
}

// readMany gives up to 2,000 records in the order of their ids, null for those that are not there.
func (c *call) readMany() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	var in struct{ IDs, Fields []string }
	if err := decode(c.body, &in); err != nil {
		return err
	}
	if len(in.IDs) == 0 || len(in.Fields) == 0 || len(in.IDs) > 2000 {
		return bad("MISSING_ARGUMENT", "ids and fields must be given, and at most 2000 ids")
	}
	out := []any{}
	for _, id := range in.IDs {
		r := c.e.st.live(id)
		if r == nil || r.Object != o.name {
			out = append(out, nil)
			continue
		}
		one, err := c.fieldsOf(o, r, strings.Join(in.Fields, ","))
		if err != nil {
			return err
		}
		out = append(out, one)
	}
	return c.answer(http.StatusOK, out)
}

var reference = regexp.MustCompile(`@\{(\w+)\.([\w.]+)\}`)

// composite runs up to 25 requests one after the other, which may name results of earlier ones (vendor page
// "Composite"). It is one call of the day.
func (c *call) composite() error {
	var in struct {
		AllOrNone        bool
		CompositeRequest []struct {
			Method, URL, ReferenceID string
			HTTPHeaders              map[string]string
			Body                     json.RawMessage
		}
	}
	if err := decode(c.body, &in); err != nil {
		return err
	}
	if len(in.CompositeRequest) > 25 {
		return bad("LIMIT_EXCEEDED", "a composite request has at most 25 subrequests")
	}
	start, failed := c.here(), false
	results, answers := []row{}, map[string]any{}
	for _, sub := range in.CompositeRequest {
		fill := func(s string) string {
			return reference.ReplaceAllStringFunc(s, func(m string) string {
				parts := reference.FindStringSubmatch(m)
				v := answers[parts[1]]
				for _, key := range strings.Split(parts[2], ".") {
					fields, _ := v.(map[string]any)
					v = fields[key]
				}
				return fmt.Sprint(v)
			})
		}
		req, err := http.NewRequest(sub.Method, fill(sub.URL), bytes.NewReader([]byte(fill(string(sub.Body)))))
		if err != nil || !strings.HasPrefix(req.URL.Path, "/services/data/") || strings.HasSuffix(req.URL.Path, "/composite") {
			return bad("INVALID_INPUT", "a subrequest needs a method and the path of a record or a query")
		}
		req.Header = c.req.Header.Clone()
		req.Header.Set("Content-Type", "application/json")
		for name, value := range sub.HTTPHeaders {
			req.Header.Set(name, value)
		}
		at := c.here()
		rec := &part{header: http.Header{}, code: http.StatusOK}
		c.e.mux.ServeHTTP(rec, c.within(req))
		var body any
		_ = json.Unmarshal(rec.body.Bytes(), &body)
		if rec.code >= 300 {
			failed = true
			c.back(at)
		}
		answers[sub.ReferenceID] = body
		results = append(results, row{"body": body, "httpHeaders": row{}, "httpStatusCode": rec.code, "referenceId": sub.ReferenceID})
	}
	if failed && in.AllOrNone {
		c.back(start)
		for i, r := range results {
			if r["httpStatusCode"].(int) < 300 {
				results[i]["httpStatusCode"] = 400
				results[i]["body"] = refuse(400, "PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed.").body()
			}
		}
	}
	return c.answer(http.StatusOK, row{"compositeResponse": results})
}

// part takes the answer to a subrequest.
type part struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (p *part) Header() http.Header         { return p.header }
func (p *part) WriteHeader(code int)        { p.code = code }
func (p *part) Write(b []byte) (int, error) { return p.body.Write(b) }
