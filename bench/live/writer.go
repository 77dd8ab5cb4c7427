package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// writer writes logs as servers do: a write(2) per record, stamped with the
// second in which it is written.
type writer struct {
	files  map[string][]*os.File // by stem: the servers take turns
	turn   map[string]int
	rate   int
	probes int
	seed   uint64
	sent   map[string]time.Time // probe → when it was written
}

func newWriter(s *site, o options) (*writer, error) {
	w := &writer{files: map[string][]*os.File{}, turn: map[string]int{}, rate: o.rate, probes: o.probes, seed: 1, sent: map[string]time.Time{}}
	for _, log := range s.logs {
		f, err := os.OpenFile(log.path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.files[log.stem] = append(w.files[log.stem], f)
	}
	return w, nil
}

func (w *writer) close() error {
	var errs []error
	for _, fs := range w.files {
		for _, f := range fs {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// line is a record to be written at a moment of its second.
type line struct {
	stem string
	text []byte
	part float64 // of the second, from 0 to 1
}

// write writes for d, from the beginning of the next second on, and returns when
// each probe was written and how many records were.
func (w *writer) write(d time.Duration) (sent map[string]time.Time, lines int, err error) {
	defer func() { err = errors.Join(err, w.close()) }()
	first := time.Now().Truncate(time.Second).Add(2 * time.Second)
	seconds := make(chan []line, 3)
	quit := make(chan struct{})
	defer close(quit)
	g, err := w.generator(first, d)
	if err != nil {
		return nil, 0, err
	}
	go func() {
		defer close(seconds)
		for s := range generated(g, first.Unix()) {
			select {
			case seconds <- s:
			case <-quit:
				return
			}
		}
	}()
	for at := first; at.Before(first.Add(d)); at = at.Add(time.Second) {
		noise := <-seconds
		if err := w.second(at, noise); err != nil {
			return nil, 0, err
		}
		lines += len(noise) + w.probes
	}
	return w.sent, lines, nil
}

// calibrated is how many seconds of the generator are counted to set its rate.
const calibrated = 20

// generator makes about rate records per second: the generator's rate is that
// of a mean day, and a day has its rhythm.
func (w *writer) generator(first time.Time, d time.Duration) (*loggen.Generator, error) {
	stems := make([]string, 0, len(w.files))
	for stem := range w.files {
		stems = append(stems, stem)
	}
	slices.Sort(stems)
	o := loggen.Options{Seed: w.seed, Start: first, Duration: max(d, calibrated*time.Second) + 2*time.Second, Rate: max(1, float64(w.rate)), Logs: stems}
	g, err := loggen.New(o)
	if err != nil {
		return nil, err
	}
	n := 0
	for rec, ok := g.Next(); ok && rec.Sec <= first.Unix()+calibrated; rec, ok = g.Next() {
		if rec.Sec > first.Unix() { // the first second is a restart of the server
			n++
		}
	}
	o.Rate = min(1e6, o.Rate*o.Rate/math.Max(1, float64(n)/calibrated))
	return loggen.New(o)
}

// generated gives the records second by second.
func generated(g *loggen.Generator, first int64) func(func([]line) bool) {
	return func(yield func([]line) bool) {
		sec := first
		var lines []line
		for {
			rec, ok := g.Next()
			for ok && rec.Sec > sec || !ok && lines != nil {
				for i := range lines {
					lines[i].part = (float64(i) + 0.5) / float64(len(lines))
				}
				if !yield(lines) || !ok {
					return
				}
				lines = nil
				sec++
			}
			if !ok {
				return
			}
			lines = append(lines, line{stem: rec.Log, text: slices.Clone(rec.Text)})
		}
	}
}

// second writes noise and probes within the second that begins at at.
func (w *writer) second(at time.Time, noise []line) error {
	lines := slices.Clone(noise)
	if w.rate == 0 {
		lines = nil
	}
	for i := range w.probes {
		_, part := math.Modf(float64(len(w.sent)+i) * 0.6180339887) // spread evenly, in no rhythm
		lines = append(lines, line{part: part})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(math.Copysign(1, a.part-b.part)) })
	for i := range lines {
		l := &lines[i]
		due := at.Add(time.Duration(l.part * float64(time.Second)))
		if wait := time.Until(due); wait > time.Millisecond {
			time.Sleep(wait)
		}
		if l.text == nil {
			if err := w.probe(); err != nil {
				return err
			}
			continue
		}
		if err := w.append(l.stem, l.text); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) append(stem string, text []byte) error {
	fs := w.files[stem]
	w.turn[stem]++
	_, err := fs[w.turn[stem]%len(fs)].Write(text)
	return err
}

// probes are of several logs, since each log holds the others back.
var probes = []struct{ stem, event, key, value string }{
	{"smarty_accounts", "LOGIN_ERROR", "params.abonement", "'%s'"},
	{"smarty_management", "MANAGEMENT_COMMAND_ERROR", "command", "'%s'"},
	{"smarty_stream_services", "STREAM_SERVICE_CHECKING_ERROR", "stream_service", "<StreamService: %s>"},
}

func (w *writer) probe() error {
	name := fmt.Sprintf("probe-%d", len(w.sent))
	kind := probes[len(w.sent)%len(probes)]
	if len(w.files[kind.stem]) == 0 {
		kind = probes[0]
	}
	fields := map[string]string{kind.key: fmt.Sprintf(kind.value, name)}
	if kind.event == "LOGIN_ERROR" {
		fields["reason"] = "'probe'"
	}
	at := time.Now()
	text := loggen.Render(3, time.UTC, at.Unix(), kind.stem, kind.event, fields)
	w.sent[name] = at
	return w.append(kind.stem, text)
}
