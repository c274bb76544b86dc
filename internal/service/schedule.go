package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

const (
	scheduleEvery = 15 * time.Second // how often a worker makes sure that the schedules exist: an engine that was lost has none
	scheduleFor   = 10 * time.Second // how long the engine may take to answer about schedules
)

// keepSchedules makes the schedules that are not there, again and again until ctx ends. Any number of workers may do so at
// once. What an operator has changed about one (paused it, say) stays.
func keepSchedules(ctx context.Context, c client.ScheduleClient, log *slog.Logger, schedules []client.ScheduleOptions) {
	tick := time.NewTicker(scheduleEvery)
	defer tick.Stop()
	for {
		for _, o := range schedules {
			if err := keepSchedule(ctx, c, o); err != nil && ctx.Err() == nil {
				log.Warn("a schedule cannot be made; it is tried again", "schedule", o.ID, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func keepSchedule(ctx context.Context, c client.ScheduleClient, o client.ScheduleOptions) error {
	ctx, cancel := context.WithTimeout(ctx, scheduleFor)
	defer cancel()
	_, err := createSchedule(ctx, c, o)
	return err
}

// createSchedule makes a schedule. fresh is false when there is one with that id, which is left as it is.
func createSchedule(ctx context.Context, c client.ScheduleClient, o client.ScheduleOptions) (fresh bool, err error) {
	_, err = c.Create(ctx, o)
	if errors.Is(err, temporal.ErrScheduleAlreadyRunning) || errors.As(err, new(*serviceerror.AlreadyExists)) ||
		errors.As(err, new(*serviceerror.WorkflowExecutionAlreadyStarted)) {
		return false, nil
	}
	return err == nil, err
}
