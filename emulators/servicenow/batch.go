package servicenow

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// batchLimit is the largest body of one request inside a batch (vendor page "Batch API").
const batchLimit = 5 << 20

// postBatch serves several requests one after the other under the credentials of the batch. A request whose body is too large is
// listed as not served.
func (e *Emulator) postBatch(w http.ResponseWriter, req *http.Request) {
	var in struct {
		ID       string `json:"batch_request_id"`
		Requests []struct {
			ID, Method, URL, Body string
			Headers               []struct{ Name, Value string }
		} `json:"rest_requests"`
	}
	probe := &call{e: e, req: req}
	e.mu.Lock()
	probe.now = e.now()
	err := probe.authenticate()
	e.mu.Unlock()
	if err != nil {
		write(w, http.StatusUnauthorized, unauthorized().(*apiError).body())
		return
	}
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		write(w, http.StatusBadRequest, badRequest("Exception while reading request").(*apiError).body())
		return
	}
	served, unserved := []any{}, []string{}
	for _, r := range in.Requests {
		body, err := base64.StdEncoding.DecodeString(r.Body)
		if err != nil || len(body) > batchLimit || !strings.HasPrefix(r.URL, "/api/now/") {
			unserved = append(unserved, r.ID)
			continue
		}
		one, err := http.NewRequestWithContext(req.Context(), r.Method, r.URL, bytes.NewReader(body))
		if err != nil {
			unserved = append(unserved, r.ID)
			continue
		}
		for _, h := range r.Headers {
			one.Header.Set(h.Name, h.Value)
		}
		for _, name := range []string{"Authorization", "X-Sn-Apikey"} {
			one.Header[name] = req.Header[name]
		}
		got := &part{header: http.Header{}, status: http.StatusOK}
		e.mux.ServeHTTP(got, withoutVersion(one))
		served = append(served, object{"id": r.ID, "status_code": got.status, "status_text": http.StatusText(got.status),
			"body": base64.StdEncoding.EncodeToString(got.Bytes())})
	}
	write(w, http.StatusOK, object{"batch_request_id": in.ID, "serviced_requests": served, "unserviced_requests": unserved})
}

// part is the answer to one request of a batch.
type part struct {
	bytes.Buffer
	header http.Header
	status int
}

func (p *part) Header() http.Header { return p.header }

func (p *part) WriteHeader(status int) { p.status = status }
