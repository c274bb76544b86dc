package zendesk

import (
	"fmt"
	"testing"

	"duplex/emulators/harness/bench"
)

// field is the value of a custom field of the ticket at path.
func (r *rig) field(path string, id int) any {
	r.T.Helper()
	all, _ := r.Must(200, "ada", "GET", path, "").At("ticket", "custom_fields").([]any)
	for _, one := range all {
		if f := one.(map[string]any); f["id"] == float64(id) {
			return f["value"]
		}
	}
	r.T.Fatalf("the ticket has no field %d", id)
	return nil
}

func TestFieldsOfEveryType(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	put := func(status, id int, value string) bench.Answer {
		r.Pass(3600e9)
		return r.Must(status, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"custom_fields":[{"id":%d,"value":%s}]}}`, id, value))
	}
	for _, c := range []struct {
		id          int
		value       string
		want        any
		bad, reason string
	}{
		{FieldCost, `12.50`, "12.5", `"much"`, "a decimal is text without trailing zeros"},
		{FieldOrder, `"AB-1234"`, "AB-1234", `"AB-12"`, "a pattern is held"},
		{FieldSteps, `"One\nTwo"`, "One\nTwo", "", "lines stay"},
		{FieldOwner, `50011`, "50011", `1`, "a lookup points to a user"},
		{FieldOwner, `"external_id:crm-1001"`, "50011", `"external_id:none"`, "a lookup by external id"},
		{FieldDevice, `"device_phone"`, "device_phone", `"Hardware::Phone"`, "a nested option is its tag"},
		{FieldBuild, `"7.1"`, "7.1", "", "a text"},
		{FieldCost, `null`, nil, "", "null empties"},
	} {
		put(200, c.id, c.value)
		if got := r.field(path, c.id); got != c.want {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
		if c.bad != "" {
			put(422, c.id, c.bad)
		}
	}
	def := r.Must(200, "ada", "GET", fmt.Sprintf("/api/v2/ticket_fields/%d", FieldOrder), "")
	if def.At("ticket_field", "regexp_for_validation") != `^[A-Z]{2}-\d{4}$` {
		t.Errorf("the pattern is %v", def.At("ticket_field", "regexp_for_validation"))
	}
	def = r.Must(200, "ada", "GET", fmt.Sprintf("/api/v2/ticket_fields/%d", FieldOwner), "")
	if def.At("ticket_field", "relationship_target_type") != "zen:user" {
		t.Errorf("the lookup's target is %v", def.At("ticket_field", "relationship_target_type"))
	}
}

func TestSolvingNamesTheFieldsThatAreMissing(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket("")
	r.Control("POST", "required", fmt.Sprintf(`{"fields":[%d,%d]}`, FieldBuild, FieldDevice))
	refused := r.Must(422, "ada", "PUT", path, `{"ticket":{"status":"solved"}}`)
	if refused.At("error") != "RecordInvalid" || refused.Len("details", "base") != 2 || refused.At("details", "base", 1, "ticket_field_id") != float64(FieldDevice) ||
		refused.At("details", "base", 1, "ticket_field_type") != "FieldTagger" || refused.At("details", "base", 0, "description") != "Build: is required when solving a ticket" {
		t.Errorf("refused with %s", refused.Raw)
	}
	if def := r.Must(200, "ada", "GET", fmt.Sprintf("/api/v2/ticket_fields/%d", FieldBuild), ""); def.At("ticket_field", "required") != true {
		t.Error("the definition does not say that the field is required")
	}
	r.Must(200, "ada", "PUT", path, `{"ticket":{"status":"pending"}}`) // only solving asks
	r.Control("POST", "required", `{"fields":[]}`)
	r.Must(200, "ada", "PUT", path, `{"ticket":{"status":"solved"}}`)
}

func TestAFormRequiresFieldsUnderItsCondition(t *testing.T) {
	r := newRig(t, Options{})
	path := r.ticket(fmt.Sprintf(`"ticket_form_id":%d,"custom_fields":[{"id":%d,"value":"area_billing"}]`, FormIncident, FieldProductArea))
	if got := r.Must(200, "ada", "GET", path, "").At("ticket", "ticket_form_id"); got != float64(FormIncident) {
		t.Errorf("the form is %v", got)
	}
	refused := r.Must(422, "ada", "PUT", path, `{"ticket":{"status":"solved"}}`)
	if refused.Len("details", "base") != 2 {
		t.Errorf("refused with %s", refused.Raw)
	}
	r.Must(200, "ada", "PUT", path, fmt.Sprintf(`{"ticket":{"status":"solved","custom_fields":[{"id":%d,"value":"area_web"}]}}`, FieldProductArea))
	r.Must(422, "ada", "PUT", path, `{"ticket":{"ticket_form_id":1}}`)
	form := r.Must(200, "ada", "GET", fmt.Sprintf("/api/v2/ticket_forms/%d", FormIncident), "")
	if form.At("ticket_form", "agent_conditions", 0, "child_fields", 0, "required_on_statuses", "statuses", 0) != "solved" {
		t.Errorf("the form is %s", form.Raw)
	}
}
