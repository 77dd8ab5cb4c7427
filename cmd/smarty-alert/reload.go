package main

import (
	"context"
	"errors"
	"log/slog"
	"reflect"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// reloaded is a new configuration, checked as a whole, before anything changes.
type reloaded struct {
	rules    *rules.Set
	language notifiers.Language
	dispatch notifiers.Options
	apply    func() // replaces the receivers
}

// reread loads the files again for a reload. An error leaves everything as it
// is.
func (s *service) reread() (*reloaded, error) {
	l, err := load(s.path, s.env)
	if err != nil {
		return nil, err
	}
	if err := sameHouse(s.config, l.config); err != nil {
		return nil, err
	}
	for _, w := range l.warnings {
		s.log.Warn(w)
	}
	list, err := s.workers.build(l.config)
	if err != nil {
		return nil, err
	}
	return &reloaded{rules: l.rules, language: notifiers.Language(l.config.Language), dispatch: dispatchOptions(l.config), apply: func() {
		s.workers.replace(list)
		s.config, s.rules = l.config, l.rules
		s.shown.Store(show(l.config))
	}}, nil
}

// sameHouse refuses changes that only a restart can make.
func sameHouse(old, now *config.Config) error {
	var errs []error
	for _, part := range []struct {
		name string
		same bool
	}{
		{"logs", reflect.DeepEqual(old.Logs, now.Logs)},
		{"state", old.State == now.State},
		{"web.listen", old.Web.Listen == now.Web.Listen},
		{"web.config_file", old.Web.ConfigFile == now.Web.ConfigFile},
		{"heartbeat", reflect.DeepEqual(old.Heartbeat, now.Heartbeat)},
		{"redact", reflect.DeepEqual(old.Redact, now.Redact)},
	} {
		if !part.same {
			errs = append(errs, errors.New(part.name+" changed: that takes a restart"))
		}
	}
	return errors.Join(errs...)
}

// reloadOnHangup reloads at every SIGHUP.
func (s *service) reloadOnHangup(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.hangups:
			if s.loop.Load() != nil {
				s.systemd.reloading()
			}
			// The outcome is logged and measured where it happens.
			_ = s.askReload(ctx)
			if s.loop.Load() != nil {
				s.systemd.tell("READY=1")
			}
		}
	}
}

// askReload has the loop reload between two batches and waits for the outcome.
func (s *service) askReload(ctx context.Context) error {
	l := s.loop.Load()
	if l == nil {
		s.log.Warn("reload refused: still starting")
		return errStarting
	}
	answer := make(chan error, 1)
	select {
	case l.reload <- answer:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// swap replaces rules, routes and receivers, all or nothing.
func (l *loop) swap(ctx context.Context) error {
	next, err := l.prepare()
	if _, full := l.store.InMemory(); full && err == nil {
		err = errors.New("the disk of the state is full: a reload takes room for a snapshot")
	}
	if err == nil {
		// Cuts are read again by the rules that are there at the restart: none may
		// lie between the snapshot and the new rules.
		if err := l.saveSnapshot(ctx); err != nil {
			return err
		}
		if err = l.noSnap; err == nil {
			err = l.disp.Reload(next.dispatch, l.now())
		}
	}
	if err != nil {
		l.log.Error("reload refused; the old configuration goes on", slog.Any("error", err))
	}
	l.reloads.note(err, l.now()) // whoever reads it finds the reason in the log
	if err != nil {
		return err
	}
	next.apply()
	l.set, l.watch.Language = next.rules, next.language
	l.live.Want(wanted(l.set))
	fresh := l.announce(transitions(l.eng.Swap(next.rules)))
	l.log.Info("reloaded", slog.Int("rules", len(next.rules.Rules)))
	if err := l.commit(ctx, true, fresh, l.flush()); err != nil {
		return err
	}
	return l.saveSnapshot(ctx)
}
