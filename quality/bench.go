package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// bench runs plans.
type bench struct {
	rules    []string
	dir      string // "": the system's
	progress io.Writer
}

func (b *bench) run(ctx context.Context, p plan) (v *verdict, err error) {
	set, _, err := rules.Load(b.rules, rules.Options{Zone: zone})
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	dir, err := os.MkdirTemp(b.dir, "smarty-quality-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o, err := p.options()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	stats, err := installation.Write(dir, o)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(b.progress, "%s: %.1f GB of logs in %.0f s\n", p.name, float64(stats.Bytes)/1e9, time.Since(began).Seconds())
	heard, err := listen(ctx, dir, set)
	if err != nil {
		return nil, err
	}
	v, err = judge(p, set, stats.Truths, heard)
	if err != nil {
		return nil, err
	}
	v.bytes, v.took, v.processor = stats.Bytes, time.Since(began), processor()
	return v, nil
}

// heard is all that a replay said.
type heard struct {
	alerts        []*told
	notifications []*replay.Notification
}

// told is an alert from its beginning to its end.
type told struct {
	id, rule string
	group    map[string]string
	severity string
	from, to int64 // to 0: it still fires
}

// route is that of an operator who has one channel, with the defaults of the configuration: a message for each rule.
func route() notifiers.Options {
	return notifiers.Options{
		Root:      &notifiers.Route{Name: "root", Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: 10 * time.Second, GroupInterval: 5 * time.Minute, RepeatInterval: 4 * time.Hour},
		Receivers: map[string]notifiers.ReceiverOptions{"noc": {SendResolved: true}},
	}
}

func listen(ctx context.Context, dir string, set *rules.Set) (*heard, error) {
	sources, err := ingest.Find([]string{dir})
	if err != nil {
		return nil, err
	}
	d, err := notifiers.NewDispatcher(route(), nil, time.Time{})
	if err != nil {
		return nil, err
	}
	out, open := &heard{}, map[string]*told{}
	o := replay.Options{Rules: set, Sources: sources, Lateness: engine.DefaultLateness, Redactor: redact.New(nil, nil), Dispatcher: d,
		Read: ingest.ReadOptions{Options: smartylog.Options{Zone: zone}}}
	_, err = replay.Run(ctx, o, func(ev replay.Event) error {
		switch {
		case ev.Alert != nil:
			out.hear(ev, open)
		case ev.Notification != nil:
			n := *ev.Notification
			n.Message.Alerts = nil // as large as the alerts
			out.notifications = append(out.notifications, &n)
		}
		return nil
	})
	return out, err
}

func (h *heard) hear(ev replay.Event, open map[string]*told) {
	t := ev.Alert
	switch t.State {
	case alert.Firing, alert.Event:
		a := &told{id: t.AlertID, rule: t.Rule, severity: t.Severity.String(), from: t.At, group: map[string]string{}}
		for _, l := range t.Group {
			a.group[l.Name] = l.Value
		}
		if t.State == alert.Event {
			a.to = t.At
		} else {
			open[t.AlertID] = a
		}
		h.alerts = append(h.alerts, a)
	case alert.Resolved:
		if a := open[t.AlertID]; a != nil {
			a.to = t.At
			delete(open, t.AlertID)
		}
	}
}

// processor is the time of the processor that the program has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
