package e2e

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"duplex/core"
	"duplex/gateway"
	"duplex/standalone/rig"
)

// TestLogsRetentionAndErasureOnRealProcesses follows one edit through the worker's log, which holds no content and no
// secret; runs retention by its schedule's workflow; and erases the person from the pair, which goes on.
func TestLogsRetentionAndErasureOnRealProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", "from-tickets")
	w.killWorker()
	w.flags = append(w.flags, "-v")
	w.startWorker()
	const canary = "canary-4711 is not for logs"
	id, err := w.ada.NewTicket(w.ctx(), object{"subject": canary, "comment": object{"body": canary}, "tags": []string{"bug"}})
	w.must(err)
	title := func(want string) func() error {
		return func() error {
			issues, err := w.grace.Issues(w.ctx(), "ENG")
			if err != nil || len(issues) != 1 {
				return fmt.Errorf("%d issues, %v", len(issues), err)
			}
			if got := rig.Text(issues[0], "fields", "summary"); got != want {
				return fmt.Errorf("its title is %q", got)
			}
			return nil
		}
	}
	w.eventually("the ticket has its issue", title(canary))
	w.eventually("the write is logged with its delivery", func() error {
		b, err := os.ReadFile(w.log.Name())
		for line := range strings.SplitSeq(string(b), "\n") {
			if strings.Contains(line, `msg="change written"`) && strings.Contains(line, "pair=pair:from-tickets:support:"+id) && !strings.Contains(line, `delivery=""`) {
				return nil
			}
		}
		return errors.Join(err, errors.New("no such line"))
	})
	w.settle()

	var done gateway.Done
	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/retention/run", nil, &done))
	w.eventually("retention has come to the end of every table", func() error {
		var r gateway.RetentionReport
		if err := w.admin.Call(w.ctx(), "GET", "/api/v1/retention", nil, &r); err != nil {
			return err
		}
		for _, u := range r.Tables {
			if u.RanAt.IsZero() {
				return fmt.Errorf("not of %s", u.Table)
			}
		}
		if len(r.Tables) != len(core.RetainedTables) {
			return fmt.Errorf("%d tables", len(r.Tables))
		}
		return nil
	})
	w.eventually("retention has its schedule", func() error {
		_, err := w.temporal.ScheduleClient().GetHandle(w.ctx(), "retention").Describe(w.ctx())
		return err
	})

	req := gateway.ErasureRequest{Person: []string{"ada@acme.example"}, Look: true}
	var step gateway.ErasureStep
	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/erasures", req, &step))
	req.Look, req.Known = false, step.Known
	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/erasures", req, &step))
	if step.Rows["observations"] == 0 || len(step.Again) != 1 {
		t.Errorf("the erasure: %+v", step)
	}
	w.must(w.ada.EditTicket(w.ctx(), id, object{"subject": "after the erasure"}))
	w.eventually("the pair goes on", title("after the erasure"))
	w.eventually("and is in sync", func() error {
		p, err := w.store.Pair(w.ctx(), "pair:from-tickets:support:"+id)
		if err == nil && (p.Status != core.PairInSync || len(p.Parked) > 0) {
			err = fmt.Errorf("%s: %v", p.Status, p.Parked)
		}
		return err
	})
	w.killWorker()
	b, err := os.ReadFile(w.log.Name())
	w.must(err)
	for _, secret := range []string{"canary-4711", "after the erasure", "zd-token-sync", "sync-api-token", webhookSecret, "ada@acme.example"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("the worker's log holds %q", secret)
		}
	}
}
