package azuredevops_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
	"duplex/emulators/harness"
)

// TestAMarkIsFoundWhereverTheItemIs: a rule may create in another project than the scope's, and a create whose answer was lost is looked for.
func TestAMarkIsFoundWhereverTheItemIs(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	fields := title("sent elsewhere")
	fields["project"] = core.String("Helpdesk")
	o := a.create(c, bug.Scope, fields)
	a.pass(3 * time.Minute)
	if refs, err := c.Find(t.Context(), bug, o.Mark); err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v, %v", refs, err)
	}
}

// TestANewItemIsNamedWhateverFailsAfterIt: without its name it would be created once more.
func TestANewItemIsNamedWhateverFailsAfterIt(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	a.fault(harness.Fault{Kind: harness.KindStatus, Path: "connectionData"})
	fields := title("Drucker")
	fields["state"] = option("Erledigt") // takes a field that is not given
	o, err := c.Create(t.Context(), core.Draft{Type: "workitem", Scope: map[string]string{"project": "Helpdesk", "type": "Störung"}, Fields: fields})
	if connectors.Class(err) != "invalid" || o.Ref.ID == "" {
		t.Errorf("made %v, %v", o.Ref, err)
	}
}

func TestADeletionOfAFileIsCarriedOn(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	f, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
	check(t, err)
	a.fault(harness.Fault{Kind: harness.KindStatus, Method: http.MethodDelete, Times: 1})
	if err := c.DeleteAttachment(t.Context(), o.Ref.ID, f.ID); connectors.Class(err) != "busy" {
		t.Errorf("cut off between taking it off and destroying it: %v", err)
	}
	check(t, c.DeleteAttachment(t.Context(), o.Ref.ID, f.ID))
	if _, err := c.OpenAttachment(t.Context(), o.Ref.ID, f); connectors.Class(err) != "not-found" {
		t.Errorf("the content is there still: %v", err)
	}
	if err := c.DeleteAttachment(t.Context(), o.Ref.ID, f.ID); connectors.Class(err) != "not-found" {
		t.Errorf("once more: %v", err)
	}
}

func TestAnIterationThatWasJustMadeIsTaken(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, map[string]core.Value{"title": core.String("x"), "iteration_path": option("Fabrikam")})
	a.raw("POST", "/Fabrikam/_apis/wit/classificationnodes/iterations?api-version=7.1", "application/json", `{"name":"Sprint 77"}`)
	o, err := write(t, c, o.Ref.ID, map[string]core.Value{"iteration_path": option(`Fabrikam\Sprint 77`)})
	if err != nil || o.Field("iteration_path").ID() != `Fabrikam\Sprint 77` {
		t.Errorf("written %v, %v", o.Field("iteration_path"), err)
	}
	if _, err := write(t, c, o.Ref.ID, map[string]core.Value{"iteration_path": option(`Fabrikam\Sprint 78`)}); connectors.Class(err) != "invalid" {
		t.Errorf("one that is not there: %v", err)
	}
}

// TestARefusalAfterAMissHasItsOwnClass: whether the item is gone cannot be told while the account is refused.
func TestARefusalAfterAMissHasItsOwnClass(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c, ada := a.connector(emulator.TokenSync), a.connector(emulator.TokenAda)
	o := a.create(c, bug.Scope, title("x"))
	check(t, ada.Delete(t.Context(), o.Ref.ID))
	a.fault(harness.Fault{Kind: harness.KindRevoked, Method: http.MethodGet, Path: "/workitems/"})
	_, err := c.AddComment(t.Context(), o.Ref.ID, core.CommentDraft{Body: htmlOf("x"), Visibility: core.Visibility{Audience: core.Internal}})
	if connectors.Class(err) != "denied" {
		t.Errorf("commenting: %v", err)
	}
}

// TestAFileIsLinkedPastALostRace: what was sent is not sent again.
func TestAFileIsLinkedPastALostRace(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	a.control("race", `{"times":1}`)
	if f, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x")); err != nil || f.ID == "" {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestACopyIsAnItemOfItsOwn: who copies an item copies its tags, and the mark among them.
func TestACopyIsAnItemOfItsOwn(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c, ada := a.connector(emulator.TokenSync), a.connector(emulator.TokenAda)
	o := a.create(c, bug.Scope, title("x"))
	copied := a.create(ada, bug.Scope, title("x"))
	a.pass(3 * time.Minute)
	if got, err := c.Get(t.Context(), copied.Ref.ID, all); err != nil || got.Mark != "" || got.OwnItem {
		t.Errorf("mark %q own %v, %v", got.Mark, got.OwnItem, err)
	}
	if refs, err := c.Find(t.Context(), bug, o.Mark); err != nil || len(refs) != 1 || refs[0].ID != o.Ref.ID {
		t.Errorf("found %v, %v", refs, err)
	}
}

func TestAProjectThatBecamePublicGetsNothingPrivate(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	said := core.CommentDraft{Body: htmlOf("x"), Visibility: core.Visibility{Audience: core.Internal}}
	_, err := c.AddComment(t.Context(), o.Ref.ID, said)
	check(t, err)
	a.open.Store(true)
	if _, err := c.AddComment(t.Context(), o.Ref.ID, said); connectors.Class(err) != "unsupported" {
		t.Errorf("an internal comment: %v", err)
	}
	a.open.Store(false)
	_, err = c.AddComment(t.Context(), o.Ref.ID, said)
	check(t, err)
	a.open.Store(true)
	if _, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "x", Size: 1, Visibility: said.Visibility}, strings.NewReader("x")); connectors.Class(err) != "unsupported" {
		t.Errorf("an internal file: %v", err)
	}
}

// TestAQueryThatRanOutOfTimeIsTriedAgain: the vendor says so with the status of a refusal.
func TestAQueryThatRanOutOfTimeIsTriedAgain(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/connectionData") {
			_, _ = w.Write([]byte(`{"authenticatedUser":{"id":"d291b0c4-0000-0000-0000-000000000001"}}`))
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"message":"VS402335: The timeout period (30 seconds) elapsed prior to completion of the query.","typeKey":"WorkItemTrackingQueryTimeoutException"}`))
	}))
	t.Cleanup(srv.Close)
	c, err := azuredevops.New(connectors.Config{System: core.System{BaseURL: srv.URL + "/acme", Auth: map[string]string{"token": "x"}}})
	check(t, err)
	if _, err := c.(*azuredevops.Connector).Find(t.Context(), bug, "dx-abcdefghijklmnopqrstuvwxyz"); connectors.Class(err) != "busy" {
		t.Errorf("%v", err)
	}
}
