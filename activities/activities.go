package activities

import (
	"context"
	"log/slog"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Activities holds what the activities need. All fields but Ledger, Observer, Gates and Retention must be set.
type Activities struct {
	Store    Store
	Systems  Systems
	Mappings *Mappings
	Now      func() time.Time
	Log      *slog.Logger
	// Ledger is the address at which a person finds a plan: the plan's id is appended. "" when there is no gateway.
	Ledger   string
	Observer Observer
	Gates    Gates // nil: every system may be called
	// Retention is what Retain keeps; the zero Retention keeps everything.
	Retention core.Retention
}

// Observer is told what happened, for metrics. It must not block.
type Observer interface {
	// Synced tells that a change reached the other side. changed is when the source item changed by its system's clock.
	Synced(connection, toSide string, changed time.Time)
	// Failed tells that something was parked or failed, by class.
	Failed(connection, class string)
	// RunItems tells that so many items of a run got an answer: done, skipped or failed.
	RunItems(kind, result string, n int)
	// Removed tells how many old rows of a table were removed.
	Removed(table string, rows int64)
	// Swept tells what a pass over a side came to.
	Swept(p core.SideSweep)
}

// Systems gives the connectors of the systems that are configured.
type Systems interface {
	// Connector is the connector of a system; an error when there is no such system or its file cannot be used.
	Connector(ctx context.Context, system string) (connectors.Connector, error)
	// Kinds are the kinds of all systems by name.
	Kinds(ctx context.Context) (map[string]string, error)
}

// Store is what the activities need of the store. Missing rows are an error of the store's own.
type Store interface {
	Connection(ctx context.Context, name string, version int) (core.ConnectionVersion, error)
	Connections(ctx context.Context) ([]core.ConnectionVersion, error)

	ClaimPair(ctx context.Context, p core.Pair) (core.Pair, bool, error)
	AddPairSide(ctx context.Context, pair string, side core.Side, ref core.Ref) error
	Pair(ctx context.Context, id string) (core.Pair, error)
	MergePairs(ctx context.Context, loser, winner string, side core.Side, ref core.Ref) error
	PairsOf(ctx context.Context, system, itemID string) ([]core.Pair, error)
	UnlinkPair(ctx context.Context, id string) error

	PutObservation(ctx context.Context, pair string, o core.Observation) (string, error)
	Observation(ctx context.Context, hash string) (core.Observation, error)
	PutPlan(ctx context.Context, p core.Plan) error
	Plan(ctx context.Context, id string) (core.Plan, error)
	Plans(ctx context.Context, pair string, limit int) ([]core.Plan, error)
	BusySince(ctx context.Context, pair string, n int) (time.Time, error)
	SaveStep(ctx context.Context, s core.Step) error
	AddOutcome(ctx context.Context, o core.Outcome) error

	PutAwaited(ctx context.Context, pair string, waits []core.Awaited) error
	AwaitedBy(ctx context.Context, system, item, other string) ([]core.Awaited, error)
	DropAwaited(ctx context.Context, w core.Awaited) error

	OpenResolutions(ctx context.Context, pair string) ([]core.Resolution, error)
	RecordDelivery(ctx context.Context, d core.Delivery) (core.Delivery, bool, error)
	Position(ctx context.Context, name string) (string, bool, error)
	PutCursor(ctx context.Context, name, cursor string) error
	HeldPairs(ctx context.Context, connection string, class core.ProblemClass, after string, limit int) ([]core.Pair, error)
	Tracked(ctx context.Context, connection, side string, items []string) ([]core.Tracked, error)
	TrackedAfter(ctx context.Context, connection, side, after string, limit int) ([]core.Tracked, error)
	MarkGone(ctx context.Context, side string, pairs []string, at time.Time) error
	MarkOutside(ctx context.Context, side string, pairs []string, outside bool) error
	CountGone(ctx context.Context, connection, side string, since, accepted time.Time) (gone, pairs int, err error)
	SideSweeps(ctx context.Context, connection string) ([]core.SideSweep, error)
	PutSideSweep(ctx context.Context, p core.SideSweep) error
	Brake(ctx context.Context, connection string) (core.Brake, bool, error)
	LastRelease(ctx context.Context, connection string) (core.Brake, bool, error)
	PutBrake(ctx context.Context, b core.Brake) (core.Brake, bool, error)

	Told(ctx context.Context, pair string, side core.Side) (core.Told, error)
	PutTold(ctx context.Context, t core.Told) error

	Links(ctx context.Context, pair string) ([]core.Link, error)
	PutLink(ctx context.Context, l core.Link) error

	BeginIntent(ctx context.Context, i core.Intent) (core.Intent, error)
	SettleIntent(ctx context.Context, mark, resultID, resultKey, resultURL string) error
	OpenIntents(ctx context.Context, pair string) ([]core.Intent, error)
	IntentByMark(ctx context.Context, mark string) (core.Intent, error)

	RunStore
	Retain(ctx context.Context, table string, before time.Time, after core.RetainMark, limit int) (removed int64, mark core.RetainMark, done bool, err error)
}
