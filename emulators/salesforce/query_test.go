package salesforce

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestSOQL(t *testing.T) {
	r := newRig(t, Options{})
	one := r.quiet("sync", "Case", `{"Subject":"Printer on fire","Priority":"High","Affected_Users__c":5,"Platforms__c":"Web;iOS","Tracker_Key__c":"ENG-1","Due_Date__c":"2026-04-01","ContactId":"`+ContactCarla+`"}`)
	r.Pass(time.Minute)
	two := r.quiet("ada", "Case", `{"Subject":"100% of O'Neill_s pages","Priority":"Low","Affected_Users__c":10,"Confirmed__c":true}`)
	r.Pass(time.Minute)
	three := r.quiet("grace", "Case", `{"Status":"Closed","ParentId":"`+one+`"}`)
	names := map[string]string{one: "1", two: "2", three: "3"}
	cases := []struct{ where, want, reason string }{
		{"WHERE Subject = 'PRINTER ON FIRE'", "1", "text is compared without regard to case"},
		{"WHERE Subject LIKE 'printer%'", "1", "LIKE too"},
		{`WHERE Subject LIKE '%O\'Neill\_s%'`, "2", "quotes and wildcards are escaped"},
		{"WHERE Subject = null", "3", "an empty field is null"},
		{"WHERE Subject != 'x'", "123", "null is unequal to a text"},
		{"WHERE Priority IN ('High','Low') AND (Confirmed__c = true OR Affected_Users__c < 6)", "12", "parentheses"},
		{"WHERE NOT Priority = 'High'", "23", "NOT"},
		{"WHERE Priority NOT IN ('High','Medium')", "2", "NOT IN"},
		{"WHERE Affected_Users__c >= 5 AND Affected_Users__c < 10", "1", "numbers"},
		{"WHERE Platforms__c INCLUDES ('Web;iOS','Android')", "1", "all of one group"},
		{"WHERE Platforms__c EXCLUDES ('Web')", "23", "EXCLUDES"},
		{"WHERE Due_Date__c = 2026-04-01", "1", "dates"},
		{"WHERE CreatedDate = TODAY ORDER BY CreatedDate DESC", "321", "a date literal, newest first"},
		{"WHERE SystemModstamp >= 2026-03-01T13:01:30+01:00 ORDER BY SystemModstamp, Id", "23", "an offset"},
		{"WHERE SystemModstamp > 2026-03-01T12:00:30Z AND SystemModstamp <= 2026-03-01T12:01:30.000Z", "2", "a window"},
		{"WHERE Owner.Email = 'ada@acme.example'", "2", "a relationship"},
		{"WHERE Contact.Account.Name = 'Globex'", "1", "two relationships"},
		{"WHERE Id = '" + two[:15] + "'", "2", "ids of 15 characters"},
		{"WHERE Id IN (SELECT ParentId FROM Case)", "1", "a subquery"},
		{"ORDER BY Subject ASC NULLS LAST LIMIT 2", "21", "nulls last"},
		{"ORDER BY Subject", "321", "nulls first"},
		{"ORDER BY Id LIMIT 1 OFFSET 1", "2", "offset"},
		{"WHERE Parent.Subject LIKE 'Printer%'", "3", "a record of the same object"},
	}
	for _, c := range cases {
		a := r.soql("sync", "select Id from Case "+c.where)
		got := ""
		for i := range a.Len("records") {
			got += names[a.Text("records", i, "Id")]
		}
		if got != c.want {
			t.Errorf("%s: %s gives %q, want %q", c.reason, c.where, got, c.want)
		}
	}
	a := r.soql("sync", "SELECT Id, Owner.Name, Owner.Email, Contact.Email, CreatedBy.Email, (SELECT Field FROM Histories) FROM Case WHERE Id = '"+one+"'")
	if a.Text("records", 0, "Owner", "Name") != "duplex sync" || a.Text("records", 0, "Contact", "Email") != "customer1@globex.example" ||
		a.Text("records", 0, "Histories", "records", 0, "Field") != "created" {
		t.Errorf("relationships: %s", a.Raw)
	}
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+two, `{"Subject":"to the queue"}`)
	a = r.soql("sync", "SELECT Owner.Name, Owner.Email, Contact.Name FROM Case WHERE OwnerId='"+QueueTriage+"'")
	if a.Text("records", 0, "Owner", "attributes", "type") != "Group" || a.At("records", 0, "Contact") != nil {
		t.Errorf("a queue owns the case: %s", a.Raw)
	}
	if a := r.soql("sync", "SELECT Id FROM User WHERE Email='grace@acme.example' AND IsActive=true"); a.Len("records") != 1 || a.Text("records", 0, "Id") != UserGrace {
		t.Errorf("one active user has Grace's address: %s", a.Raw)
	}
}

func TestSOQLIsRefused(t *testing.T) {
	r := newRig(t, Options{})
	for _, c := range []struct{ q, code, reason string }{
		{"SELECT Id FROM Case WHERE Subject='a' OR Subject='b' AND Status='c'", "MALFORMED_QUERY", "AND beside OR needs parentheses"},
		{"SELECT Id FROM Case WHERE", "MALFORMED_QUERY", "cut off"},
		{"SELECT Id FROM Case WHERE Subject='a' garbage", "MALFORMED_QUERY", "more behind the end"},
		{"SELECT * FROM Case", "MALFORMED_QUERY", "there is no star"},
		{"SELECT Nope__c FROM Case", "INVALID_FIELD", "an unknown field"},
		{"SELECT Nope.Name FROM Case", "INVALID_FIELD", "an unknown relationship"},
		{"SELECT Id FROM Nope", "INVALID_TYPE", "an unknown object"},
		{"SELECT Id FROM Case WHERE Description LIKE 'x%'", "INVALID_FIELD", "long text cannot be filtered"},
		{"SELECT Id FROM Case ORDER BY Description", "MALFORMED_QUERY", "nor sorted"},
		{"SELECT Id FROM Case WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD", "dates are never quoted"},
		{"SELECT Id FROM Case WHERE Subject = 5", "INVALID_FIELD", "texts always are"},
		{"SELECT Id FROM Case LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "offset ends at 2,000"},
		{"SELECT Id FROM ContentDocumentLink", "MALFORMED_QUERY", "links need the record or the document"},
		{"SELECT Id FROM ContentDocumentLink WHERE SystemModstamp > 2026-01-01T00:00:00Z", "MALFORMED_QUERY", "a time is not enough"},
		{"SELECT Id FROM FeedItem", "MALFORMED_QUERY", "feed items need their parent"},
	} {
		a := r.Must(400, "sync", "GET", "/query?q="+url.QueryEscape(c.q), "")
		if a.Text(0, "errorCode") != c.code {
			t.Errorf("%s: %s answered %s, want %s", c.reason, c.q, a.Raw, c.code)
		}
	}
	r.Must(414, "sync", "GET", "/query?q="+url.QueryEscape("SELECT Id FROM Case WHERE Subject='"+strings.Repeat("x", 17000)+"'"), "")
}

func TestPages(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Rows: 2, Cursors: 2}})
	for i := range 5 {
		r.quiet("sync", "Case", fmt.Sprintf(`{"Subject":"%d"}`, i))
	}
	first := r.soql("sync", "SELECT Subject FROM Case ORDER BY Subject")
	if first.Len("records") != 2 || first.At("done") != false || first.At("totalSize") != 5.0 {
		t.Fatalf("first page: %s", first.Raw)
	}
	next := first.Text("nextRecordsUrl")
	second := r.Must(200, "sync", "GET", next, "")
	last := r.Must(200, "sync", "GET", second.Text("nextRecordsUrl"), "")
	if last.At("done") != true || last.Text("records", 0, "Subject") != "4" || last.At("nextRecordsUrl") != nil {
		t.Errorf("last page: %s", last.Raw)
	}
	r.refused(400, "INVALID_QUERY_LOCATOR", "ada", "GET", next, "")
	r.Pass(16 * time.Minute)
	r.refused(400, "INVALID_QUERY_LOCATOR", "sync", "GET", next, "")
	old := r.soql("sync", "SELECT Id FROM Case").Text("nextRecordsUrl")
	r.soql("sync", "SELECT Id FROM Case")
	r.soql("sync", "SELECT Id FROM Case")
	r.refused(400, "INVALID_QUERY_LOCATOR", "sync", "GET", old, "")
}

func TestGetUpdatedAndDeleted(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	gone := r.quiet("sync", "Case", `{"Subject":"y"}`)
	r.Must(204, "sync", "DELETE", "/sobjects/Case/"+gone, "")
	window := func(kind, start, end string) bench.Answer {
		return r.Must(200, "sync", "GET", "/sobjects/Case/"+kind+"?start="+start+"&end="+end, "")
	}
	a := window("updated", "2026-03-01T11:59:40Z", "2026-03-01T12:30:00Z")
	if a.Len("ids") != 0 || a.Text("latestDateCovered") != "2026-03-01T12:00:00.000+0000" {
		t.Errorf("the running minute is not covered: %s", a.Raw)
	}
	r.Pass(time.Minute)
	a = window("updated", "2026-03-01T12:00:59%2B00:00", "2026-03-01T12:01:59Z")
	if a.Len("ids") != 1 || a.Text("ids", 0) != id || a.Text("latestDateCovered") != "2026-03-01T12:01:00.000+0000" {
		t.Errorf("start and end are cut to the minute: %s", a.Raw)
	}
	a = window("deleted", "2026-03-01T12:00:00Z", "2026-03-01T12:01:00Z")
	if a.Text("deletedRecords", 0, "id") != gone || a.Text("earliestDateAvailable") == "" {
		t.Errorf("deleted: %s", a.Raw)
	}
	for path, reason := range map[string]string{
		"updated?start=2026-03-01T12:00:10Z&end=2026-03-01T12:00:50Z": "less than a minute",
		"updated?start=2026-01-01T12:00:00Z&end=2026-03-01T12:00:00Z": "more than 30 days back",
		"deleted?start=2026-02-10T12:00:00Z&end=2026-03-01T12:00:00Z": "more than 15 days back",
		"deleted?start=now&end=then":                                  "no dates",
	} {
		if a := r.Must(400, "sync", "GET", "/sobjects/Case/"+path, ""); a.Text(0, "errorCode") != "INVALID_REPLICATION_DATE" {
			t.Errorf("%s: %s", reason, a.Raw)
		}
	}
	r.Pass(10 * time.Minute)
	r.Control("POST", "late_commit", `{"id":"`+id+`","values":{"Subject":"late"},"age":"5m"}`)
	if a := r.soql("sync", "SELECT Id, Subject FROM Case WHERE SystemModstamp >= 2026-03-01T12:06:30Z AND SystemModstamp < 2026-03-01T12:07:00Z"); a.Text("records", 0, "Subject") != "late" {
		t.Errorf("a transaction that was long under way is found under its old stamp: %s", a.Raw)
	}
}
