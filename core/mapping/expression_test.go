package mapping

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestTypesAreFactsOfTheSystem: what an expression is given may change after it was applied. Then it is a warning, and the
// expression meets the values as they come.
func TestTypesAreFactsOfTheSystem(t *testing.T) {
	src := docsBase(`{engineering: summary, set: 'item.subject > 3 ? "long" : "short"'}`)
	if _, ds := Compile("support.yaml", []byte(src), testEnv()); len(ds) != 1 || ds[0].Code != CodeExpression {
		t.Fatalf("told %v", ds)
	}
	env := testEnv()
	env.Applied = true
	m := mustCompileMapping(t, src, env)
	if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0].Text, "> does not take a text and a whole number") {
		t.Errorf("warns %v", m.Warnings)
	}
	v, err := m.Rules[0].Convert[core.B](core.ConvertInput{Item: ticket(map[string]core.Value{"subject": num("5")})})
	if err != nil || v.Source() != "long" {
		t.Errorf("a number there now gives %v, %v", v, err)
	}
	blind := mustCompileMapping(t, src, Env{})
	if len(blind.Warnings) != 0 {
		t.Errorf("without a description everything is open, and it warns %v", blind.Warnings)
	}
}

func TestExpressionsOverTypedFields(t *testing.T) {
	item := map[string]core.Value{"subject": core.String("Fire in INC-7 and INC-8"), "priority": core.Option("1", "urgent"), "Story points": num("3"),
		"tags": core.Strings("b", "a"), "due_at": instant("2026-03-29T00:30:00Z"), "requester": core.Person("7", "ann@acme.example", "Ann"), "Escalated": core.Bool(true)}
	for _, c := range []struct{ reason, expr, want string }{
		{"a number is compared with a whole one", `item["Story points"] == 3 && item["Story points"] != 4 && item["Story points"] >= 3`, "true"},
		{"a number within whole ones", `item["Story points"] in [1, 2, 3]`, "true"},
		{"a number computed with whole ones", `item["Story points"] * 2 - 1 == 5`, "true"},
		{"one of two, a whole number", `(item["Story points"] == null ? 0 : item["Story points"]) == 3`, "true"},
		{"null is asked of every field", `item.organization == null && item.due_at != null && item.requester != null && item.Escalated != null`, "true"},
		{"null beside a text", `(item.organization == null ? null : "x") == null`, "true"},
		{"an option among texts", `item.priority in ["urgent", "high"]`, "true"},
		{"a person's part by index", `item.requester["email"].endsWith("@acme.example")`, "true"},
		{"lists", `item.tags.exists(t, t == "a") && size(item.tags) == 2 && item.tags.sort() == ["a", "b"]`, "true"},
		{"numbers", `math.greatest(item["Story points"], 7.0) == 7.0 && math.round(2.5) == 3.0`, "true"},
		{"patterns", `regex.extractAll(item.subject, "INC-[0-9]+") == ["INC-7", "INC-8"] && regex.replace(item.subject, "INC-([0-9])", "#\\1") == "Fire in #7 and #8"`, "true"},
		{"a pattern that is not there", `regex.extract(item.subject, "CHG-[0-9]+").orValue("none")`, "none"},
		{"a day in a zone", `dates.day(item.due_at, "America/New_York")`, "2026-03-28"},
		{"the same time of day over a change of clocks", `dates.format(dates.addDays(item.due_at, 1, "Europe/Berlin"), "dd.MM.yyyy HH:mm", "Europe/Berlin")`, "30.03.2026 01:30"},
		{"a text is read as a time and written as another", `dates.format(dates.parse("1. March 2026, 5 PM", "d. MMMM yyyy, h a", "UTC"), "yyyy-MM-dd'T'HH:mm:ssXXX", "Europe/Berlin")`, "2026-03-01T18:00:00+01:00"},
		{"days are counted", `dates.between("2026-02-27", dates.addDays("2026-02-27", 3)) == 3 && dates.weekday("2026-03-02") == "mon"`, "true"},
		{"a time of a day", `dates.format(dates.at("2026-03-01", "17:00", "Europe/Berlin"), "HH:mm", "UTC")`, "16:00"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			rule := oneRule(t, "engineering: summary\n    set: >-\n      "+c.expr+"\n")
			v, err := rule.Convert[core.B](core.ConvertInput{Item: ticket(item)})
			if err != nil || v.String() != c.want {
				t.Errorf("%s gives %v, %v, want %s", c.expr, v, err, c.want)
			}
		})
	}
}

// TestFunctionsHideNothing: names that a body gives to elements are not mistaken for what a call gives.
func TestFunctionsHideNothing(t *testing.T) {
	src := strings.Replace(docsBase(`{engineering: summary, set: 'item.tags.filter(t, other(item.tags, t)).join(",")'}`), "rules:",
		"functions:\n  \"other(all, one)\": all.exists(t, t != one && t > one)\nrules:", 1)
	v, err := mustCompileMapping(t, src, testEnv()).Rules[0].Convert[core.B](core.ConvertInput{Item: ticket(map[string]core.Value{"tags": core.Strings("a", "b", "c")})})
	if err != nil || v.Source() != "a,b" {
		t.Errorf("gives %v, %v", v, err)
	}
}

// TestAConditionThatFails parks its rule, without a word of the item, and is asked again when what it reads changes.
func TestAConditionThatFails(t *testing.T) {
	rule := oneRule(t, `{support: subject, engineering: summary, flow: to-engineering, if: 'item.type.startsWith("inc")'}`)
	_, err := rule.May[core.B](core.Moment{Item: ticket(map[string]core.Value{"subject": core.String("secret")})})
	if want := "rules[0] (condition towards engineering): the expression fails on this item: no such overload; a field without a value is null, ask item.x != null first"; err == nil || err.Error() != want {
		t.Errorf("error = %v", err)
	}
	if got := rule.Reads[core.A]; len(got) != 1 || got[0] != "type" {
		t.Errorf("reads %v", got)
	}
}
