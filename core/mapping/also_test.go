package mapping

import (
	"errors"
	"strings"
	"testing"

	"duplex/core"
)

func TestAlso(t *testing.T) {
	rule := oneRule(t, `{support: status, engineering: status, values: {open: To Do, pending: In Progress, solved: Done}, default: {engineering: ~},
    also: {engineering: {components: 'value == "Done" ? [item.type == "incident" ? "vip" : "billing"] : null', Story Points: 'value == "Done" ? 0.0 : null'}, support: {Escalated: 'value == "solved" ? false : null'}}}`)
	ticket := &core.Observation{Fields: map[string]core.Value{"type": core.Option("", "incident")}}
	for _, c := range []struct {
		reason, value string
		to            core.Side
		want          map[string]core.Value
	}{
		{"both fields", "Done", core.B, map[string]core.Value{"components": core.Set(core.Option("", "vip")), "Story Points": num("0")}},
		{"null is not written", "To Do", core.B, map[string]core.Value{}},
		{"the other side has its own", "solved", core.A, map[string]core.Value{"Escalated": core.Bool(false)}},
	} {
		got, err := rule.Also[c.to](core.AlsoInput{Value: core.Option("", c.value), Item: ticket})
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v; want %v", c.reason, got, err, c.want)
		}
		for f, v := range c.want {
			if !core.Equal(got[f], v) {
				t.Errorf("%s: %s is %v, want %v", c.reason, f, got[f], v)
			}
		}
	}
	strict := oneRule(t, `{support: type, engineering: priority, values: {problem: High}, flow: to-engineering, also: {engineering: {summary: 'item.requester.email.upperAscii()'}}}`)
	_, err := strict.Also[core.B](core.AlsoInput{Value: core.Option("", "High"), Item: &core.Observation{}})
	var ce *ConvertError
	if !errors.As(err, &ce) || !strings.HasPrefix(err.Error(), "rules[0] (also engineering.summary): ") {
		t.Errorf("an expression that fails: %v; want the rule and the field named", err)
	}
}
