package gateway

import (
	"context"
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
	r.MustRegister(&tables{store: s})
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

// tables shows what the store holds, counted when somebody asks.
type tables struct{ store *store.Store }

const countFor = 2 * time.Second

var (
	waitingDesc = prometheus.NewDesc("duplex_deliveries_waiting", "Deliveries that wait to be handed over.", nil, nil)
	oldestDesc  = prometheus.NewDesc("duplex_deliveries_oldest_timestamp_seconds",
		"When the oldest waiting delivery came, as a Unix time; absent when none waits.", nil, nil)
	runsDesc  = prometheus.NewDesc("duplex_runs", "Batch runs by kind and state.", []string{"kind", "state"}, nil)
	brakeDesc = prometheus.NewDesc("duplex_brake", "1 while the connection is stopped and waits for its release, else 0.", []string{"connection"}, nil)
	sweptDesc = prometheus.NewDesc("duplex_sweep_last_success_timestamp_seconds",
		"When a sweep over the side was last done, as a Unix time.", []string{"connection", "side"}, nil)
	pairsDesc = prometheus.NewDesc("duplex_pairs", "Pairs by connection and status.", []string{"connection", "status"}, nil)
)

// Describe implements prometheus.Collector.
func (t *tables) Describe(c chan<- *prometheus.Desc) {
	c <- waitingDesc
	c <- oldestDesc
	c <- pairsDesc
	c <- runsDesc
	c <- brakeDesc
	c <- sweptDesc
}

// Collect implements prometheus.Collector. Where the store does not answer the gauges are absent.
func (t *tables) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countFor)
	defer cancel()
	if counts, oldest, err := t.store.CountDeliveries(ctx); err == nil {
		c <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(counts[core.DeliveryWaiting]))
		if !oldest.IsZero() {
			c <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, float64(oldest.UnixMilli())/1000)
		}
	}
	if runs, err := t.store.CountRuns(ctx); err == nil {
		for kind, states := range runs {
			for state, n := range states {
				c <- prometheus.MustNewConstMetric(runsDesc, prometheus.GaugeValue, float64(n), string(kind), string(state))
			}
		}
	}
	t.sweeps(ctx, c)
	pairs, err := t.store.CountPairs(ctx)
	if err != nil {
		return
	}
	for connection, statuses := range pairs {
		for status, n := range statuses {
			c <- prometheus.MustNewConstMetric(pairsDesc, prometheus.GaugeValue, float64(n), connection, status)
		}
	}
}

// sweeps shows which connections are stopped and when each side was last swept.
func (t *tables) sweeps(ctx context.Context, c chan<- prometheus.Metric) {
	on, err := t.store.BrakesOn(ctx)
	versions, err2 := t.store.Connections(ctx)
	if err == nil && err2 == nil {
		braked := map[string]float64{}
		for _, b := range on {
			braked[b.Connection] = 1
		}
		for _, v := range versions {
			c <- prometheus.MustNewConstMetric(brakeDesc, prometheus.GaugeValue, braked[v.Name], v.Name)
		}
	}
	passes, err := t.store.Passes(ctx, "")
	if err != nil {
		return
	}
	for _, p := range passes {
		if !p.Succeeded.IsZero() {
			c <- prometheus.MustNewConstMetric(sweptDesc, prometheus.GaugeValue, float64(p.Succeeded.UnixMilli())/1000, p.Connection, p.Side)
		}
	}
}
