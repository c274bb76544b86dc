package jira

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// page is what the templates show.
type page struct {
	Title, Here, Problem string
	Version              string        // see harness.PageVersion; "" where the page must not load itself anew
	Main                 template.HTML // the content, once it is made
	Sent                 url.Values    // the form that was refused
	SentComment          string        // the comment that form edits
	Project              string        // key of the only project the list shows
	Me                   *User
	People, Humans       []*User
	Projects             []*project
	Types, Priorities    []*named
	Areas                []*named
	Sprints              []*sprint // those an issue may be put into
	Roles                []string
	Count                int
	Columns              []column
	Item                 *itemView
}

type column struct {
	Name  string
	Items []*itemView
}

type itemView struct {
	ProjectKey, PriorityID, AreaID, LabelText, Changer          string
	ID, Key, Project, Summary, Type, Priority, Status, Category string
	Assignee, AssigneeID, Reporter, Area, SupportRef            string
	Resolution, Due, Created, Updated, Parent, ParentID         string
	ServiceDesk                                                 bool
	Labels, Components                                          []string
	Description, Workaround                                     template.HTML
	DescriptionText                                             string
	Transitions                                                 []transitionView
	Comments                                                    []commentView
	Attachments                                                 []attachmentView
	Links                                                       []linkView
	More                                                        []moreView
	Work                                                        []workView
	Times                                                       string
	Sprint                                                      string // id of the sprint that is not over
	HasSprint                                                   bool
	History                                                     []historyView
}

type transitionView struct {
	ID, Name, To string
	Asks         []askView
}

// askView is a field a transition requires: one of some options, or a text.
type askView struct {
	ID, Label string
	Options   []*named
}

type commentView struct {
	ID, Author, Editor, Created, Edited, Closed, Hint, Plain string
	Body                                                     template.HTML
}

type attachmentView struct {
	ID, Filename, Author, Created string
	Size                          int
}

type linkView struct{ Words, URL, Title string }

// moreView is a custom field that the page shows and does not edit.
type moreView struct{ Name, Value string }

// workView is one entry of the work log.
type workView struct {
	ID, Author, Started, Spent, Closed string
	Text                               template.HTML
	Mine                               bool // the person may delete it
}

type historyView struct{ At, Who, What string }

func (e *Emulator) listPage(w http.ResponseWriter, r *http.Request) { e.showList(w, r, nil) }
func (e *Emulator) itemPage(w http.ResponseWriter, r *http.Request) { e.showItem(w, r, nil) }

func newPage(title, here string, me *User, r *http.Request, problem error) page {
	p := page{Title: title, Here: here, Me: me, People: users, Humans: users[1:], Projects: projects, Types: plainTypes(), Priorities: priorities,
		Areas: findField("customfield_10031").Options, Roles: roleNames}
	if problem != nil {
		p.Problem = problemText(problem)
	}
	if problem != nil && r.Method == http.MethodPost {
		p.Sent, p.SentComment = r.Form, r.PathValue("comment")
	}
	return p
}

// plainTypes are the types the page's form can create: those that require nothing it does not ask for.
func plainTypes() []*named {
	var out []*named
	for _, t := range issueTypes {
		if !t.Subtask && !slices.ContainsFunc(fields, func(f *field) bool { return slices.Contains(f.Needed, t.ID) }) {
			out = append(out, t)
		}
	}
	return out
}

// Changed tells whether the refused form changes a field.
func (p page) Changed(name string) bool { return touched(p.Sent, name) }

// Typed is what a field of a form shows: what the person typed where the form was refused, else has.
func (p page) Typed(name, has string) string {
	if p.Changed(name) {
		return p.Sent.Get(name)
	}
	return has
}

// TypedComment is Typed for the text of one comment; the id of a new one is "".
func (p page) TypedComment(id, has string) string {
	if p.SentComment == id {
		return p.Typed("body", has)
	}
	return has
}

func (e *Emulator) showList(w http.ResponseWriter, r *http.Request, problem error) {
	p := newPage("Issues", "/", actor(r), r, problem)
	if only := findProject(r.URL.Query().Get("project")); only != nil {
		p.Project, p.Here = only.Key, "/?project="+only.Key
	}
	_ = e.act(p.Me, false, func(s *session) error {
		for _, st := range statuses {
			col := column{Name: st.Name}
			for _, i := range slices.Backward(s.state.sorted()) {
				if i.StatusID == st.ID && (p.Project == "" || p.Project == i.project().Key) {
					col.Items = append(col.Items, s.itemView(i))
					p.Count++
				}
			}
			p.Columns = append(p.Columns, col)
		}
		return nil
	})
	show(w, "list", p, problem)
}

func (e *Emulator) showItem(w http.ResponseWriter, r *http.Request, problem error) {
	var p page
	err := e.act(actor(r), false, func(s *session) error {
		i := s.state.find(r.PathValue("id"))
		if i == nil {
			return noIssue()
		}
		p = newPage(i.Key+" "+i.Values["summary"].Text, "/items/"+i.ID, s.user, r, problem)
		p.Item = s.itemView(i)
		s.addParts(p.Item, i)
		p.Sprints = slices.DeleteFunc(slices.Clone(s.state.Sprints), func(sp *sprint) bool { return sp.State == "closed" })
		return nil
	})
	if err != nil {
		e.showList(w, r, err)
		return
	}
	show(w, "item", p, problem)
}

// show sends a page; name is the template of its content.
func show(w http.ResponseWriter, name string, p page, problem error) {
	var content, out bytes.Buffer
	err := pageTemplates.ExecuteTemplate(&content, name, p)
	if err == nil {
		p.Main = template.HTML(content.String()) // its template escaped it
		if problem == nil {
			p.Version = harness.PageVersion(content.Bytes())
			w.Header().Set("ETag", p.Version)
		}
		err = pageTemplates.ExecuteTemplate(&out, "page", p)
	}
	if err != nil {
		http.Error(w, "The page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "+harness.LivePolicy())
	w.Header().Set("Cache-Control", "no-store")
	switch refused, ok := problem.(*apiError); {
	case ok:
		w.WriteHeader(refused.Status)
	case problem != nil:
		w.WriteHeader(http.StatusInternalServerError)
	}
	_, _ = w.Write(out.Bytes())
}

// itemView is what a card of the list shows.
func (s *session) itemView(i *issue) *itemView {
	v := &itemView{ID: i.ID, Key: i.Key, Project: i.project().Name, ServiceDesk: i.project().ServiceDesk, Summary: i.Values["summary"].Text,
		Type: nameOf(issueTypes, i.TypeID), Status: nameOf(statuses, i.StatusID), Category: categoryOf(i.StatusID),
		Priority: nameOf(priorities, i.Values["priority"].Text), Resolution: nameOf(resolutions, i.Values["resolution"].Text),
		Assignee: "Unassigned", AssigneeID: i.Values["assignee"].Text, Reporter: personName(i.Values["reporter"].Text), Labels: i.Values["labels"].List,
		Area: nameOf(findField("customfield_10031").Options, i.Values["customfield_10031"].Text), SupportRef: i.Values["customfield_10032"].Text,
		Due: i.Values["duedate"].Text, Created: pageTime(i.Created), Updated: pageTime(i.Updated),
		ProjectKey: i.project().Key, PriorityID: i.Values["priority"].Text, AreaID: i.Values["customfield_10031"].Text,
		LabelText: strings.Join(i.Values["labels"].List, " "), Changer: s.changer(i)}
	if v.AssigneeID != "" {
		v.Assignee = personName(v.AssigneeID)
	}
	for _, id := range i.Values["components"].List {
		v.Components = append(v.Components, nameOf(components, id))
	}
	return v
}

// changer is who changed an issue last, as far as this person may know.
func (s *session) changer(i *issue) string {
	who, at := i.CreatorID, i.Created
	later := func(id string, t time.Time) {
		if !t.Before(at) {
			who, at = id, t
		}
	}
	for _, ch := range i.History {
		later(ch.AuthorID, ch.At)
	}
	for _, c := range i.Comments {
		if s.user.mayRead(c) {
			later(c.UpdaterID, c.Updated)
		}
	}
	return personName(who)
}

// shownElsewhere are custom fields the page has a place of its own for.
var shownElsewhere = []string{sprintField, "customfield_10031", "customfield_10032", "customfield_10035"}

// moreFields are the other custom fields that have a value.
func (s *session) moreFields(i *issue) []moreView {
	var out []moreView
	for _, f := range fields {
		v := i.Values[f.ID]
		if f.Custom == "" || v.empty() || slices.Contains(shownElsewhere, f.ID) {
			continue
		}
		if _, words := s.described(f, v); words != nil {
			out = append(out, moreView{f.Name, *words})
		}
	}
	return out
}

// addParts fills in what only the issue's own page shows.
func (s *session) addParts(v *itemView, i *issue) {
	v.Description, v.DescriptionText = s.pageHTML(i.Values["description"].Doc), i.Values["description"].Doc.plainText()
	v.More = s.moreFields(i)
	v.Workaround = s.pageHTML(i.Values["customfield_10035"].Doc)
	if parent := s.state.Issues[i.Values["parent"].Text]; parent != nil {
		v.Parent, v.ParentID = parent.Key, parent.ID
	}
	for _, t := range transitionsFrom(i.StatusID, i.TypeID, s.user) {
		one := transitionView{ID: t.ID, Name: t.Name, To: nameOf(statuses, t.To)}
		for _, id := range slices.Concat(t.Required, t.Validated) {
			f := findField(id)
			ask := askView{ID: id, Label: f.Name, Options: f.Options}
			if f.Kind == kindResolution {
				ask.Options = resolutions
			}
			one.Asks = append(one.Asks, ask)
		}
		v.Transitions = append(v.Transitions, one)
	}
	for _, c := range i.Comments {
		if s.user.mayRead(c) {
			v.Comments = append(v.Comments, s.commentView(i, c))
		}
	}
	v.HasSprint = editable(i.ProjectID, i.TypeID)(findField(sprintField))
	for _, sp := range s.state.sprintsOf(i) {
		if sp.State != "closed" {
			v.Sprint = strconv.FormatInt(sp.ID, 10)
		}
	}
	v.Work, v.Times = s.workViews(i), s.timesText(i)
	for _, a := range i.Attachments {
		v.Attachments = append(v.Attachments, attachmentView{a.ID, a.Filename, personName(a.AuthorID), pageTime(a.Created), a.Size})
	}
	for _, l := range s.state.linksOf(i.ID) {
		t, other, words := findLinkType(l.TypeID, ""), l.OutwardID, ""
		if words = t.Outward; l.OutwardID == i.ID {
			words, other = t.Inward, l.InwardID
		}
		v.Links = append(v.Links, linkView{words, "/items/" + other, s.state.Issues[other].Key + " " + s.state.Issues[other].Values["summary"].Text})
	}
	for _, child := range s.state.children(i.ID) {
		v.Links = append(v.Links, linkView{"holds", "/items/" + child.ID, child.Key + " " + child.Values["summary"].Text})
	}
	for _, l := range i.RemoteLinks {
		var o struct{ URL, Title string }
		_ = json.Unmarshal(l.Object, &o)
		v.Links = append(v.Links, linkView{l.Relationship, o.URL, o.Title})
	}
	for _, ch := range slices.Backward(i.History) {
		for _, it := range ch.Items {
			v.History = append(v.History, historyView{pageTime(ch.At), personName(ch.AuthorID), "changed " + it.Field + " from " + shorten(it.FromString) + " to " + shorten(it.ToString)})
		}
	}
}

func (s *session) commentView(i *issue, c *comment) commentView {
	out := commentView{ID: c.ID, Author: personName(c.AuthorID), Created: pageTime(c.Created), Body: s.pageHTML(c.Body), Plain: c.Body.plainText()}
	if !c.Updated.Equal(c.Created) {
		out.Edited, out.Editor = pageTime(c.Updated), personName(c.UpdaterID)
	}
	switch {
	case !c.public(i.project()):
		out.Closed, out.Hint = "internal note", "customers cannot see this"
	case c.Visibility != nil:
		out.Closed = "only " + c.Visibility.Value
	}
	return out
}

// pageTime shows a moment in UTC for everybody, so that it compares with the pages of other systems.
func pageTime(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04:05 UTC") }

func nameOf(list []*named, id string) string {
	if n := findNamed(list, id, ""); id != "" && n != nil {
		return n.Name
	}
	return ""
}

func personName(id string) string {
	if u := findUser(id); u != nil {
		return u.Name
	}
	return "nobody"
}

func shorten(text *string) string {
	if text == nil || *text == "" {
		return "nothing"
	}
	if r := []rune(*text); len(r) > 60 {
		return "“" + string(r[:60]) + "…”"
	}
	return "“" + *text + "”"
}
