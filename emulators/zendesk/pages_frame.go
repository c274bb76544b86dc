package zendesk

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"duplex/emulators/harness"
)

// frame is what every page shows around its content.
type frame struct {
	Title   string
	Path    string // where a reload goes
	Who     *user
	People  []*user
	Problem []string
	visit   *visit
}

// framed is a page's data; embedding frame makes it one.
type framed interface{ around() frame }

func (f frame) around() frame { return f }

// Typed is visit.typed, for templates.
func (f frame) Typed(name, has string) string { return f.visit.typed(name, has) }

// view gives a page's template and its data.
type view = func(*visit) (string, framed, error)

func (v *visit) frame(title, path string) frame {
	return frame{title, path, v.who, v.e.st.usersByID(), v.problem, v}
}

// listPath is the list as it is filtered now.
func (v *visit) listPath() string {
	if v.req.Method == http.MethodPost || v.req.URL.RawQuery == "" {
		return "/"
	}
	return "/?" + v.req.URL.RawQuery
}

// sent is a field of the form; the order of several values means nothing.
func (v *visit) sent(name string) string {
	return strings.Join(slices.Sorted(slices.Values(v.req.Form[name])), " ")
}

// typed is what a field of a form shows: what this person changed it to where the form was refused,
// else what the ticket has.
func (v *visit) typed(name, has string) string {
	if len(v.problem) == 0 || !v.req.Form.Has(name) && !v.req.Form.Has("was_"+name) || v.sent(name) == v.req.Form.Get("was_"+name) {
		return has
	}
	return v.sent(name)
}

// rendered is a page ready to be sent. Its version is "" where it must not load itself anew: it
// answers a form, or there is nothing to see.
type rendered struct {
	status  int
	version string
	body    bytes.Buffer
}

func (v *visit) render(run view) (*rendered, error) {
	out := &rendered{status: http.StatusOK}
	name, data, err := run(v)
	if err != nil {
		return out, err
	}
	var content bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&content, name, data); err != nil {
		return out, err
	}
	if len(v.problem) == 0 {
		out.version = harness.PageVersion(content.Bytes())
	}
	return out, out.wrap(data.around(), content.String())
}

// wrap puts the frame around a content whose template escaped it.
func (r *rendered) wrap(f frame, content string) error {
	return pageTemplates.ExecuteTemplate(&r.body, "page", struct {
		frame
		Main    template.HTML
		Version string
	}{f, template.HTML(content), r.version})
}

func (r *rendered) answer(w http.ResponseWriter) {
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "+harness.LivePolicy())
	head.Set("Cache-Control", "no-store")
	if r.version != "" {
		head.Set("ETag", r.version)
	}
	w.WriteHeader(r.status)
	_, _ = r.body.WriteTo(w)
}

// refused is the page where there is no other page to show.
func (v *visit) refused(err error) *rendered {
	out := &rendered{}
	var lines []string
	out.status, lines = v.words(err)
	v.problem = nil
	title := map[int]string{http.StatusNotFound: "Not here", http.StatusForbidden: "Not allowed"}[out.status]
	if title == "" {
		title = "Something went wrong"
	}
	data := struct {
		frame
		Lines []string
	}{v.frame(title, "/"), lines}
	if v.req.Method == http.MethodGet {
		data.Path = v.req.URL.Path
	}
	var content bytes.Buffer
	failed := pageTemplates.ExecuteTemplate(&content, "refused", data)
	if failed == nil {
		failed = out.wrap(data.frame, content.String())
	}
	if failed != nil {
		out.status = http.StatusInternalServerError
	}
	return out
}

// words say what was refused to the person at the page.
func (v *visit) words(err error) (status int, lines []string) {
	var refused *apiError
	if !errors.As(err, &refused) {
		return http.StatusInternalServerError, []string{err.Error()}
	}
	body, _ := refused.body.(map[string]any)
	details, _ := body["details"].(map[string]any)
	for _, list := range details {
		for _, d := range list.([]any) {
			lines = append(lines, d.(map[string]any)["description"].(string))
		}
	}
	slices.Sort(lines)
	text, _ := body["description"].(string)
	switch {
	case len(lines) > 0:
	case refused.status == http.StatusNotFound:
		lines = []string{"There is nothing at this address, it is deleted, or " + v.who.Name + " may not see it. Choose somebody else above to look again."}
	case refused.status == http.StatusForbidden:
		lines = []string{v.who.Name + " (" + v.who.Role + ") may not do this. Choose somebody else above and try again."}
	case text != "":
		lines = []string{text}
	default:
		lines = []string{http.StatusText(refused.status)}
	}
	return refused.status, lines
}
