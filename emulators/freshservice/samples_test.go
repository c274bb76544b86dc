package freshservice

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// TestTemplatesOfTheSamples: the vendor's templates are filled in as they stand.
func TestTemplatesOfTheSamples(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "freshservice"), "webhooks")
	for name, want := range map[string]map[string]any{
		"workflow.trigger_webhook.minimal.template.json": {"ticket_id": "1"},
		"workflow.trigger_webhook.label.template.json":   {"reference": "1", "title": "Carla Customer", "footer": "01 Mar 2026"},
	} {
		template, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := newRig(t, Options{})
		sink := bench.NewInbox(t)
		body, _ := json.Marshal(string(template))
		r.Control("POST", "workflows", fmt.Sprintf(`{"on":"created","url":%q,"body":%s}`, sink.URL, body))
		ticket(r, "")
		sent := sink.Next()
		if sent.Body == nil || strings.Contains(string(sent.Raw), "{{") {
			t.Errorf("%s was sent as %s", name, sent.Raw)
		}
		for key, v := range want {
			if got := sent.At(key); got != v {
				t.Errorf("%s: %s is %v, want %v", name, key, got, v)
			}
		}
	}
}

// TestActivitiesAreLikeTheSample: the keys are the sample's.
func TestActivitiesAreLikeTheSample(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "freshservice"), "webhooks", "ticket_activities.response.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sample struct{ Activities []map[string]any }
	if err := json.Unmarshal(b, &sample); err != nil {
		t.Fatal(err)
	}
	r, _ := newRig(t, Options{})
	one, _ := r.Must(200, "sync", "GET", ticket(r, "")+"/activities", "").At("activities", 0).(map[string]any)
	for key := range sample.Activities[0] {
		if _, ok := one[key]; !ok {
			t.Errorf("an activity has no %s: %v", key, slices.Sorted(maps.Keys(one)))
		}
	}
}
