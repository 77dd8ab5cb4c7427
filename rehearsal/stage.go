package rehearsal

import (
	"context"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
)

// stage is a test while it is played.
type stage struct {
	test    ruletest.Test
	setting Setting
	sources []ingest.Source
	set     *rules.Set
	eng     *engine.Engine
	feed    *feed
	tell    *replay.Teller
	dies    bool // some op restarts the program: what survives that is kept
	kept    kept
	stored  stored
	begun   bool // the clock runs
	end     int64
	last    int64 // second of the record stepped last
	ops     []ruletest.Op

	story  []Moment
	known  map[string]bool             // ids of transitions that happened
	firing map[string]alert.Transition // by alert id
	rules  []*rules.Rule
}

func newStage(t ruletest.Test, s Setting, sources []ingest.Source) (*stage, error) {
	st := &stage{test: t, setting: s, sources: sources, set: s.Rules, ops: inTime(t.Ops), last: -1,
		known: map[string]bool{}, firing: map[string]alert.Transition{}, rules: s.Rules.Rules}
	st.dies = slices.ContainsFunc(t.Ops, restarts)
	read, err := st.lastRead()
	if err != nil {
		return nil, err
	}
	st.end = endOf(t, read)
	if st.feed, err = st.open(); err != nil {
		return nil, err
	}
	st.eng = engine.New(st.set, st.engine())
	for _, src := range sources {
		st.eng.Source(src.Name())
	}
	disp, err := notifiers.NewDispatcher(s.dispatch(), nil, t.Start)
	if err != nil {
		return nil, err
	}
	st.tell = &replay.Teller{Dispatcher: disp, Pending: true, Emit: st.happened}
	return st, st.snapshot()
}

func (st *stage) open() (*feed, error) {
	return openFeed(st.sources, st.test.Start.Unix(), st.setting.options)
}

// engine has the second of the start, as a live run has: silence is counted from
// there, whenever the first record comes.
func (st *stage) engine() engine.Options {
	return engine.Options{Lateness: st.setting.Lateness, Redactor: st.setting.Redactor, Start: st.test.Start.Unix(), Until: st.end,
		Language: string(st.setting.Voice.Language)}
}

// lastRead is the last second that the logs come to.
func (st *stage) lastRead() (int64, error) {
	f, err := st.open()
	if err != nil {
		return 0, err
	}
	defer f.close()
	last := int64(0)
	for {
		i, ok := f.peek()
		if !ok {
			return last, nil
		}
		last = max(last, f.lanes[i].at)
		if err := f.lanes[i].next(); err != nil {
			return 0, err
		}
	}
}

// play runs the test to its end. An op comes when all that was logged up to its
// second has been judged.
func (st *stage) play(ctx context.Context) error {
	for ctx.Err() == nil {
		src, more := st.feed.peek()
		if more && st.feed.lanes[src].at > st.end {
			more = false
		}
		if len(st.ops) > 0 && st.second(st.ops[0]) <= st.end && (!more || st.second(st.ops[0]) < st.feed.lanes[src].at) {
			op := st.ops[0]
			st.ops = st.ops[1:]
			if err := st.do(op); err != nil {
				return err
			}
			continue
		}
		if !more {
			return st.close()
		}
		if err := st.step(src); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (st *stage) second(op ruletest.Op) int64 { return st.test.Start.Add(op.At).Unix() }

// step takes the next record of a log.
func (st *stage) step(src int) error {
	l := st.feed.lanes[src]
	st.begin(l.at)
	st.story = append(st.story, Moment{Log: &Logged{l.rec.Source(), l.rec.Event}, second: l.at})
	st.eng.Step(src, &l.rec)
	st.moved(move{src: src})
	at := l.at
	if err := l.next(); err != nil {
		return err
	}
	if at == st.last {
		return nil
	}
	st.last = at
	if err := st.judge(0); err != nil {
		return err
	}
	return st.keepSnapshot(at)
}

// begin has the clock run from the start where the first record comes later.
func (st *stage) begin(first int64) {
	start := st.test.Start.Unix()
	if !st.begun && first > start {
		st.eng.AdvanceTo(start) // nothing was logged: nothing comes of it
		st.moved(move{src: -1, to: start})
	}
	st.begun = true
}

// judge evaluates what is final by itself, or up to a second.
func (st *stage) judge(to int64) error {
	st.moved(move{src: -1, to: to})
	return st.tell.Handle(advance(st.eng, to))
}

func advance(eng *engine.Engine, to int64) []engine.Output {
	if to == 0 {
		return eng.Advance()
	}
	return eng.AdvanceTo(to)
}

// reach evaluates and tells everything up to and including a second.
func (st *stage) reach(second int64) error {
	st.begin(second + 1)
	if err := st.judge(second); err != nil {
		return err
	}
	return st.tell.Flush(time.Unix(second, 0))
}

// close runs the clock to the end.
func (st *stage) close() error {
	st.begin(st.end + 1)
	for i := range st.sources {
		st.eng.Finish(i)
	}
	if err := st.tell.Handle(st.eng.Close()); err != nil {
		return err
	}
	return st.tell.Flush(time.Unix(st.end, 0))
}

func (st *stage) happened(ev replay.Event) error {
	st.story = append(st.story, Moment{Event: ev, second: ev.At()})
	if t := ev.Alert; t != nil {
		st.known[t.ID] = true
		if t.Active() {
			st.firing[t.AlertID] = *t
		} else {
			delete(st.firing, t.AlertID)
		}
	}
	return nil
}
