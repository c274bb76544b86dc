package workflows_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/core"
	"duplex/workflows"
)

// kept is a log that several goroutines write.
type kept struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) { k.mu.Lock(); defer k.mu.Unlock(); return k.out.Write(b) }

// TestLogsFollowADeliveryAndHoldNoContent edits, comments and is refused with texts that must not be in the log, and looks
// for the lines of one delivery.
func TestLogsFollowADeliveryAndHoldNoContent(t *testing.T) {
	const secret = "canary-4711"
	var log kept
	w := newWorld(t, mappingFile)
	w.act.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	item := w.ticket()
	w.at(time.Minute, func() {
		w.quiet.Store(true)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String(secret), "description", core.Text("plain", secret), "labels", core.Strings(secret))))
		w.comment(core.A, "u-ada", item.ID, secret, core.Public)
		w.quiet.Store(false)
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged, Delivery: "83"})
	})
	w.at(2*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != secret {
			t.Errorf("the twin's title is %q: the canary never passed", got)
		}
	})
	w.run(item, 3*time.Minute)
	text := log.out.String()
	pair := core.PairID(connection, "support", item.ID)
	for _, want := range []string{
		`level=DEBUG msg="item read" pair=` + pair + " connection=desk system=left delivery=83",
		`level=INFO msg="change written" pair=` + pair + " connection=desk system=right side=engineering delivery=83 plan=",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s:\n%s", want, text)
		}
	}
	for _, content := range []string{secret, "printer on fire", "ada@acme.example", "Lovelace"} {
		if strings.Contains(text, content) {
			t.Errorf("the log holds content: %s", content)
		}
	}
	outcomes, err := w.store.Outcomes(t.Context(), pair, 0)
	w.must(err)
	var followed bool
	for _, o := range outcomes {
		followed = followed || o.Delivery == "83"
	}
	if !followed {
		t.Error("no outcome names the delivery that it answers")
	}
}
