package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"duplex/core"
	"duplex/store"
)

// tables shows what the store holds, counted when somebody asks. One scrape counts at a time, and is good for all that
// came meanwhile, so that many who ask cost no more than one.
type tables struct {
	store *store.Store
	now   func() time.Time

	mu      sync.Mutex
	counted time.Time
	last    []prometheus.Metric
}

const countFor = 3 * time.Second // all of it, however slow the store

var (
	waitingDesc = prometheus.NewDesc("duplex_deliveries_waiting", "Deliveries that wait to be handed over.", nil, nil)
	oldestDesc  = prometheus.NewDesc("duplex_deliveries_oldest_timestamp_seconds",
		"When the oldest waiting delivery came, as a Unix time; absent when none waits.", nil, nil)
	runsDesc  = prometheus.NewDesc("duplex_runs", "Batch runs by kind and state.", []string{"kind", "state"}, nil)
	brakeDesc = prometheus.NewDesc("duplex_brake", "1 while the connection is stopped and waits for its release, else 0.", []string{"connection"}, nil)
	sweptDesc = prometheus.NewDesc("duplex_sweep_last_success_timestamp_seconds",
		"When a sweep over the side was last done, as a Unix time.", []string{"connection", "side"}, nil)
	depthDesc = prometheus.NewDesc("duplex_queue_depth",
		"Pairs with a change that no sync has answered yet, by each of their two systems. Paused pairs are not counted.", []string{"system"}, nil)
	changeDesc = prometheus.NewDesc("duplex_queue_oldest_timestamp_seconds",
		"The oldest of the newest changes of these pairs, as a Unix time; absent when none waits.", []string{"system"}, nil)
	parkedDesc = prometheus.NewDesc("duplex_parked", "Pairs in which something of the class is parked now.", []string{"connection", "class"}, nil)
	bytesDesc  = prometheus.NewDesc("duplex_store_bytes", "Size of the store on its disk.", nil, nil)
	pairsDesc  = prometheus.NewDesc("duplex_pairs", "Pairs by connection and status.", []string{"connection", "status"}, nil)
)

// Describe implements prometheus.Collector.
func (t *tables) Describe(c chan<- *prometheus.Desc) {
	c <- waitingDesc
	c <- oldestDesc
	c <- pairsDesc
	c <- runsDesc
	c <- brakeDesc
	c <- sweptDesc
	c <- depthDesc
	c <- changeDesc
	c <- parkedDesc
	c <- bytesDesc
}

// Collect implements prometheus.Collector. Where the store does not answer the gauges are absent.
func (t *tables) Collect(c chan<- prometheus.Metric) {
	began := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.counted.After(began) {
		t.last = nil
		all := make(chan prometheus.Metric)
		go func() { t.count(all); close(all) }()
		for m := range all {
			t.last = append(t.last, m)
		}
		t.counted = t.now()
	}
	for _, m := range t.last {
		c <- m
	}
}

func (t *tables) count(c chan<- prometheus.Metric) {
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
	t.waits(ctx, c)
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
	passes, err := t.store.SideSweeps(ctx, "")
	if err != nil {
		return
	}
	for _, p := range passes {
		if !p.Succeeded.IsZero() {
			c <- prometheus.MustNewConstMetric(sweptDesc, prometheus.GaugeValue, float64(p.Succeeded.UnixMilli())/1000, p.Connection, p.Side)
		}
	}
}

// waits shows what waits for a sync, and what is parked.
func (t *tables) waits(ctx context.Context, c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if waiting, err := t.store.WaitingBySystem(ctx); err == nil {
		for system, w := range waiting {
			gauge(depthDesc, float64(w.Pairs), system)
			if !w.Oldest.IsZero() {
				gauge(changeDesc, float64(w.Oldest.UnixMilli())/1000, system)
			}
		}
	}
	if parked, err := t.store.CountParked(ctx); err == nil {
		for connection, classes := range parked {
			for class, n := range classes {
				gauge(parkedDesc, float64(n), connection, class)
			}
		}
	}
	if n, err := t.store.Bytes(ctx); err == nil {
		gauge(bytesDesc, float64(n))
	}
}
