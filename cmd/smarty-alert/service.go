package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/store"
)

// service is everything a live run consists of.
type service struct {
	path   string // of the configuration
	config *config.Config
	rules  *rules.Set
	env    func(string) (string, bool)
	log    *slog.Logger
	clock  *wallClock
	now    func() time.Time // clock's
	dryRun io.Writer        // where a dry run prints; nil: a real one
	// setAside moves a damaged state away instead of refusing to start.
	setAside bool

	store      *store.Store
	dir        string // of the state
	retention  time.Duration
	maxSize    int64
	loop       atomic.Pointer[loop] // nil until the last run's end was reached again
	workers    *workers
	pages      http.Handler // shown beside our own, below /demo/; nil: none
	started    time.Time
	shown      atomic.Pointer[shown]
	metrics    *metrics
	delivering latest
	heartbeat  *heartbeat // nil: none
	listen     net.Listener
	hangups    <-chan os.Signal
	systemd    systemd
	turns      atomic.Int64  // of the loop, and what it gets on with before the first
	opened     chan struct{} // closed once the loop follows its logs
}

// loaded is a configuration with its rules, checked together.
type loaded struct {
	config   *config.Config
	rules    *rules.Set
	warnings []string
}

// load reads a configuration and the rules it names.
func load(path string, env func(string) (string, bool)) (*loaded, error) {
	c, warnings, err := config.Load(path, env)
	if err != nil {
		return nil, err
	}
	l := &loaded{config: c}
	for _, w := range append(warnings, c.SilencesOver(time.Now())...) {
		l.warnings = append(l.warnings, w.Text())
	}
	set, faults, err := rules.Load(c.Rules, c.RuleOptions())
	if err != nil {
		return nil, err
	}
	for _, w := range faults {
		l.warnings = append(l.warnings, w.Text())
	}
	l.rules = set.WithBuiltin()
	if c.Route == nil {
		return nil, fmt.Errorf("%s: a live run needs receivers and a route", path)
	}
	if len(c.Logs) == 0 {
		return nil, fmt.Errorf("%s: a live run needs logs", path)
	}
	return l, nil
}

// open makes ready what takes no time, in the order in which it can fail without
// harm: receivers, the state, the web address.
func (s *service) open(ctx context.Context) error {
	s.metrics, s.started = newMetrics(s), s.now()
	s.shown.Store(show(s.config))
	s.retention, s.maxSize = s.config.State.Retention, s.config.State.MaxSize
	s.workers = &workers{log: s.log, now: s.now, dryRun: s.dryRun}
	list, err := s.workers.build(s.config)
	if err != nil {
		return err
	}
	s.workers.replace(list)
	if h := s.config.Heartbeat; h != nil && s.dryRun == nil {
		if s.heartbeat, err = s.newHeartbeat(h); err != nil {
			return err
		}
	}
	if s.dir, err = s.stateDir(); err != nil {
		return err
	}
	if err := s.openStore(ctx); err != nil {
		return errors.Join(err, s.removeDryRun())
	}
	address := s.config.Web.Listen
	if s.dryRun != nil {
		address = "127.0.0.1:0" // the service itself may be running
	}
	if s.listen, err = net.Listen("tcp", address); err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), s.store.Close(), s.removeDryRun())
	}
	return nil
}

// errUnusable: the state is sound for the store, but not for the engine.
var errUnusable = errors.New("the state cannot be used")

// usable asks the engine, as far as that costs nothing. A state of a newer program is the
// only one that another start may need as it is.
func usable(st store.State) error {
	if st.Snapshot == nil {
		return nil
	}
	sn, err := decodeSnapshot(st.Snapshot)
	if err == nil {
		err = engine.CheckState(sn.Engine)
	}
	if err == nil || errors.Is(err, engine.ErrNewer) {
		return err
	}
	return fmt.Errorf("%w: %w", errUnusable, err)
}

// openStore opens the state. One that is damaged, or too old, stops the start, unless it
// is to be set aside.
func (s *service) openStore(ctx context.Context) (err error) {
	s.store, err = store.Open(ctx, s.dir, store.Options{Now: s.now})
	if !s.setAside {
		return err
	}
	if err == nil { // what is wrong with a snapshot is found only by reading it
		var st store.State
		if st, err = s.store.Load(ctx); err == nil {
			err = usable(st)
		}
		if err == nil {
			return nil
		}
		err = errors.Join(err, s.store.Close())
	}
	if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, errUnusable) {
		return err
	}
	aside, moved := store.SetAside(s.dir, s.now())
	if moved != nil {
		return errors.Join(err, moved)
	}
	s.log.Error("THE STATE CANNOT BE READ AND IS SET ASIDE: this is a first start; which alerts fired, what people were told of them and what waited to be sent is forgotten",
		slog.String("aside", aside), slog.Any("error", err))
	s.store, err = store.Open(ctx, s.dir, store.Options{Now: s.now})
	return err
}

func (s *service) removeDryRun() error {
	if s.dryRun == nil {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// stateDir is the configured directory; a dry run leaves it alone and works in
// one of its own.
func (s *service) stateDir() (string, error) {
	if s.dryRun == nil {
		return s.config.State.Dir, nil
	}
	return os.MkdirTemp("", "smarty-alert-dry-run-")
}

func (s *service) openLoop(ctx context.Context) error {
	st, err := s.store.Load(ctx)
	if err != nil {
		return err
	}
	l := &loop{log: s.log, now: s.now, store: s.store, turned: func() { s.turns.Add(1) }, aside: s.store.Aside, set: s.rules, clock: s.clock, wake: s.workers.wakeAll, beside: beside, sleep: pause,
		asks: make(chan ask), reload: make(chan chan error), prepare: s.reread,
		watch: notifiers.NewWatch(st.Firing), hide: redact.New(s.config.Redact.Keys, s.config.Redact.Allow).Text}
	l.watch.Language = notifiers.Language(s.config.Language)
	st.Firing = withoutWatched(st.Firing)
	if l.disp, err = notifiers.NewDispatcher(dispatchOptions(s.config), st.Groups, s.now()); err != nil {
		return err
	}
	l.disp.RestoreMutes(st.Mutes, s.now())
	logs := make([]ingest.LogConfig, len(s.config.Logs))
	for i, lc := range s.config.Logs {
		logs[i] = ingest.LogConfig{Path: lc.Path, Instance: lc.Instance, Start: ingest.Start(lc.Start),
			Options: smartylog.Options{Zone: lc.Zone, IgnoreOffset: lc.IgnoreOffset}}
	}
	eo := engine.Options{Live: true, Language: s.config.Language, Lateness: int64(s.config.Lateness / time.Second),
		Redactor: redact.New(s.config.Redact.Keys, s.config.Redact.Allow)}
	if err := l.begin(ctx, logs, ingest.LiveOptions{Now: s.now, Log: s.log, Confirm: s.clock.confirm}, eo, st); err != nil {
		if l.live != nil {
			err = errors.Join(err, l.live.Close())
		}
		return err
	}
	l.reloads.note(nil, s.now())
	s.loop.Store(l)
	return nil
}

// run works until ctx ends and then stops in order: reading first, then the
// receivers, each with a few seconds for the message it is sending, then the
// state. What was not sent stays in the outbox. Health is answered from the
// beginning, while the end of the last run is still being sought.
func (s *service) run(ctx context.Context) error {
	outer, stopAll := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAll()
	g, gctx := errgroup.WithContext(outer)
	loopCtx, stopLoop := context.WithCancel(ctx)
	defer stopLoop()
	handler := s.handler(gctx)
	s.opened = make(chan struct{})
	defer context.AfterFunc(ctx, func() { s.systemd.tell("STOPPING=1", "STATUS=stopping") })()
	g.Go(func() error { return s.keepInformed(gctx) })
	g.Go(func() error {
		defer stopLoop()
		return serve(gctx, s.listen, s.config.Web.ConfigFile, handler, s.log)
	})
	g.Go(func() error {
		defer stopAll() // the receivers and the web stop once the loop has
		if err := s.openLoop(loopCtx); err != nil {
			return err
		}
		close(s.opened)
		s.log.Info("running", slog.String("listen", s.listen.Addr().String()), slog.Int("rules", len(s.rules.Rules)))
		l := s.loop.Load()
		return errors.Join(l.run(loopCtx), l.live.Close())
	})
	g.Go(func() error { return s.workers.run(gctx, s.store) })
	g.Go(func() error { return s.reloadOnHangup(gctx) })
	g.Go(func() error { return s.keepHouse(gctx) })
	g.Go(func() error { return s.watchDisk(gctx) })
	g.Go(func() error { return s.watchDeliveries(gctx) })
	if s.heartbeat != nil {
		g.Go(func() error { return s.heartbeat.run(gctx) })
	}
	err := g.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // asked to stop before it had begun
	}
	full, moving := s.store.MoveLog()
	if l := s.loop.Load(); full || l != nil && l.fills != s.store.Fills() {
		s.log.Warn("stopped with a full disk: what the database has no room for stays in its log, until the next start")
	}
	s.log.Info("stopped")
	return errors.Join(err, moving, s.store.Close(), s.removeDryRun())
}
