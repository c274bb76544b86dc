package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// temporalError is the one place where error classes become Temporal application errors. Busy is retried after the time
// the system asked for, denied and everything else that needs a person is not retried by Temporal: the workflow parks
// the pair and tries again on any event. An error without a class is retried without end, because a write whose outcome
// is not known must not be abandoned; see stuck.
func temporalError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	class := connectors.Class(err)
	var busy *connectors.BusyError
	switch {
	case errors.As(err, &busy):
		return temporal.NewApplicationErrorWithOptions(err.Error(), class, temporal.ApplicationErrorOptions{NextRetryDelay: busy.After})
	case class == "failed":
		return temporal.NewApplicationError(err.Error(), class)
	}
	return temporal.NewNonRetryableApplicationError(withoutContent(err), class, nil)
}

// quietTries is how often an error without a class is tried before it is shown on the pair: about two minutes.
const quietTries = 8

// stuck shows on the pair's row that an activity fails again and again, so that it is not retried in the dark. The next
// step that ends well clears it.
func (a *Activities) stuck(ctx context.Context, pair string, err error) {
	if err == nil || connectors.Class(err) != "failed" || !activity.IsActivity(ctx) || activity.GetInfo(ctx).Attempt < quietTries {
		return
	}
	if e := a.Fail(ctx, FailInput{Pair: pair, Class: core.ProblemFailed, Text: withoutContent(err)}); e != nil {
		a.Log.Error("a problem could not be shown on its pair", "pair", pair, "error", e)
	}
}

// tired tells that an entry has failed for no known reason as often as anything is tried in silence: it is then parked
// alone, so that it does not hold up the rest of its pair, and tried again by itself. Its intent stays open, so that a copy
// which an attempt may have made is looked for before the next.
func (w *applying) tired(ctx context.Context, e *core.EntryDecision, err error) bool {
	if connectors.Class(err) != "failed" || !activity.IsActivity(ctx) {
		return false
	}
	return activity.GetInfo(ctx).Attempt >= quietTries || w.pair.Parked[merge.ParkKey(e.Kind, e.Source)].Tries > 0
}

// withoutContent is an error's text for the history. A refusal's own words may repeat the value that was refused, so only
// the fields are named.
func withoutContent(err error) string {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	var fields []string
	for _, f := range slices.Sorted(maps.Keys(invalid.Fields)) {
		if f != "" {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return "the system refused what was asked of it and named no field: compare the mapping with the system's rules"
	}
	return "the system refused " + strings.Join(fields, ", ") + ": compare the mapping with the system's rules"
}

// problemOf is the problem a remote refusal parks something with.
func problemOf(err error) core.Problem {
	p := core.Problem{Class: core.ProblemFailed, Text: err.Error(), Retries: "a change of the value, a new mapping version, or resync"}
	switch connectors.Class(err) {
	case "invalid":
		p.Class = core.ProblemInvalid
	case "denied":
		p.Class = core.ProblemDenied
	case "unsupported":
		p.Class = core.ProblemUnsupported
	case "too-large":
		p.Class = core.ProblemTooLarge
	case "not-found":
		p.Class = core.ProblemGone
	}
	return p
}

// parks tells whether an error about one field or entry parks just that; every other error stops the activity.
func parks(err error) bool {
	switch connectors.Class(err) {
	case "invalid", "unsupported", "too-large":
		return true
	}
	return false
}

func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
