package salesforce

import "testing"

func TestCollections(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Must(200, "sync", "POST", "/composite/sobjects", `{"records":[{"attributes":{"type":"Case"},"Subject":"a"},{"attributes":{"type":"Case"},"Severity__c":"S9"}]}`)
	if a.At(0, "success") != true || a.At(1, "success") != false || a.Text(1, "errors", 0, "statusCode") != "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" {
		t.Fatalf("a bad row beside a good one: %s", a.Raw)
	}
	id := a.Text(0, "id")
	all := r.Must(200, "sync", "POST", "/composite/sobjects", `{"allOrNone":true,"records":[{"attributes":{"type":"Case"},"Subject":"b"},{"attributes":{"type":"Case"},"Severity__c":"S9"}]}`)
	if all.Text(0, "errors", 0, "statusCode") != "ALL_OR_NONE_OPERATION_ROLLED_BACK" || r.soql("sync", "SELECT COUNT() FROM Case").At("totalSize") != 1.0 {
		t.Errorf("all or none: %s", all.Raw)
	}
	r.Must(200, "sync", "PATCH", "/composite/sobjects", `{"records":[{"attributes":{"type":"Case"},"id":"`+id+`","Subject":"c"}]}`)
	ups := r.Must(200, "sync", "PATCH", "/composite/sobjects/Case/Sync_Id__c", `{"records":[{"attributes":{"type":"Case"},"Sync_Id__c":"k","Subject":"d"}]}`)
	if ups.At(0, "created") != true {
		t.Errorf("upserts: %s", ups.Raw)
	}
	read := r.Must(200, "sync", "POST", "/composite/sobjects/Case", `{"ids":["`+id+`","500xx00000000zz","`+ups.Text(0, "id")+`"],"fields":["Id","Subject"]}`)
	if read.Text(0, "Subject") != "c" || read.At(1) != nil || read.Len() != 3 || read.Text(2, "Subject") != "d" {
		t.Errorf("reads keep the order of the ids: %s", read.Raw)
	}
	gone := r.Must(200, "sync", "DELETE", "/composite/sobjects?ids="+id+",500xx00000000zz", "")
	if gone.At(0, "success") != true || gone.At(1, "success") != false {
		t.Errorf("deletes: %s", gone.Raw)
	}
}

func TestComposite(t *testing.T) {
	r := newRig(t, Options{})
	before := r.Must(200, "sync", "GET", "/limits", "").At("DailyApiRequests", "Remaining").(float64)
	a := r.Must(200, "sync", "POST", "/composite", `{"compositeRequest":[
		{"method":"POST","url":"/services/data/v67.0/sobjects/Case","referenceId":"c","body":{"Subject":"x"},"httpHeaders":{"Sforce-Auto-Assign":"FALSE"}},
		{"method":"POST","url":"/services/data/v67.0/sobjects/CaseComment","referenceId":"k","body":{"ParentId":"@{c.id}","CommentBody":"hi"}},
		{"method":"GET","url":"/services/data/v67.0/query?q=SELECT+Id+FROM+CaseComment","referenceId":"q"},
		{"method":"GET","url":"/services/data/v67.0/sobjects/Case/@{c.id}?fields=OwnerId","referenceId":"g"}]}`)
	for i, status := range []float64{201, 201, 200, 200} {
		if a.At("compositeResponse", i, "httpStatusCode") != status {
			t.Fatalf("composite: %s", a.Raw)
		}
	}
	if a.At("compositeResponse", 2, "body", "totalSize") != 1.0 || a.Text("compositeResponse", 3, "body", "OwnerId") != UserSync {
		t.Errorf("composite: %s", a.Raw)
	}
	if left := r.Must(200, "sync", "GET", "/limits", "").At("DailyApiRequests", "Remaining").(float64); before-left != 2 {
		t.Errorf("a composite request counted as %v calls", before-left-1)
	}
	b := r.Must(200, "sync", "POST", "/composite", `{"allOrNone":true,"compositeRequest":[
		{"method":"POST","url":"/services/data/v67.0/sobjects/Case","referenceId":"c","body":{"Subject":"y"}},
		{"method":"POST","url":"/services/data/v67.0/sobjects/Case","referenceId":"d","body":{"Nope":1}}]}`)
	if b.Text("compositeResponse", 0, "body", 0, "errorCode") != "PROCESSING_HALTED" || r.soql("sync", "SELECT COUNT() FROM Case").At("totalSize") != 1.0 {
		t.Errorf("all or none: %s", b.Raw)
	}
}
