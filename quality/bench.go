package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/config"
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

// runAll runs plans beside each other: each keeps one processor busy.
func (b *bench) runAll(ctx context.Context, plans []plan) ([]*verdict, error) {
	out := make([]*verdict, len(plans))
	g, ctx := errgroup.WithContext(ctx)
	for i, p := range plans {
		g.Go(func() (err error) {
			out[i], err = b.run(ctx, p)
			return err
		})
	}
	return out, g.Wait()
}

func (b *bench) run(ctx context.Context, p plan) (v *verdict, err error) {
	set, _, err := rules.Load(b.rules, rules.Options{Zone: zone, Vars: rules.Vars{{Name: "size", Value: float64(p.subscribers) / 10_000}}})
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
	v.bytes, v.took = stats.Bytes, time.Since(began)
	return v, nil
}

// heard is all that a replay said.
type heard struct {
	alerts   []*told
	messages []*message
}

// told is an alert from its beginning to its end.
type told struct {
	id, rule string
	group    map[string]string
	severity string
	from, to int64 // to 0: it still fires
}

// message is one that makes a phone ring.
type message struct {
	at       time.Time
	reason   string
	severity string
	alerts   []string // that are news in it
}

// Receivers of the bench.
const (
	channel = "noc"    // a chat that edits its messages, as Slack with a token and Telegram do
	digest  = "digest" // one mail in the morning
)

// route is that of the configuration which init writes: a message for each rule, and a digest of what is info.
func route() (notifiers.Options, error) {
	morning, err := calendar.ParseCron("0 9 * * *", zone)
	if err != nil {
		return notifiers.Options{}, err
	}
	info, err := alert.ParseMatchers(`severity="info"`)
	if err != nil {
		return notifiers.Options{}, err
	}
	return notifiers.Options{
		Root: &notifiers.Route{Name: "root", Receiver: channel, GroupBy: []string{"rule"}, GroupWait: 10 * time.Second, GroupInterval: 5 * time.Minute, RepeatInterval: 4 * time.Hour,
			Routes: []*notifiers.Route{{Name: "info", Receiver: digest, Matchers: info, Digest: morning}}},
		Receivers: map[string]notifiers.ReceiverOptions{channel: {SendResolved: true}, digest: {SendResolved: true}},
		Flapping:  notifiers.FlapOptions{Transitions: config.DefaultTransitions, Within: config.DefaultWithin},
	}, nil
}

func listen(ctx context.Context, dir string, set *rules.Set) (*heard, error) {
	sources, err := ingest.Find([]string{dir})
	if err != nil {
		return nil, err
	}
	routes, err := route()
	if err != nil {
		return nil, err
	}
	d, err := notifiers.NewDispatcher(routes, nil, time.Time{})
	if err != nil {
		return nil, err
	}
	e := ear{heard: &heard{}, open: map[string]*told{}, known: map[string]alert.Severity{}}
	o := replay.Options{Rules: set, Sources: sources, Lateness: engine.DefaultLateness, Redactor: redact.New(nil, nil), Dispatcher: d,
		Read: ingest.ReadOptions{Options: smartylog.Options{Zone: zone}}}
	_, err = replay.Run(ctx, o, func(ev replay.Event) error {
		switch {
		case ev.Alert != nil:
			e.alert(ev.Alert)
		case ev.Notification != nil && ev.Notification.Receiver == channel:
			e.message(ev.Notification)
		}
		return nil
	})
	return e.heard, err
}
