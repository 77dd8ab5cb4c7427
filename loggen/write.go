package loggen

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Stats tells what Write has written. It is the truth against which a monitoring can be judged.
type Stats struct {
	Records int64       `json:"records"`
	Bytes   int64       `json:"bytes"`
	Logs    []LogStats  `json:"logs"`   // in the order of the documentation
	Events  []Count     `json:"events"` // likewise; those that occur
	Bursts  []BurstTrue `json:"bursts"`
	Quiet   []QuietTrue `json:"quiet"`
	// Suppressed is the number of records that were left out for all Quiet together.
	Suppressed int64 `json:"suppressed"`
}

// LogStats is the size of one log.
type LogStats struct {
	Log     string `json:"log"`
	Records int64  `json:"records"`
	Bytes   int64  `json:"bytes"`
}

// Count is how often an event occurs; Unhandled stands for the records without one.
type Count struct {
	Event   string `json:"event"`
	Records int64  `json:"records"`
}

// BurstTrue is a burst as written: the times of its first and last record.
type BurstTrue struct {
	Event   string            `json:"event"`
	Log     string            `json:"log"`
	Fields  map[string]string `json:"fields,omitempty"`
	First   time.Time         `json:"first,omitzero"` // zero if its log was not chosen
	Last    time.Time         `json:"last,omitzero"`
	Records int64             `json:"records"`
}

// QuietTrue is a silence in absolute time.
type QuietTrue struct {
	Event  string            `json:"event"`
	Fields map[string]string `json:"fields,omitempty"`
	From   time.Time         `json:"from"`
	To     time.Time         `json:"to"`
}

// Write generates a run into dir, one file <stem>.log for each log, and creates dir if need be. Files that are there are
// replaced; every chosen log gets its file, even an empty one, as Smarty opens all at its start.
func Write(dir string, o Options) (Stats, error) {
	g, err := New(o)
	if err != nil {
		return Stats{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Stats{}, fmt.Errorf("create folder of generated logs: %w", err)
	}
	w, err := openWriter(dir, o.Logs)
	if err != nil {
		return Stats{}, err
	}
	tally := newTally(g)
	for rec, ok := g.Next(); ok && err == nil; rec, ok = g.Next() {
		tally.add(&rec)
		err = w.write(&rec)
	}
	if err := errors.Join(err, w.close()); err != nil {
		return Stats{}, fmt.Errorf("write generated logs: %w", err)
	}
	return tally.stats(), nil
}

// writer holds the open files, in the order of stems.
type writer struct {
	files [len(stems)]*os.File
	bufs  [len(stems)]*bufio.Writer
}

func openWriter(dir string, logs []string) (*writer, error) {
	w := new(writer)
	for i, stem := range stems {
		if logs != nil && !slices.Contains(logs, stem) {
			continue
		}
		f, err := os.Create(filepath.Join(dir, stem+".log"))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("create generated log: %w", err), w.close())
		}
		w.files[i], w.bufs[i] = f, bufio.NewWriterSize(f, 256<<10)
	}
	return w, nil
}

func (w *writer) write(rec *Record) error {
	_, err := w.bufs[stemIndex(rec.Log)].Write(rec.Text)
	return err
}

func (w *writer) close() error {
	var errs []error
	for i, f := range w.files {
		if f != nil {
			errs = append(errs, w.bufs[i].Flush(), f.Close())
		}
	}
	return errors.Join(errs...)
}

func stemIndex(stem string) int { return slices.Index(stems[:], stem) }

// tally counts records as they are written.
type tally struct {
	g      *Generator
	logs   [len(stems)]LogStats
	events map[string]int64
	bursts []BurstTrue
}

func newTally(g *Generator) *tally {
	t := &tally{g: g, events: make(map[string]int64), bursts: make([]BurstTrue, len(g.bursts))}
	for i, b := range g.o.Bursts {
		t.bursts[i] = BurstTrue{Event: b.Event, Log: g.bursts[i].ev.log, Fields: b.Fields}
	}
	return t
}

func (t *tally) add(rec *Record) {
	l := &t.logs[stemIndex(rec.Log)]
	l.Records++
	l.Bytes += int64(len(rec.Text))
	t.events[rec.Event]++
	if rec.Burst > 0 {
		b := &t.bursts[rec.Burst-1]
		b.Last = time.Unix(rec.Sec, 0).In(t.g.o.Zone)
		if b.Records == 0 {
			b.First = b.Last
		}
		b.Records++
	}
}

func (t *tally) stats() Stats {
	s := Stats{Bursts: t.bursts, Quiet: t.quiets(), Suppressed: t.g.suppressed}
	for i, stem := range stems {
		l := t.logs[i]
		if t.g.wanted == nil || t.g.wanted[stem] {
			l.Log = stem
			s.Logs = append(s.Logs, l)
		}
		s.Records += l.Records
		s.Bytes += l.Bytes
	}
	for i := range events {
		name := events[i].name
		if n := t.events[pick(name == Unhandled, "", name)]; n > 0 {
			s.Events = append(s.Events, Count{name, n})
		}
	}
	return s
}

func (t *tally) quiets() []QuietTrue {
	end := t.g.o.Start.Add(t.g.o.Duration)
	out := make([]QuietTrue, len(t.g.o.Quiet))
	for i, q := range t.g.o.Quiet {
		to := end
		if q.For > 0 {
			to = t.g.o.Start.Add(q.At + q.For)
		}
		out[i] = QuietTrue{q.Event, q.Fields, t.g.o.Start.Add(q.At), to}
	}
	return out
}
