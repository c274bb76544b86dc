package zendesk

import "testing"

func TestPeopleHaveFieldsOfTheAccount(t *testing.T) {
	r := newRig(t, Options{})
	carla := r.Must(200, "ada", "GET", "/api/v2/users/show_many?ids=50011,50012", "")
	for _, c := range []struct {
		field  string
		want   any
		reason string
	}{
		{"account_number", "A-1001", "a text"}, {"vip", true, "a check box"}, {"plan", "plan_enterprise", "a drop-down is its tag"},
		{"customer_since", "2021-05-01T00:00:00+00:00", "a date is a moment"},
	} {
		if got := carla.At("users", 0, "user_fields", c.field); got != c.want {
			t.Errorf("%s: %s is %v, want %v", c.reason, c.field, got, c.want)
		}
	}
	if carla.At("users", 0, "phone") != "+49 30 5550100" || carla.At("users", 1, "user_fields", "vip") != false || carla.At("users", 1, "phone") != nil {
		t.Errorf("the people are %s", carla.Raw)
	}
	if got := r.Must(200, "ada", "GET", "/api/v2/users/show_many?external_ids=CRM-1001", ""); got.Len("users") != 1 {
		t.Errorf("by external id: %s", got.Raw)
	}
	r.Must(200, "grace", "PUT", "/api/v2/users/50012", `{"user":{"phone":"+1 555","user_fields":{"plan":"plan_team","customer_since":"2024-02-29","unknown":1}}}`)
	ivan := r.Must(200, "ada", "GET", "/api/v2/users/50012", "")
	if ivan.At("user", "phone") != "+1 555" || ivan.At("user", "user_fields", "plan") != "plan_team" || ivan.At("user", "user_fields", "account_number") != "A-2002" {
		t.Errorf("changed to %s", ivan.Raw)
	}
	refused := r.Must(422, "ada", "PUT", "/api/v2/users/50012", `{"user":{"user_fields":{"plan":"gold","customer_since":"soon"}}}`)
	if refused.Len("details", "plan") != 1 || refused.Len("details", "customer_since") != 1 {
		t.Errorf("refused with %s", refused.Raw)
	}
}

func TestOrganizationsHaveFieldsOfTheAccount(t *testing.T) {
	r := newRig(t, Options{})
	globex := r.Must(200, "ada", "GET", "/api/v2/organizations/show_many?external_ids=GLOBEX-7", "")
	if globex.At("organizations", 0, "organization_fields", "seats") != 250.0 || globex.At("organizations", 0, "organization_fields", "tier") != "tier_gold" {
		t.Errorf("Globex is %s", globex.Raw)
	}
	if got := r.Must(200, "ada", "GET", "/api/v2/organizations/40002", ""); got.At("organization", "organization_fields", "discount") != nil || got.At("organization", "details") != nil {
		t.Errorf("Initech is %s", got.Raw)
	}
	r.Must(200, "ada", "PUT", "/api/v2/organizations/40002", `{"organization":{"details":"Austin","organization_fields":{"discount":2.5}}}`)
	if got := r.Must(200, "ada", "GET", "/api/v2/organizations/40002", ""); got.At("organization", "organization_fields", "discount") != 2.5 || got.At("organization", "organization_fields", "seats") != 12.0 {
		t.Errorf("changed to %s", got.Raw)
	}
	r.Must(422, "ada", "PUT", "/api/v2/organizations/40002", `{"organization":{"name":"globex"}}`)
	r.Must(422, "ada", "PUT", "/api/v2/organizations/40002", `{"organization":{"organization_fields":{"seats":1.5}}}`)
}

func TestDefinitionsOfPeopleFieldsAreListed(t *testing.T) {
	r := newRig(t, Options{})
	users := r.Must(200, "grace", "GET", "/api/v2/user_fields", "")
	if users.Len("user_fields") != 4 || users.At("user_fields", 2, "custom_field_options", 1, "value") != "plan_team" || users.At("user_fields", 1, "tag") != "vip_customer" {
		t.Errorf("the definitions are %s", users.Raw)
	}
	one := r.Must(200, "grace", "GET", "/api/v2/organization_fields/seats", "")
	if one.At("organization_field", "type") != "integer" {
		t.Errorf("seats is %s", one.Raw)
	}
	r.Must(404, "grace", "GET", "/api/v2/organization_fields/none", "")
}
