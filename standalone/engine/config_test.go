package engine

import (
	"log/slog"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

func TestEverythingListensOnLoopback(t *testing.T) {
	p := ports{frontend: 1, history: 2, matching: 3, worker: 4, ui: 5}
	cfg := serverConfig(p, memoryStore())
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	if len(cfg.Services) != 4 {
		t.Errorf("%d services, want frontend, history, matching and worker", len(cfg.Services))
	}
	for name, s := range cfg.Services {
		if s.RPC.BindOnIP != loopback {
			t.Errorf("%s binds to %q", name, s.RPC.BindOnIP)
		}
	}
	if cfg.Global.PProf.Port != 0 || cfg.Global.Metrics != nil {
		t.Error("a profiler or metrics listener is configured")
	}
}

func TestDynamicConfigOverrides(t *testing.T) {
	key := dynamicconfig.TransferProcessorMaxPollRPS.Key()
	cases := []struct {
		overrides map[string]any
		want      any
		reason    string
	}{
		{nil, 1000, "the default of 20 delays every workflow task on one shard"},
		{map[string]any{"history.transferProcessorMaxPollRPS": 7}, 7, "the caller has the last word"},
		{map[string]any{"HISTORY.transferprocessormaxpollrps": 7}, 7, "names are not case-sensitive in the server either"},
	}
	for _, c := range cases {
		values := dynamicConfig(c.overrides).GetValue(key)
		if len(values) != 1 || values[0].Value != c.want {
			t.Errorf("%v gave %v, want %v: %s", c.overrides, values, c.want, c.reason)
		}
	}
}

func TestMissingAttributes(t *testing.T) {
	const keyword, number = enums.INDEXED_VALUE_TYPE_KEYWORD, enums.INDEXED_VALUE_TYPE_INT
	type attrs = map[string]enums.IndexedValueType
	cases := []struct {
		wanted, have attrs
		missing      int
		err          string
		reason       string
	}{
		{attrs{"A": keyword}, attrs{"A": keyword, "B": number}, 0, "", "others' attributes are no business of ours"},
		{attrs{"A": keyword, "C": number}, attrs{"A": keyword}, 1, "", "added by a newer version"},
		{attrs{"A": number}, attrs{"A": keyword}, 0, "another name", "a type cannot change"},
		{nil, attrs{"A": keyword}, 0, "", "nothing wanted"},
	}
	for _, c := range cases {
		missing, err := missingAttributes(c.wanted, c.have)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want an error with %q: %s", err, c.err, c.reason)
			}
			continue
		}
		if err != nil || len(missing) != c.missing {
			t.Errorf("missing %v, error %v, want %d missing: %s", missing, err, c.missing, c.reason)
		}
	}
}

func TestServerLog(t *testing.T) {
	var out strings.Builder
	l := newServerLog(slog.New(slog.NewTextHandler(&out, nil)))
	derived := l.With(tag.NewStringTag("service", "history"))
	derived.Info("chatter")
	derived.Warn("HTTP API port has not been set. More chatter.")
	derived.Warn("slow disk", tag.NewInt("ms", 900))
	if got := out.String(); strings.Contains(got, "chatter") || !strings.Contains(got, "slow disk") ||
		!strings.Contains(got, "service=history") || !strings.Contains(got, "ms=900") {
		t.Errorf("logged %q", got)
	}
	done := make(chan bool, 1)
	go func() {
		defer close(done)
		log.Logger(derived).Fatal("cannot listen", tag.NewInt("port", 1))
		done <- true
	}()
	if <-done {
		t.Error("Fatal came back to code that counts on it not to")
	}
	if err := l.fatal(); err == nil || err.Error() != "cannot listen, port 1" {
		t.Errorf("fatal error is %v", err)
	}
	l.mute()
	before := out.Len()
	derived.Error("connection closed")
	if out.Len() != before {
		t.Error("a stopping server still logs")
	}
}
