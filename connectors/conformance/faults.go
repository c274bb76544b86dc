package conformance

import (
	"context"
	"errors"
	"time"

	"duplex/connectors"
	"duplex/core"
)

var errorTests = []test{
	{"Errors/RefusedCredentialsAreDenied", "", func(t *T) { t.underFault(Denied, "denied") }},
	{"Errors/ThrottlingIsBusyWithTheWait", "", func(t *T) {
		err := t.underFault(Throttled, "busy")
		var busy *connectors.BusyError
		if errors.As(err, &busy) && busy.After != ThrottledFor*time.Second {
			t.Errorf("the wait is %s, the system said %ds", busy.After, ThrottledFor)
		}
	}},
	{"Errors/AnInternalErrorIsBusy", "", func(t *T) { t.underFault(Failing, "busy") }},
	{"Errors/ATimeoutIsBusy", "", func(t *T) { t.underFault(TimesOut, "busy") }},
	{"Errors/ACancelledContextReturnsAtOnce", "", func(t *T) {
		o := t.create()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, call := range t.calls(ctx, o.Ref.ID) {
			if err := call(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: came out as %v", name, err)
			}
		}
	}},
}

// underFault makes the system fail and then every kind of call, which must come out as that class.
func (t *T) underFault(f Fault, class string) error {
	t.Helper()
	o := t.create()
	t.fault(f)
	var last error
	for name, call := range t.calls(t.Context(), o.Ref.ID) {
		last = call()
		t.wantClass(name, last, class)
	}
	return last
}

// calls are one call of each kind.
func (t *T) calls(ctx context.Context, id string) map[string]func() error {
	c := t.Connector
	calls := map[string]func() error{
		"get":     func() error { _, err := c.Get(ctx, id, t.all()); return err },
		"changes": func() error { _, err := c.Changes(ctx, t.Type, "", 10); return err },
		"create":  func() error { _, err := c.Create(ctx, t.draft()); return err },
		"update": func() error {
			_, err := c.Update(ctx, id, core.Patch{Fields: map[string]core.Value{t.Title: core.String("x")}}, "", connectors.Want{Type: t.Type})
			return err
		},
	}
	if f, ok := connectors.As[connectors.Finder](c); ok {
		calls["find"] = func() error { _, err := f.Find(ctx, t.Type, mark()); return err }
	}
	if m, ok := connectors.As[connectors.Commenter](c); ok {
		calls["comment"] = func() error { _, err := m.AddComment(ctx, id, t.comment("x", core.Internal)); return err }
	}
	if d, ok := connectors.As[connectors.Deleter](c); ok {
		calls["delete"] = func() error { return d.Delete(ctx, id) }
	}
	return calls
}
