package gateway

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"duplex/core"
	"duplex/store"
)

// metrics counts what the gateway does. Labels are names of systems, connections, states and routes, never ids.
type metrics struct {
	received *prometheus.CounterVec
	ended    *prometheus.CounterVec
	handOver *prometheus.HistogramVec
	http     *prometheus.HistogramVec
	runItems *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer, s *store.Store) *metrics {
	f := promauto.With(r)
	r.MustRegister(&tables{store: s, now: time.Now})
	return &metrics{
		runItems: RunItemsCounter(r),
		received: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_webhooks_total",
			Help: "Webhook calls by what they were answered."}, []string{"system", "result"}),
		ended: f.NewCounterVec(prometheus.CounterOpts{Name: "duplex_deliveries_total",
			Help: "Recorded deliveries by what became of them: handed-over or ignored."}, []string{"system", "result"}),
		handOver: f.NewHistogramVec(prometheus.HistogramOpts{Name: "duplex_handover_seconds",
			Help:    "Time from a webhook's arrival to its hand-over to the pair's workflow.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 30, 300, 3600}}, []string{"system"}),
		http: f.NewHistogramVec(prometheus.HistogramOpts{Name: "duplex_http_seconds",
			Help: "Duration of HTTP requests by route and status."}, []string{"route", "status"}),
	}
}

// settled counts a delivery that needs nothing more.
func (m *metrics) settled(system, state string, after time.Duration) {
	m.ended.WithLabelValues(system, state).Inc()
	if state == core.DeliveryHandedOver {
		m.handOver.WithLabelValues(system).Observe(after.Seconds())
	}
}

// RunItemsCounter counts the items of runs by what became of them. A gateway and a worker in one process share it.
func RunItemsCounter(r prometheus.Registerer) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "duplex_run_items_total",
		Help: "Items of batch runs by what became of them: done, skipped or failed."}, []string{"kind", "result"})
	var known prometheus.AlreadyRegisteredError
	if err := r.Register(c); errors.As(err, &known) {
		return known.ExistingCollector.(*prometheus.CounterVec)
	} else if err != nil {
		panic("metrics: " + err.Error()) // two different metrics of one name: a mistake in the program
	}
	return c
}
