package main

import (
	"context"
	"errors"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// surveyBytes is about how much text is counted at a time by one goroutine.
const surveyBytes = 1 << 20

// batch is a run of records of one log on its way to a counter.
type batch struct {
	log    *logstats.Log
	recs   []*smartylog.Record
	n      int
	bytes  int
	counts *logstats.Counts
	done   chan struct{}
}

// surveyor counts the records of logs: one goroutine reads, several count, one
// adds up in the order of reading, so that the result is always the same.
type surveyor struct {
	o      ingest.ReadOptions
	filter *recordFilter
	logs   []*logstats.Log
	errs   []error // of logs that turned out to be broken; the others go on

	free, work, order chan *batch
	current           *batch
}

// survey counts all records of the sources that the filter wants. Errors of
// single logs are joined and returned beside what could be counted.
func survey(ctx context.Context, sources []ingest.Source, o ingest.ReadOptions, f *recordFilter) ([]*logstats.Log, error) {
	workers := max(1, runtime.GOMAXPROCS(0))
	s := &surveyor{o: o, filter: f, free: make(chan *batch, 2*workers), work: make(chan *batch), order: make(chan *batch, 2*workers)}
	for range 2 * workers {
		s.free <- &batch{done: make(chan struct{}, 1)}
	}
	group, ctx := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error { countBatches(s.work); return nil })
	}
	group.Go(func() error { s.addUp(); return nil })
	group.Go(func() error {
		defer close(s.order)
		defer close(s.work)
		return s.read(ctx, sources)
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return s.logs, errors.Join(s.errs...)
}

func countBatches(work <-chan *batch) {
	for b := range work {
		b.counts = logstats.NewCounts()
		for i := range b.n {
			b.counts.Add(b.recs[i])
		}
		b.done <- struct{}{}
	}
}

func (s *surveyor) addUp() {
	for b := range s.order {
		<-b.done
		b.log.Counts.Merge(b.counts)
		b.n, b.bytes = 0, 0
		s.free <- b
	}
}

func (s *surveyor) read(ctx context.Context, sources []ingest.Source) error {
	for _, src := range sources {
		log := &logstats.Log{Name: src.Name(), Stem: src.Stem, Files: src.Files, Written: writtenSecond(src), Counts: logstats.NewCounts()}
		s.logs = append(s.logs, log)
		if err := s.readLog(ctx, src, log); err != nil {
			return err
		}
	}
	return nil
}

// readLog reads one log. Only being interrupted is an error here.
func (s *surveyor) readLog(ctx context.Context, src ingest.Source, log *logstats.Log) error {
	files, err := ingest.OpenFiles([]ingest.Source{src}, s.o)
	if err != nil {
		log.Err = err
		s.errs = append(s.errs, err)
		return nil
	}
	defer func() { s.errs = append(s.errs, files.Close()) }()
	var rec smartylog.Record
	for {
		_, err := files.Next(&rec)
		if err == nil {
			if s.filter.wants(&rec) {
				log.Course.Add(&rec)
				err = s.put(ctx, log, &rec)
			}
			if err == nil {
				continue
			}
			return err
		}
		if !errors.Is(err, io.EOF) {
			log.Err = err
			s.errs = append(s.errs, err)
		}
		s.hand()
		st := files.Stats()[0]
		log.Bytes, log.Lines, log.Skipped = st.Bytes, st.Lines, st.Skipped
		return nil
	}
}

// put copies a record into the batch being filled.
func (s *surveyor) put(ctx context.Context, log *logstats.Log, rec *smartylog.Record) error {
	if s.current == nil {
		select {
		case s.current = <-s.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		s.current.log = log
	}
	b := s.current
	if b.n == len(b.recs) {
		b.recs = append(b.recs, new(smartylog.Record))
	}
	var before *smartylog.Record
	if b.n > 0 {
		before = b.recs[b.n-1]
	}
	rec.CopyTo(b.recs[b.n], before)
	b.n++
	if b.bytes += len(rec.Raw); b.bytes >= surveyBytes {
		s.hand()
	}
	return nil
}

// hand gives the batch to the counters.
func (s *surveyor) hand() {
	if s.current != nil {
		s.order <- s.current
		s.work <- s.current
		s.current = nil
	}
}

// writtenSecond is when a log was last written, 0 when that is not known.
func writtenSecond(src ingest.Source) int64 {
	if at := src.Written(); !at.IsZero() {
		return at.Unix()
	}
	return 0
}
