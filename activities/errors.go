package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"duplex/connectors"
	"duplex/core"
)

// temporalError is the one place where error classes become Temporal application errors. Busy is retried after the time
// the system asked for, denied and everything else that needs a person is not retried by Temporal: the workflow parks
// the pair and tries again on any event. Unclassed errors are retried.
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
	return temporal.NewNonRetryableApplicationError(err.Error(), class, nil)
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
