package gateway

import (
	"strings"
	"testing"

	_ "duplex/connectors/rest"
	"duplex/core/mapping"
	"duplex/examples"
)

// TestAManifestTravelsWithItsSystem: it is stored with the system's file, makes a new version when it changes, and is judged before.
func TestAManifestTravelsWithItsSystem(t *testing.T) {
	w := newWorld(t)
	const file = "system: tracker\nkind: rest\nbase_url: https://tracker.acme.example\nauth: {token: \"${env:TRACKER}\"}\n" +
		"settings: {manifest: ../manifests/redmine.yaml, mark_field: \"8\"}\n"
	put := func(manifest string) (Applied, int, Error) {
		var a Applied
		req := ApplyRequest{FileName: "systems/tracker.yaml", Source: file}
		if manifest != "" {
			req.Files = map[string]string{"../manifests/redmine.yaml": manifest}
		}
		status, e := w.api("PUT", "/systems/tracker", req, &a)
		return a, status, e
	}
	for _, c := range []struct {
		reason, manifest string
		version          int
		changed          bool
		told             string // of the first diagnostic; "" for none
	}{
		{"without the manifest", "", 0, false, `systems/tracker.yaml:5:12: settings.manifest: the file "../manifests/redmine.yaml" cannot be read`},
		{"a wrong manifest", strings.Replace(examples.Redmine, "headline: subject", "headline: sujbect", 1), 0, false, "manifests/redmine.yaml:"},
		{"the manifest", examples.Redmine, 1, true, ""},
		{"the same again", examples.Redmine, 1, false, ""},
		{"the manifest changed", examples.Redmine + "# more\n", 2, true, ""},
	} {
		a, status, e := put(c.manifest)
		switch {
		case c.told == "" && (status != 200 || a.Version != c.version || a.Changed != c.changed):
			t.Errorf("%s: %d %+v %+v", c.reason, status, a, e)
		case c.told != "" && (status != 422 || len(e.Diagnostics) == 0 || !strings.HasPrefix(mapping.Diagnostic(e.Diagnostics[0]).Error(), c.told)):
			t.Errorf("%s: %d %+v", c.reason, status, e)
		}
	}
	var s System
	if status, e := w.api("GET", "/systems/tracker", nil, &s); status != 200 || s.Files["../manifests/redmine.yaml"] != examples.Redmine+"# more\n" {
		t.Errorf("%d %+v: files %v", status, e, len(s.Files))
	}
}
