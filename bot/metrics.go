package main

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// metrics counts what goes through the bot. It has a registry of its own, and
// nothing in it names a person.
type metrics struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	sends    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marketbot_events_total", Help: "Events that came in.",
		}, []string{"platform", "kind", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marketbot_answer_seconds", Help: "From an event's arrival until its answer is committed.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"platform"}),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marketbot_sends_total", Help: "Tries of sending a message.",
		}, []string{"platform", "outcome"}),
	}
	m.registry.MustRegister(m.events, m.latency, m.sends, collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// received counts one event.
func (m *metrics) received(e chat.Event, r chat.Receipt, err error, took time.Duration) {
	outcome := "other"
	switch {
	case err != nil:
		outcome = "not_stored"
	case r.Duplicate:
		outcome = "duplicate"
	case r.OK:
		outcome = "ok"
	}
	m.events.WithLabelValues(e.Platform(), string(e.Kind), outcome).Inc()
	if err == nil && !r.Duplicate {
		m.latency.WithLabelValues(e.Platform()).Observe(took.Seconds())
	}
}

// counted are platforms whose sends are counted, by name.
func (m *metrics) counted(list []chat.Platform, pace pace) map[string]chat.Platform {
	all := make(map[string]chat.Platform, len(list))
	for _, p := range list {
		all[p.Name()] = &counted{p, m.sends, pace}
	}
	return all
}

type counted struct {
	chat.Platform
	sends *prometheus.CounterVec
	pace  pace
}

// pace waits until a platform may be sent something. Its errors are
// *chat.SendError.
type pace func(context.Context, chat.Platform) error

// Send sends when it may, and counts.
func (c *counted) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	_, err := c.Show(ctx, to, payload, key, "")
	return err
}

// Show is the platform's, or Send: see chat.Editor.
func (c *counted) Show(ctx context.Context, to chat.Address, payload []byte, key, old string) (card string, err error) {
	if err = c.pace(ctx, c.Platform); err == nil {
		card, err = chat.Show(ctx, c.Platform, to, payload, key, old)
	}
	c.sends.WithLabelValues(c.Name(), sendOutcome(err)).Inc()
	return card, err
}

// Window is the platform's: see chat.Protector.
func (c *counted) Window(payload []byte) time.Duration {
	if v, ok := c.Platform.(chat.Protector); ok {
		return v.Window(payload)
	}
	return c.Limits().Window
}

// Here is the platform's: see chat.Resident.
func (c *counted) Here() bool {
	r, ok := c.Platform.(chat.Resident)
	return !ok || r.Here()
}

func sendOutcome(err error) string {
	if err == nil {
		return "sent"
	}
	failure := chat.Uncertain
	var refused *chat.SendError
	if errors.As(err, &refused) {
		failure = refused.Failure
	}
	switch failure {
	case chat.Busy:
		return "busy"
	case chat.BadContent:
		return "bad_content"
	case chat.BadReceiver:
		return "bad_receiver"
	case chat.BadSetup:
		return "bad_setup"
	case chat.Unknown:
		return "unknown"
	}
	return "uncertain"
}

// gauges are what the store knows; they are read when they are asked for.
type gauges struct {
	b                                                *bot
	waiting, oldest, dead, fired, connected, refused *prometheus.Desc
	up, ready, backup                                *prometheus.Desc
}

func newGauges(b *bot) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("marketbot_"+name, help, labels, nil)
	}
	return &gauges{b,
		desc("outbox_waiting", "Messages that are due and not sent."),
		desc("outbox_oldest_seconds", "How long the oldest of them has been due."),
		desc("outbox_dead_7d", "Messages given up in the last 7 days."),
		desc("jobs_7d", "Slots of the timetable in the last 7 days.", "outcome"),
		desc("platform_connected", "Whether events can arrive.", "platform"),
		desc("callbacks_refused_total", "Calls that claim to be a platform's and were refused.", "platform", "reason"),
		desc("store_up", "Whether the store can be read."),
		desc("ready", "Whether /readyz says that the bot works."),
		desc("backup_age_seconds", "How long ago the last backup was made; missing while there is none."),
	}
}

// Describe is for prometheus.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.waiting, g.oldest, g.dead, g.fired, g.connected, g.refused, g.up, g.ready, g.backup} {
		to <- d
	}
}

// Collect is for prometheus.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for name, p := range g.b.platforms {
		if c, ok := p.(connected); ok {
			up := 1.0
			if c.Ready() != nil {
				up = 0
			}
			set(g.connected, up, name)
		}
		if r, ok := p.(refusing); ok && r.Refused() != nil {
			for reason, n := range r.Refused().Counts() {
				to <- prometheus.MustNewConstMetric(g.refused, prometheus.CounterValue, float64(n), name, reason)
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), gaugeTime)
	defer cancel()
	up, ready := 1.0, 0.0
	if err := g.collectStore(ctx, set); err != nil {
		g.b.Log.Warn("no metrics of the store", "error", err) // which may name the server and the user
		up = 0
	}
	set(g.up, up)
	state := g.b.readiness(ctx)
	if state.Ready {
		ready = 1
	}
	set(g.ready, ready)
	if state.Backup != nil {
		set(g.backup, float64(*state.Backup))
	}
}

// gaugeTime bounds how long the store is asked.
const gaugeTime = 5 * time.Second

func (g *gauges) collectStore(ctx context.Context, set func(*prometheus.Desc, float64, ...string)) error {
	now := g.b.Now()
	q, err := g.b.queue(ctx, now)
	if err != nil {
		return err
	}
	age := 0.0
	if q.Waiting > 0 {
		age = now.Sub(q.Oldest).Seconds()
	}
	set(g.waiting, float64(q.Waiting))
	set(g.oldest, age)
	set(g.dead, float64(q.Dead))
	var list []store.Firing
	if err := g.b.DB.View(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Firings().Since(ctx, now.Add(-deadSince))
		return err
	}); err != nil {
		return err
	}
	done, missed := 0, 0
	for _, f := range list {
		if f.Missed {
			missed++
		} else {
			done++
		}
	}
	set(g.fired, float64(done), "done")
	set(g.fired, float64(missed), "missed")
	return nil
}
