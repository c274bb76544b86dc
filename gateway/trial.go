package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
)

// TrialRequest asks for a test run: what is looked at, and which version or file is tried against the version in force.
type TrialRequest struct {
	core.TrialRequest
	Version int        `json:"version,omitempty"` // a stored version; 0: the one in force, unless there is a file
	Against int        `json:"against,omitempty"` // with version or file: the version it is compared with; 0: the one in force
	File    *TrialFile `json:"file,omitempty"`    // a file that is stored nowhere
}

// TrialFile is a connection file with what it names.
type TrialFile struct {
	FileName string            `json:"file_name"`
	Source   string            `json:"source"`
	Files    map[string]string `json:"files,omitempty"`
}

// TrialLine is one line of the answer: an event, or the error with which the run ended.
type TrialLine struct {
	core.TrialEvent
	Error *Error `json:"error,omitempty"`
}

// Trial is a test run as the gateway has it carried out.
type Trial struct {
	Request core.TrialRequest
	// Mapping is what is tried, Against what it is compared with, nil for nothing; the texts say what they are.
	Mapping, Against        *mapping.Mapping
	Version, AgainstVersion string
}

const (
	mostTrials  = 2                // test runs at once
	mostSample  = 10_000           // items of a side
	lineFor     = 30 * time.Second // to take one line of the answer
	firstLineBy = 2 * time.Minute
)

// trial carries out a test run and answers a line of JSON per event. Its reads end when the caller goes away.
func (g *Gateway) trial(w http.ResponseWriter, r *http.Request) {
	select {
	case g.trials <- struct{}{}:
		defer func() { <-g.trials }()
	default:
		g.failed(w, r, refuse(classBusy, "", fmt.Sprintf("%d test runs are under way: wait for one of them to end", mostTrials)))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAdminBody)
	to := http.NewResponseController(w)
	_ = to.SetReadDeadline(time.Time{}) // else the connection counts as lost when the time to send a request is over
	_ = to.SetWriteDeadline(g.o.Now().Add(firstLineBy))
	run, err := g.newTrial(r)
	if err != nil {
		g.failed(w, r, err)
		return
	}
	out := &trialWriter{w: w, to: to, enc: json.NewEncoder(w)}
	out.enc.SetEscapeHTML(false)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	err = g.o.Trial(ctx, run, func(e core.TrialEvent) error {
		if err := out.line(TrialLine{TrialEvent: e}); err != nil || e.Begun == nil {
			return err
		}
		return g.sayBrake(ctx, run.Request.Connection, out)
	})
	switch {
	case err == nil, r.Context().Err() != nil:
	case !out.begun:
		g.failed(w, r, trialError(run.Request.Connection, err))
	default:
		e, known := explain(trialError(run.Request.Connection, err))
		if !known {
			g.o.Log.Error("a test run failed", "connection", run.Request.Connection, "error", err)
		}
		_ = out.line(TrialLine{Error: &e})
	}
}

// trialWriter writes lines as they come.
type trialWriter struct {
	w     http.ResponseWriter
	to    *http.ResponseController
	enc   *json.Encoder
	begun bool
}

func (t *trialWriter) line(l TrialLine) error {
	if !t.begun {
		t.begun = true
		t.w.Header().Set("Content-Type", "application/x-ndjson")
		t.w.WriteHeader(http.StatusOK)
	}
	_ = t.to.SetWriteDeadline(time.Now().Add(lineFor))
	if err := t.enc.Encode(l); err != nil {
		return err
	}
	_ = t.to.SetWriteDeadline(time.Now().Add(10 * time.Minute)) // until the next line
	return t.to.Flush()
}

// sayBrake tells that what the run shows would wait, because the connection writes nothing now.
func (g *Gateway) sayBrake(ctx context.Context, connection string, out *trialWriter) error {
	b, on, err := g.o.Store.Brake(ctx, connection)
	if err != nil || !on {
		return err
	}
	return out.line(TrialLine{TrialEvent: core.TrialEvent{Said: fmt.Sprintf("%s writes nothing now, because %s: what follows waits for duplex release %s", connection, b.Saw, connection)}})
}

// trialError tells who must act about a run that could not be carried out.
func trialError(connection string, err error) error {
	if e, known := explain(err); known && e.Where == "" {
		e.Where = connection
		return &refusal{e}
	}
	return err
}

// newTrial reads what is asked for and compiles what is tried and what it is compared with.
func (g *Gateway) newTrial(r *http.Request) (Trial, error) {
	var run Trial
	var req TrialRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err != nil {
		return run, err
	}
	if g.o.Trial == nil {
		return run, refuse(classUnsupported, name, "this gateway makes no test runs")
	}
	if req.Connection = name; req.Connection == "" {
		return run, refuse(classRequest, "name", "name a connection")
	}
	if err := trialAsks(&req); err != nil {
		return run, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	run.Request = req.TrialRequest
	inForce, err := g.o.Store.Connection(ctx, name, 0)
	if err != nil && !(errors.Is(err, store.ErrNotFound) && (req.File != nil || req.Version > 0)) {
		return run, missing(err, "connection", name)
	}
	tried, text, err := g.tried(ctx, name, req, inForce)
	if err != nil {
		return run, err
	}
	if run.Mapping, err = g.compiled(ctx, tried, req.Recorded, tried.Version > 0); err != nil {
		return run, err
	}
	run.Version = text
	other := inForce
	if req.Against > 0 {
		if other, err = g.o.Store.Connection(ctx, name, req.Against); err != nil {
			return run, missing(err, fmt.Sprintf("version %d of connection", req.Against), name)
		}
	}
	if req.Recorded && !req.Newest || other.Version == 0 || other.Version == tried.Version {
		return run, nil
	}
	run.Against, err = g.compiled(ctx, other, req.Recorded, true)
	run.AgainstVersion = versionText(other)
	return run, err
}

// tried is the version or file that is tried, and what it is called. A file counts as a version after all there are.
func (g *Gateway) tried(ctx context.Context, name string, req TrialRequest, inForce core.ConnectionVersion) (core.ConnectionVersion, string, error) {
	switch {
	case req.File != nil:
		return core.ConnectionVersion{Name: name, FileName: req.File.FileName, Source: []byte(req.File.Source), Files: req.File.Files}, req.File.FileName, nil
	case req.Version > 0:
		v, err := g.o.Store.Connection(ctx, name, req.Version)
		return v, versionText(v), missing(err, fmt.Sprintf("version %d of connection", req.Version), name)
	}
	return inForce, versionText(inForce), nil
}

func versionText(v core.ConnectionVersion) string {
	if v.Active {
		return fmt.Sprintf("version %d, in force", v.Version)
	}
	return fmt.Sprintf("version %d", v.Version)
}

// compiled compiles a version against the live systems, or, for a run over what is recorded, without asking them.
func (g *Gateway) compiled(ctx context.Context, v core.ConnectionVersion, recorded, applied bool) (*mapping.Mapping, error) {
	var m *mapping.Mapping
	var diags mapping.Diagnostics
	var err error
	if recorded {
		m, diags = mapping.Compile(v.FileName, v.Source, mapping.Env{Applied: applied, Read: filesOf(v), Formats: func(system string) string {
			c, err := g.o.Systems.Connector(ctx, system)
			if err != nil {
				return ""
			}
			return c.Facts().RichText
		}})
	} else {
		m, diags, err = g.o.Check(ctx, v)
	}
	switch {
	case diags.Err() != nil:
		return nil, wrong(v.Name, diags)
	case err != nil:
		return nil, unchecked(v.Name, err)
	case m.Connection.Name != v.Name:
		return nil, refuse(classInvalid, v.Name, fmt.Sprintf("the file is of connection %s", m.Connection.Name))
	}
	m.Connection.Version = cmp.Or(v.Version, 1<<30) // newer than every version under which something was parked
	return m, nil
}

// trialAsks checks what a test run is to look at.
func trialAsks(req *TrialRequest) error {
	given := 0
	for _, is := range []bool{len(req.Items) > 0, req.Sample > 0, req.Failing, req.Recorded} {
		if is {
			given++
		}
	}
	if req.Recorded && given == 2 && !req.Failing { // recorded items, or a sample of what is recorded
		given = 1
	}
	switch {
	case req.Sample < 0 || req.Limit < 0 || req.Version < 0 || req.Against < 0:
		return refuse(classRequest, "body", "numbers count from 1 on")
	case req.Sample > mostSample:
		return refuse(classRequest, "sample", fmt.Sprintf("at most %d items of a side are looked at", mostSample))
	case given == 0:
		return refuse(classRequest, "body", "say what to look at: items, a sample, what is failing, or what is recorded")
	case given > 1:
		return refuse(classRequest, "body", "give one of items, sample, failing and recorded; recorded may come with items or a sample")
	case req.File != nil && req.Version > 0:
		return refuse(classRequest, "body", "give a file or a version, not both")
	case req.File != nil && (req.File.FileName == "" || req.File.Source == ""):
		return refuse(classRequest, "file", "file_name and source are wanted")
	}
	return nil
}
