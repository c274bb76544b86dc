package zendesk_test

import (
	"slices"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// TestHistoryTellsWhatPeopleChangedSinceTheCreate: also in the very second of the create, which the ticket's own times do not.
func TestHistoryTellsWhatPeopleChangedSinceTheCreate(t *testing.T) {
	a := newAccount(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o := create(t, c, map[string]core.Value{"tags": core.Strings("a")})
	edit := func(who connectors.Connector, p core.Patch) {
		t.Helper()
		if _, err := who.Update(t.Context(), o.Ref.ID, p, "", connectors.Want{}); err != nil {
			t.Fatal(err)
		}
	}
	edit(ada, set(map[string]core.Value{"subject": core.String("by a person")}))
	a.Pass(time.Minute)
	edit(c, set(map[string]core.Value{"priority": core.Option("", "low")}))
	edit(ada, core.Patch{Sets: map[string]core.SetChange{"tags": {Add: core.Strings("b"), Remove: core.Set()}}})
	changed, ours, err := connectors.Historian(c).History(t.Context(), o.Ref.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"subject", "priority", "tags"} {
		if !changed[f].After(o.CreatedAt) {
			t.Errorf("%s changed at %v, the ticket is of %v", f, changed[f], o.CreatedAt)
		}
	}
	if len(changed) != 3 || !slices.Equal(ours, []string{"priority"}) {
		t.Errorf("changed %v, by the own account %v; want three, and the priority", changed, ours)
	}
}
