package azuredevops

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPreconditions(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	r.Must(200, "grace", "PATCH", path, patch(op("test", "/rev", 1), set("System.Title", "a")))
	a := r.Must(412, "ada", "PATCH", path, patch(op("test", "/rev", 1), set("System.Title", "b")))
	if a.At("typeKey") != "TestPatchOperationFailedException" || !strings.Contains(a.At("message").(string), "VS403351") {
		t.Errorf("a stale test: %s", a.Raw)
	}
	r.Control("POST", "race", `{"times":1}`)
	if a := r.Must(409, "ada", "PATCH", path, patch(op("test", "/rev", 2), set("System.Title", "b"))); !strings.Contains(a.At("message").(string), "TF26071") {
		t.Errorf("a lost race: %s", a.Raw)
	}
	a = r.Must(200, "ada", "PATCH", path, patch(op("test", "/rev", 2), set("System.Title", "a")))
	if a.At("rev") != 2.0 {
		t.Errorf("a change of nothing makes revision %v", a.At("rev"))
	}
	r.Must(200, "ada", "PATCH", path+"?validateOnly=true", patch(set("System.Title", "c")))
	if a := r.Must(200, "ada", "GET", path, ""); a.At("rev") != 2.0 || a.At("fields", "System.Title") != "a" {
		t.Errorf("a validation wrote: %s", a.Raw)
	}
}

func TestRulesOfATypeRefuse(t *testing.T) {
	r := newRig(t, Options{})
	bug, task := r.item("Fabrikam", "Bug"), r.item("Fabrikam", "Task", set(fieldRemaining, 4))
	backlog, german := r.item("Helpdesk", "Product Backlog Item"), r.item("Helpdesk", "Störung")
	r.Must(200, "grace", "PATCH", german, patch(set(fieldState, "In Arbeit")))
	for _, c := range []struct {
		path   string
		op     map[string]any
		want   string
		reason string
	}{
		{bug, set(fieldState, "Done"), "TF401320", "a state of another type"},
		{backlog, set(fieldState, "Done"), "TF401320", "a state that is two steps away"},
		{german, set(fieldState, "Erledigt"), "Root Cause", "a state that needs another field"},
		{bug, set(fieldReason, "because"), "TF401320", "a reason without a transition"},
		{bug, op("remove", "/fields/System.Title", nil), "TF401320", "an empty title"},
		{bug, set("Microsoft.VSTS.Common.Priority", 7), "TF401320", "a value that is not in the list"},
		{bug, set("Custom.RootCause", "Ghosts"), "TF401320", "a value that is not in a picklist"},
		{bug, set("Custom.Count", "many"), "TF401320", "a text in a number"},
		{bug, set("Custom.Count", 1.5), "TF401320", "a fraction in an integer"},
		{bug, set("System.Title", strings.Repeat("x", 256)), "TF401320", "a text that is too long"},
		{bug, set("System.AssignedTo", "nobody@acme.example"), "unknown identity", "a stranger"},
		{bug, set("System.AreaPath", `Fabrikam\Nowhere`), "TF401347", "an area that is not there"},
		{bug, set("System.AreaPath", `Helpdesk\Website`), "TF401347", "an area of another project"},
		{bug, set("System.CreatedDate", "2020-01-01T00:00:00Z"), "TF401326", "a field that is read-only"},
		{bug, set("System.BoardColumn", "Doing"), "TF401326", "the column of a board"},
		{bug, set("Custom.Nothing", "x"), "TF51535", "a field that is not there"},
		{task, set("Microsoft.VSTS.TCM.ReproSteps", "x"), "TF51535", "a field of another type"},
	} {
		a := r.As("grace", "PATCH", c.path, patch(set("Custom.Customer", "written"), c.op))
		if text, _ := a.At("message").(string); a.Status != 400 || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d %s", c.reason, a.Status, a.Raw)
		}
		if after := r.Must(200, "grace", "GET", c.path, ""); after.At("fields", "Custom.Customer") != nil {
			t.Errorf("%s: a part of a refused patch was written", c.reason)
		}
	}
	a := r.Must(400, "grace", "PATCH", bug, patch(set("Custom.Count", "many"), set("Microsoft.VSTS.Common.Priority", 9)))
	if a.At("typeKey") != "RuleValidationException" || a.Len("customProperties", "RuleValidationErrors") != 2 {
		t.Errorf("two fields are wrong: %s", a.Raw)
	}
	r.Must(400, "grace", "PATCH", task, patch(set(fieldState, "Closed"), set(fieldRemaining, 0)))
	a = r.Must(200, "grace", "PATCH", task, patch(set(fieldState, "Closed")))
	if a.At("fields", fieldRemaining) != nil || a.At("fields", fieldReason) != "Completed" || a.At("fields", "Microsoft.VSTS.Common.ClosedDate") == nil {
		t.Errorf("what follows from closing a task: %s", a.Raw)
	}
	r.Must(200, "grace", "PATCH", german, patch(set(fieldState, "Erledigt"), set(fieldCause, "hardware"), set(fieldReason, "Abgelehnt")))
	r.Must(403, "grace", "PATCH", bug+"?bypassRules=true", patch(set("System.CreatedBy", "linus@acme.example")))
	a = r.Must(200, "ada", "PATCH", bug+"?bypassRules=true", patch(set("System.CreatedBy", "linus@acme.example"), set(fieldState, "Closed")))
	if a.At("fields", "System.CreatedBy", "uniqueName") != "linus@acme.example" {
		t.Errorf("rules were bypassed: %s", a.Raw)
	}
}

func TestWhatTheServerMakesOfValues(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	r.item("Fabrikam", "Bug", set("System.Tags", "VIP, Printer"))
	for _, c := range []struct {
		field       string
		value, want any
		reason      string
	}{
		{"System.Description", `<!-- mark --><P Title="t" id="x" onclick="y()">a&quot;b<script>x()</script><br/></P>`, `<p title="t">a"b<br></p>`, "HTML is cleaned"},
		{"Custom.Notes", `<span style="font-size: 0">m</span><a href="javascript:x">l</a>`, `<span style="font-size:0;">m</span><a>l</a>`, "styles and addresses are cleaned"},
		{"System.Tags", "zebra; vip", "VIP; zebra", "tags are sorted, and the first spelling in the project wins"},
		{"System.Tags", "new,Zebra", "new; VIP; zebra", "op add keeps tags, and a comma parts them"},
		{"Custom.DueOn", "2026-04-01T10:00:00.1234+02:00", "2026-04-01T08:00:00.123Z", "times are in UTC, to a three-hundredth of a second"},
		{"Custom.DueOn", "2026-04-01T08:00:00.125Z", "2026-04-01T08:00:00.127Z", "which rounds to .000, .003, .007"},
		{"Custom.Customer", "   ", nil, "blanks are nothing, and nothing is absent"},
		{"Custom.Count", "12", 12.0, "a number may come as text"},
		{"System.AssignedTo", "Ada Lovelace <ada@acme.example>", "Ada Lovelace", "a person by name and address"},
		{"System.AssignedTo", "", nil, "an empty text empties a person"},
		{"Custom.RootCause", "human ERROR", "Human error", "a picklist's own spelling"},
		{"Custom.Channel", "pigeon", "pigeon", "suggested values are not the only ones"},
	} {
		a := r.Must(200, "grace", "PATCH", path, patch(set(c.field, c.value)))
		got := a.At("fields", c.field)
		if person, ok := got.(map[string]any); ok {
			got = person["displayName"]
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
	}
	a := r.Must(200, "grace", "PATCH", path, patch(op("add", "/multilineFieldsFormat/Custom.Notes", "Markdown"), set("Custom.Notes", "a <!-- b --> **c**")))
	if a.At("fields", "Custom.Notes") != "a <!-- b --> **c**" || a.At("multilineFieldsFormat", "Custom.Notes") != "markdown" {
		t.Errorf("a field in Markdown keeps its text: %s", a.Raw)
	}
	if a := r.Must(200, "grace", "PATCH", path, patch(set("Custom.Notes", "<p>x</p>"))); a.At("multilineFieldsFormat", "Custom.Notes") != "markdown" {
		t.Errorf("and stays in Markdown: %s", a.Raw)
	}
	two := r.Must(200, "grace", "PATCH", path, patch(set("System.Title", "x")))
	three := r.Must(200, "grace", "PATCH", path, patch(set("System.Title", "y")))
	if two.At("fields", "System.ChangedDate").(string) >= three.At("fields", "System.ChangedDate").(string) {
		t.Error("two revisions have the same date")
	}
	r.Control("POST", "rule", `{"Field":"Custom.Customer","Value":"by rule","When":"Active"}`)
	if a := r.Must(200, "grace", "PATCH", path, patch(set(fieldState, "Active"))); a.At("fields", "Custom.Customer") != "by rule" {
		t.Errorf("a process rule adds to a change: %s", a.Raw)
	}
}

func TestRelations(t *testing.T) {
	r := newRig(t, Options{})
	a, b := r.item("Fabrikam", "Bug"), r.item("Fabrikam", "User Story")
	r.item("Fabrikam", "User Story")
	link := func(rel string, to int) map[string]any {
		return op("add", "/relations/-", map[string]any{"rel": rel, "url": fmt.Sprintf("%s/acme/%s/_apis/wit/workItems/%d", r.URL, projects[0].id, to)})
	}
	got := r.Must(200, "grace", "PATCH", a+"?$expand=relations", patch(link(relParent, 2), link("System.LinkTypes.Related", 3)))
	if got.At("fields", "System.Parent") != 2.0 || got.Len("relations") != 2 || got.At("rev") != 2.0 {
		t.Errorf("linked: %s", got.Raw)
	}
	r.Must(400, "grace", "PATCH", a, patch(link(relParent, 3)))
	r.Must(400, "grace", "PATCH", a, patch(link("System.LinkTypes.Related", 3)))
	r.Must(400, "grace", "PATCH", a, patch(link("System.LinkTypes.Related", 1)))
	r.Must(404, "grace", "PATCH", a, patch(link("System.LinkTypes.Related", 77)))
	other := r.Must(200, "grace", "GET", b+"?$expand=relations", "")
	updates := r.Must(200, "grace", "GET", b+"/updates", "")
	if other.At("rev") != 1.0 || other.At("relations", 0, "rel") != relChild || updates.At("count") != 2.0 ||
		updates.At("value", 1, "fields") != nil || updates.At("value", 1, "rev") != 1.0 || updates.At("value", 1, "relations", "added", 0, "rel") != relChild {
		t.Errorf("the other end: %s %s", other.Raw, updates.Raw)
	}
	got = r.Must(200, "grace", "PATCH", a+"?$expand=relations", patch(op("test", "/rev", 2), op("remove", "/relations/0", nil), op("replace", "/relations/1/attributes/comment", "kept")))
	if got.Len("relations") != 1 || got.At("relations", 0, "attributes", "comment") != "kept" {
		t.Errorf("positions are those before the patch: %s", got.Raw)
	}
	r.Must(400, "grace", "PATCH", a, patch(op("remove", "/relations/5", nil)))
	r.Must(400, "grace", "PATCH", a, patch(op("add", "/relations/-", map[string]any{"rel": relFile, "url": r.URL + "/acme/_apis/wit/attachments/00000000-0000-0000-0000-000000000000"})))
}

func TestReadingSelectsFields(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug", set("System.Description", "long"))
	a := r.Must(200, "grace", "GET", path+"?fields=System.Id,System.Title,System.Description,Custom.Customer", "")
	if fields := a.At("fields").(map[string]any); len(fields) != 3 || fields["System.Id"] != 1.0 {
		t.Errorf("an empty field is absent, the others are there: %s", a.Raw)
	}
	r.Must(400, "grace", "GET", path+"?fields=System.Id&$expand=relations", "")
	r.Must(400, "grace", "GET", path+"?fields=Custom.Nothing", "")
	before := stamp(r.Now())
	r.Pass(time.Hour)
	r.Must(200, "grace", "PATCH", path, patch(set("System.Title", "later")))
	if a := r.Must(200, "grace", "GET", path+"?asOf="+before, ""); a.At("fields", "System.Title") != "Printer on fire" || a.At("rev") != 1.0 {
		t.Errorf("as of then: %s", a.Raw)
	}
	r.Must(404, "grace", "POST", "/Fabrikam/_apis/wit/workitemsbatch", `{"ids":[1,9]}`)
	if a := r.Must(200, "grace", "POST", "/Fabrikam/_apis/wit/workitemsbatch", `{"ids":[9,1],"errorPolicy":"omit"}`); a.At("count") != 2.0 || a.At("value", 0) != nil {
		t.Errorf("a missing item is null: %s", a.Raw)
	}
	ids := strings.TrimSuffix(strings.Repeat("1,", 201), ",")
	r.Must(400, "grace", "POST", "/Fabrikam/_apis/wit/workitemsbatch", `{"ids":[`+ids+`]}`)
}

func TestMovesAndTheRecycleBin(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	r.Must(400, "grace", "PATCH", path, patch(set(fieldProject, "Helpdesk")))
	a := r.Must(200, "grace", "PATCH", path, patch(set(fieldProject, "Helpdesk"), set(fieldArea, "Helpdesk"), set(fieldIteration, "Helpdesk")))
	if a.At("id") != 1.0 || a.At("fields", fieldState) != "New" {
		t.Errorf("moved: %s", a.Raw)
	}
	r.Must(404, "grace", "GET", path, "")
	path = strings.Replace(path, "Fabrikam", "Helpdesk", 1)
	r.Must(200, "grace", "PATCH", path, patch(set(fieldType, "Product Backlog Item"), set(fieldState, "New")))
	r.Must(403, "grace", "DELETE", path+"?destroy=true", "")
	gone := r.Must(200, "grace", "DELETE", path, "")
	if gone.At("deletedBy") != "Grace Hopper <grace@acme.example>" {
		t.Errorf("deleted: %s", gone.Raw)
	}
	r.Must(404, "grace", "PATCH", path, patch(set("System.Title", "x")))
	if got := r.ids("SELECT [System.Id] FROM WorkItems", ""); len(got) != 0 {
		t.Errorf("a query finds %v in the bin", got)
	}
	if a := r.Must(200, "grace", "GET", "/Helpdesk/_apis/wit/recyclebin", ""); a.At("count") != 1.0 {
		t.Errorf("the bin: %s", a.Raw)
	}
	r.Must(200, "grace", "PATCH", "/Helpdesk/_apis/wit/recyclebin/1", `{"isDeleted":false}`)
	if a := r.Must(200, "grace", "GET", path, ""); a.At("rev") != 5.0 {
		t.Errorf("deleting and restoring are revisions: %s", a.Raw)
	}
}
