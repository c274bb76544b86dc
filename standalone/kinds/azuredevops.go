package kinds

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/azuredevops"
)

func init() {
	add(Profile{
		Kind: "azuredevops",
		Start: func(o Options) (Emulator, error) {
			e, err := azuredevops.New(azuredevops.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Limits: azuredevops.NoLimits()})
			if err != nil {
				return nil, err
			}
			lag := httptest.NewRequest(http.MethodPost, "/_control/index_lag", strings.NewReader(fmt.Sprintf(`{"lag":%q}`, o.IndexLag)))
			e.Handler().ServeHTTP(httptest.NewRecorder(), lag)
			return e, nil
		},
		System: func(who string) core.System {
			return core.System{
				Auth:     map[string]string{"method": "pat", "token": "ado-token-" + who},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"organization": "acme", "product": "services", "projects": "Fabrikam", "index_lag": "6s"},
			}
		},
		Type:        connectors.ItemType{Type: "workitem", Scope: map[string]string{"project": "Fabrikam", "type": "Bug"}},
		Title:       "title",
		Description: Description{Field: "repro_steps", Format: richtext.HTMLAzure},
		Priority:    Choice{Field: "priority", Values: map[string]string{"low": "4", "medium": "3", "high": "2", "urgent": "1"}},
		Status: Choice{Field: "state", Values: map[string]string{"todo": "New", "doing": "Active", "done": "Closed"},
			Also: map[string]string{"Resolved": "done", "Removed": "done"}},
		Assignee: Assignee{Field: "assigned_to", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{Field: "tags"},
		Custom:   Custom{Field: "Customer", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
		Comments: Audiences{Public: "a comment is for everybody who sees the work item, which is the team"},
		Files:    Audiences{Public: "a file is for everybody who sees the work item, which is the team"},
	})
}
