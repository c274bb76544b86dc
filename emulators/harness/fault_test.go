package harness

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestASparedHandIsNeverHit: whoever says the word passes, whatever the fault, and nobody else.
func TestASparedHandIsNeverHit(t *testing.T) {
	s := New(Options{Vendor: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })})
	if _, err := s.AddFault(Fault{Kind: KindStatus, Status: 500, Spare: "people"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		hand   string
		want   int
		reason string
	}{
		{"people", 204, "it is spared"},
		{"", 500, "nobody says who it is"},
		{"sync", 500, "it says another word"},
	} {
		req := httptest.NewRequest(http.MethodGet, "/api", nil)
		req.Header.Set(HandHeader, tt.hand)
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		if rec.Code != tt.want {
			t.Errorf("%q: %d, want %d: %s", tt.hand, rec.Code, tt.want, tt.reason)
		}
	}
}
