package erasure_test

import (
	"testing"

	"duplex/core"
	"duplex/core/erasure"
)

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		ok           bool
	}{
		{"an address", "Ada@Acme.example", true}, {"an account", "jira-acme:712020:a1b2", true}, {"a name alone says too little", "Ada Lovelace", false},
		{"no account", "jira-acme:", false}, {"no system", ":7", false}, {"no address", "@acme.example", false}, {"nothing", "", false},
	} {
		if _, ok := erasure.Named(c.text); ok != c.ok {
			t.Errorf("%s: %q names somebody: %v", c.reason, c.text, ok)
		}
	}
	if p, _ := erasure.Named("Ada@Acme.example", "jira-acme:712020:a1b2"); !p.Is(core.Person("712020:a1b2", "", ""), "jira-acme") || !p.Mentions("to ADA@acme.example!") {
		t.Errorf("the person is %+v", p)
	}
}

func TestWhoAndWhatIsThePerson(t *testing.T) {
	p, _ := erasure.Named("ada@acme.example")
	o := core.Observation{Ref: core.Ref{System: "left"}, Fields: map[string]core.Value{"assignee": core.Person("7", "ADA@acme.example", "Ada Lovelace"), "other": core.Person("8", "", "Ada Lovelace")}}
	if !p.Learn(&o) || p.Learn(&o) {
		t.Error("something is learnt once")
	}
	for _, c := range []struct {
		reason string
		user   core.Value
		system string
		want   bool
	}{
		{"the account that showed the address", core.Person("7", "", ""), "left", true},
		{"the same number in another system is somebody else", core.Person("7", "", ""), "right", false},
		{"a namesake is not the person", core.Person("8", "", "Ada Lovelace"), "left", false},
		{"no user", core.String("7"), "left", false},
	} {
		if got := p.Is(c.user, c.system); got != c.want {
			t.Errorf("%s: %v", c.reason, got)
		}
	}
	for text, want := range map[string]bool{"ask ada lovelace": true, "ask Ada": false, "": false, "adaXlovelace": false} {
		if p.Mentions(text) != want {
			t.Errorf("%q mentions the person: %v", text, !want)
		}
	}
}

// TestDigestsEqualWhatTheyWereMadeFrom is what lets a merge base go on.
func TestDigestsEqualWhatTheyWereMadeFrom(t *testing.T) {
	number, _ := core.Number("1.5")
	values := []core.Value{core.String("a"), core.String("b"), number, core.Person("7", "a@b", "A"), core.Person("8", "a@b", "A"), core.Option("1", "High"),
		core.Text("plain", "a"), core.Text("html", "a"), core.Reference("1", "x"), core.Bool(true)}
	for i, a := range values {
		e := core.Erased(a, "salt")
		if e.String() != "(erased)" || core.Equal(core.Erased(a, "other"), e) {
			t.Errorf("%v: its digest shows or needs no salt", a)
		}
		for j, b := range values {
			if core.Equal(e, b) != (i == j) || core.Equal(b, e) != (i == j) {
				t.Errorf("the digest of %v equals %v: %v", a, b, i != j)
			}
		}
	}
	if e := core.Erased(core.Empty(core.KindUser), "s"); !e.IsEmpty() {
		t.Error("an empty value has a digest")
	}
}
