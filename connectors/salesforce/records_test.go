package salesforce_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/salesforce"
)

var mark = "dx-" + strings.Repeat("a", 26)

func write(fields map[string]core.Value) core.Patch { return core.Patch{Fields: fields} }

func subject(s string) map[string]core.Value {
	return map[string]core.Value{"Subject": core.String(s)}
}

// same compares ids by what both lengths have.
func same(a, b core.Value) bool {
	return len(a.ID()) >= 15 && len(b.ID()) >= 15 && a.ID()[:15] == b.ID()[:15] || a.ID() == b.ID()
}

func TestTheSameCreateTwiceMakesOneRecord(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	d := core.Draft{Type: "Case", Fields: subject("once"), Mark: mark}
	first, err := c.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Create(t.Context(), d)
	if err != nil || second.Ref.ID != first.Ref.ID {
		t.Errorf("the second create made %v, %v", second.Ref, err)
	}
}

func TestACreateThatLostTheRaceTakesTheWinner(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	const race = `{"code":"DUPLICATE_VALUE","status":400,"message":"duplicate value found: Sync_Id__c duplicates value on record with id: 500000000000001","times":1,"writes":true}`
	d := core.Draft{Type: "Case", Fields: subject("once"), Mark: mark}
	a.control("refuse", race)
	if _, err := c.Create(t.Context(), d); connectors.Class(err) != "denied" {
		t.Errorf("a record that cannot be seen has the mark: came out as %v", err)
	}
	first, err := c.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	a.control("refuse", race)
	second, err := c.Create(t.Context(), d)
	if err != nil || second.Ref.ID != first.Ref.ID {
		t.Errorf("the loser made %v, %v", second.Ref, err)
	}
	a.control("refuse", strings.ReplaceAll(race, "Sync_Id__c", "Tracker_Key__c"))
	_, err = c.Create(t.Context(), core.Draft{Type: "Case", Mark: "dx-" + strings.Repeat("b", 26), Fields: map[string]core.Value{"Tracker_Key__c": core.String("x")}})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["Tracker_Key__c"] == "" {
		t.Errorf("another value that has to be unique: came out as %v", err)
	}
}

func TestAValueIsNotTakenForAnothersLabel(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.after = func(r *http.Request, body []byte) []byte { // an admin gave the value New the label Working
		text := strings.ReplaceAll(string(body), `"label":"Working",`, `"label":"In work",`)
		return []byte(strings.ReplaceAll(text, `"label":"New",`, `"label":"Working",`))
	}
	for _, tc := range []struct {
		reason string
		v      core.Value
		want   string
	}{
		{"by its value", core.Option("Working", "In work"), "Working"},
		{"by its value alone", core.Option("New", ""), "New"},
		{"by its label, which is another's value", core.Option("", "Working"), "New"},
		{"by its label in another case", core.Option("", "in WORK"), "Working"},
	} {
		c := a.connector("sync") // with the labels of now
		if _, err := c.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{"Status": core.Option("Closed", "")}), "", connectors.Want{}); err != nil {
			t.Fatal(err)
		}
		got, err := c.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{"Status": tc.v}), "", connectors.Want{})
		if err != nil || got.Field("Status").ID() != tc.want {
			t.Errorf("%s: written as %v, %v", tc.reason, got.Field("Status").ID(), err)
		}
	}
}

func TestAnObjectWithoutHistoryTellsNothing(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.before = func(r *http.Request) {
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "CaseHistory", "NothingHistory")
	}
	if changed, ours, err := c.History(t.Context(), o.Ref.ID); err != nil || len(changed)+len(ours) != 0 {
		t.Errorf("told %v, %v, %v", changed, ours, err)
	}
}

func TestARecordThatMayNotBeAddedToIsNotGone(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.control("refuse", `{"code":"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY","status":400,"message":"x","times":1,"writes":true}`)
	_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "x"), Visibility: core.Visibility{Audience: core.Internal}})
	if connectors.Class(err) != "denied" {
		t.Errorf("came out as %v", err)
	}
}

func TestIdsThatNobodyKnowsAreAskedForOnce(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	a.create(c, nil)
	calls := 0
	a.before = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/sobjects") {
			calls++
		}
	}
	for _, id := range []string{"zzzxx0000000999AAA", "zzzxx0000000998AAA"} {
		if _, err := c.Get(t.Context(), id, connectors.Want{}); connectors.Class(err) != "not-found" {
			t.Errorf("%s: %v", id, err)
		}
	}
	if calls != 1 {
		t.Errorf("the list of objects was read %d times", calls)
	}
}

func TestAMarkOfSeveralRecordsIsNotWritten(t *testing.T) {
	a := newOrganization(t)
	s := a.system("sync")
	s.Settings["external_id"] = "Tracker_Key__c" // an External ID that is not unique
	c, other := a.with(s), a.connector("ada")
	for range 2 {
		if _, err := other.Create(t.Context(), core.Draft{Type: "Case", Fields: map[string]core.Value{"Subject": core.String("x"), "Tracker_Key__c": core.String(mark)}}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Create(t.Context(), core.Draft{Type: "Case", Fields: subject("third"), Mark: mark})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["Tracker_Key__c"] == "" {
		t.Errorf("came out as %v", err)
	}
	if refs, err := c.Find(t.Context(), caseType, mark); err != nil || len(refs) != 2 {
		t.Errorf("found %v, %v", refs, err)
	}
	doubts := 0
	for _, f := range c.Check(t.Context(), caseType) {
		if f.State == connectors.Doubt {
			doubts++
		}
	}
	if doubts != 1 {
		t.Errorf("%d doubts, want one: the field is not unique", doubts)
	}
}

func TestAssignmentRulesDoNotRun(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	if got := o.Field("Owner").ID(); got != emulator.UserSync {
		t.Errorf("a new case belongs to %s", got)
	}
	a.Pass(time.Minute)
	o, err := c.Update(t.Context(), o.Ref.ID, write(subject("another")), o.Revision, connectors.Want{})
	if err != nil || o.Field("Owner").ID() != emulator.UserSync {
		t.Errorf("after an update it belongs to %v, %v", o.Field("Owner"), err)
	}
}

func TestAnUpdateTakesAsFewCallsAsItCan(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	a.Pass(time.Minute)
	var calls []string
	a.before = func(r *http.Request) { calls = append(calls, r.Method) }
	if _, err := c.Update(t.Context(), o.Ref.ID, write(subject("two")), o.Revision, connectors.Want{Fields: []string{"Subject"}, Known: &o}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(calls, " "); got != "PATCH GET" {
		t.Errorf("with what is known: %s", got)
	}
}

func TestAnUpdateIsGuarded(t *testing.T) {
	a := newOrganization(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o := a.create(c, nil)
	a.Pass(2 * time.Second)
	if _, err := ada.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{"Priority": core.Option("Low", "")}), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Update(t.Context(), o.Ref.ID, write(subject("two")), o.Revision, connectors.Want{Known: &o})
	if connectors.Class(err) != "stale" {
		t.Errorf("by what is known an edited record was written: %v", err)
	}
	if _, err = c.Update(t.Context(), o.Ref.ID, write(subject("two")), "yesterday", connectors.Want{}); connectors.Class(err) != "stale" {
		t.Errorf("a revision of another kind came out as %v", err)
	}
	for id, reason := range map[string]string{"500xx0000000999AAA": "nobody has this id", "12": "this is no id", "zzzxx0000000999AAA": "no object has such ids"} {
		if _, err := c.Get(t.Context(), id, connectors.Want{}); connectors.Class(err) != "not-found" {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestAnEditRightAfterTheWriteIsNotTakenForIt(t *testing.T) {
	a := newOrganization(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o := a.create(c, nil)
	a.Pass(2 * time.Second)
	wrote := false
	a.before = func(r *http.Request) {
		switch {
		case r.Method == http.MethodPatch:
			wrote = true
		case wrote:
			wrote, a.before = false, nil
			a.Pass(2 * time.Second)
			if _, err := ada.Update(t.Context(), o.Ref.ID, write(subject("by a person")), "", connectors.Want{}); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := c.Update(t.Context(), o.Ref.ID, write(subject("by the sync")), o.Revision, connectors.Want{}); connectors.Class(err) != "stale" {
		t.Errorf("came out as %v", err)
	}
}

func TestValues(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, nil)
	for _, tc := range []struct {
		reason string
		field  string
		value  core.Value
		want   core.Value // absent: refused
	}{
		{"a queue owns by its id", "Owner", core.Person(emulator.QueueTriage, "", ""), core.Person(emulator.QueueTriage, "", "")},
		{"an inactive user with the same address is not meant", "Owner", core.Person("", "grace@acme.example", ""), core.Person(emulator.UserGrace, "", "")},
		{"an inactive user is nobody", "Owner", core.Person("", "former@acme.example", ""), core.Absent()},
		{"a case has an owner", "Owner", core.Empty(core.KindUser), core.Absent()},
		{"an unrestricted picklist would take any value", "Type", core.Option("", "Nonsense"), core.Absent()},
		{"by the label", "Type", core.Option("", "feature request"), core.Option("Feature Request", "Feature Request")},
		{"a set may be emptied", "Platforms__c", core.Set(), core.Empty(core.KindSet)},
		{"an unknown element", "Platforms__c", core.Set(core.Option("", "Abacus")), core.Absent()},
		{"an id of 15 characters", "Contact", core.Reference(emulator.ContactCarla[:15], ""), core.Reference(emulator.ContactCarla, "")},
		{"a reference that is none", "Contact", core.Reference("carla", ""), core.Absent()},
		{"too long a text", "Subject", core.String(strings.Repeat("x", 256)), core.Absent()},
		{"a formula", "Age_Days__c", core.Int(3), core.Absent()},
		{"the field for marks", "Sync_Id__c", core.String("x"), core.Absent()},
		{"text for a number", "Affected_Users__c", core.String("many"), core.Absent()},
		{"HTML for a plain text", "Description", core.Text("html", "<p>x</p>"), core.Absent()},
		{"line ends of two characters are the platform's", "Description", core.Text("plain", "one\ntwo"), core.Text("plain", "one\ntwo")},
		{"a record type by its name", "RecordType", core.Option("", "Product"), core.Option(emulator.RecordTypeProduct, "Product")},
	} {
		a.Pass(2 * time.Second)
		got, err := c.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{tc.field: tc.value}), "", connectors.Want{})
		var invalid *connectors.InvalidError
		switch {
		case tc.want.IsAbsent():
			if !errors.As(err, &invalid) || invalid.Fields[tc.field] == "" {
				t.Errorf("%s: came out as %v", tc.reason, err)
			}
		case err != nil:
			t.Errorf("%s: %v", tc.reason, err)
		case tc.want.ID() != "" && !same(got.Field(tc.field), tc.want), tc.want.ID() == "" && !core.Equal(got.Field(tc.field), tc.want):
			t.Errorf("%s: is %q (%s)", tc.reason, got.Field(tc.field), got.Field(tc.field).ID())
		}
	}
}

func TestAQueueHasAName(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	o := a.create(c, map[string]core.Value{"Owner": core.Person(emulator.QueueTriage, "", "")})
	queue := o.Field("Owner")
	if queue.Name() == "" || queue.Email() != "" {
		t.Fatalf("the queue is %+v", queue)
	}
	if got, err := c.ResolveUserByName(t.Context(), caseType, queue.Name()); err != nil || !core.Equal(got, queue) {
		t.Errorf("by its name it is %v, %v", got, err)
	}
	one, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"Owner.Email"}})
	if v := one.Field("Owner.Email"); err != nil || !v.IsEmpty() {
		t.Errorf("its address is %v, %v", v, err)
	}
}

func TestPicklistsOfARecordType(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	has := func(scope map[string]string) bool {
		d, err := c.Describe(t.Context(), connectors.ItemType{Type: "Case", Scope: scope})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := d.Find("Status")
		for _, o := range f.Options {
			if o.ID() == "Escalated" {
				return true
			}
		}
		return false
	}
	if !has(nil) || has(map[string]string{"RecordType": "Product"}) || has(map[string]string{"RecordType": emulator.RecordTypeProduct}) {
		t.Error("the record type Product does not know the status Escalated, the object does")
	}
	if _, err := c.Describe(t.Context(), connectors.ItemType{Type: "Case", Scope: map[string]string{"RecordType": "None"}}); connectors.Class(err) != "invalid" {
		t.Errorf("an unknown record type came out as %v", err)
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "Case", Scope: map[string]string{"RecordType": "Product"}, Fields: subject("x"), Mark: mark})
	if err != nil || o.Field("RecordType").Name() != "Product" {
		t.Errorf("created in %v, %v", o.Field("RecordType"), err)
	}
}

func TestACustomObject(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	kind := connectors.ItemType{Type: "Escalation__c"}
	d, err := c.Describe(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := d.Find("Stage__c"); !f.Required {
		t.Error("the stage is required")
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "Escalation__c", Mark: mark, Fields: map[string]core.Value{"Name": core.String("E-1"), "Stage__c": core.Option("", "Open")}})
	if err != nil || o.Ref.Type != "Escalation__c" || o.Ref.Key != "E-1" || o.Mark != mark {
		t.Fatalf("created %+v, %v", o, err)
	}
	a.Pass(time.Minute)
	said, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: core.Text("plain", "a post"), Visibility: core.Visibility{Audience: core.Internal}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Get(t.Context(), o.Ref.ID, connectors.Want{Type: kind, Comments: true, Attachments: true})
	if err != nil || len(got.Comments) != 1 || got.Comments[0].ID != said.ID || !got.Complete {
		t.Errorf("read as %+v, %v", got.Comments, err)
	}
	a.Pass(10 * time.Minute)
	page, err := c.Changes(t.Context(), kind, "", 100)
	if err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != o.Ref.ID {
		t.Errorf("listed %+v, %v", page.Items, err)
	}
	_, err = c.Create(t.Context(), core.Draft{Type: "Escalation__c", Mark: "dx-" + strings.Repeat("b", 26), Fields: map[string]core.Value{"Name": core.String("E-2")}})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields["Stage__c"] == "" {
		t.Errorf("without what is required: %v", err)
	}
	if _, err := c.Describe(t.Context(), connectors.ItemType{Type: "Nothing__c"}); connectors.Class(err) != "denied" {
		t.Errorf("an unknown object came out as %v", err)
	}
	if err := c.Delete(t.Context(), o.Ref.ID); err != nil {
		t.Error(err)
	}
}

func TestHistory(t *testing.T) {
	a := newOrganization(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o := a.create(c, nil)
	a.Pass(time.Minute)
	if _, err := ada.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{"Owner": core.Person("", "grace@acme.example", "")}), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	at := a.Now()
	a.Pass(time.Minute)
	if _, err := c.Update(t.Context(), o.Ref.ID, write(map[string]core.Value{"Status": core.Option("Working", "")}), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	changed, ours, err := c.History(t.Context(), o.Ref.ID)
	if err != nil || !changed["Owner"].Equal(at) || changed["Status"].IsZero() || len(changed) != 2 || strings.Join(ours, " ") != "Status" {
		t.Errorf("changed %v, ours %v, %v", changed, ours, err)
	}
}
