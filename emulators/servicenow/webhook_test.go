package servicenow

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"duplex/emulators/harness/contract"
)

// inbox receives outbound calls.
type inbox struct {
	mu     sync.Mutex
	got    []map[string]string
	head   []http.Header
	raw    [][]byte
	status int
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	raw, _ := io.ReadAll(req.Body)
	var body map[string]string
	_ = json.Unmarshal(raw, &body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got, b.head, b.raw = append(b.got, body), append(b.head, req.Header), append(b.raw, raw)
	if b.status != 0 {
		w.WriteHeader(b.status)
	}
}

func listen(t *testing.T, r *rig) *inbox {
	t.Helper()
	b := &inbox{}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	r.control("webhook_target", fmt.Sprintf(`{"url":%q,"secret":"s3cret"}`, srv.URL))
	return b
}

func (r *rig) quiet() {
	eventually(r.t, "all calls made", func() bool { return r.e.Webhooks().Report().Waiting == 0 })
}

func (b *inbox) operations() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, g := range b.got {
		out = append(out, g["operation"]+" "+g["sys_mod_count"])
	}
	return out
}

func TestTheRuleTellsOfEveryChange(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	path := r.incident("")
	r.quiet()
	r.must(200, "sync", "PATCH", path, `{"urgency":"1"}`)
	r.must(200, "sync", "PATCH", path, `{"urgency":"1"}`)
	r.quiet()
	r.must(200, "grace", "PATCH", path, `{"work_notes":"x"}`)
	r.quiet()
	r.must(201, "grace", "POST", "/api/now/attachment/file?table_name=incident&table_sys_id="+idOf(path)+"&file_name=a.txt", "x", "Content-Type", "text/plain")
	r.quiet()
	r.must(204, "ada", "DELETE", path, "")
	r.quiet()
	if got, want := b.operations(), []string{"insert 0", "update 1", "update 2", "update 2", "delete 2"}; !slices.Equal(got, want) {
		t.Fatalf("told of %v, want %v", got, want)
	}
	if b.got[1]["sys_updated_by"] != UserSync || b.got[4]["sys_updated_by"] != UserGrace {
		t.Error("the actor is the one who changed the record last, also where it was deleted by another")
	}
}

func TestCallsAreSignedAndLookLikeTheSamples(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	path := r.incident("")
	r.must(200, "ada", "PATCH", path, `{"urgency":"1"}`)
	r.must(204, "ada", "DELETE", path, "")
	r.quiet()
	dir := filepath.Join(contract.VendorDir(t, "servicenow"), "webhooks")
	for i, name := range []string{"", "business-rule.incident.update.json", "business-rule.incident.delete.json"} {
		if name == "" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var sample map[string]string
		if err := json.Unmarshal(raw, &sample); err != nil {
			t.Fatal(err)
		}
		delete(sample, "_note")
		if want, got := slices.Sorted(maps.Keys(sample)), slices.Sorted(maps.Keys(b.got[i])); !slices.Equal(got, want) {
			t.Errorf("%s: has %v, want %v", name, got, want)
		}
	}
	at := b.head[0].Get("X-Duplex-Timestamp")
	if at != strconv.FormatInt(r.clock().Unix(), 10) || b.head[0].Get("X-Duplex-Signature") != Sign("s3cret", at, b.raw[0]) {
		t.Errorf("signed as %v", b.head[0])
	}
}

func TestQuickChangesShowTheNewestRecord(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	r.control("push", `{"hold":true}`)
	path := r.incident("")
	r.must(200, "ada", "PATCH", path, `{"urgency":"1"}`)
	r.quiet()
	if n := len(b.operations()); n != 0 {
		t.Fatalf("%d calls while they are held", n)
	}
	r.control("push", `{"hold":false}`)
	r.quiet()
	if got := b.operations(); !slices.Equal(got, []string{"insert 1", "update 1"}) {
		t.Errorf("told of %v", got)
	}
}

func TestCallsAreNeverTriedAgain(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	b.status = 503
	r.incident("")
	r.quiet()
	if n := len(b.operations()); n != 1 {
		t.Errorf("%d calls", n)
	}
}
