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
)

//go:embed pages/*.html pages/style.css
var pageFiles embed.FS

var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"css":   func() template.CSS { data, _ := pageFiles.ReadFile("pages/style.css"); return template.CSS(data) },
	"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
	"join":  func(s []string) string { return strings.Join(s, " ") },
}).ParseFS(pageFiles, "pages/*.html"))

// whoCookie remembers which person the browser acts as.
const whoCookie = "zendesk_emulator_who"

// visit is one request to a page, with the emulator's lock held.
type visit struct {
	e      *Emulator
	w      http.ResponseWriter
	req    *http.Request
	who    *user
	events []webhookEvent
}

// pages are where people work. Everything they do goes through the same code as the API, so it
// moves times, writes audits and sends webhooks.
func (e *Emulator) pages() http.Handler {
	mux := http.NewServeMux()
	show := func(pattern string, run func(*visit) (string, any, error)) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, req *http.Request) { e.show(w, req, run) })
	}
	act := func(pattern string, run func(*visit) (string, error)) {
		mux.HandleFunc("POST "+pattern, func(w http.ResponseWriter, req *http.Request) { e.act(w, req, run) })
	}
	show("/{$}", (*visit).list)
	show("/items/new", (*visit).newForm)
	show("/items/{id}", (*visit).item)
	mux.HandleFunc("GET /items/{id}/files/{file}", e.pageFile)
	act("/items/who", (*visit).setWho)
	act("/items/new", (*visit).create)
	act("/items/{id}/fields", (*visit).saveFields)
	act("/items/{id}/comments", (*visit).addComment)
	act("/items/{id}/comments/{comment}/private", (*visit).hide)
	act("/items/{id}/delete", (*visit).remove)
	act("/items/{id}/restore", (*visit).bringBack)
	return http.NewCrossOriginProtection().Handler(mux)
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

// show renders a page from what run gives: the template's name and its data.
func (e *Emulator) show(w http.ResponseWriter, req *http.Request, run func(*visit) (string, any, error)) {
	e.mu.Lock()
	name, data, err := run(e.visit(w, req))
	var page bytes.Buffer
	if err == nil {
		err = pageTemplates.ExecuteTemplate(&page, name, data)
	}
	e.mu.Unlock()
	if err != nil {
		e.failPage(w, err)
		return
	}
	head(w)
	_, _ = page.WriteTo(w)
}

func head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
}

// act does what a form asks for, saves, sends webhooks, and goes on to the address run gives.
func (e *Emulator) act(w http.ResponseWriter, req *http.Request, run func(*visit) (string, error)) {
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
	}
	e.mu.Unlock()
	if err != nil {
		e.failPage(w, err)
		return
	}
	http.Redirect(w, req, next, http.StatusSeeOther)
}

// failPage says in words what was refused.
func (e *Emulator) failPage(w http.ResponseWriter, err error) {
	status, lines := http.StatusInternalServerError, []string{err.Error()}
	var refused *apiError
	if errors.As(err, &refused) {
		status, lines = refused.status, refused.words()
	}
	head(w)
	w.WriteHeader(status)
	_ = pageTemplates.ExecuteTemplate(w, "refused", map[string]any{"Title": "Not saved", "Lines": lines})
}

// words are the descriptions inside an error, for people.
func (e *apiError) words() []string {
	body, _ := e.body.(map[string]any)
	details, _ := body["details"].(map[string]any)
	var out []string
	for _, list := range details {
		for _, d := range list.([]any) {
			out = append(out, d.(map[string]any)["description"].(string))
		}
	}
	if len(out) == 0 {
		if text, ok := body["description"].(string); ok {
			return []string{text}
		}
		return []string{http.StatusText(e.status)}
	}
	return out
}

func (e *Emulator) pageFile(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.visit(w, req)
	t, err := v.ticket()
	if err != nil {
		e.failPage(w, err)
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
				e.failPage(w, err)
				return
			}
			w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(e.st.Files[id].Name, `"`, "")+`"`)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Content-Type", e.st.Files[id].Type)
			_, _ = io.Copy(w, bytes.NewReader(data))
			return
		}
	}
	e.failPage(w, notFound())
}
