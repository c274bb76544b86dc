// Package contract holds HTTP exchanges against a vendor's OpenAPI document.
//
// The documents are the vendors' and lie beside the checkout (../shared/vendors, or where
// DUPLEX_VENDORS points). Where they are absent a test skips with a plain reason; with CI=true it
// fails instead.
package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Exception names a part of a vendor's document that is known to be wrong.
type Exception struct {
	Operation string // "GET /api/v2/tickets/{ticket_id}"; with a * at its end every one that begins so; "" is any
	Contains  string // text of the problem; "" is any
	Reason    string // why the document and not the exchange is wrong; compulsory
}

// Doc is one vendor document, or several of one vendor. Safe for concurrent use.
type Doc struct {
	docs       []*openapi3.T
	own        []*openapi3.T // those of docs that are no vendor's
	exceptions []Exception

	mu      sync.Mutex
	seen    map[string]int
	outside map[string]string // operations that no document of the vendor has, with the reason
}

// Load reads openapi.json of that vendor, with the exceptions known for it, and the further files named, e.g. Load(t, "jira", "openapi-agile.json").
func Load(t testing.TB, kind string, more ...string) *Doc {
	t.Helper()
	return LoadOnly(t, kind, append([]string{"openapi.json"}, more...)...)
}

// LoadOnly reads the files named of that vendor and not openapi.json: for a product that has another API beside the usual one.
func LoadOnly(t testing.TB, kind string, names ...string) *Doc {
	t.Helper()
	dir := VendorDir(t, kind)
	d := &Doc{seen: map[string]int{}, outside: map[string]string{}, exceptions: slices.Clone(known[kind])}
	for _, name := range names {
		doc, err := read(filepath.Join(dir, name))
		if err != nil {
			t.Fatalf("the vendor document %s/%s cannot be read: %v", kind, name, err)
		}
		d.docs = append(d.docs, doc)
	}
	return d
}

// With adds a further document: a file beside the test, for operations the vendor's file leaves out. Its info.description says why.
func (d *Doc) With(t testing.TB, path string) *Doc {
	t.Helper()
	doc, err := read(path)
	if err != nil {
		t.Fatalf("the document %s cannot be read: %v", path, err)
	}
	d.docs, d.own = append(d.docs, doc), append(d.own, doc)
	return d
}

var parsed sync.Map // path to func() (*openapi3.T, error)

// read parses a document once per process: the vendors' are large, and many tests hold to the same. What it gives is read only.
func read(path string) (*openapi3.T, error) {
	once, _ := parsed.LoadOrStore(path, sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromFile(path) }))
	return once.(func() (*openapi3.T, error))()
}

// VendorDir is the folder of one vendor's documents; where it is absent the test is skipped, or
// failed in CI.
func VendorDir(t testing.TB, kind string) string {
	t.Helper()
	root := os.Getenv("DUPLEX_VENDORS")
	if root == "" {
		root = filepath.Join(moduleRoot(t), "..", "shared", "vendors")
	}
	dir := filepath.Join(root, kind)
	if _, err := os.Stat(dir); err != nil {
		text := fmt.Sprintf("vendor documents not present at %s: contract tests skipped", dir)
		if os.Getenv("CI") == "true" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	return dir
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// Except tolerates a known mistake of the document.
func (d *Doc) Except(e ...Exception) *Doc {
	d.exceptions = append(d.exceptions, e...)
	return d
}

// Check reports every way the exchange departs from the document. Answers with a status the
// document does not list are not judged; an operation it does not list is a problem.
func (d *Doc) Check(t testing.TB, req *http.Request, reqBody []byte, resp *http.Response, respBody []byte) {
	t.Helper()
	for _, problem := range d.Problems(req, reqBody, resp, respBody) {
		t.Errorf("%s %s → %d: %s", req.Method, req.URL.Path, resp.StatusCode, problem)
	}
}

// Problems is Check without a test.
func (d *Doc) Problems(req *http.Request, reqBody []byte, resp *http.Response, respBody []byte) []string {
	route, params := d.route(req)
	if route == nil {
		return d.without("", []string{"the vendor's document has no such operation"}, req.Method+" "+req.URL.Path)
	}
	op := route.Method + " " + route.Path
	d.mu.Lock()
	d.seen[op]++
	if slices.Contains(d.own, route.Spec) {
		d.outside[op] = route.Spec.Info.Description
	}
	d.mu.Unlock()
	copied := req.Clone(context.Background())
	copied.Body = io.NopCloser(bytes.NewReader(reqBody))
	options := &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true}
	in := &openapi3filter.RequestValidationInput{Request: copied, PathParams: params, Route: route, Options: options}
	var problems []string
	// A request that was refused as invalid may well break the document: that is what was tried.
	if resp.StatusCode < 400 || resp.StatusCode >= 500 {
		problems = flatten("request: ", openapi3filter.ValidateRequest(context.Background(), in))
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: options}
	out.SetBodyBytes(respBody)
	problems = append(problems, flatten("response: ", openapi3filter.ValidateResponse(context.Background(), out))...)
	return d.without(op, problems, op)
}

// Listed are all operations of the documents, as Operations names them.
func (d *Doc) Listed() []string {
	var out []string
	for _, doc := range d.docs {
		for path, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				out = append(out, method+" "+path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Operations counts the checked exchanges per operation ("GET /api/v2/tickets/{ticket_id}").
func (d *Doc) Operations() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]int, len(d.seen))
	for op, n := range d.seen {
		out[op] = n
	}
	return out
}

func (d *Doc) without(op string, problems []string, named string) []string {
	return slices.DeleteFunc(problems, func(p string) bool {
		return slices.ContainsFunc(d.exceptions, func(e Exception) bool {
			excused := (e.of(op) || e.of(named)) && strings.Contains(p, e.Contains)
			if excused && op == "" {
				if strings.HasSuffix(e.Operation, "*") {
					named = e.Operation
				}
				d.mu.Lock()
				d.outside[named] = e.Reason
				d.mu.Unlock()
			}
			return excused
		})
	})
}

// of says whether the exception is for that operation.
func (e Exception) of(op string) bool {
	if begin, ok := strings.CutSuffix(e.Operation, "*"); ok {
		return strings.HasPrefix(op, begin)
	}
	return e.Operation == "" || e.Operation == op
}

// flatten gives one line per schema error, without the schema itself.
func flatten(prefix string, err error) []string {
	switch e := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var out []string
		for _, inner := range e {
			out = append(out, flatten(prefix, inner)...)
		}
		return out
	case *openapi3filter.RequestError:
		if e.Parameter != nil {
			prefix += "parameter " + e.Parameter.Name + ": "
		}
		if e.Err != nil {
			return flatten(prefix+e.Reason+": ", e.Err)
		}
		return []string{prefix + e.Error()}
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return flatten(prefix+e.Reason+": ", e.Err)
		}
		return []string{prefix + e.Reason}
	case *openapi3.SchemaError:
		if e.SchemaField == "allOf" {
			if inner, ok := errors.Unwrap(errors.Unwrap(e.Origin)).(openapi3.MultiError); ok {
				return flatten(prefix, inner)
			}
		}
		if e.Value == nil && e.SchemaField == "enum" {
			return []string{prefix + "at /" + strings.Join(e.JSONPointer(), "/") + ": Value is not nullable"}
		}
		return []string{prefix + "at /" + strings.Join(e.JSONPointer(), "/") + ": " + e.Reason}
	default:
		return []string{prefix + err.Error()}
	}
}

// route finds the operation; literal segments win over parameters.
func (d *Doc) route(req *http.Request) (*routers.Route, map[string]string) {
	var best *routers.Route
	var bestParams map[string]string
	for _, doc := range d.docs {
		base := basePath(doc)
		for path, item := range doc.Paths.Map() {
			op := item.GetOperation(req.Method)
			if op == nil {
				continue
			}
			params, ok := match(path, req.URL.Path)
			if !ok {
				params, ok = match(base+path, req.URL.Path)
			}
			if ok && (best == nil || len(params) < len(bestParams) || len(params) == len(bestParams) && fixed(path) > fixed(best.Path)) {
				best = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: req.Method, Operation: op}
				bestParams = params
			}
		}
	}
	return best, bestParams
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// fixed is how much of a template is no parameter.
func fixed(template string) int { return len(parameter.ReplaceAllString(template, "")) }

// basePath is what the document's first server puts before every path, "" for none.
func basePath(doc *openapi3.T) string {
	if len(doc.Servers) == 0 {
		return ""
	}
	_, rest, _ := strings.Cut(doc.Servers[0].URL, "://")
	_, path, ok := strings.Cut(rest, "/")
	if !ok || path == "" {
		return ""
	}
	return "/" + strings.TrimSuffix(path, "/")
}

func match(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(strings.TrimSuffix(path, ".json"), "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		before, name, ok := strings.Cut(w, "{") // Azure DevOps has "${type}"
		if value, begins := strings.CutPrefix(have[i], before); ok && begins && value != "" {
			params[strings.TrimSuffix(name, "}")] = value
		} else if w != have[i] {
			return nil, false
		}
	}
	return params, true
}
