package zendesk

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

func (v *visit) author() author { return author{v.who, "web"} }

func (v *visit) setWho() (string, error) {
	id, _ := strconv.ParseInt(v.req.FormValue("who"), 10, 64)
	if v.e.st.Users[id] == nil {
		return "", notFound()
	}
	http.SetCookie(v.w, &http.Cookie{Name: whoCookie, Value: idString(id), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	back := v.req.FormValue("back")
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") {
		back = "/"
	}
	return back, nil
}

// liveTicket is ticket, without deleted ones.
func (v *visit) liveTicket() (*ticket, error) {
	t, err := v.ticket()
	if err == nil && t.deleted() {
		return nil, notFound()
	}
	return t, err
}

func itemPath(id int64) string { return fmt.Sprintf("/items/%d", id) }

func (v *visit) create() (string, error) {
	requester := v.who.ID
	if v.who.staff() {
		requester, _ = strconv.ParseInt(v.req.FormValue("requester"), 10, 64)
	}
	comment := map[string]any{"body": v.req.FormValue("body"), "public": true}
	if err := v.attach(comment); err != nil {
		return "", err
	}
	in := map[string]any{"subject": v.req.FormValue("subject"), "requester_id": requester, "submitter_id": v.who.ID, "comment": comment,
		"priority": v.req.FormValue("priority"), "tags": v.req.FormValue("tags")}
	t, _, events, err := v.e.createTicket(v.author(), in)
	if err != nil {
		return "", err
	}
	v.events = events
	return itemPath(t.ID), nil
}

// saveFields writes the fields this person changed: the form carries what it showed, so that a page
// opened a while ago undoes nobody else's edit.
func (v *visit) saveFields() (string, error) {
	t, err := v.liveTicket()
	if err != nil {
		return "", err
	}
	if !v.who.staff() {
		return "", forbidden()
	}
	changed := func(name string) bool { return v.sent(name) != v.req.FormValue("was_"+name) }
	in := map[string]any{}
	for name, key := range map[string]string{"subject": "subject", "priority": "priority", "type": "type", "status": "custom_status_id", "assignee": "assignee_id", "problem": "problem_id"} {
		if changed(name) {
			in[key] = v.req.FormValue(name)
		}
	}
	if changed("tags") {
		was := tagList(v.req.FormValue("was_tags"))
		is := tagList(v.req.FormValue("tags"))
		in["additional_tags"], in["remove_tags"] = without(is, was), without(was, is)
	}
	var custom []any
	for _, f := range customFields() {
		name := "field_" + idString(f.id)
		if !changed(name) {
			continue
		}
		var value any = strings.ReplaceAll(v.req.FormValue(name), "\r\n", "\n")
		if f.kind == "multiselect" {
			var list []any
			for _, item := range v.req.Form[name] {
				list = append(list, item)
			}
			value = list
		}
		custom = append(custom, map[string]any{"id": f.id, "value": value})
	}
	if custom != nil {
		in["custom_fields"] = custom
	}
	_, _, v.events, err = v.e.updateTicket(v.author(), t, in)
	return itemPath(t.ID), err
}

func (v *visit) addComment() (string, error) {
	t, err := v.liveTicket()
	if err != nil {
		return "", err
	}
	public := !v.who.staff() || v.req.FormValue("visibility") == "public"
	comment := map[string]any{"body": v.req.FormValue("body"), "public": public}
	if err := v.attach(comment); err != nil {
		return "", err
	}
	_, _, v.events, err = v.e.updateTicket(v.author(), t, map[string]any{"comment": comment})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s#comment-%d", itemPath(t.ID), t.Comments[len(t.Comments)-1].ID), nil
}

// attach keeps the form's files and names them in the comment by an upload token.
func (v *visit) attach(comment map[string]any) error {
	if v.req.MultipartForm == nil {
		return nil
	}
	up := &upload{Expires: v.e.now().Add(uploadLife)}
	for _, head := range v.req.MultipartForm.File["file"] {
		in, err := head.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(in)
		_ = in.Close()
		if err != nil {
			return err
		}
		f, err := v.e.keepFile(head.Filename, head.Header.Get("Content-Type"), data, false)
		if err != nil {
			return err
		}
		up.Files = append(up.Files, f.ID)
	}
	if len(up.Files) > 0 {
		token := v.e.secret("upload")
		v.e.st.Uploads[token] = up
		comment["uploads"] = []any{token}
	}
	return nil
}

func (v *visit) hide() (string, error) {
	t, err := v.ticket()
	if err != nil {
		return "", err
	}
	id, _ := strconv.ParseInt(v.req.PathValue("comment"), 10, 64)
	co := t.comment(id)
	if co == nil || t.Status == "closed" || !v.who.staff() {
		return "", forbidden()
	}
	if co.Public {
		v.events = v.e.hideComment(v.author(), t, co)
	}
	return itemPath(t.ID), nil
}

func (v *visit) remove() (string, error) {
	t, err := v.ticket()
	if err != nil {
		return "", err
	}
	if !v.who.staff() || t.deleted() {
		return "", forbidden()
	}
	v.events = v.e.softDelete(v.who, t)
	return "/", nil
}

func (v *visit) bringBack() (string, error) {
	t, err := v.ticket()
	if err != nil {
		return "", err
	}
	if !v.who.staff() || !t.deleted() {
		return "", forbidden()
	}
	v.events = v.e.restore(v.who, t)
	return itemPath(t.ID), nil
}
