package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/core"
)

// SweepRequest asks for one sweep of a connection.
type SweepRequest struct {
	Connection string      `json:"connection"`
	Names      [2]string   `json:"names"`   // of the sides
	Systems    [2]string   `json:"systems"` // of the sides
	Only       []core.Side `json:"only,omitempty"`
	By         string      `json:"by,omitempty"` // who asked; "" is the schedule
}

// SweepID is the id of a connection's schedule, and with a suffix of the sweeps it starts.
func SweepID(connection string) string { return "sweep:" + connection }

// SweepNowID is the id of a sweep that somebody asked for.
func SweepNowID(connection string) string { return "sweep-now:" + connection }

// sweepPasses is how many passes over one side a run makes before it continues as new.
const sweepPasses = 100

// Sweep lists what changed on both sides since the last sweep and tells the pairs. It fails when a side could not be
// swept for a reason that a person must mend; the next sweep tries again.
func (w Workflows) Sweep(ctx workflow.Context, r SweepRequest) (Answer, error) {
	var parts [2]string
	var errs [2]error
	var again bool
	var sides workflow.WaitGroup = workflow.NewWaitGroup(ctx)
	for _, s := range core.Sides {
		if len(r.Only) > 0 && !slices.Contains(r.Only, s) {
			continue
		}
		sides.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer sides.Done()
			var more bool
			parts[s], more, errs[s] = w.sweepSide(ctx, r, s)
			again = again || more
		})
	}
	sides.Wait(ctx)
	text := strings.Join(slices.DeleteFunc(parts[:], func(p string) bool { return p == "" }), "; ")
	workflow.SetCurrentDetails(ctx, text)
	if err := errors.Join(errs[:]...); err != nil {
		return Answer{Text: text}, err
	}
	if again {
		return Answer{}, workflow.NewContinueAsNewError(ctx, SweepWorkflow, r)
	}
	return Answer{Text: text}, nil
}

// sweepSide passes over one side until its feed is at its end.
func (w Workflows) sweepSide(ctx workflow.Context, r SweepRequest, s core.Side) (text string, more bool, err error) {
	urgency := PrioritySweep
	if r.By != "" {
		urgency = PriorityReplay // somebody waits for it
	}
	ctx = calling(ctx, w.Tuning, call{system: r.Systems[s], summary: "list what changed in " + r.Names[s], priority: urgency, connection: r.Connection, most: 30 * time.Minute})
	for range sweepPasses {
		var got activities.SweepResult
		if err := workflow.ExecuteActivity(ctx, a.Sweep, activities.SweepInput{Connection: r.Connection, Side: s}).Get(ctx, &got); err != nil {
			return r.Names[s] + ": " + failure(err), false, err
		}
		p := got.Pass
		text = fmt.Sprintf("%s: %d listed, %d handed over, %d known", p.Side, p.Listed, p.HandedOver, p.Known)
		if p.Result == core.SweepBraked {
			text = p.Side + ": stopped, " + p.Text
		}
		if !got.More || p.Result != core.SweepDone {
			return text, false, nil
		}
	}
	return text, true, nil
}

func failure(err error) string {
	_, text := classify(err)
	return text
}
