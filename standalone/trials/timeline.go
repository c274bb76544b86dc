package trials

import (
	"context"
	"time"

	enums "go.temporal.io/api/enums/v1"

	"duplex/core"
	"duplex/store"
)

// timeline shows where the time of one edit went: when each step of its pair was asked for, begun and done, in milliseconds
// since the edit.
func (s *site) timeline(ctx context.Context, p core.Pair, edited time.Time) error {
	for _, side := range p.Sides {
		told, err := s.store.Deliveries(ctx, store.DeliveryFilter{System: side.Ref.System, Item: side.Ref.ID, Limit: 10})
		if err != nil {
			return err
		}
		for _, x := range told {
			if ms := x.ReceivedAt.Sub(edited).Milliseconds(); ms >= 0 {
				s.say("  %6d ms  %s tells: %+v %s %s", ms, side.Name, x.Hints, x.State, x.Reason)
			}
		}
	}
	names := map[int64]string{}
	events := s.temporal.GetWorkflowHistory(ctx, p.ID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return err
		}
		ms := e.GetEventTime().AsTime().Sub(edited).Milliseconds()
		if ms < 0 {
			continue
		}
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			names[e.GetEventId()] = a.GetActivityType().GetName()
			s.say("  %6d ms  %s is asked of %s with priority %d", ms, a.GetActivityType().GetName(), a.GetTaskQueue().GetName(), a.GetPriority().GetPriorityKey())
		}
		if a := e.GetActivityTaskStartedEventAttributes(); a != nil {
			s.say("  %6d ms  %s begins, attempt %d", ms, names[a.GetScheduledEventId()], a.GetAttempt())
		}
		if a := e.GetActivityTaskCompletedEventAttributes(); a != nil {
			s.say("  %6d ms  %s is done", ms, names[a.GetScheduledEventId()])
		}
		if e.GetWorkflowExecutionSignaledEventAttributes() != nil {
			s.say("  %6d ms  the pair is told", ms)
		}
		if e.GetWorkflowTaskScheduledEventAttributes() != nil || e.GetWorkflowTaskStartedEventAttributes() != nil || e.GetWorkflowTaskCompletedEventAttributes() != nil ||
			e.GetWorkflowTaskFailedEventAttributes() != nil || e.GetWorkflowTaskTimedOutEventAttributes() != nil || e.GetMarkerRecordedEventAttributes() != nil {
			s.say("  %6d ms    %s", ms, e.GetEventType())
		}
		if e.GetTimerStartedEventAttributes() != nil || e.GetTimerFiredEventAttributes() != nil {
			s.say("  %6d ms  %s", ms, e.GetEventType())
		}
	}
	return nil
}
