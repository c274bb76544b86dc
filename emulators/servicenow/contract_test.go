package servicenow

import (
	"encoding/base64"
	"fmt"
	"testing"
)

// TestEveryOperationKeepsTheContract drives each operation once with a normal request; the rig's client holds every exchange
// against the document.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	r := newRig(t, Options{})
	r.must(200, "", "POST", "/oauth_token.do", "grant_type=client_credentials&client_id="+ClientID+"&client_secret="+ClientSecret,
		"Content-Type", "application/x-www-form-urlencoded")
	path := r.incident(`"category":"software","subcategory":"os","u_reviewers":"` + ID("sys_user", UserAda) + `"`)
	id := idOf(path)
	f := r.must(201, "grace", "POST", "/api/now/attachment/file?table_name=incident&table_sys_id="+id+"&file_name=a.txt", "content", "Content-Type", "text/plain")
	form := "--b\r\nContent-Disposition: form-data; name=\"table_name\"\r\n\r\nincident\r\n--b\r\nContent-Disposition: form-data; name=\"table_sys_id\"\r\n\r\n" +
		id + "\r\n--b\r\nContent-Disposition: form-data; name=\"uploadFile\"; filename=\"b.txt\"\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--b--\r\n"
	up := r.must(201, "grace", "POST", "/api/now/attachment/upload", form, "Content-Type", "multipart/form-data; boundary=b")
	inner := base64.StdEncoding.EncodeToString([]byte(`{"urgency":"1"}`))
	for _, c := range []struct {
		status             int
		method, path, body string
	}{
		{200, "GET", path, ""},
		{200, "GET", path + "?sysparm_display_value=all&sysparm_fields=number,state,caller_id,caller_id.company.name,comments,u_due", ""},
		{200, "GET", path + "?sysparm_display_value=true&sysparm_exclude_reference_link=true", ""},
		{200, "PATCH", path + "?sysparm_fields=number,impact", `{"impact":"1","comments":"Hello"}`},
		{200, "PUT", path, `{"urgency":"2"}`},
		{200, "GET", "/api/now/table/incident?sysparm_limit=1&sysparm_no_count=true", ""},
		{200, "GET", "/api/now/table/sys_dictionary?sysparm_query=nameINincident,task&sysparm_fields=name,element,internal_type", ""},
		{200, "GET", "/api/now/table/sys_choice?sysparm_query=name=incident%5Eelement=state", ""},
		{200, "GET", "/api/now/table/sys_db_object?sysparm_query=name=incident&sysparm_fields=super_class.name", ""},
		{200, "GET", "/api/now/table/sys_documentation?sysparm_limit=2", ""},
		{200, "GET", "/api/now/stats/incident?sysparm_count=true", ""},
		{200, "GET", "/api/now/stats/incident?sysparm_count=true&sysparm_group_by=state,urgency", ""},
		{200, "GET", "/api/now/attachment?sysparm_query=table_name=incident%5Etable_sys_id=" + id, ""},
		{200, "GET", "/api/now/attachment/" + f.text("sys_id"), ""},
		{200, "GET", "/api/now/attachment/" + f.text("sys_id") + "/file", ""},
		{204, "PATCH", "/api/now/attachment/" + f.text("sys_id"), `{"file_name":"c.txt"}`},
		{204, "DELETE", "/api/now/attachment/" + up.text("sys_id"), ""},
		{200, "POST", "/api/now/v1/batch", fmt.Sprintf(`{"batch_request_id":"1","rest_requests":[{"id":"1","method":"PATCH","url":%q,"body":%q,"headers":[{"name":"Content-Type","value":"application/json"}]},{"id":"2","method":"GET","url":"/elsewhere"}]}`, path, inner)},
		{400, "POST", "/api/now/import/u_staging", `{"u_a":"b"}`},
		{400, "GET", "/api/now/import/u_staging/" + id, ""},
		{204, "DELETE", path, ""},
		{404, "GET", path, ""},
	} {
		r.must(c.status, "ada", c.method, c.path, c.body)
	}
	for pattern := range r.e.Harness().Calls(0).ByOperation {
		if r.Doc.Operations()[pattern] == 0 {
			t.Errorf("never checked: %s", pattern)
		}
	}
}
