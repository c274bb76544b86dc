package freshdesk

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// sample reads a file of the vendor's samples.
func sample(t *testing.T, name string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "freshdesk"), "webhooks", name))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func keysOf(v any) []string {
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

// TestSimpleBodiesAreLikeTheSamples: the same keys, and texts throughout.
func TestSimpleBodiesAreLikeTheSamples(t *testing.T) {
	r, _ := newRig(t, Options{})
	sink := bench.NewInbox(t)
	action := fmt.Sprintf(`"actions":[{"field_name":"trigger_webhook","url":%q,"request_type":"POST","content":{"content_layout":"1","content_type":"JSON"}}]`, sink.URL)
	r.Must(201, "ada", "POST", "/api/v2/automations/1/rules", `{"name":"new","events":[],"conditions":[],`+action+`}`)
	r.Must(201, "ada", "POST", "/api/v2/automations/4/rules", `{"name":"status","events":[{"field_name":"status","from":"--","to":"--"}],`+action+`}`)
	path := ticket(r, `"type":"Incident","status":4`)
	compareBody(t, "ticket.created.json", "{ticket_action:created}", sink.Next())
	r.Must(200, "grace", "PUT", path, `{"status":6}`)
	compareBody(t, "ticket.status_changed.json", "{status:{from:4,to:6}}", sink.Next())
}

func compareBody(t *testing.T, name, event string, sent bench.Message) {
	t.Helper()
	want := sample(t, name)["freshdesk_webhook"].(map[string]any)
	inner, ok := sent.At("freshdesk_webhook").(map[string]any)
	if !ok {
		t.Fatalf("%s: %s", name, sent.Raw)
	}
	if !slices.Equal(keysOf(inner), keysOf(want)) {
		t.Errorf("%s: keys %v, the sample has %v", name, keysOf(inner), keysOf(want))
	}
	for key, v := range inner {
		if _, ok := v.(string); !ok {
			t.Errorf("%s: %s is no text: %v", name, key, v)
		}
	}
	if inner["triggered_event"] != event || want["triggered_event"] != event {
		t.Errorf("%s: told as %v, the sample says %v", name, inner["triggered_event"], want["triggered_event"])
	}
}

// TestActivitiesAreLikeTheSample: the day's file has the sample's keys.
func TestActivitiesAreLikeTheSample(t *testing.T) {
	r, _ := newRig(t, Options{})
	ticket(r, "")
	r.Pass(24 * time.Hour)
	file := r.Must(200, "", "GET", r.Must(200, "ada", "GET", "/api/v2/export/ticket_activities?created_at=2026-03-01", "").At("export", 0, "url").(string), "")
	want := sample(t, "ticket_activities.export-file.json")
	if !slices.Equal(keysOf(file.Body), keysOf(want)) || !slices.Equal(keysOf(file.At("metadata")), keysOf(want["metadata"])) ||
		!slices.Equal(keysOf(file.At("activities_data", 0)), keysOf(want["activities_data"].([]any)[0])) {
		t.Errorf("the file has other keys than the sample: %s", file.Raw)
	}
}
