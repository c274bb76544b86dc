package gateway

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
)

// Options are what a gateway needs. Store, Systems, Check and AdminToken must be set.
type Options struct {
	Store *store.Store
	// Temporal may be nil or out of reach: webhooks are recorded all the same and wait.
	Temporal Starter
	Systems  Systems
	// Gates knows the gates and carries out what operators decide about them; nil: they can be read only, and count as open.
	Gates Gates
	// Check compiles a connection against the live systems. An error means that a system could not be asked.
	Check func(context.Context, core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error)
	// Trial carries out a test run and gives its events to say, in order; it ends with ctx. nil: there are none.
	Trial func(ctx context.Context, t Trial, say func(core.TrialEvent) error) error
	// AdminToken is the bearer token of the admin API.
	AdminToken string
	// WebhookSecret is the secret that a system is told to sign its webhooks with, "" where the vendor chooses it. nil: it is always "".
	WebhookSecret func(ctx context.Context, system string) (string, error)
	// PublicURL is where webhooks reach this gateway; TemporalUI where people open workflows. "" hides the hints.
	PublicURL, TemporalUI string
	// Namespace is Temporal's, for links into its UI; "" means default.
	Namespace string
	// MaxBody is the largest webhook body in bytes; 0 means 5 MB.
	MaxBody  int64
	Log      *slog.Logger
	Now      func() time.Time
	Registry *prometheus.Registry
	// OwnDelay is how long a webhook about the sync's own write waits for that write to be recorded; 0 means 2 s.
	OwnDelay time.Duration
	// Retention is what the workers keep, for showing what the next run removes.
	Retention core.Retention
}

// Systems gives the connectors of the systems that are configured.
type Systems interface {
	// Connector is the connector of a system; connectors.ErrNotFound when there is no such system, another error when
	// its file cannot be used.
	Connector(ctx context.Context, system string) (connectors.Connector, error)
	// Kinds are the kinds of all systems by name.
	Kinds(ctx context.Context) (map[string]string, error)
}

// Gates knows the gates of systems and carries out what operators decide about them.
type Gates interface {
	// Closed tells how long a system is not to be called, and why; 0 when it may be. It asks nobody.
	Closed(ctx context.Context, system string) (time.Duration, string)
	CloseUntil(ctx context.Context, system string, until time.Time, reason, by string) (core.Gate, error)
	OpenNow(ctx context.Context, system, by string) (core.Gate, error)
	// Probe asks the system who the account is, and opens or closes its gate by the answer. The error is that answer.
	Probe(ctx context.Context, system string) (core.Gate, error)
}

// Starter is what the gateway needs of a Temporal client.
type Starter interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any, options client.StartWorkflowOptions,
		workflow any, args ...any) (client.WorkflowRun, error)
	NewWithStartWorkflowOperation(options client.StartWorkflowOptions, workflow any, args ...any) client.WithStartWorkflowOperation
	UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error)
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// Gateway serves webhooks and the admin API. It is safe for use by many goroutines.
type Gateway struct {
	o           Options
	metrics     *metrics
	connections *connections
	accounts    *accounts
	engine      *engine
	queue       *queue
	trials      chan struct{} // a place per test run under way
}

// New makes a gateway. Run must be running for waiting deliveries to be handed over.
func New(o Options) (*Gateway, error) {
	switch {
	case o.Store == nil || o.Systems == nil || o.Check == nil:
		return nil, errors.New("a gateway needs a store, systems and a check of connections")
	case o.AdminToken == "":
		return nil, errors.New("no admin token is set: set DUPLEX_TOKEN, or name a file that holds it, to a long random text")
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 5 << 20
	}
	if o.OwnDelay <= 0 {
		o.OwnDelay = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Namespace == "" {
		o.Namespace = "default"
	}
	return &Gateway{o: o, metrics: newMetrics(o.Registry, o.Store), connections: &connections{store: o.Store, log: o.Log},
		accounts: &accounts{now: o.Now}, engine: &engine{now: o.Now, base: time.Second}, queue: newQueue(),
		trials: make(chan struct{}, mostTrials)}, nil
}

var _ Starter = client.Client(nil)
