package servicenow

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

// listen gets every call of the rule from now on.
func listen(t *testing.T, r *rig) *bench.Inbox {
	t.Helper()
	in := bench.NewInbox(t)
	r.Control("POST", "webhook_target", fmt.Sprintf(`{"url":%q,"secret":"s3cret"}`, in.URL))
	return in
}

func operations(in *bench.Inbox) []string {
	var out []string
	for _, call := range in.Calls() {
		out = append(out, call.Text("operation")+" "+call.Text("sys_mod_count"))
	}
	return out
}

func TestTheRuleTellsOfEveryChange(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	path := r.incident("")
	r.Quiet()
	r.must(200, "sync", "PATCH", path, `{"urgency":"1"}`)
	r.must(200, "sync", "PATCH", path, `{"urgency":"1"}`)
	r.Quiet()
	r.must(200, "grace", "PATCH", path, `{"work_notes":"x"}`)
	r.Quiet()
	r.must(201, "grace", "POST", "/api/now/attachment/file?table_name=incident&table_sys_id="+idOf(path)+"&file_name=a.txt", "x", "Content-Type", "text/plain")
	r.Quiet()
	r.must(204, "ada", "DELETE", path, "")
	r.Quiet()
	if got, want := operations(b), []string{"insert 0", "update 1", "update 2", "update 2", "delete 2"}; !slices.Equal(got, want) {
		t.Fatalf("told of %v, want %v", got, want)
	}
	if calls := b.Calls(); calls[1].At("sys_updated_by") != UserSync || calls[4].At("sys_updated_by") != UserGrace {
		t.Error("the actor is the one who changed the record last, also where it was deleted by another")
	}
}

func TestCallsAreSignedAndLookLikeTheSamples(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	path := r.incident("")
	r.must(200, "ada", "PATCH", path, `{"urgency":"1"}`)
	r.must(204, "ada", "DELETE", path, "")
	r.Quiet()
	calls := b.Calls()
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
		sent, _ := calls[i].At().(map[string]any)
		if want, got := slices.Sorted(maps.Keys(sample)), slices.Sorted(maps.Keys(sent)); !slices.Equal(got, want) {
			t.Errorf("%s: has %v, want %v", name, got, want)
		}
	}
	at := calls[0].Header.Get("X-Duplex-Timestamp")
	if at != strconv.FormatInt(r.Now().Unix(), 10) || calls[0].Header.Get("X-Duplex-Signature") != Sign("s3cret", at, calls[0].Raw) {
		t.Errorf("signed as %v", calls[0].Header)
	}
}

func TestQuickChangesShowTheNewestRecord(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	r.Control("POST", "push", `{"hold":true}`)
	path := r.incident("")
	r.must(200, "ada", "PATCH", path, `{"urgency":"1"}`)
	r.Quiet()
	if n := len(operations(b)); n != 0 {
		t.Fatalf("%d calls while they are held", n)
	}
	r.Control("POST", "push", `{"hold":false}`)
	r.Quiet()
	if got := operations(b); !slices.Equal(got, []string{"insert 1", "update 1"}) {
		t.Errorf("told of %v", got)
	}
}

func TestCallsAreNeverTriedAgain(t *testing.T) {
	r := newRig(t, Options{})
	b := listen(t, r)
	b.Answer(503)
	r.incident("")
	r.Quiet()
	if n := len(operations(b)); n != 1 {
		t.Errorf("%d calls", n)
	}
}
