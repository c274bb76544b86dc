package redmine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWhatAChangeAnswers holds the emulator, and a real Redmine where one is named, to the same answers.
func TestWhatAChangeAnswers(t *testing.T) {
	both(t, func(t *testing.T, r *rig) {
		id := r.issue(`"tracker_id":1`)
		for _, test := range []struct {
			reason, who, fields string
			status              int
			errors              string
		}{
			{"a step of the workflow", "developer", `"status_id":2`, 204, ""},
			{"a step the workflow lacks is left out", "developer", `"status_id":6`, 204, ""},
			{"a status that does not exist is left out", "developer", `"status_id":99`, 204, ""},
			{"a tracker that does not exist is left out", "developer", `"tracker_id":77`, 204, ""},
			{"a custom field that does not exist is left out", "developer", `"custom_fields":[{"id":9999,"value":"x"}]`, 204, ""},
			{"a priority that does not exist", "developer", `"priority_id":99`, 422, "Priority cannot be blank"},
			{"no subject", "developer", `"subject":""`, 422, "Subject cannot be blank"},
			{"a long subject", "developer", `"subject":"` + strings.Repeat("x", 256) + `"`, 422, "Subject is too long (maximum is 255 characters)"},
			{"an option that does not exist", "developer", `"custom_fields":[{"id":AREA,"value":"Nope"}]`, 422, "Area is not included in the list"},
			{"no number", "developer", `"custom_fields":[{"id":POINTS,"value":"abc"}]`, 422, "Points is invalid"},
			{"a person who is not in the project", "developer", `"custom_fields":[{"id":REVIEWER,"value":"9999"}]`, 422, "Reviewer is not included in the list"},
			{"an assignee who does not exist", "developer", `"assigned_to_id":99999`, 422, "Assignee is invalid"},
			{"no date", "developer", `"due_date":"nonsense"`, 422, "Due date is not a valid date"},
			{"due before the start", "developer", `"start_date":"2026-05-01","due_date":"2026-04-01"`, 422, "Due date must be greater than start date"},
			{"too much done", "developer", `"done_ratio":150`, 422, "% Done is not included in the list"},
			{"a parent that does not exist", "developer", `"parent_issue_id":99999`, 422, "Parent task is invalid"},
			{"a used or unknown upload", "developer", `"uploads":[{"token":"zzz","filename":"c.txt"}]`, 422, "1 file(s) could not be saved."},
			{"an old version", "developer", `"lock_version":0,"subject":"stale"`, 422, ""},
			{"values by id", "developer", `"custom_field_values":{"POINTS":"1.50","VIP":"0"}`, 204, ""},
			{"a reporter's subject is left out, the note is kept", "reporter", `"subject":"mine","notes":"by the reporter"`, 204, ""},
		} {
			a := r.as(test.who, "PUT", "/issues/"+id+".json", `{"issue":{`+test.fields+`}}`)
			first, _ := a.At("errors", 0).(string)
			if a.Status != test.status || first != test.errors {
				t.Errorf("%s: %d %q, want %d %q", test.reason, a.Status, first, test.status, test.errors)
			}
		}
		a := r.must(200, "manager", "GET", "/issues/"+id+".json?include=journals", "")
		if a.At("issue", "status", "id") != 2.0 || a.At("issue", "tracker", "id") != 1.0 || a.At("issue", "subject") != "Printer on fire" {
			t.Errorf("afterwards it is %s", a.Raw)
		}
		for _, test := range []struct {
			reason, who, method, path, body string
			status                          int
		}{
			{"not JSON", "developer", "PUT", "/issues/" + id + ".json", "nonsense", 400},
			{"nothing of an issue", "developer", "PUT", "/issues/" + id + ".json", `{"foo":1}`, 204},
			{"an unknown issue", "developer", "GET", "/issues/99999.json", "", 404},
			{"no such project", "developer", "GET", "/issues.json?project_id=nope", "", 404},
			{"a stranger, private project", "stranger", "GET", "/issues.json?project_id=PROJECT", "", 401},
			{"a stranger everywhere", "stranger", "GET", "/issues.json", "", 200},
			{"a stranger's own account", "stranger", "GET", "/users/current.json", "", 401},
			{"a wrong time", "developer", "GET", "/issues.json?project_id=PROJECT&updated_on=nonsense", "", 422},
			{"a wrong day", "developer", "GET", "/issues.json?project_id=PROJECT&tracker_id=3&due_date=%3E%3Dyesterday", "", 422},
			{"an unknown filter", "developer", "GET", "/issues.json?nonsense=1", "", 200},
			{"a developer deletes", "developer", "DELETE", "/issues/" + id + ".json", "", 403},
			{"a developer reads users", "developer", "GET", "/users.json", "", 403},
			{"a developer reads fields", "developer", "GET", "/custom_fields.json", "", 403},
			{"an upload of another type", "developer", "POST", "/uploads.json?filename=a.txt", "{}", 406},
			{"a project that is not there", "developer", "POST", "/issues.json", `{"issue":{"project_id":"nope","subject":"x"}}`, 422},
			{"a manager deletes", "manager", "DELETE", "/issues/" + id + ".json", "", 204},
			{"it is gone", "manager", "GET", "/issues/" + id + ".json", "", 404},
		} {
			if a := r.as(test.who, test.method, test.path, test.body); a.Status != test.status {
				t.Errorf("%s: %d, want %d: %.200s", test.reason, a.Status, test.status, a.Raw)
			}
		}
	})
}

func TestJournalsAndPrivateNotes(t *testing.T) {
	both(t, func(t *testing.T, r *rig) {
		id := r.issue(`"description":"a\nb","status_id":5,"notes":"left out","custom_fields":[{"id":AREA,"value":"Web"},{"id":PLATFORMS,"value":["iOS","Android"]}]`)
		put := func(who, fields string) { r.must(204, who, "PUT", "/issues/"+id+".json", `{"issue":{`+fields+`}}`) }
		put("developer", `"notes":"meant to be private\nno CRLF","private_notes":true`)
		put("manager", `"notes":"really private","private_notes":true,"subject":"Second","custom_fields":[{"id":AREA,"value":"API"},{"id":PLATFORMS,"value":["iOS"]}]`)
		token := r.upload("developer", "hello")
		put("developer", `"notes":"file","uploads":[{"token":"`+token+`","filename":"b ü.txt","content_type":"text/plain"}]`)
		for who, want := range map[string]string{
			"developer": `[{"details":[],"notes":"meant to be private\nno CRLF","private_notes":false},` +
				`{"details":[{"name":"subject","new_value":"Second","old_value":"Printer on fire","property":"attr"},{"name":"AREA","new_value":"API","old_value":"Web","property":"cf"},{"name":"PLATFORMS","new_value":null,"old_value":"Android","property":"cf"}],"notes":null,"private_notes":false},` +
				`{"details":[{"name":"N","new_value":"b ü.txt","old_value":null,"property":"attachment"}],"notes":"file","private_notes":false}]`,
			"manager": `really private","private_notes":true`,
		} {
			a := r.must(200, who, "GET", "/issues/"+id+".json?include=journals,attachments", "")
			if a.At("issue", "description") != "a\r\nb" || a.At("issue", "status", "id") != 1.0 {
				t.Errorf("the issue is %s", a.Raw)
			}
			list, _ := a.At("issue", "journals").([]any)
			for _, one := range list {
				j := one.(map[string]any)
				delete(j, "id")
				delete(j, "user")
				delete(j, "created_on")
				for _, d := range j["details"].([]any) {
					if d := d.(map[string]any); d["property"] == "attachment" {
						d["name"] = "N"
					}
				}
			}
			got, _ := json.Marshal(list)
			if want = r.names.Replace(want); !strings.Contains(string(got), want) {
				t.Errorf("%s sees %s, want %s", who, got, want)
			}
			if got, _ := a.At("issue", "attachments", 0, "filename").(string); got != "b ü.txt" {
				t.Errorf("the file is called %q", got)
			}
			address, _ := a.At("issue", "attachments", 0, "content_url").(string)
			bare := address[:strings.LastIndex(address, "/")]
			for _, at := range []string{address, bare} {
				if file := r.must(200, who, "GET", strings.TrimPrefix(at, r.URL), ""); string(file.Raw) != "hello" {
					t.Errorf("the file at %s holds %q", at, file.Raw)
				}
			}
		}
		a := r.must(200, "manager", "GET", "/issues/"+id+".json?include=journals", "")
		first := fmt.Sprintf("/journals/%.0f.json", a.At("issue", "journals", 0, "id"))
		r.must(403, "developer", "PUT", first, `{"journal":{"notes":"edited"}}`)
		r.must(204, "manager", "PUT", first, `{"journal":{"notes":""}}`)
		if after := r.must(200, "manager", "GET", "/issues/"+id+".json?include=journals", ""); after.Len("issue", "journals") != a.Len("issue", "journals")-1 {
			t.Errorf("an empty journal is still there: %s", after.Raw)
		}
	})
}

func TestSubtasksDecideOverTheirParent(t *testing.T) {
	both(t, func(t *testing.T, r *rig) {
		above := r.issue(`"priority_id":4`)
		below := r.issue(`"priority_id":3,"parent_issue_id":` + above)
		a := r.must(200, "manager", "GET", "/issues/"+above+".json?include=children,allowed_statuses", "")
		if a.At("issue", "priority", "id") != 3.0 || a.Len("issue", "children") != 1 {
			t.Errorf("the parent is %s", a.Raw)
		}
		r.must(204, "manager", "PUT", "/issues/"+above+".json", `{"issue":{"status_id":5}}`)
		if a := r.must(200, "manager", "GET", "/issues/"+above+".json", ""); a.At("issue", "status", "id") != 1.0 {
			t.Errorf("a parent with open subtasks was closed: %s", a.Raw)
		}
		r.must(204, "manager", "PUT", "/issues/"+below+".json", `{"issue":{"status_id":5}}`)
		if a := r.must(200, "manager", "GET", "/issues/"+above+".json", ""); a.At("issue", "done_ratio") != 100.0 {
			t.Errorf("a parent of closed subtasks is %s", a.Raw)
		}
		r.must(422, "manager", "POST", "/issues/"+above+"/relations.json", `{"relation":{"issue_to_id":`+below+`}}`)
		other := r.issue("")
		rel := r.must(201, "manager", "POST", "/issues/"+other+"/relations.json", `{"relation":{"issue_to_id":`+above+`,"relation_type":"blocks"}}`)
		if a := r.must(200, "manager", "GET", "/issues/"+other+".json?include=relations", ""); a.At("issue", "relations", 0, "relation_type") != "blocks" {
			t.Errorf("relations: %s", a.Raw)
		}
		r.must(204, "manager", "DELETE", fmt.Sprintf("/relations/%.0f.json", rel.At("relation", "id")), "")
		r.must(204, "manager", "DELETE", "/issues/"+above+".json", "")
		r.must(404, "manager", "GET", "/issues/"+below+".json", "")
		r.must(204, "manager", "DELETE", "/issues/"+other+".json", "")
	})
}

func TestListsFilterSortAndPage(t *testing.T) {
	r := newRig(t, Options{})
	var ids []string
	for n := range 130 {
		ids = append(ids, r.issue(fmt.Sprintf(`"custom_fields":[{"id":4,"value":"c%d"},{"id":3,"value":"%d"}]`, n%2, n)))
		r.Pass(time.Second)
	}
	r.must(204, "manager", "PUT", "/issues/"+ids[0]+".json", `{"issue":{"status_id":5}}`)
	shown := r.Now().Truncate(time.Second).Format(time.RFC3339)
	for _, test := range []struct {
		reason, query string
		total, rows   float64
	}{
		{"open ones, 25 at once", "", 129, 25},
		{"all, 100 at most", "status_id=*&limit=1000", 130, 100},
		{"the last page", "status_id=*&limit=100&offset=100", 130, 30},
		{"closed ones", "status_id=closed", 1, 1},
		{"a field that is a filter", "cf_4=c1", 65, 25},
		{"a field that is none is ignored", "cf_3=7", 129, 25},
		{"a filter that does not exist is ignored", "colour=red", 129, 25},
		{"since a time, as it is shown", "status_id=*&updated_on=%3E%3D" + shown, 1, 1},
		{"until the same time leaves its fraction out", "status_id=*&updated_on=%3C%3D2026-03-01T12:00:00Z", 0, 0},
		{"on a day", "status_id=*&created_on=2026-03-01", 130, 25},
		{"by ids", "status_id=*&issue_id=1,2,999", 2, 2},
		{"not a tracker", "tracker_id=!1", 0, 0},
		{"part of a subject", "subject=~FIRE", 129, 25},
		{"the beginning of a subject", "subject=^printer", 129, 25},
		{"the end of a subject", "subject=$on+fire", 129, 25},
		{"the middle is no end", "subject=$on", 0, 0},
		{"due by a day, and none has one", "due_date=%3C%3D2026-12-31", 0, 0},
	} {
		a := r.must(200, "manager", "GET", "/issues.json?project_id=eng&"+test.query, "")
		if a.At("total_count") != test.total || float64(a.Len("issues")) != test.rows {
			t.Errorf("%s: %v in all, %d shown, want %v and %v", test.reason, a.At("total_count"), a.Len("issues"), test.total, test.rows)
		}
	}
	a := r.must(200, "manager", "GET", "/issues.json?status_id=*&sort=updated_on&limit=1&include=journals,attachments", "")
	if got := fmt.Sprintf("%.0f", a.At("issues", 0, "id")); got != ids[1] || a.At("issues", 0, "journals") != nil || a.At("issues", 0, "attachments") == nil {
		t.Errorf("the oldest change is %s", a.Raw)
	}
	if newest := r.must(200, "manager", "GET", "/issues.json?sort=nonsense&limit=1", ""); fmt.Sprintf("%.0f", newest.At("issues", 0, "id")) != ids[129] {
		t.Errorf("without an order the first is %s", newest.Raw)
	}
	if text, _ := a.At("issues", 0, "updated_on").(string); strings.Contains(text, ".") {
		t.Errorf("a time with a fraction: %s", text)
	}
}

func TestTheIntegrationAccountWithAndWithoutItsRights(t *testing.T) {
	file := t.TempDir() + "/redmine.json"
	r := newRig(t, Options{File: file})
	a := r.must(200, "sync", "GET", "/users.json?name=grace@acme.example", "")
	if a.Len("users") != 1 || a.At("users", 0, "mail") != "grace@acme.example" {
		t.Errorf("a person by address: %s", a.Raw)
	}
	if a := r.must(200, "sync", "GET", "/custom_fields.json", ""); a.Len("custom_fields") != len(fields) {
		t.Errorf("the fields are %s", a.Raw)
	}
	if a := r.must(200, "sync", "GET", "/users/current.json", "", "X-Redmine-Switch-User", "linus"); a.At("user", "login") != "linus" {
		t.Errorf("speaking for linus: %s", a.Raw)
	}
	if a := r.must(200, "developer", "GET", "/users/current.json", "", "X-Redmine-Switch-User", "linus"); a.At("user", "login") != "grace" || a.At("user", "mail") != nil {
		t.Errorf("a developer speaks for %s", a.Raw)
	}
	for _, path := range []string{"/issue_statuses.json", "/trackers.json", "/roles.json", "/enumerations/issue_priorities.json", "/projects.json",
		"/projects/eng.json?include=trackers,issue_custom_fields", "/projects/1/memberships.json", "/users/6.json", "/projects/eng/issues.json"} {
		r.must(200, "sync", "GET", path, "")
	}
	id := r.issue("")
	token := r.upload("sync", "kept")
	r.must(204, "sync", "PUT", "/issues/"+id+".json", `{"issue":{"notes":"secret","private_notes":true,"uploads":[{"token":"`+token+`"}]}}`)
	r.must(422, "sync", "PUT", "/issues/"+id+".json", `{"issue":{"uploads":[{"token":"`+token+`"}]}}`)
	again := newRig(t, Options{File: file})
	b := again.must(200, "sync", "GET", "/issues/"+id+".json?include=journals,attachments", "")
	if b.Len("issue", "journals") != 2 || b.At("issue", "journals", 1, "private_notes") != true {
		t.Errorf("after a restart: %s", b.Raw)
	}
	path := fmt.Sprintf("/attachments/%.0f.json", b.At("issue", "attachments", 0, "id"))
	again.must(200, "sync", "GET", path, "")
	again.must(204, "sync", "DELETE", path, "")
	again.must(404, "sync", "GET", path, "")
	again.must(204, "sync", "POST", "/_control/admin", `{"sync":false}`)
	again.must(403, "sync", "GET", "/custom_fields.json", "")
	again.must(204, "sync", "PUT", "/issues/"+id+".json", `{"issue":{"notes":"not so secret","private_notes":true}}`)
	c := again.must(200, "reporter", "GET", "/issues/"+id+".json?include=journals", "")
	if !strings.Contains(string(c.Raw), "not so secret") {
		t.Errorf("a private note without the right to it is hidden: %s", c.Raw)
	}
	small := newRig(t, Options{MaxFile: 3})
	if a := small.must(422, "sync", "POST", "/uploads.json", "hello", "Content-Type", "application/octet-stream"); !strings.Contains(string(a.Raw), "maximum allowed file size") {
		t.Errorf("a large file: %s", a.Raw)
	}
}
