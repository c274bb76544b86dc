package service

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"duplex/core"
	"duplex/gateway"
)

// Metrics counts what the worker does. Labels are names of connections, sides and classes, never ids or content.
type Metrics struct {
	synced  *prometheus.HistogramVec
	failed  *prometheus.CounterVec
	removed *prometheus.CounterVec
	items   *prometheus.CounterVec
	sweeps  *prometheus.CounterVec
	swept   *prometheus.CounterVec
	now     func() time.Time
}

// NewMetrics registers the worker's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	f := promauto.With(r)
	return &Metrics{now: time.Now, items: gateway.RunItemsCounter(r),
		synced: f.NewHistogramVec(prometheus.HistogramOpts{Name: "duplex_sync_latency_seconds",
			Help:    "Time from a change on one side, by that system's clock, to its write on the other.",
			Buckets: []float64{.1, .25, .5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400}}, []string{"connection", "to"}),
		failed: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_parked_total",
			Help: "Fields, entries and pairs that were parked, by problem class."}, []string{"connection", "class"}),
		removed: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_retention_removed_total",
			Help: "Old rows that retention removed, by table."}, []string{"table"}),
		sweeps: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_sweeps_total",
			Help: "Passes of sweeps over a side, by what they came to: done, braked or failed."}, []string{"connection", "side", "result"}),
		swept: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_sweep_changes_total",
			Help: "Changes that sweeps were told of: listed by the system, handed-over to pairs, or known already."}, []string{"connection", "side", "what"})}
}

// Synced implements activities.Observer.
func (m *Metrics) Synced(connection, to string, changed time.Time) {
	if d := m.now().Sub(changed); d > 0 && !changed.IsZero() {
		m.synced.WithLabelValues(connection, to).Observe(d.Seconds())
	}
}

// RunItems implements activities.Observer.
func (m *Metrics) RunItems(kind, result string, n int) {
	m.items.WithLabelValues(kind, result).Add(float64(n))
}

// Failed implements activities.Observer.
func (m *Metrics) Failed(connection, class string) { m.failed.WithLabelValues(connection, class).Inc() }

// Removed implements activities.Observer.
func (m *Metrics) Removed(table string, rows int64) {
	m.removed.WithLabelValues(table).Add(float64(rows))
}

// Swept implements activities.Observer.
func (m *Metrics) Swept(p core.SideSweep) {
	m.sweeps.WithLabelValues(p.Connection, p.Side, p.Result).Inc()
	for what, n := range map[string]int{"listed": p.Listed, "handed-over": p.HandedOver, "known": p.Known} {
		m.swept.WithLabelValues(p.Connection, p.Side, what).Add(float64(n))
	}
}
