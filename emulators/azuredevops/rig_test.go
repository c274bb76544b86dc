package azuredevops

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// rig is an emulator whose client is held against the vendor's document. Paths are below the organization, and a body that begins with
// [ is a JSON Patch.
type rig struct {
	*bench.Rig
	e *Emulator
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	clock := bench.NewClock(bench.Start)
	opts.Clock = clock.Now
	e, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{bench.New(t, e, clock), e}
	r.Hold(contract.Load(t, "azuredevops").With(t, "testdata/openapi-more.json"))
	r.Path, r.Type = r.versioned, contentType
	r.Sign = func(req *http.Request, who string) { req.SetBasicAuth("", "ado-token-"+who) }
	return r
}

// documented finds the paths that the vendor's document writes with a capital letter; the service takes either.
var documented = regexp.MustCompile(`/workitems/(\d+)/(updates|revisions|comments)`)

// versioned is the path below the server, with an api-version where there is none; a & at its end leaves it so.
func (r *rig) versioned(path string) string {
	if !strings.Contains(path, "api-version") && !strings.HasSuffix(path, "&") {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		version := r.e.highest()
		if strings.Contains(path, "/comments") || strings.Contains(path, "connectionData") {
			version += "-preview"
		}
		path += sep + "api-version=" + version
	}
	return r.e.Root() + documented.ReplaceAllString(path, "/workItems/$1/$2")
}

func contentType(body string) string {
	switch body[0] {
	case '[':
		return "application/json-patch+json"
	case '{':
		return "application/json"
	}
	return "application/octet-stream"
}

// op is one operation of a patch.
func op(kind, path string, value any) map[string]any {
	out := map[string]any{"op": kind, "path": path}
	if kind != "remove" {
		out["value"] = value
	}
	return out
}

func set(field string, value any) map[string]any { return op("add", "/fields/"+field, value) }

func patch(ops ...map[string]any) string {
	out, _ := json.Marshal(ops)
	return string(out)
}

// item creates an item as grace and gives its path without a project.
func (r *rig) item(project, kind string, ops ...map[string]any) string {
	r.T.Helper()
	ops = append([]map[string]any{set("System.Title", "Printer on fire")}, ops...)
	a := r.Must(200, "grace", "POST", "/"+project+"/_apis/wit/workitems/$"+url.PathEscape(kind), patch(ops...))
	return "/" + project + "/_apis/wit/workitems/" + a.ID("id")
}

func (r *rig) ids(query, params string) []int {
	r.T.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	a := r.Must(200, "sync", "POST", "/Fabrikam/_apis/wit/wiql?timePrecision=true"+params, string(body))
	out := []int{}
	for i := range a.Len("workItems") {
		out = append(out, int(a.At("workItems", i, "id").(float64)))
	}
	return out
}
