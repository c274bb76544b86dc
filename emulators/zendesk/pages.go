package zendesk

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

//go:embed pages/*.html pages/style.css
var pageFiles embed.FS

var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"live":  func() template.JS { return template.JS(harness.LiveScript) },
	"css":   func() template.CSS { data, _ := pageFiles.ReadFile("pages/style.css"); return template.CSS(data) },
	"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
}).ParseFS(pageFiles, "pages/*.html"))

// whoCookie remembers which person the browser acts as.
const whoCookie = "zendesk_emulator_who"

// visit is one request to a page, with the emulator's lock held.
type visit struct {
	e       *Emulator
	w       http.ResponseWriter
	req     *http.Request
	who     *user
	events  []webhookEvent
	problem []string // why the form was refused that this page shows again
}

// pages are where people work. Everything they do goes through the same code as the API, so it
// moves times, writes audits and sends webhooks.
func (e *Emulator) pages() http.Handler {
	// Forms of other sites must not act here.
	return http.NewCrossOriginProtection().Handler(e.pageRoutes())
}

func (e *Emulator) pageRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	show := func(pattern string, run view) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, req *http.Request) { e.show(w, req, run) })
	}
	// again is the page a refused form is on.
	act := func(pattern string, run func(*visit) (string, error), again view) {
		mux.HandleFunc("POST "+pattern, func(w http.ResponseWriter, req *http.Request) { e.act(w, req, run, again) })
	}
	show("/{$}", (*visit).list)
	show("/items/new", (*visit).newForm)
	show("/items/{id}", (*visit).item)
	show("/items/", func(*visit) (string, framed, error) { return "", nil, notFound() })
	mux.HandleFunc("GET /items/{id}/files/{file}", e.pageFile)
	act("/items/who", (*visit).setWho, (*visit).list)
	act("/items/new", (*visit).create, (*visit).newForm)
	act("/items/{id}/fields", (*visit).saveFields, (*visit).item)
	act("/items/{id}/comments", (*visit).addComment, (*visit).item)
	act("/items/{id}/comments/{comment}/private", (*visit).hide, (*visit).item)
	act("/items/{id}/delete", (*visit).remove, (*visit).item)
	act("/items/{id}/restore", (*visit).bringBack, (*visit).item)
	return mux
}

func (e *Emulator) visit(w http.ResponseWriter, req *http.Request) *visit {
	v := &visit{e: e, w: w, req: req, who: e.st.Users[UserGrace]}
	if c, err := req.Cookie(whoCookie); err == nil {
		id, _ := strconv.ParseInt(c.Value, 10, 64)
		if u := e.st.Users[id]; u != nil {
			v.who = u
		}
	}
	return v
}

// show answers with a page, or says why there is none.
func (e *Emulator) show(w http.ResponseWriter, req *http.Request, run view) {
	e.mu.Lock()
	v := e.visit(w, req)
	page, err := v.render(run)
	if err != nil {
		page = v.refused(err)
	}
	e.mu.Unlock()
	page.answer(w)
}

// act does what a form asks for, saves, sends webhooks, and goes on to the address run gives. A
// refused form is shown again with what was typed.
func (e *Emulator) act(w http.ResponseWriter, req *http.Request, run func(*visit) (string, error), again view) {
	req.Body = http.MaxBytesReader(w, req.Body, 60<<20)
	if err := req.ParseMultipartForm(8 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	v := e.visit(w, req)
	next, err := run(v)
	if err == nil {
		err = e.save()
	}
	if err == nil {
		e.send(v.events)
		e.mu.Unlock()
		http.Redirect(w, req, next, http.StatusSeeOther)
		return
	}
	var status int
	status, v.problem = v.words(err)
	page, failed := v.render(again)
	page.status = status
	if failed != nil {
		page = v.refused(err)
	}
	e.mu.Unlock()
	page.answer(w)
}

func (e *Emulator) pageFile(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.visit(w, req)
	t, err := v.ticket()
	if err != nil {
		v.refused(err).answer(w)
		return
	}
	id, _ := strconv.ParseInt(req.PathValue("file"), 10, 64)
	for _, co := range v.seen(t) {
		for _, f := range co.Files {
			if f != id {
				continue
			}
			data, err := e.content(e.st.Files[id])
			if err != nil {
				v.refused(err).answer(w)
				return
			}
			w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(e.st.Files[id].Name, `"`, "")+`"`)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Content-Type", e.st.Files[id].Type)
			_, _ = io.Copy(w, bytes.NewReader(data))
			return
		}
	}
	v.refused(notFound()).answer(w)
}
