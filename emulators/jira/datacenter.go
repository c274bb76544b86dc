package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Jira Data Center is the same site behind an older front: version 2 of the API under /rest/api/2, texts
// in wiki markup, people by user name, epics in a field of their own, one search with offsets, and
// webhooks in the server's shape. The vendor's document as kept here leaves worklogs out: they take and show properties, as the class of
// the server has that member, but have no address for them. Sprints of an issue are texts as in the server's webhooks. State, fields, workflow and boards are those of the Cloud site.
// Vendor source: "Jira Software Data Center REST API Reference" (10.3).

const (
	v2        = "/rest/api/2"
	epicField = "customfield_10014"
	rankField = "customfield_10019"
)

// Login is the account's user name on Data Center.
func (u *User) Login() string {
	name, _, _ := strings.Cut(u.Email, "@")
	return name
}

// Key is what Data Center keeps for an account for ever, also where the user name changes.
func (u *User) Key() string {
	return "JIRAUSER" + strconv.Itoa(10101+slices.IndexFunc(users, func(have *User) bool { return have.AccountID == u.AccountID }))
}

func findLogin(name string) *User {
	for _, u := range users {
		if strings.EqualFold(u.Login(), name) {
			return u
		}
	}
	return nil
}

// signInDataCenter knows a personal access token, and a user name with it as the password: the accounts'
// tokens are both. An e-mail address is no user name.
func signInDataCenter(r *http.Request) *User {
	login, secret, basic := r.BasicAuth()
	bearer, pat := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	for _, u := range users {
		if basic && strings.EqualFold(u.Login(), login) && u.APIToken == secret || pat && u.APIToken == bearer {
			return u
		}
	}
	return nil
}

// namedUser is a person as Data Center shows one. The site shows everybody's address.
func (v view) namedUser(u *User) object {
	avatar := func(size string) string { return v.base + "/secure/useravatar?size=" + size + "&ownerId=" + u.Key() }
	return object{"self": v.self("/user?username=" + url.QueryEscape(u.Login())), "name": u.Login(), "key": u.Key(), "emailAddress": u.Email,
		"avatarUrls":  object{"48x48": avatar("large"), "24x24": avatar("small"), "16x16": avatar("xsmall"), "32x32": avatar("medium")},
		"displayName": u.Name, "active": true, "timeZone": u.TimeZone}
}

// accountOf is what the history names a person by.
func (s *session) accountOf(u *User) string {
	if s.opts.DataCenter {
		return u.Key()
	}
	return u.AccountID
}

// version is the API's, as it stands in addresses.
func (s *session) version() string {
	if s.opts.DataCenter {
		return "2"
	}
	return "3"
}

var cloudFields, dataCenterFields = func() (cloud, dataCenter []*field) {
	for _, f := range fields {
		if !f.DataCenter {
			cloud = append(cloud, f)
		}
		if f.ID != "statuscategorychangedate" {
			dataCenter = append(dataCenter, f)
		}
	}
	return cloud, dataCenter
}()

// fields are those the site has.
func (e *Emulator) fields() []*field {
	if e.opts.DataCenter {
		return dataCenterFields
	}
	return cloudFields
}

func (v view) fields() []*field {
	if v.dc {
		return dataCenterFields
	}
	return cloudFields
}

// lacks tells whether issues of the type cannot have a field that its screens would offer: on Cloud what
// only Data Center has, on Data Center a parent of anything but a sub-task.
func (e *Emulator) lacks(f *field, typeID string) bool {
	if e.opts.DataCenter {
		return f.Kind == kindParent && !isSubtask(typeID)
	}
	return f.DataCenter
}

// readEpic reads an epic by its key, as text. Open is whether an id does too: here it does not.
func (rd reading) readEpic(f *field, raw json.RawMessage) (value, error) {
	var key string
	if json.Unmarshal(raw, &key) != nil {
		return value{}, badField(f.ID, "Operation value must be a string")
	}
	if key == "" {
		return value{}, nil
	}
	epic := rd.find(key)
	switch {
	case epic == nil || epic.ID == key:
		return value{}, badField(f.ID, "No issue could be found with key '%s'.", key)
	case findNamed(issueTypes, epic.TypeID, "").Level != 1:
		return value{}, badField(f.ID, "Issue '%s' is not an epic.", key)
	}
	return value{Text: epic.ID}, nil
}

// readUserByName reads {"name": …}; null is nobody. Open is whether a key does too: here it does not.
func (rd reading) readUserByName(f *field, raw json.RawMessage) (value, error) {
	var in map[string]*string
	if json.Unmarshal(raw, &in) != nil {
		return value{}, badField(f.ID, "data was not an object")
	}
	name, given := in["name"]
	switch {
	case !given:
		return value{}, badField(f.ID, "expected 'name' property to be present")
	case name == nil || *name == "":
		return value{}, nil
	case *name == "-1" && f.ID == "assignee":
		return value{Text: findProject(rd.projectID).LeadID}, nil
	}
	u := findLogin(*name)
	if u == nil {
		return value{}, badField(f.ID, "User '%s' does not exist.", *name)
	}
	return value{Text: u.AccountID}, nil
}

// readWiki reads a text in wiki markup: it is kept as it came. "" and null are no text. refused is
// why it is not taken, in the vendor's words.
func readWiki(raw json.RawMessage) (doc *node, refused string) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, "Operation value must be a string"
	}
	if utf8.RuneCountInString(text) > textLimit {
		return nil, tooLong
	}
	if strings.TrimSpace(text) == "" {
		return nil, ""
	}
	doc = &node{Type: "doc", Version: 1, Wiki: text}
	for _, line := range strings.Split(text, "\n") { // for search and for the pages
		p := &node{Type: "paragraph"}
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			p.Content = []*node{{Type: "text", Text: line}}
		}
		doc.Content = append(doc.Content, p)
	}
	return doc, ""
}

// visibility shows who may read something; Data Center knows no identifiers.
func (v view) visibility(x *visibility) any {
	if v.dc {
		return object{"type": x.Type, "value": x.Value}
	}
	return x
}

// filed is an attachment whose content is at the site itself, for those who sign in.
func (v view) filed(a *attachment, out object) object {
	name := url.PathEscape(a.Filename)
	out["content"] = v.base + "/secure/attachment/" + a.ID + "/" + name
	if a.image() {
		out["thumbnail"] = v.base + "/secure/thumbnail/" + a.ID + "/" + name
	}
	return out
}

// rank is where the issue stands in its board's order: as it was created.
func rank(i *issue) string { return fmt.Sprintf("0|i%05s:", strconv.FormatInt(number(i.ID), 36)) }

// commentTypes are the kinds of change a comment makes of its issue.
var commentTypes = map[string]string{"comment_created": "issue_commented", "comment_updated": "issue_comment_edited", "comment_deleted": "issue_comment_deleted"}

// emitCommentTwice tells of a comment as Data Center does: the comment alone, without an issue, and the
// issue as updated. Only the second says who did it.
func (s *session) emitCommentTwice(event string, i *issue, c *comment) {
	v := s.webhookView()
	s.emit(event, i, object{"comment": v.comment(i, c)}, nil)
	s.emit("jira:issue_updated", i, object{"issue_event_type_name": commentTypes[event], "user": v.user(s.user.AccountID),
		"issue": v.webhookIssue(i, nil), "comment": v.comment(i, c)}, nil)
}
