package workflows

import (
	"fmt"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
)

// StartOptions are how a pair's workflow is started, whoever starts it. One that runs already is used as it is.
func StartOptions(s PairState) client.StartWorkflowOptions {
	var items []string
	for _, side := range s.Sides {
		if !side.Ref.IsZero() {
			items = append(items, side.Ref.String())
		}
	}
	return client.StartWorkflowOptions{
		ID:                       s.ID,
		TaskQueue:                PairsQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes: temporal.NewSearchAttributes(AttrConnection.ValueSet(s.Connection),
			AttrState.ValueSet(string(s.Status)), AttrItem.ValueSet(items)),
		StaticSummary: startSummary(s),
		Priority:      temporal.Priority{PriorityKey: PriorityLive, FairnessKey: s.Connection},
	}
}

// startSummary names a pair by its items: support #12 ↔ engineering ENG-7.
func startSummary(s PairState) string {
	return fmt.Sprintf("%s ↔ %s", sideName(s.Sides[core.A]), sideName(s.Sides[core.B]))
}

func sideName(s SideState) string {
	switch {
	case s.Ref.IsZero():
		return s.Name + " (none yet)"
	case s.Ref.Key != "":
		return s.Name + " " + s.Ref.Key
	}
	return s.Name + " " + s.Ref.ID
}
