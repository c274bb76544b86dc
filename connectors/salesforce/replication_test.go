package salesforce_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
)

func TestALongTransactionIsWaitedFor(t *testing.T) {
	a := newOrganization(t)
	c, ada := a.connector("sync"), a.connector("ada")
	o, other := a.create(c, nil), a.create(c, nil)
	a.Pass(10 * time.Minute)
	_, cursor := listed(t, c, "")
	a.control("begin", `{}`)
	a.Pass(time.Minute)
	if _, err := ada.Update(t.Context(), other.Ref.ID, write(subject("newer")), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	a.Pass(6 * time.Minute)
	seen, cursor := listed(t, c, cursor)
	if seen[other.Ref.ID].Ref.ID == "" || seen[o.Ref.ID].Ref.ID != "" {
		t.Errorf("while it is under way: %v", seen)
	}
	a.Pass(4 * time.Minute)
	a.control("late_commit", fmt.Sprintf(`{"id":%q,"values":{"Subject":"late"},"age":"11m"}`, o.Ref.ID))
	a.Pass(time.Minute)
	if seen, cursor = listed(t, c, cursor); seen[o.Ref.ID].Ref.ID == "" {
		t.Errorf("what it changed eleven minutes ago is missing: %v", seen)
	}
	a.Pass(20 * time.Minute)
	_, cursor = listed(t, c, cursor)
	a.control("begin", `{}`) // one of the vendor's, which takes hours
	a.Pass(time.Minute)
	if _, err := ada.Update(t.Context(), other.Ref.ID, write(subject("newest")), "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	a.Pass(20 * time.Minute)
	_, cursor = listed(t, c, cursor)
	a.Pass(20 * time.Minute)
	if seen, _ = listed(t, c, cursor); len(seen) != 0 {
		t.Errorf("the same is listed for hours: %v", seen)
	}
}

func TestReplicationIsAskedForAsSeldomAsTheVendorWants(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	for range 5 {
		a.create(c, nil)
		a.Pass(time.Second)
	}
	asked := map[string]int{}
	a.before = func(r *http.Request) { asked[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]++ }
	cursor := c.CursorAt(a.Now().Add(-time.Hour))
	for range 6 { // in five minutes, each time in pages
		for more := true; more; {
			page, err := c.Changes(t.Context(), caseType, cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			cursor, more = page.Next, page.More
		}
		a.Pass(50 * time.Second)
	}
	if asked["updated"] != 1 || asked["deleted"] != 1 {
		t.Errorf("asked %v, want each once in five minutes", asked)
	}
}

func TestAnObjectThatIsNotReplicatedHasAFeed(t *testing.T) {
	a := newOrganization(t)
	a.after = func(r *http.Request, body []byte) []byte {
		if strings.HasSuffix(r.URL.Path, "/describe") {
			return []byte(strings.Replace(string(body), "{", `{"replicateable":false,`, 1))
		}
		return body
	}
	asked := 0
	a.before = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/deleted") || strings.HasSuffix(r.URL.Path, "/updated") {
			asked++
		}
	}
	c := a.connector("sync")
	o := a.create(c, nil)
	if seen, _ := listed(t, c, c.CursorAt(a.Now().Add(-time.Hour))); seen[o.Ref.ID].Ref.ID == "" || asked != 0 {
		t.Errorf("listed %v, and asked %d times for what the vendor refuses", seen, asked)
	}
}

func TestALogOfDeletionsThatWasShortenedIsNoEnd(t *testing.T) {
	for _, tc := range []struct {
		reason, code string
		want         int // calls
	}{
		{"the vendor shortened its log", "INVALID_REPLICATION_DATE", 2},
		{"too much was deleted for one answer", "EXCEEDED_ID_LIMIT", 2},
	} {
		a := newOrganization(t)
		c := a.connector("sync")
		o := a.create(c, nil)
		cursor := c.CursorAt(a.Now().Add(-48 * time.Hour))
		calls := 0
		a.before = func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/deleted") {
				if calls++; calls == 1 {
					a.control("refuse", `{"code":"`+tc.code+`","status":400,"message":"x","times":1}`)
				}
			}
		}
		if seen, _ := listed(t, c, cursor); seen[o.Ref.ID].Ref.ID == "" || calls != tc.want {
			t.Errorf("%s: %v is listed after %d calls", tc.reason, seen, calls)
		}
	}
}
