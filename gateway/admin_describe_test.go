package gateway

import (
	"fmt"
	"net/http"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
)

func TestDescribeSystem(t *testing.T) {
	w := newWorld(t)
	var d Description
	if status, _ := w.api("GET", "/systems/left/describe?type=item&scope=project=ENG&scope=team=a%3Db", nil, &d); status != http.StatusOK {
		t.Fatal(status)
	}
	if d.System != "left" || d.Kind != "memory" || d.Type != "item" || d.Scope["project"] != "ENG" || d.Scope["team"] != "a=b" || d.TakenAt.IsZero() || d.RichText == "" {
		t.Errorf("%+v", d)
	}
	if len(d.Fields) < len(memory.DefaultFields()) || len(d.Capabilities) == 0 {
		t.Errorf("%d fields, able to %v", len(d.Fields), d.Capabilities)
	}
	for _, f := range d.Fields {
		if f.Name == "status" && (len(f.Options) != 3 || f.Options[0].Name() != "open") {
			t.Errorf("options got lost: %+v", f)
		}
	}
	for _, c := range []struct {
		reason, path string
		status       int
	}{
		{"no such system", "/systems/nobody/describe", http.StatusNotFound},
		{"no such type", "/systems/left/describe?type=tem", http.StatusUnprocessableEntity},
		{"a scope without a value", "/systems/left/describe?scope=project", http.StatusBadRequest},
	} {
		if status, told := w.api("GET", c.path, nil, nil); status != c.status || told.Text == "" {
			t.Errorf("%s: %d %+v", c.reason, status, told)
		}
	}
	w.sys[0].FailNextWith(memory.OpDescribe, memory.Before, fmt.Errorf("the token was revoked: %w", connectors.ErrDenied))
	if status, told := w.api("GET", "/systems/left/describe", nil, nil); status != http.StatusBadGateway || told.Class != "denied" {
		t.Errorf("a system that refuses: %d %+v", status, told)
	}
}
