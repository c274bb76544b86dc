package salesforce

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCreateReadUpdateDelete(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"Printer on fire","Description":"one\ntwo","Status":"Working","Platforms__c":"iOS;Web;Fax","Affected_Users__c":3.6,
		"Refund__c":10.005,"Due_Date__c":"2026-04-01","Respond_By__c":"2026-04-01T10:00:00+02:00","ContactId":"`+ContactCarla[:15]+`",
		"Analysis__c":"<P onclick=\"x()\">Hot<script>alert(1)</script> <font>red</font></P>"}`)
	if len(id) != 18 {
		t.Fatalf("answers carry ids of 18 characters, not %q", id)
	}
	a := r.Must(200, "sync", "GET", "/sobjects/Case/"+id[:15], "")
	for field, want := range map[string]any{
		"Description": "one\r\ntwo", "Platforms__c": "Web;iOS;Fax", "Affected_Users__c": 4.0, "Due_Date__c": "2026-04-01", "CreatedById": UserSync, "OwnerId": UserSync,
		"Respond_By__c": "2026-04-01T08:00:00.000+0000", "ContactId": ContactCarla, "Analysis__c": "<p>Hot red</p>", "IsClosed": false,
		"LastModifiedDate": "2026-03-01T12:00:30.000+0000", "Priority": "Medium", "Age_Days__c": 0.0, "CaseNumber": "00001001"} {
		if got := a.At(field); got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	r.Pass(time.Minute)
	if up := r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Status":"Closed","Due_Date__c":null}`, "Sforce-Auto-Assign", "FALSE"); len(up.Raw) != 0 {
		t.Errorf("an update answers without a body, not %s", up.Raw)
	}
	a = r.Must(200, "sync", "GET", "/sobjects/Case/"+id+"?fields=Status,IsClosed,ClosedDate,Due_Date__c,Owner.Name,LastModifiedById", "")
	if a.At("IsClosed") != true || a.At("ClosedDate") == nil || a.At("Due_Date__c") != nil || a.Text("Owner", "Name") != "duplex sync" || a.Text("LastModifiedById") != UserAda {
		t.Errorf("after closing: %s", a.Raw)
	}
	if a.At("Subject") != nil {
		t.Error("a field that was not asked for is there")
	}
	r.Must(204, "ada", "DELETE", "/sobjects/Case/"+id, "")
	r.refused(404, "ENTITY_IS_DELETED", "sync", "GET", "/sobjects/Case/"+id, "")
	r.refused(404, "ENTITY_IS_DELETED", "sync", "DELETE", "/sobjects/Case/"+id, "")
	r.refused(404, "NOT_FOUND", "sync", "GET", "/sobjects/Case/500xx00000000zz", "")
	if n := r.soql("sync", "SELECT Id FROM Case").At("totalSize"); n != 0.0 {
		t.Errorf("query shows %v deleted cases", n)
	}
	all := r.Must(200, "sync", "GET", "/queryAll?q=SELECT+Id,IsDeleted+FROM+Case+WHERE+IsDeleted=true", "")
	if all.At("records", 0, "IsDeleted") != true {
		t.Errorf("queryAll: %s", all.Raw)
	}
}

func TestTheFixedIDsAreThoseOfTheRecords(t *testing.T) {
	r := newRig(t, Options{})
	for id, object := range map[string]string{OrgID: "Organization", UserFormer: "User", QueueTriage: "Group", AccountGlobex: "Account", ContactCarla: "Contact", RecordTypeProduct: "RecordType"} {
		if got := r.Must(200, "sync", "GET", "/sobjects/"+object+"/"+id, "").Text("Id"); got != id {
			t.Errorf("%s: the constant is %s, the record %s", object, id, got)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x","Sync_Id__c":"taken"}`)
	r.Control("POST", "validation", `{"object":"Case","when":{"Status":"Closed"},"needs":"Reason","message":"A closed case needs a reason."}`)
	cases := []struct {
		object, body string
		code         string
		reason       string
	}{
		{"Case", `{"Severity__c":"S9"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "restricted picklists know their values"},
		{"Case", `{"Sync_Id__c":"taken"}`, "DUPLICATE_VALUE", "the external id is unique"},
		{"Case", `{"Subject":"` + strings.Repeat("x", 256) + `"}`, "STRING_TOO_LONG", "255 characters"},
		{"Case", `{"Nope__c":1}`, "INVALID_FIELD", "no such field"},
		{"Case", `{"CaseNumber":"1"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "numbered by the platform"},
		{"Case", `{"CreatedDate":"2020-01-01T00:00:00Z"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "audit fields need a permission of their own"},
		{"Case", `{"OwnerId":"` + UserFormer + `"}`, "INACTIVE_OWNER_OR_USER", "an inactive owner"},
		{"Case", `{"ContactId":"` + UserAda + `"}`, "INVALID_CROSS_REFERENCE_KEY", "a user is no contact"},
		{"Case", `{"OwnerId":null}`, "INVALID_CROSS_REFERENCE_KEY", "a case always has an owner"},
		{"Case", `{"ContactId":"zz"}`, "MALFORMED_ID", "no id at all"},
		{"Case", `{"Contact":{"Ext_Key__c":"none"}}`, "INVALID_FIELD", "a relationship by an unknown key"},
		{"Case", `{"Reporter_Email__c":"nobody"}`, "INVALID_EMAIL_ADDRESS", "no address"},
		{"Case", `{"Due_Date__c":"tomorrow"}`, "JSON_PARSER_ERROR", "no date"},
		{"Case", `{"Confirmed__c":null}`, "INVALID_TYPE_ON_FIELD_IN_RECORD", "a checkbox is never empty"},
		{"Case", `{"Refund__c":-1}`, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "the built-in validation rule"},
		{"Case", `{"Status":"Closed"}`, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "a validation rule of the organization"},
		{"Case", `{`, "JSON_PARSER_ERROR", "no JSON"},
		{"Escalation__c", `{"Name":"x"}`, "REQUIRED_FIELD_MISSING", "Stage__c is required"},
		{"CaseComment", `{"CommentBody":"x"}`, "REQUIRED_FIELD_MISSING", "a comment has a case"},
		{"CaseComment", `{"ParentId":"` + id + `","CommentBody":"` + strings.Repeat("ü", 2001) + `"}`, "STRING_TOO_LONG", "4,000 bytes, not characters"},
	}
	for _, c := range cases {
		if a := r.Must(400, "sync", "POST", "/sobjects/"+c.object, c.body, "Sforce-Auto-Assign", "FALSE"); a.Text(0, "errorCode") != c.code {
			t.Errorf("%s: %s answered %s, want %s", c.reason, c.body, a.Raw, c.code)
		}
	}
	r.refused(415, "UNSUPPORTED_MEDIA_TYPE", "sync", "POST", "/sobjects/Case", "x", "Content-Type", "text/plain")
	if n := r.soql("sync", "SELECT COUNT() FROM Case").At("totalSize"); n != 1.0 {
		t.Errorf("refused creates left %v cases, want 1", n)
	}
	odd := r.quiet("sync", "Case", `{"Status":"Banana","Contact":{"Ext_Key__c":"crm-1001"}}`)
	if a := r.Must(200, "sync", "GET", "/sobjects/Case/"+odd, ""); a.Text("Status") != "Banana" || a.Text("ContactId") != ContactCarla {
		t.Errorf("a picklist that is not restricted takes any value: %s", a.Raw)
	}
	r.Control("POST", "refuse", `{"code":"UNABLE_TO_LOCK_ROW","status":400,"message":"unable to obtain exclusive access to this record","times":1,"writes":true}`)
	r.Must(200, "sync", "GET", "/sobjects/Case/"+id, "")
	r.refused(400, "UNABLE_TO_LOCK_ROW", "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`)
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`)
}

func TestAssignmentRulesChangeTheOwner(t *testing.T) {
	r := newRig(t, Options{})
	id := r.Must(201, "sync", "POST", "/sobjects/Case", `{"Subject":"x","OwnerId":"`+UserGrace+`"}`).Text("id")
	owner := func() string { return r.Must(200, "sync", "GET", "/sobjects/Case/"+id, "").Text("OwnerId") }
	if owner() != QueueTriage {
		t.Error("a create without the header is assigned by rule, whatever owner was sent")
	}
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"OwnerId":"`+UserGrace+`"}`, "Sforce-Auto-Assign", "FALSE")
	if owner() != UserGrace {
		t.Error("with the header the owner stays")
	}
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`)
	if owner() != QueueTriage {
		t.Error("an update without the header is assigned too")
	}
}

func TestUpsert(t *testing.T) {
	r := newRig(t, Options{})
	path := "/sobjects/Case/Sync_Id__c/dx-1%20a"
	first := r.Must(201, "sync", "PATCH", path, `{"Subject":"one"}`)
	again := r.Must(200, "sync", "PATCH", path, `{"Subject":"two"}`)
	if first.At("created") != true || again.At("created") != false || first.Text("id") != again.Text("id") {
		t.Errorf("a repeated create updates: %s then %s", first.Raw, again.Raw)
	}
	r.Must(204, "sync", "PATCH", "/services/data/v45.0"+path, `{"Subject":"three"}`)
	if got := r.Must(200, "sync", "GET", path+"?fields=Subject", "").Text("Subject"); got != "three" {
		t.Errorf("read by external id gives %q", got)
	}
	r.refused(400, "INVALID_FIELD", "sync", "PATCH", path, `{"Sync_Id__c":"dx-1 a"}`)
	r.refused(404, "NOT_FOUND", "sync", "PATCH", "/sobjects/Case/Sync_Id__c/none?updateOnly=true", `{"Subject":"x"}`)
	r.refused(404, "NOT_FOUND", "sync", "GET", "/sobjects/Case/Sync_Id__c/none", "")
	r.refused(404, "NOT_FOUND", "sync", "PATCH", "/sobjects/Case/Subject/x", `{"Status":"New"}`)
	r.Must(201, "sync", "PATCH", "/sobjects/Case/Sync_Id__c/DX-1%20A", `{"Subject":"unique fields tell case apart"}`)
	r.quiet("sync", "Case", `{"Tracker_Key__c":"ENG-1"}`)
	r.quiet("sync", "Case", `{"Tracker_Key__c":"ENG-1"}`)
	if a := r.Must(300, "sync", "GET", "/sobjects/Case/Tracker_Key__c/ENG-1", ""); a.Len() != 2 {
		t.Errorf("two holders: %s", a.Raw)
	}
	r.Must(300, "sync", "PATCH", "/sobjects/Case/Tracker_Key__c/ENG-1", `{"Subject":"x"}`)
	r.Must(204, "sync", "DELETE", "/sobjects/Case/"+first.Text("id"), "")
	if back := r.Must(201, "sync", "PATCH", path, `{"Subject":"new"}`); back.Text("id") == first.Text("id") {
		t.Error("a deleted holder does not count")
	}
}

func TestPrecondition(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	read := r.Now().Format(http.TimeFormat)
	patch := func(status int, since string) {
		t.Helper()
		r.Must(status, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"y"}`, "If-Unmodified-Since", since, "Sforce-Auto-Assign", "FALSE")
	}
	patch(204, read)
	patch(204, read) // a change in the same second slips through
	r.Pass(time.Second)
	patch(204, read)
	patch(412, read)
	patch(400, "yesterday")
	r.Must(304, "sync", "GET", "/sobjects/Case/"+id, "", "If-Modified-Since", r.Now().Format(http.TimeFormat))
	r.Must(412, "sync", "GET", "/sobjects/Case/"+id, "", "If-Unmodified-Since", read)
	r.Must(204, "sync", "DELETE", "/sobjects/Case/"+id, "", "If-Unmodified-Since", read)
}

func TestHistory(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	r.Pass(time.Minute)
	r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Status":"Working","OwnerId":"`+UserGrace+`","Description":"long","Origin":"Web"}`, "Sforce-Auto-Assign", "FALSE")
	a := r.soql("sync", "SELECT Field, OldValue, NewValue, CreatedById, CreatedDate FROM CaseHistory WHERE CaseId = '"+id+"' ORDER BY CreatedDate, Id")
	var got []string
	for i := range a.Len("records") {
		got = append(got, fmt.Sprint(a.At("records", i, "Field"), ":", a.At("records", i, "OldValue"), ">", a.At("records", i, "NewValue")))
	}
	want := "created:<nil>><nil> Description:<nil>><nil> Status:New>Working Owner:duplex sync>Grace Hopper Owner:" + UserSync + ">" + UserGrace
	if strings.Join(got, " ") != want {
		t.Errorf("history is\n%s, want\n%s", strings.Join(got, " "), want)
	}
	r.refused(400, "INVALID_FIELD", "sync", "GET", "/query?q=SELECT+Id+FROM+CaseHistory+WHERE+NewValue='x'", "")
}

func TestAKilledOrganizationKeepsWhatItAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "salesforce.json")
	r := newRig(t, Options{File: file})
	id := r.quiet("sync", "Case", `{"Subject":"kept"}`)
	v := r.Must(201, "sync", "POST", "/sobjects/ContentVersion", `{"PathOnClient":"a.txt","VersionData":"aGVsbG8=","FirstPublishLocationId":"`+id+`"}`).Text("id")
	again := newRig(t, Options{File: file}) // without Close of the first
	if a := again.Must(200, "sync", "GET", "/sobjects/Case/"+id, ""); a.Text("Subject") != "kept" {
		t.Errorf("after the restart: %s", a.Raw)
	}
	if a := again.Must(200, "sync", "GET", "/sobjects/ContentVersion/"+v+"/VersionData", ""); string(a.Raw) != "hello" {
		t.Errorf("content after the restart: %q", a.Raw)
	}
	if next := again.quiet("sync", "Case", `{"Subject":"next"}`); next == id {
		t.Error("an id was given twice")
	}
}
