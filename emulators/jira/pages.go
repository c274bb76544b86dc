package jira

import (
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/emulators/harness"
)

//go:embed page/*.html page/style.css
var pageFiles embed.FS

var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"css":  func() template.CSS { data, _ := pageFiles.ReadFile("page/style.css"); return template.CSS(data) },
	"live": func() template.JS { return template.JS(harness.LiveScript) },
}).ParseFS(pageFiles, "page/*.html"))

// actorCookie remembers who the person at the browser says to be.
const actorCookie = "jira_emulator_account"

// pages serves the pages for people. Every form goes through the same acts as the API: times move,
// history is written and webhooks are sent.
func (e *Emulator) pages() http.Handler {
	// Forms of other sites must not act here.
	return http.NewCrossOriginProtection().Handler(e.pageRoutes())
}

func (e *Emulator) pageRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", e.listPage)
	mux.HandleFunc("GET /items", e.listPage)
	mux.HandleFunc("GET /items/{id}", e.itemPage)
	mux.HandleFunc("GET /items/{id}/attachments/{attachment}", func(w http.ResponseWriter, r *http.Request) {
		e.sendFile(w, r, func(a *attachment) bool { return a.ID == r.PathValue("attachment") })
	})
	mux.HandleFunc("POST /items/whoami", e.chooseActor)
	mux.HandleFunc("POST /items", e.form((*session).formCreate))
	for path, do := range map[string]formAct{
		"": (*session).formEdit, "/transition": (*session).formTransition, "/comments": (*session).formComment,
		"/comments/{comment}": (*session).formEditComment, "/attachments": (*session).formAttach,
		"/worklogs": (*session).formLogWork, "/worklogs/{worklog}/delete": (*session).formDropWork,
		"/attachments/{attachment}/delete": (*session).formDetach, "/move": (*session).formMove, "/delete": (*session).formDelete,
	} {
		mux.HandleFunc("POST /items/{id}"+path, e.form(do))
	}
	return mux
}

// actor is the account the browser's person chose; Ada until then.
func actor(r *http.Request) *User {
	if c, err := r.Cookie(actorCookie); err == nil {
		if u := findUser(c.Value); u != nil {
			return u
		}
	}
	return users[1]
}

func (e *Emulator) chooseActor(w http.ResponseWriter, r *http.Request) {
	if u := findUser(r.FormValue("account")); u != nil {
		http.SetCookie(w, &http.Cookie{Name: actorCookie, Value: u.AccountID, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	back := r.FormValue("back")
	if back != "/" && !strings.HasPrefix(back, "/?") && !strings.HasPrefix(back, "/items/") {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// formAct does what a form asks for and says where to go next; i is nil where the path names no issue.
type formAct func(s *session, r *http.Request, i *issue) (string, error)

func (e *Emulator) form(do formAct) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, uploadLimit+1<<20)
		if err := r.ParseMultipartForm(32 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
			http.Error(w, "The form could not be read.", http.StatusBadRequest)
			return
		}
		var next string
		err := e.act(actor(r), false, func(s *session) (err error) {
			i := s.state.find(r.PathValue("id"))
			if i == nil && r.PathValue("id") != "" {
				return noIssue()
			}
			next, err = do(s, r, i)
			return err
		})
		if err == nil {
			http.Redirect(w, r, next, http.StatusSeeOther)
			return
		}
		if r.PathValue("id") == "" {
			e.showList(w, r, err)
			return
		}
		e.showItem(w, r, err)
	}
}

func quoted(v any) rawDoc {
	raw, _ := json.Marshal(v)
	return raw
}

// orNull is an object with one member, or null where the form left it empty.
func orNull(name, value string) rawDoc {
	if value == "" {
		return rawDoc("null")
	}
	return quoted(object{name: value})
}

func (s *session) formCreate(r *http.Request, _ *issue) (string, error) {
	in := issueInput{Fields: map[string]rawDoc{
		"project": quoted(object{"key": r.FormValue("project")}), "issuetype": quoted(object{"id": r.FormValue("type")}),
		"summary": quoted(r.FormValue("summary")), "priority": quoted(object{"id": r.FormValue("priority")}),
		"labels": quoted(append([]string{}, strings.Fields(r.FormValue("labels"))...)),
	}}
	if text := r.FormValue("description"); strings.TrimSpace(text) != "" {
		in.Fields["description"] = quoted(textDocument(text))
	}
	i, err := s.create(in)
	if err != nil {
		return "", err
	}
	return "/items/" + i.ID, nil
}

// sent is a field of the form with the line ends of documents.
func sent(form url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
}

// touched tells whether a person changed a field of a form: the form carries what it showed, so that
// a page opened a while ago undoes nobody else's edit.
func touched(form url.Values, name string) bool {
	return form.Has(name) && sent(form, name) != sent(form, "was_"+name)
}

// formEdit writes the fields that were touched.
func (s *session) formEdit(r *http.Request, i *issue) (string, error) {
	in := issueInput{Fields: map[string]rawDoc{}}
	for name, to := range map[string]struct{ field, key string }{
		"summary": {"summary", ""}, "priority": {"priority", "id"}, "assignee": {"assignee", "accountId"}, "area": {"customfield_10031", "id"},
		"ref": {"customfield_10032", ""}, "due": {"duedate", ""},
	} {
		value := sent(r.Form, name)
		switch {
		case !touched(r.Form, name):
		case to.key != "":
			in.Fields[to.field] = orNull(to.key, value)
		case value == "" && name == "due":
			in.Fields[to.field] = rawDoc("null")
		default:
			in.Fields[to.field] = quoted(value)
		}
	}
	if touched(r.Form, "labels") {
		was, is := strings.Fields(r.Form.Get("was_labels")), strings.Fields(r.Form.Get("labels"))
		labels := slices.DeleteFunc(slices.Clone(i.Values["labels"].List), func(l string) bool { return slices.Contains(was, l) && !slices.Contains(is, l) })
		for _, l := range is {
			if !slices.Contains(was, l) && !slices.Contains(labels, l) {
				labels = append(labels, l)
			}
		}
		in.Fields["labels"] = quoted(append([]string{}, labels...))
	}
	if touched(r.Form, "sprint") {
		in.Fields[sprintField] = rawDoc("null")
		if id := sent(r.Form, "sprint"); id != "" {
			in.Fields[sprintField] = quoted(number(id))
		}
	}
	// A description nobody touched keeps its formatting.
	if text := sent(r.Form, "description"); touched(r.Form, "description") && text != strings.TrimSpace(i.Values["description"].Doc.plainText()) {
		in.Fields["description"] = quoted(textDocument(text))
	}
	return "/items/" + i.ID, s.change(i, in)
}

func (s *session) formTransition(r *http.Request, i *issue) (string, error) {
	in := issueInput{Fields: map[string]rawDoc{}}
	for _, f := range fields {
		switch text := sent(r.Form, f.ID); {
		case text == "":
		case f.Kind == kindResolution, f.Kind == kindOption:
			in.Fields[f.ID] = quoted(object{"id": text})
		case f.Kind == kindDoc:
			in.Fields[f.ID] = quoted(textDocument(text))
		}
	}
	return "/items/" + i.ID, s.transit(i, r.FormValue("transition"), in)
}

func (s *session) formComment(r *http.Request, i *issue) (string, error) {
	in := object{"body": textDocument(r.FormValue("body"))}
	if role := r.FormValue("role"); role != "" {
		in["visibility"] = visibility{Type: "role", Value: role, Identifier: role}
	}
	if r.FormValue("internal") != "" {
		in["properties"] = []object{{"key": internalKey, "value": object{"internal": true}}}
	}
	c, err := s.comment(i, quoted(in))
	if err != nil {
		return "", err
	}
	return "/items/" + i.ID + "#comment-" + c.ID, nil
}

func (s *session) formEditComment(r *http.Request, i *issue) (string, error) {
	c := i.comment(r.PathValue("comment"))
	if c == nil || !s.user.mayRead(c) {
		return "", noComment(r.PathValue("comment"))
	}
	if r.FormValue("delete") != "" {
		s.deleteComment(i, c)
		return "/items/" + i.ID, nil
	}
	next := "/items/" + i.ID + "#comment-" + c.ID
	if text := sent(r.Form, "body"); !touched(r.Form, "body") || text == strings.TrimSpace(c.Body.plainText()) {
		return next, nil // a comment nobody touched keeps its formatting
	}
	return next, s.editComment(i, c, quoted(object{"body": textDocument(r.FormValue("body"))}))
}

func (s *session) formAttach(r *http.Request, i *issue) (string, error) {
	file, header, err := r.FormFile("file")
	if err != nil {
		return "", fail(http.StatusBadRequest, "Choose a file to attach.")
	}
	defer file.Close()
	content := make([]byte, header.Size)
	if _, err := file.ReadAt(content, 0); err != nil && header.Size > 0 {
		return "", fail(http.StatusBadRequest, "The file could not be read.")
	}
	_, err = s.attach(i, header.Filename, header.Header.Get("Content-Type"), content)
	return "/items/" + i.ID, err
}

func (s *session) formDetach(r *http.Request, i *issue) (string, error) {
	for _, a := range i.Attachments {
		if a.ID == r.PathValue("attachment") {
			s.detach(i, a)
			break
		}
	}
	return "/items/" + i.ID, nil
}

func (s *session) formMove(r *http.Request, i *issue) (string, error) {
	p := findProject(r.FormValue("project"))
	if p == nil {
		return "", badField("project", "Choose a project.")
	}
	s.move(i, p)
	return "/items/" + i.ID, nil
}

func (s *session) formDelete(_ *http.Request, i *issue) (string, error) {
	return "/", s.remove(i, false)
}

// problemText is an error as people read it.
func problemText(err error) string {
	refused, ok := err.(*apiError)
	if !ok {
		return err.Error()
	}
	texts := slices.Clone(refused.Messages)
	for _, id := range slices.Sorted(maps.Keys(refused.Fields)) {
		texts = append(texts, refused.Fields[id])
	}
	return strings.Join(texts, " ")
}
