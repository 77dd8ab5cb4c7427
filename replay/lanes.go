package replay

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Lane is a set of rules on its way through the logs, with an engine of its own:
// what it answers is what a replay of it alone would have answered.
type Lane struct {
	Rules *rules.Set
	// Dispatcher, when set, decides about notifications, in event time. No two lanes
	// share one.
	Dispatcher *notifiers.Dispatcher
	// Emit is told what happened, in order; its error ends the run. nil: nobody is.
	Emit func(Event) error
	// Look, when set, is told of each judgement: see engine.Options.Look.
	Look func(*engine.Look)
}

// RunLanes is Run for several sets of rules at once: the logs are read once. Rules
// and Dispatcher of the options are not looked at. There is a summary for each lane.
func RunLanes(ctx context.Context, o Options, lanes []Lane) ([]*Summary, error) {
	return newPass(o, lanes).run(ctx)
}

func (p *pass) run(ctx context.Context) ([]*Summary, error) {
	files, err := p.open()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	readErr := p.read(ctx, files)
	if readErr != nil && ctx.Err() != nil {
		return nil, readErr
	}
	var out []*Summary
	for _, r := range p.lanes {
		if err := r.end(files); err != nil {
			return nil, err
		}
		out = append(out, r.summary)
	}
	return out, readErr
}

// pass is one reading of the logs.
type pass struct {
	o     Options
	lanes []*run
	last  int64 // second of the record taken last
	ended int   // sources that Finish was called for
	done  []bool
	seen  func(*smartylog.Record) // told of each record before the engines are; nil: nobody is
}

func newPass(o Options, lanes []Lane) *pass {
	p := &pass{o: o, last: -1, done: make([]bool, len(o.Sources))}
	for _, l := range lanes {
		p.lanes = append(p.lanes, newRun(o, l))
	}
	return p
}

// open opens the logs for the engines there are.
func (p *pass) open() (*ingest.Files, error) {
	o := p.o.Read
	if until := p.o.Until; until != 0 && (o.To == 0 || o.To > until+1) {
		o.To = until + 1 // what follows the end of the clock is not judged, and so not counted
	}
	if o.Wants == nil {
		o.Wants = func(src ingest.Source) func(string) bool {
			return func(event string) bool { return p.wants(src.Stem, event) }
		}
	}
	o.Ahead = func() ingest.Ahead { return p.matching() }
	return ingest.OpenFiles(p.o.Sources, o)
}

func (p *pass) wants(log, event string) bool {
	for _, r := range p.lanes {
		if r.o.Rules.Wants(log, event) {
			return true
		}
	}
	return false
}

// matching asks the rules of all lanes about records where they are framed.
type matching []*engine.Matcher

func (p *pass) matching() matching {
	var m matching
	for _, r := range p.lanes {
		m = append(m, r.eng.NewMatcher())
	}
	return m
}

// laneMatches is what the rules of each lane found in the records of a batch.
type laneMatches struct {
	found  []engine.Matches // by lane
	places []int            // in found: of each record in each lane
}

// Begin implements ingest.Ahead.
func (m matching) Begin(old any) any {
	ms, _ := old.(*laneMatches)
	if ms == nil {
		return &laneMatches{found: make([]engine.Matches, len(m))}
	}
	for i := range ms.found {
		ms.found[i].Reset()
	}
	ms.places = ms.places[:0]
	return ms
}

// Take implements ingest.Ahead. The place is that of the first lane in places; -1 when
// no lane has anything to say.
func (m matching) Take(rec *smartylog.Record, batch any) int {
	ms := batch.(*laneMatches)
	from, said := len(ms.places), false
	for i, matcher := range m {
		place := matcher.Match(rec, &ms.found[i])
		said = said || place >= 0
		ms.places = append(ms.places, place)
	}
	if !said {
		ms.places = ms.places[:from]
		return -1
	}
	return from
}

// read steps every record through the engines.
func (p *pass) read(ctx context.Context, files *ingest.Files) error {
	var rec smartylog.Record
	for {
		src, err := files.Next(&rec)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.take(ctx, files, src, &rec); err != nil {
			return err
		}
	}
}

// take steps one record. Seconds are evaluated whenever a new one is met; when
// exactly makes no difference to the result.
func (p *pass) take(ctx context.Context, files *ingest.Files, src int, rec *smartylog.Record) error {
	if p.seen != nil {
		p.seen(rec)
	}
	batch, from, ahead := files.Ahead()
	for i, r := range p.lanes {
		r.summary.count(rec)
		switch {
		case !ahead:
			r.eng.Step(src, rec)
		case from < 0:
			r.eng.StepMatched(src, rec, nil, -1)
		default:
			ms := batch.(*laneMatches)
			r.eng.StepMatched(src, rec, &ms.found[i], ms.places[from+i])
		}
	}
	if rec.Sec == p.last {
		return nil
	}
	p.last = rec.Sec
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	p.finished(files)
	for _, r := range p.lanes {
		if err := r.tell.Handle(r.eng.Advance()); err != nil {
			return err
		}
	}
	return nil
}

// finished tells the engines of sources that have ended.
func (p *pass) finished(files *ingest.Files) {
	if files.FinishedCount() == p.ended {
		return
	}
	for i := range p.done {
		if !p.done[i] && files.Finished(i) {
			p.done[i] = true
			p.ended++
			for _, r := range p.lanes {
				r.eng.Finish(i)
			}
		}
	}
}
