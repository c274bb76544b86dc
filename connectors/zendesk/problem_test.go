package zendesk_test

import (
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// TestIncidentsNameTheirProblem: the problem of a ticket is a reference; a ticket that is given one becomes an incident with
// the same write.
func TestIncidentsNameTheirProblem(t *testing.T) {
	c := newAccount(t).connector("sync")
	make := func(fields map[string]core.Value) core.Observation {
		t.Helper()
		fields["subject"] = core.String("a ticket")
		o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	problem := make(map[string]core.Value{"type": core.Option("", "problem")})
	named := core.Reference(problem.Ref.ID, problem.Ref.Key)
	incident := make(map[string]core.Value{"problem_id": named})
	want := connectors.Want{Type: ticketType, Fields: []string{"problem_id", "type"}}
	read := func(o core.Observation) core.Observation {
		t.Helper()
		o, err := c.Get(t.Context(), o.Ref.ID, want)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := read(incident); !core.Equal(o.Field("problem_id"), named) || o.Field("type").Name() != "incident" {
		t.Errorf("the new ticket shows %v", o.Fields)
	}
	if o := read(problem); !o.Field("problem_id").IsEmpty() {
		t.Errorf("the problem itself has the problem %v", o.Field("problem_id"))
	}
	o, err := c.Update(t.Context(), incident.Ref.ID, core.Patch{Fields: map[string]core.Value{"problem_id": core.Empty(core.KindReference)}}, "", want)
	if err != nil || !o.Field("problem_id").IsEmpty() {
		t.Errorf("after the problem was taken away: %v, %v", o.Fields, err)
	}
	plain := make(map[string]core.Value{"type": core.Option("", "question")})
	o, err = c.Update(t.Context(), plain.Ref.ID, core.Patch{Fields: map[string]core.Value{"problem_id": named}}, "", want)
	if err != nil || !core.Equal(o.Field("problem_id"), named) || o.Field("type").Name() != "incident" {
		t.Errorf("a question that is given a problem: %v, %v", o.Fields, err)
	}
	_, err = c.Update(t.Context(), plain.Ref.ID, core.Patch{Fields: map[string]core.Value{"problem_id": named, "type": core.Option("", "task")}}, "", want)
	if connectors.Class(err) != "invalid" {
		t.Errorf("a task with a problem came out as %v, want a refusal", err)
	}
}
