package zendesk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/zendesk"
)

const mark = "dx-aaaaaaaaaaaaaaaaaaaaaaaaaa"

func create(t *testing.T, c connectors.Connector, fields map[string]core.Value) core.Observation {
	t.Helper()
	all := map[string]core.Value{"subject": core.String("printer on fire"), "description": htmlOf("It smokes.")}
	for name, v := range fields {
		all[name] = v
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: all, Mark: mark})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func get(t *testing.T, c connectors.Connector, id string, known *core.Observation) core.Observation {
	t.Helper()
	o, err := c.Get(t.Context(), id, connectors.Want{Type: ticketType, Comments: true, Attachments: true, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func set(fields map[string]core.Value) core.Patch { return core.Patch{Fields: fields} }

func TestAFieldEditCostsOneReadAndOneWrite(t *testing.T) {
	a := newAccount(t)
	c, ada := a.connector("sync"), a.connector("ada")
	id := create(t, c, map[string]core.Value{"tags": core.Strings("a")}).Ref.ID
	known := get(t, c, id, nil)
	a.Pass(time.Minute)
	if _, err := ada.Update(t.Context(), id, set(map[string]core.Value{"subject": core.String("new")}), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	_, at := a.calls(0)
	now := get(t, c, id, &known)
	read, at := a.calls(at)
	if len(read) != 1 || now.Field("subject").Source() != "new" || !core.Equal(now.Field("description"), known.Field("description")) {
		t.Errorf("the read took %v and shows %q", read, now.Fields)
	}
	a.Pass(time.Minute)
	patch := core.Patch{Fields: map[string]core.Value{"priority": core.Option("", "low")}, Sets: map[string]core.SetChange{"tags": {Add: core.Strings("b"), Remove: core.Set()}}}
	after, err := c.Update(t.Context(), id, patch, now.Revision, connectors.Want{Known: &now})
	written, _ := a.calls(at)
	if err != nil || len(written) != 1 || !core.Equal(after.Field("tags"), core.Strings("a", "b")) {
		t.Errorf("the write took %v and gave %v, %v", written, after.Field("tags"), err)
	}
	if !core.Equal(after.Field("description"), known.Field("description")) {
		t.Error("the description, which never changes, is not shown after the update")
	}
}

func TestWritingTagsKeepsTheTagsOfFields(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	area, regression, platforms := fieldName(t, c, emulator.FieldProductArea), fieldName(t, c, emulator.FieldRegression), fieldName(t, c, emulator.FieldPlatforms)
	d, err := c.Describe(t.Context(), ticketType)
	if err != nil {
		t.Fatal(err)
	}
	areas, _ := d.Find(area)
	systems, _ := d.Find(platforms)
	id := create(t, c, map[string]core.Value{
		"tags": core.Strings("plain"), area: core.Option("", areas.Options[0].Name()), regression: core.Bool(true), platforms: core.Set(core.Option("", systems.Options[0].Name())),
	}).Ref.ID
	want := map[string]core.Value{"tags": core.Strings("plain"), area: areas.Options[0], regression: core.Bool(true), platforms: core.Set(systems.Options[0])}
	steps := []struct {
		reason string
		patch  core.Patch
	}{
		{"as created", core.Patch{}},
		{"all plain tags are replaced", set(map[string]core.Value{"tags": core.Strings("other")})},
		{"a plain tag is added", core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("more"), Remove: core.Set()}}}},
		{"tags and a drop-down in one patch", set(map[string]core.Value{"tags": core.Strings("last"), area: areas.Options[1]})},
		{"an option is added to a multi-select", core.Patch{Sets: map[string]core.SetChange{platforms: {Add: core.Set(systems.Options[1]), Remove: core.Set()}}}},
		{"a checkbox goes off beside new tags", set(map[string]core.Value{"tags": core.Strings("last", "one"), regression: core.Bool(false)})},
		{"no plain tags are left", set(map[string]core.Value{"tags": core.Empty(core.KindSet)})},
	}
	for _, s := range steps {
		a.Pass(2 * time.Second)
		if !s.patch.IsEmpty() {
			if _, err := c.Update(t.Context(), id, s.patch, get(t, c, id, nil).Revision, connectors.Want{}); err != nil {
				t.Fatalf("%s: %v", s.reason, err)
			}
		}
		for name, v := range s.patch.Fields {
			want[name] = v
		}
		for name, change := range s.patch.Sets {
			want[name] = core.Union(core.Without(want[name], change.Remove), change.Add)
		}
		o := get(t, c, id, nil)
		for name, v := range want {
			if !core.Equal(o.Field(name), v) {
				t.Errorf("%s: %s is %v, want %v", s.reason, name, o.Field(name), v)
			}
		}
	}
}

func TestTagsWithoutARevisionSurviveAnEditInBetween(t *testing.T) {
	a := newAccount(t)
	c, ada := a.connector("sync"), a.connector("ada")
	id := create(t, c, map[string]core.Value{"tags": core.Strings("first")}).Ref.ID
	a.Pass(2 * time.Second)
	once := false
	a.before = func(r *http.Request) {
		if r.Method == http.MethodPut && !once {
			once = true
			if _, err := ada.Update(context.Background(), id, core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("by-ada"), Remove: core.Set()}}}, "", connectors.Want{}); err != nil {
				t.Error(err)
			}
			a.Pass(2 * time.Second)
		}
	}
	o, err := c.Update(t.Context(), id, core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("by-sync"), Remove: core.Set()}}}, "", connectors.Want{})
	if err != nil || !core.Equal(o.Field("tags"), core.Strings("first", "by-ada", "by-sync")) {
		t.Errorf("tags are %v, %v", o.Field("tags"), err)
	}
}

func TestFieldsThatAreIDsAtTheVendor(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, map[string]core.Value{"type": core.Option("", "task")})
	due := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	a.Pass(2 * time.Second)
	after, err := c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{
		"group": core.Option("", "support"), "due_at": core.DateTime(due),
		"requester": core.Person("", "customer1@globex.example", ""), "organization": core.Option(fmt.Sprint(emulator.OrgGlobex), ""),
	}), o.Revision, connectors.Want{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]core.Value{
		"group": core.Option(fmt.Sprint(emulator.GroupSupport), "Support"), "due_at": core.DateTime(due),
		"organization": core.Option(fmt.Sprint(emulator.OrgGlobex), "Globex"),
		"requester":    core.Person(fmt.Sprint(emulator.UserCarla), "customer1@globex.example", "Carla Customer"),
	} {
		got := after.Field(name)
		if !core.Equal(got, want) || got.Name() != want.Name() {
			t.Errorf("%s is %v (%s), want %v (%s)", name, got, got.ID(), want, want.ID())
		}
	}
	_, err = c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{
		"group": core.Option("", "no such one"), "external_id": core.String("x"), "requester": core.Empty(core.KindUser), "tags": core.Strings("two words"),
	}), "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 4 {
		t.Errorf("four refused fields came out as %v", err)
	}
}

func TestTheOpeningIsInternalUnlessSaidOtherwise(t *testing.T) {
	a := newAccount(t)
	for setting, want := range map[string]core.Audience{"": core.Internal, "public": core.Public} {
		sys := core.System{
			Name: "support", BaseURL: a.url, Settings: map[string]string{"opening": setting},
			Auth: map[string]string{"method": "oauth", "client_id": emulator.ClientID, "client_secret": emulator.ClientSecret},
		}
		c := a.open(sys)
		o, err := c.Create(t.Context(), core.Draft{Fields: map[string]core.Value{"subject": core.String("only <a subject>")}})
		if err != nil {
			t.Fatal(err)
		}
		got := get(t, c, o.Ref.ID, nil)
		if len(got.Comments) != 1 || !got.Comments[0].Opening || got.Comments[0].Visibility.Audience != want {
			t.Errorf("opening %q: the first comment is %+v", setting, got.Comments)
		}
		if plainOf(got.Field("description")) != "only <a subject>" || !core.Equal(o.Field("description"), got.Field("description")) {
			t.Errorf("the description is %q, answered as %q", got.Field("description"), o.Field("description"))
		}
	}
}

func TestTheSameMarkMakesOneTicketForTwoHours(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	first := create(t, c, nil)
	a.Pass(time.Minute)
	for reason, fields := range map[string]map[string]core.Value{
		"the same draft": nil, "another draft, because the source was edited": {"subject": core.String("edited")},
	} {
		if again := create(t, c, fields); again.Ref.ID != first.Ref.ID {
			t.Errorf("%s made %s beside %s", reason, again.Ref, first.Ref)
		}
	}
	refs, err := c.Find(t.Context(), ticketType, mark)
	if err != nil || len(refs) != 1 {
		t.Errorf("tickets with the mark: %v, %v", refs, err)
	}
}

func TestAClosedTicketIsRefusedWithTheReason(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	resp, err := http.Post(a.url+"/_control/close/"+o.Ref.ID, "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	a.Pass(2 * time.Second)
	_, err = c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{"subject": core.String("x")}), "", connectors.Want{})
	if connectors.Class(err) != "invalid" || !strings.Contains(err.Error(), "closed") {
		t.Errorf("an update came out as %v", err)
	}
	_, err = c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if connectors.Class(err) != "invalid" {
		t.Errorf("a comment came out as %v", err)
	}
	if got := get(t, c, o.Ref.ID, nil); got.Field("status").ID() != "closed" {
		t.Errorf("the status is %v", got.Field("status"))
	}
}

func TestWhatIsForFewerThanAllAgentsIsNotWritten(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	for _, v := range []core.Visibility{{}, {Audience: core.Restricted, Group: "security"}} {
		_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: v, Mark: mark})
		if !errors.Is(err, connectors.ErrUnsupported) {
			t.Errorf("a comment for %v came out as %v", v, err)
		}
		_, err = c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a", Size: 1, Visibility: v}, strings.NewReader("x"))
		if !errors.Is(err, connectors.ErrUnsupported) {
			t.Errorf("a file for %v came out as %v", v, err)
		}
	}
	if got := get(t, c, o.Ref.ID, nil); len(got.Comments) != 1 {
		t.Errorf("%d comments, want the opening only", len(got.Comments))
	}
}

func TestTooMuchIsRefusedBeforeItIsCutOff(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf(strings.Repeat("ä", 40000)), Visibility: core.Visibility{Audience: core.Internal}})
	if !errors.Is(err, connectors.ErrTooLarge) {
		t.Errorf("80 kB of text came out as %v", err)
	}
	_, err = c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a", Size: 60 << 20, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
	if !errors.Is(err, connectors.ErrTooLarge) {
		t.Errorf("a file of 60 MB came out as %v", err)
	}
	_, err = c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a", Size: 5, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
	if connectors.Class(err) != "busy" || len(get(t, c, o.Ref.ID, nil).Attachments) != 0 {
		t.Errorf("a file that broke off came out as %v", err)
	}
}

func TestABusyTicketWaitsBeforeTheVendorRefuses(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	write := func(n int) error {
		_, err := c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{"subject": core.String(fmt.Sprint(n))}), "", connectors.Want{})
		return err
	}
	for n := range 30 {
		a.Pass(time.Second)
		if err := write(n); err != nil {
			t.Fatal(err)
		}
	}
	_, at := a.calls(0)
	var busy *connectors.BusyError
	if err := write(31); !errors.As(err, &busy) || busy.After != updatesLeft(29*time.Second) {
		t.Errorf("the 31st update came out as %v", err)
	}
	if sent, _ := a.calls(at); slices.Contains(sent, "PUT /api/v2/tickets/{ticket_id}") {
		t.Errorf("it was sent all the same: %v", sent)
	}
	a.Pass(busy.After)
	if err := write(32); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func updatesLeft(since time.Duration) time.Duration { return 10*time.Minute - since }

func TestChangesByARuleInTheSameUpdateAreSeen(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	resp, err := http.Post(a.url+"/_control/trigger", "application/json", strings.NewReader(`{"title":"mark","add_tag":"ruled"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	a.Pass(2 * time.Second)
	after, err := c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{"subject": core.String("x")}), o.Revision, connectors.Want{})
	if err != nil || !after.Field("tags").Has(core.String("ruled")) {
		t.Errorf("after the update the tags are %v, %v", after.Field("tags"), err)
	}
}

func TestDeletedTicketsAreNotFound(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	o := create(t, c, nil)
	if err := c.Delete(t.Context(), o.Ref.ID); err != nil {
		t.Fatal(err)
	}
	if refs, err := c.Find(t.Context(), ticketType, mark); err != nil || len(refs) != 0 {
		t.Errorf("found %v, %v", refs, err)
	}
	for _, id := range []string{"not a number", "-1", ""} {
		if _, err := c.Get(t.Context(), id, connectors.Want{}); !errors.Is(err, connectors.ErrNotFound) {
			t.Errorf("id %q came out as %v", id, err)
		}
	}
}
