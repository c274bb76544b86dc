package gate

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// metrics count calls and gates. Labels are names of systems, states and classes.
type metrics struct {
	state   *prometheus.GaugeVec
	changes *prometheus.CounterVec
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	left    *prometheus.GaugeVec
	limit   *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	system := []string{"system"}
	return &metrics{
		state: f.NewGaugeVec(prometheus.GaugeOpts{Name: "duplex_gate_state",
			Help: "1 for the state a system's gate is in, 0 for the others."}, []string{"system", "state"}),
		changes: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_gate_changes_total",
			Help: "Changes of a gate by the state it changed to, each counted by one process of the fleet."}, []string{"system", "state"}),
		calls: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_api_calls_total",
			Help: "Calls made to a system, by the class of the answer."}, []string{"system", "class"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{Name: "duplex_api_seconds",
			Help:    "Time from a call to the beginning of its answer, without the time it waited for the gate and its turn.",
			Buckets: []float64{.02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60}}, system),
		left: f.NewGaugeVec(prometheus.GaugeOpts{Name: "duplex_api_budget_remaining",
			Help: "Calls that the system's headers say are left."}, system),
		limit: f.NewGaugeVec(prometheus.GaugeOpts{Name: "duplex_api_rate_limit",
			Help: "Calls per second that all processes together stay within; 0: no limit."}, system),
	}
}

func (m *metrics) show(system string, now core.GateState) {
	for _, s := range core.GateStates {
		v := 0.0
		if s == now {
			v = 1
		}
		m.state.WithLabelValues(system, string(s)).Set(v)
	}
}

func (m *metrics) changed(g core.Gate) {
	m.changes.WithLabelValues(g.System, string(g.State)).Inc()
	m.show(g.System, g.State)
}

func (m *metrics) called(system string, resp *http.Response, err error, took time.Duration) {
	class := "busy"
	if err == nil {
		class = "ok"
		if resp.StatusCode >= 400 {
			class = connectors.Class(httpx.Class(resp.StatusCode, resp.Header, time.Time{}, ""))
		}
	}
	m.calls.WithLabelValues(system, class).Inc()
	m.seconds.WithLabelValues(system).Observe(took.Seconds())
}

func (m *metrics) forget(system string) {
	of := prometheus.Labels{"system": system}
	m.state.DeletePartialMatch(of)
	m.left.DeletePartialMatch(of)
	m.limit.DeletePartialMatch(of)
}
