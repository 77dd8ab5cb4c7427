package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/smarty-alert/smarty-alert/store"
)

// Old history is dropped now and then; nothing that fires or waits to be sent is
// ever old.
const (
	pruneEvery     = time.Hour
	leastRetention = 24 * time.Hour // kept even when the state grows over max_size
)

// keepHouse prunes the state until ctx ends.
func (s *service) keepHouse(ctx context.Context) error {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		if err := s.prune(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("prune history", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// prune drops history older than the retention, and more while the state is
// larger than it may be.
func (s *service) prune(ctx context.Context) error {
	for keep := s.retention; ; keep /= 2 {
		if err := s.store.Prune(ctx, s.now().Add(-keep)); err != nil {
			return err
		}
		size, err := s.store.Size(ctx)
		if err != nil || size <= s.maxSize {
			return err
		}
		if keep/2 < leastRetention {
			s.log.Warn("the state is larger than max_size, with a day of history", slog.Int64("bytes", size), slog.Int64("max_size", s.maxSize))
			return nil
		}
		s.log.Warn("the state is larger than max_size: older history is dropped", slog.Int64("bytes", size), slog.Int64("max_size", s.maxSize))
	}
}

// watchDisk ends the run once the disk of the state has failed, whoever met it.
func (s *service) watchDisk(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.store.Broken():
		return fmt.Errorf("state %s: %w (start again: the database is checked then)", s.dir, store.ErrDisk)
	}
}
