package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/smarty-alert/smarty-alert/alert"
)

// reloads is how the last reload went.
type reloads struct {
	mu sync.Mutex
	ok bool
	at time.Time
}

func (r *reloads) note(err error, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ok = err == nil; r.ok {
		r.at = now
	}
}

// metrics collects on demand what the loop, the workers and the store know.
type metrics struct {
	s        *service
	registry *prometheus.Registry
}

func newMetrics(s *service) *metrics {
	m := &metrics{s: s, registry: prometheus.NewRegistry()}
	m.registry.MustRegister(m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// desc names a metric; none has a label whose values come from log records.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("smarty_alert_"+name, help, labels, nil)
}

var (
	descRecords   = desc("records_total", "Records read.", "source")
	descBytes     = desc("bytes_total", "Bytes of the records read.", "source")
	descLag       = desc("source_lag_bytes", "Bytes on disk that were not read yet.", "source")
	descBehind    = desc("source_newest_timestamp_seconds", "Newest timestamp read.", "source")
	descMissing   = desc("source_readable", "1 when the log is there and can be read.", "source")
	descGap       = desc("gap_bytes_total", "Bytes that vanished before they could be read.", "source")
	descRotations = desc("source_rotations_total", "Rotations seen.", "source")
	descUnparsed  = desc("unparsed_total", "Records without a readable header.", "source")
	descLagTime   = desc("source_lag_seconds", "How old the newest timestamp read is while bytes wait to be read; 0 when none do.", "source")
	descOld       = desc("evaluation_lag_seconds", "How old the last second is that was evaluated.")
	descLate      = desc("late_total", "Records older than what was final already.", "source")
	descFuture    = desc("future_total", "Records from the future.", "source")
	descSteps     = desc("clock_steps_total", "Times the source's clock was set back.", "source")
	descFinal     = desc("final_timestamp_seconds", "The last second that was evaluated.")

	descMatched = desc("rule_matched_total", "Records that counted for the rule.", "rule")
	descFired   = desc("rule_fired_total", "Alerts that fired.", "rule")
	descSolved  = desc("rule_resolved_total", "Alerts that resolved.", "rule")
	descFiring  = desc("rule_firing", "Groups that fire now.", "rule")
	descErrors  = desc("rule_eval_errors_total", "Evaluations that failed and counted as false.", "rule")
	descTexts   = desc("rule_template_errors_total", "Texts that failed and gave way to the plain one.", "rule")
	descMissed  = desc("missing_group_total", "Records without a field of group_by.", "rule")
	descFolded  = desc("rule_folded_total", "Groups that fired beyond max_firing and went into the overflow alert.", "rule")
	descQuaran  = desc("rule_quarantined", "1 when the rule kept failing and is not evaluated until its file changes.", "rule")
	descEvicted = desc("groups_evicted_total", "Groups dropped over groups.max.", "rule")

	descSent     = desc("notifications_sent_total", "Messages that a receiver accepted.", "receiver")
	descFailed   = desc("notification_failures_total", "Failed tries.", "receiver", "class")
	descDead     = desc("notifications_dead_total", "Deliveries given up.", "receiver")
	descDown     = desc("receiver_failing", "1 after five failures in a row.", "receiver")
	descOutbox   = desc("outbox", "Deliveries by state.", "receiver", "state")
	descReloadOK = desc("config_last_reload_successful", "1 when the last reload was taken.")
	descReloadAt = desc("config_last_reload_success_timestamp_seconds", "When the last reload was taken.")
	descWritable = desc("state_writable", "1 while the state is written to its disk; 0 while that is full and it is kept in memory.")
	descUnwrit   = desc("state_unwritable_seconds", "For how long the disk of the state has been full.")
	descSnapshot = desc("state_snapshot_timestamp_seconds", "When the last snapshot was begun.")
	descPause    = desc("state_snapshot_pause_seconds", "For how long the last snapshot held up reading and judging.")
	descReady    = desc("ready", "1 when everything written before the start has been read.")
)

// Describe sends nothing: the metrics depend on the configuration.
func (m *metrics) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	l := m.s.loop.Load()
	if l == nil {
		return
	}
	counter := func(d *prometheus.Desc, v int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if r := l.readings.Load(); r != nil {
		r.collect(counter, gauge)
	}
	m.collectState(gauge)
	m.collectDeliveries(counter, gauge)
	rl := &l.reloads
	rl.mu.Lock()
	defer rl.mu.Unlock()
	gauge(descReloadOK, truth(rl.ok))
	gauge(descReloadAt, float64(rl.at.Unix()))
}

func (r *readings) collect(counter func(*prometheus.Desc, int64, ...string), gauge func(*prometheus.Desc, float64, ...string)) {
	gauge(descReady, truth(r.ready))
	gauge(descSnapshot, float64(r.snapshot.Unix()))
	gauge(descPause, r.paused.Seconds())
	gauge(descFinal, float64(r.final))
	if r.final > 0 {
		gauge(descOld, max(0, float64(r.at.Unix()-r.final)))
	}
	waits := map[string]bool{}
	for _, s := range r.live {
		waits[s.Source] = s.Lag > 0
		counter(descUnparsed, s.Unparsed, s.Source)
		counter(descRecords, s.Records, s.Source)
		counter(descBytes, s.Bytes, s.Source)
		gauge(descLag, float64(s.Lag), s.Source)
		gauge(descMissing, truth(!s.Missing && s.Err == nil), s.Source)
		counter(descGap, s.Gap, s.Source)
		counter(descRotations, int64(s.Rotations), s.Source)
	}
	for _, s := range r.sources {
		counter(descLate, s.Late, s.Name)
		counter(descFuture, s.Future, s.Name)
		counter(descSteps, s.Steps, s.Name)
		if s.Seen {
			gauge(descBehind, float64(s.Newest), s.Name)
			lag := 0.0
			if waits[s.Name] {
				lag = max(0, float64(r.at.Unix()-s.Newest))
			}
			gauge(descLagTime, lag, s.Name)
		}
	}
	for _, st := range r.rules {
		counter(descMatched, st.Matched, st.Rule)
		counter(descFired, st.Fired, st.Rule)
		counter(descSolved, st.Resolved, st.Rule)
		counter(descErrors, st.EvalErrors, st.Rule)
		counter(descTexts, st.TemplateErrors, st.Rule)
		counter(descMissed, st.MissingGroup, st.Rule)
		counter(descEvicted, st.Evicted, st.Rule)
		counter(descFolded, st.Folded, st.Rule)
		gauge(descQuaran, truth(st.Quarantined), st.Rule)
		gauge(descFiring, float64(r.firing[st.Rule]), st.Rule)
	}
}

func (m *metrics) collectState(gauge func(*prometheus.Desc, float64, ...string)) {
	since, full := m.s.store.InMemory()
	gauge(descWritable, truth(!full))
	if full {
		gauge(descUnwrit, m.s.now().Sub(since).Seconds())
	} else {
		gauge(descUnwrit, 0)
	}
}

func (m *metrics) collectDeliveries(counter func(*prometheus.Desc, int64, ...string), gauge func(*prometheus.Desc, float64, ...string)) {
	for name, st := range m.s.workers.stats() {
		counter(descSent, st.Sent, name)
		counter(descDead, st.Dead, name)
		gauge(descDown, truth(st.Failing), name)
		for class, n := range st.Errors {
			counter(descFailed, n, name, class)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := m.s.store.Counts(ctx)
	if err != nil {
		return // the scrape shows all else; the store's own errors are logged by the loop
	}
	for receiver, states := range counts {
		for _, state := range []alert.DeliveryState{alert.DeliveryPending, alert.DeliveryRetry, alert.DeliveryInflight, alert.DeliveryDead} {
			gauge(descOutbox, float64(states[state]), receiver, string(state))
		}
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
