package azuredevops

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestQueries(t *testing.T) {
	r := newRig(t, Options{})
	r.item("Fabrikam", "Bug", set("Custom.SyncId", "a-1"), set("System.Tags", "sync-1; vip"), set("System.AssignedTo", "ada@acme.example"), set("System.AreaPath", `Fabrikam\Website\Shop`))
	r.Pass(time.Minute)
	second := r.Now()
	r.item("Fabrikam", "User Story", set("Custom.SyncId", "it's"), set("System.Description", "<p>smoke and-fire</p>"), set("Microsoft.VSTS.Common.Priority", 1))
	r.Pass(time.Minute)
	r.item("Helpdesk", "Bug", set("Custom.SyncId", "a-1"))
	r.Must(200, "grace", "PATCH", "/Fabrikam/_apis/wit/workitems/1", patch(set(fieldState, "Active")))
	for _, c := range []struct {
		where  string
		want   []int
		reason string
	}{
		{"[System.TeamProject] = @project", []int{1, 2}, "the project of the address"},
		{"[Custom.SyncId] = 'A-1'", []int{1, 3}, "texts are compared without regard to case, in all projects"},
		{"[Custom.SyncId] = 'it''s'", []int{2}, "a quote is doubled"},
		{"[Custom.SyncId] IN ('x', 'a-1') AND [System.TeamProject] <> 'Helpdesk'", []int{1}, "a list"},
		{"[System.Tags] CONTAINS 'VIP'", []int{1}, "a tag"},
		{"[System.Tags] CONTAINS 'vi'", []int{}, "tags are compared whole"},
		{"[System.Title] CONTAINS 'on fi'", []int{1, 2, 3}, "other texts by parts"},
		{"[System.Description] CONTAINS WORDS 'fire'", []int{2}, "long texts by words"},
		{"[System.AssignedTo] = 'ada@acme.example'", []int{1}, "a person by address"},
		{"[System.CreatedBy] = @Me", []int{}, "the caller made none"},
		{"[System.AssignedTo] = ''", []int{2, 3}, "nothing is an empty text"},
		{"[System.AreaPath] UNDER 'Fabrikam\\Website'", []int{1}, "an area with those below"},
		{"NOT ([System.Id] > 1 OR [System.State] = 'New')", []int{1}, "joins"},
		{"EVER [System.State] = 'New'", []int{1, 2, 3}, "what once was"},
		{"[Microsoft.VSTS.Common.Priority] <= 1", []int{2}, "a number"},
		{"[Custom.Customer] IS EMPTY AND [System.WorkItemType] = 'Bug'", []int{1, 3}, "emptiness"},
		{"[System.CreatedDate] >= '" + stamp(second) + "'", []int{2, 3}, "a time with Z is UTC"},
		{"[System.CreatedDate] >= '" + second.Format("2006-01-02T15:04:05") + "'", []int{1, 2, 3}, "without it is in the caller's zone, two hours ahead"},
		{"[System.CreatedDate] >= @today", []int{1, 2, 3}, "today"},
		{"[System.CreatedDate] < @today - 1", []int{}, "before yesterday"},
	} {
		if got := r.ids("SELECT [System.Id] FROM WorkItems WHERE "+c.where+" ORDER BY [System.Id]", ""); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
	}
	if got := r.ids("SELECT [System.Id] FROM WorkItems ORDER BY [System.ChangedDate] DESC", "&$top=2"); !reflect.DeepEqual(got, []int{1, 3}) {
		t.Errorf("the newest two: %v", got)
	}
	ask := func(params, query string) bench.Answer {
		return r.As("sync", "POST", "/Fabrikam/_apis/wit/wiql?"+params, fmt.Sprintf(`{"query":%q,"timePrecision":true}`, query))
	}
	a := ask("x=1", "SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] >= '2026-01-02T03:04:05Z'")
	if a.Status != 400 || !strings.Contains(a.At("message").(string), "date precision") {
		t.Errorf("timePrecision in the body counts for nothing: %s", a.Raw)
	}
	for _, wrong := range []string{"SELECT [Custom.Nothing] FROM WorkItems", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] ~ 1", "SELECT FROM",
		"SELECT [System.Id] FROM WorkItems WHERE [System.Description] = 'x'", "SELECT [System.Id] FROM WorkItemLinks"} {
		if a := ask("timePrecision=true", wrong); a.Status != 400 {
			t.Errorf("%s is answered %d", wrong, a.Status)
		}
	}
}

func TestQueriesHaveLimitsAndLag(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Results: 2}})
	for range 3 {
		r.item("Fabrikam", "Bug")
	}
	a := r.Must(400, "sync", "POST", "/Fabrikam/_apis/wit/wiql?$top=1", `{"query":"SELECT [System.Id] FROM WorkItems"}`)
	if !strings.Contains(a.At("message").(string), "VS402337") {
		t.Errorf("too much: %s", a.Raw)
	}
	r.Control("POST", "index_lag", `{"lag":"10s"}`)
	if got := r.ids("SELECT [System.Id] FROM WorkItems", ""); len(got) != 0 {
		t.Errorf("the index knows %v already", got)
	}
	if a := r.Must(200, "sync", "GET", "/_apis/wit/reporting/workitemrevisions", ""); a.Len("values") != 0 {
		t.Errorf("so does the feed: %s", a.Raw)
	}
	r.Pass(11 * time.Second)
	r.Must(200, "grace", "PATCH", "/Fabrikam/_apis/wit/workitems/1", patch(set("System.Title", "new")))
	if got := r.ids("SELECT [System.Id] FROM WorkItems WHERE [System.Id] < 3 AND [System.Title] = 'Printer on fire'", ""); len(got) != 2 {
		t.Errorf("the index shows %v, with the state of then", got)
	}
}

func TestTheReportingFeed(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{ReportPage: 2}})
	path := r.item("Fabrikam", "Bug", set("System.Description", "long"), set("System.AssignedTo", "ada@acme.example"))
	r.item("Fabrikam", "Task")
	r.Must(200, "grace", "PATCH", path, patch(set("System.Title", "b")))
	feed := func(query string) bench.Answer {
		return r.Must(200, "sync", "GET", "/Fabrikam/_apis/wit/reporting/workitemrevisions?"+query, "")
	}
	first := feed("startDateTime=2026-01-01T00:00:00Z")
	if first.Len("values") != 2 || first.At("isLastBatch") != false || first.At("values", 0, "fields", "System.Description") != nil ||
		first.At("values", 0, "fields", "System.AssignedTo") != "Ada Lovelace <ada@acme.example>" {
		t.Errorf("the first page: %s", first.Raw)
	}
	token := first.At("continuationToken").(string)
	second := feed("continuationToken=" + token)
	if second.Len("values") != 1 || second.At("isLastBatch") != true || second.At("values", 0, "rev") != 2.0 {
		t.Errorf("the second: %s", second.Raw)
	}
	token = second.At("continuationToken").(string)
	if a := feed("continuationToken=" + token); a.Len("values") != 0 || a.At("continuationToken") == nil {
		t.Errorf("nothing new: %s", a.Raw)
	}
	r.Must(200, "grace", "DELETE", path, "")
	if a := feed("continuationToken=" + token); a.Len("values") != 0 {
		t.Errorf("a deletion is not told unless asked for: %s", a.Raw)
	}
	if a := feed("includeDeleted=true&continuationToken=" + token); a.Len("values") != 1 || a.At("values", 0, "fields", "System.IsDeleted") != true {
		t.Errorf("deleted: %s", a.Raw)
	}
	if a := feed("includeLatestOnly=true&$expand=fields&includeIdentityRef=true&includeDeleted=true&types=Bug"); a.Len("values") != 1 ||
		a.At("values", 0, "fields", "System.Description") != "long" || a.At("values", 0, "fields", "System.AssignedTo", "uniqueName") == nil {
		t.Errorf("the latest, in full: %s", a.Raw)
	}
	r.Must(400, "sync", "GET", "/_apis/wit/reporting/workitemrevisions?continuationToken=x", "")
}

func TestHistory(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	r.Pass(time.Hour)
	r.Must(200, "ada", "PATCH", path, patch(set(fieldState, "Active"), set("System.AssignedTo", "linus@acme.example")))
	a := r.Must(200, "grace", "GET", path+"/updates?$skip=1", "")
	u := a.At("value", 0).(map[string]any)
	fields := u["fields"].(map[string]any)
	if u["revisedDate"] != never || a.At("value", 0, "revisedBy", "name") != "Ada Lovelace <ada@acme.example>" ||
		!reflect.DeepEqual(fields[fieldState], map[string]any{"oldValue": "New", "newValue": "Active"}) ||
		a.At("value", 0, "fields", "System.ChangedDate", "newValue") != "2026-03-01T13:00:00Z" || a.At("value", 0, "fields", "System.AssignedTo", "oldValue") != nil {
		t.Errorf("the newest update: %s", a.Raw)
	}
	if a := r.Must(200, "grace", "GET", path+"/updates/1", ""); a.At("revisedDate") != "2026-03-01T13:00:00Z" {
		t.Errorf("the one before ended then: %s", a.Raw)
	}
	r.Must(404, "grace", "GET", path+"/updates/9", "")
}
