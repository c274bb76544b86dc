package workflows_test

import (
	"errors"
	"strings"
	"sync"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// recorder is the data converter that keeps what the engine would keep in a history: arguments, results and failures.
type recorder struct {
	mu   sync.Mutex
	kept []string
}

func (r *recorder) keep(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, text)
}

// failure keeps every message in the chain of an activity's error.
func (r *recorder) failure(err error) {
	for ; err != nil; err = errors.Unwrap(err) {
		r.keep(err.Error())
		var app *temporal.ApplicationError
		if errors.As(err, &app) {
			r.keep(app.Message())
		}
	}
}

// with lists what was kept and holds the text.
func (r *recorder) with(text string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []string
	for _, k := range r.kept {
		if strings.Contains(k, text) {
			found = append(found, k)
		}
	}
	return found
}

func (r *recorder) ToPayload(v any) (*commonpb.Payload, error) {
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	r.keep(string(p.GetData()))
	return p, err
}

func (r *recorder) ToPayloads(vs ...any) (*commonpb.Payloads, error) {
	ps, err := converter.GetDefaultDataConverter().ToPayloads(vs...)
	for _, p := range ps.GetPayloads() {
		r.keep(string(p.GetData()))
	}
	return ps, err
}

func (r *recorder) FromPayload(p *commonpb.Payload, v any) error {
	return converter.GetDefaultDataConverter().FromPayload(p, v)
}

func (r *recorder) FromPayloads(ps *commonpb.Payloads, vs ...any) error {
	return converter.GetDefaultDataConverter().FromPayloads(ps, vs...)
}

func (r *recorder) ToString(p *commonpb.Payload) string {
	return converter.GetDefaultDataConverter().ToString(p)
}

func (r *recorder) ToStrings(ps *commonpb.Payloads) []string {
	return converter.GetDefaultDataConverter().ToStrings(ps)
}
