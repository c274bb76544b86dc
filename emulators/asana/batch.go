package asana

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
)

// maxBatch is how many actions one batch may have (vendor page "Batch requests").
const maxBatch = 10

type action struct {
	Path    string `json:"relative_path"`
	Method  string `json:"method"`
	Data    object `json:"data"`
	Options struct {
		Limit  int
		Offset string
		Fields []string
	} `json:"options"`
}

// postBatch does each action as a request of its own. Each counts; where one would be too many the whole batch is 429. The
// answers are in order, the actions are not: they run last first.
func (e *Emulator) postBatch(w http.ResponseWriter, req *http.Request) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	c := &call{e: e, w: w, req: req}
	var body struct{ Data struct{ Actions []action } }
	if err := json.Unmarshal(raw, &body); err != nil || len(body.Data.Actions) == 0 {
		c.fail(bad("actions: Missing input"))
		return
	}
	if len(body.Data.Actions) > maxBatch {
		c.fail(bad("actions: A batch has at most 10 actions"))
		return
	}
	leave, ok := e.admit(w, req, 1+len(body.Data.Actions))
	if !ok {
		return
	}
	defer leave()
	if err := c.serve(func(*call) error { return nil }); err != nil {
		c.fail(err)
		return
	}
	out := make([]any, len(body.Data.Actions))
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = e.act(req, body.Data.Actions[i])
	}
	write(w, http.StatusOK, object{"data": out})
}

func (e *Emulator) act(outer *http.Request, a action) object {
	fault := func(status int, message string) object {
		return object{"status_code": status, "headers": object{}, "body": object{"errors": []any{object{"message": message}}}}
	}
	path, query, _ := strings.Cut(a.Path, "?")
	if query != "" || !strings.HasPrefix(path, "/") {
		return fault(400, "relative_path: Invalid path")
	}
	for _, not := range []string{"/attachments", "/batch", "/webhooks"} {
		if strings.EqualFold(a.Method, "post") && strings.HasPrefix(path, not) {
			return fault(400, "relative_path: Not allowed inside a batch")
		}
	}
	q, sent := url.Values{}, io.Reader(http.NoBody)
	if strings.EqualFold(a.Method, "get") {
		for name, v := range a.Data {
			q.Set(name, fmt.Sprint(v))
		}
	} else {
		raw, _ := json.Marshal(object{"data": a.Data})
		if a.Data == nil {
			raw = []byte(`{"data":{}}`)
		}
		sent = bytes.NewReader(raw)
	}
	if a.Options.Limit > 0 {
		q.Set("limit", strconv.Itoa(a.Options.Limit))
	}
	if a.Options.Offset != "" {
		q.Set("offset", a.Options.Offset)
	}
	if a.Options.Fields != nil {
		q.Set("opt_fields", strings.Join(a.Options.Fields, ","))
	}
	ctx := context.WithValue(outer.Context(), batched{}, true)
	inner, err := http.NewRequestWithContext(ctx, strings.ToUpper(a.Method), apiPrefix+path+"?"+q.Encode(), sent)
	if err != nil {
		return fault(400, "relative_path: Invalid path")
	}
	inner.Header.Set("Authorization", outer.Header.Get("Authorization"))
	inner.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	e.mux.ServeHTTP(rec, inner)
	var answer any
	_ = json.Unmarshal(rec.Body.Bytes(), &answer)
	return object{"status_code": rec.Code, "headers": object{}, "body": answer}
}
