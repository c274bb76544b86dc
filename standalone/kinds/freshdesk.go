package kinds

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/freshdesk"
)

func init() {
	add(Profile{
		Kind: "freshdesk",
		Start: func(o Options) (Emulator, error) {
			e, err := freshdesk.New(freshdesk.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Limits: freshdesk.NoLimits()})
			if err != nil {
				return nil, err
			}
			lagBehind(e, o.IndexLag)
			return e, nil
		},
		System: func(who string) core.System {
			return core.System{
				Auth:     map[string]string{"key": "fd-key-" + who},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"mark_field": "cf_sync_key", "index_lag": "6s"},
			}
		},
		Type:        connectors.ItemType{Type: "ticket"},
		Title:       "subject",
		Description: Description{Field: "description", Format: richtext.HTML},
		Priority:    Choice{Field: "priority", Values: map[string]string{"low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent"}},
		Status: Choice{Field: "status", Values: map[string]string{"todo": "Open", "doing": "Pending", "done": "Resolved"},
			Also: map[string]string{"Closed": "done", "Waiting on Customer": "doing", "Waiting on Third Party": "doing", "With vendor": "doing"}},
		Assignee: Assignee{Field: "agent", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{Field: "tags"},
		Custom:   Custom{Field: "cf_resolution", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
	})
}

// lagBehind has an emulator's search run behind.
func lagBehind(e Emulator, lag time.Duration) {
	req := httptest.NewRequest(http.MethodPost, "/_control/index_lag", strings.NewReader(fmt.Sprintf(`{"lag":%q}`, lag)))
	e.Handler().ServeHTTP(httptest.NewRecorder(), req)
}
