package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/store"
)

// lab is the service's loop on real files and a real store, with a clock that
// only the test moves and deaths wherever the test wants them.
type lab struct {
	t     failer
	logs  string
	named []string     // of logs: they are configured by their paths, not by their directory,
	from  ingest.Start // and read from there
	dir   string       // of the state
	now   time.Time
	off   time.Duration // that the machine's wall clock is wrong by
	lost  time.Duration // of now, that the monotonic clock knows nothing of
	born  int64         // second of the first start: what happened before is history
	set   *rules.Set
	text  string // of the rules
	also  string // another rule, which never fires
	seq   int    // of the record written last

	files  map[string]*logFile
	looked time.Time // when the loop did last
	store  *store.Store
	loop   *loop
	fault  fault
	full   bool // the disk of the state

	still                                bool // the clock moves between turns only
	asked                                int  // for the time, in this turn
	deaths, rotations, reloads, restarts int
	works                                int    // done beside the loop
	slept                                func() // told whenever the loop waits while it starts; may be nil
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// logFile is a log that is written: old is the file before the last rotation, as
// a writer that has not noticed it would hold it.
type logFile struct {
	path string
	old  string
	gens int
	made time.Time // of the file that is there now
	half string    // the end of a line that is to be completed before time goes on
}

// fault is where the next death strikes; it is a journal that dies.
type fault struct {
	journal
	at    string // "" lives
	fails int    // so many commits fail first
	kept  int    // cuts in memory, for want of room
}

// death is what a kill looks like from inside: nothing after it happens.
type death struct{ at string }

func (f *fault) strike(at string) {
	if f.at == at {
		panic(death{at})
	}
}

func (f *fault) Commit(ctx context.Context, c store.Cut) (int64, error) {
	f.strike("before commit")
	if f.fails > 0 {
		f.fails--
		return 0, fmt.Errorf("disk full, %d more times", f.fails)
	}
	seq, err := f.journal.Commit(ctx, c)
	if errors.Is(err, store.ErrInMemory) {
		f.kept++
	}
	f.strike("after commit")
	return seq, err
}

func (f *fault) SaveSnapshot(ctx context.Context, seq int64, data []byte) error {
	f.strike("before snapshot")
	err := f.journal.SaveSnapshot(ctx, seq, data)
	f.strike("after snapshot")
	return err
}

const labRules = `
rules:
- id: burst
  event: STREAM_SERVICE_CHECKING_ERROR
  group_by: [stream_service]
  window: 20s
  condition: count >= 3
  for: 4s
  keep_firing_for: 6s
  severity: critical
- id: many
  event: [STREAM_SERVICE_CHECKING_ERROR, LOGIN_ERROR]
  window: 30s
  aggregates:
    newest: {max: line}
    lines: {distinct: line}
  condition: count >= 6 && lines >= 2
- id: logins
  event: LOGIN_ERROR
  group_by: [reason]
  mode: event
  cooldown: 15s
- id: silent
  event: STREAM_SERVICE_CHECKING_SUCCESS
  group_by: [stream_service]
  window: 40s
  absence: true
  condition: count == 0
- id: hourly
  event: MANAGEMENT_COMMAND_ERROR
  window: 3m
  schedule: "*/2 * * * *"
  condition: count >= 2
`

// extraRule comes and goes with reloads; it is not compared with a replay, which
// has one set of rules from the beginning to the end.
const extraRule = `
- id: extra
  log: smarty_accounts
  event: [LOGIN_ERROR, LOGIN_SUCCESS]
  window: 25s
  condition: count >= 2
`

var labEvents = []struct{ log, event string }{
	{"smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR"},
	{"smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS"},
	{"smarty_accounts.log", "LOGIN_ERROR"},
	{"smarty_management.log", "MANAGEMENT_COMMAND_ERROR"},
	{"smarty_accounts.log", "LOGIN_SUCCESS"}, // which nobody wants, but for the extra rule
	{"smarty_stream_services.log", "LOGIN_SUCCESS"},
}

// unwanted is the first kind of record that nobody wants.
const unwanted = 4

func newLab(t failer, dir string) *lab {
	b := &lab{t: t, logs: filepath.Join(dir, "logs"), dir: filepath.Join(dir, "state"), files: map[string]*logFile{},
		now: time.Date(2024, 3, 5, 11, 59, 40, 0, time.UTC), text: labRules}
	b.set = b.rules()
	b.check(os.MkdirAll(b.logs, 0o755))
	return b
}

func (b *lab) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%v", err)
	}
}

func (b *lab) rules() *rules.Set {
	b.t.Helper()
	set, _, err := rules.Parse("rules.yaml", []byte(b.text), rules.Options{Zone: time.UTC})
	b.check(err)
	return set
}

// start opens the store and brings the loop up; a death on the way leaves the
// lab down.
func (b *lab) start() {
	b.t.Helper()
	ctx := context.Background()
	var err error
	b.store, err = store.Open(ctx, b.dir, store.Options{Now: b.clock, Full: func() bool { return b.full }})
	b.check(err)
	st, err := b.store.Load(ctx)
	b.check(err)
	b.fault = fault{journal: b.store, at: b.fault.at, kept: b.fault.kept}
	b.off = 0 // somebody has set it
	clock := newWallClock(b.machine, slog.New(slog.DiscardHandler))
	l := &loop{log: slog.New(slog.DiscardHandler), clock: clock, now: clock.now, store: &b.fault, set: b.set, wake: func() {}, beside: b.beside, sleep: b.sleep,
		reload: make(chan chan error), prepare: b.prepare, watch: &notifiers.Watch{}}
	l.disp, err = notifiers.NewDispatcher(labRoutes(), st.Groups, b.now)
	b.check(err)
	b.loop = l
	b.mortal(func() error {
		return l.begin(ctx, b.follows(),
			ingest.LiveOptions{Now: clock.now, Confirm: clock.confirm, MaxTails: -1}, engine.Options{Lateness: 2}, st)
	})
}

// follows are the logs that are configured.
func (b *lab) follows() (logs []ingest.LogConfig) {
	if b.named == nil {
		return []ingest.LogConfig{{Path: b.logs, Start: ingest.FromBeginning}}
	}
	for _, log := range b.named {
		logs = append(logs, ingest.LogConfig{Path: filepath.Join(b.logs, log), Start: b.from})
	}
	return logs
}

func labRoutes() notifiers.Options {
	return notifiers.Options{
		Root: &notifiers.Route{Receiver: "each", GroupBy: []string{"rule", "stream_service", "reason"}, GroupWait: -1, GroupInterval: -1, Routes: []*notifiers.Route{
			{Name: "slow", Receiver: "slow", Continue: true, GroupBy: []string{"rule"}, GroupWait: 3 * time.Second, GroupInterval: 10 * time.Second},
			{Name: "each", Receiver: "each"},
		}},
		Receivers: map[string]notifiers.ReceiverOptions{"each": {SendResolved: true}, "slow": {SendResolved: true}},
	}
}

// beside does the work when it is asked for the first time, or later: so turns and
// commits come before it, but always as many.
func (b *lab) beside(work func()) (over func(wait bool) bool) {
	b.works++
	left, done := b.works%4, false
	return func(wait bool) bool {
		if left--; !done && (wait || left < 0) {
			done = true
			work()
		}
		return done
	}
}

// sleep is the loop's while it starts.
func (b *lab) sleep(_ context.Context, d time.Duration) {
	b.now, b.asked = b.now.Add(d), 0
	if b.slept != nil {
		b.slept()
	}
}

// clock goes on a little whenever it is asked, as a real one does. A turn that
// never ends asks for ever.
func (b *lab) clock() time.Time {
	if b.asked++; b.asked > 100_000 {
		panic("the loop spins")
	}
	if !b.still {
		b.now = b.now.Add(20 * time.Microsecond)
	}
	return b.now
}

// machine are the clocks of the machine.
func (b *lab) machine() (wall time.Time, ran time.Duration) {
	now := b.clock()
	return now.Add(b.off), time.Duration(now.UnixNano()) - b.lost
}

// leap is an hour that all wall clocks jump over; the next record shows it.
func (b *lab) leap() {
	b.t.Helper()
	b.pass(time.Hour)
	b.lost += time.Hour
}

// mortal runs f, unless the fault kills it.
func (b *lab) mortal(f func() error) {
	b.t.Helper()
	defer func() {
		b.t.Helper()
		if p := recover(); p != nil {
			if _, ok := p.(death); !ok {
				panic(p)
			}
			b.kill()
		}
	}()
	b.check(f())
}

// kill drops everything that is in memory.
func (b *lab) kill() {
	b.t.Helper()
	b.deaths++
	if b.loop.live != nil {
		b.check(b.loop.live.Close())
	}
	b.check(b.store.Close())
	b.loop, b.fault.at = nil, ""
}

// up makes sure that the loop lives.
func (b *lab) up() {
	b.t.Helper()
	for b.loop == nil {
		if b.restarts == 0 {
			b.born, b.full = b.now.Unix(), false // a first start takes room
		}
		b.restarts++
		b.start()
	}
}

// stop ends the loop in order.
func (b *lab) stop() {
	b.t.Helper()
	b.mortal(func() error {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return b.loop.run(ctx)
	})
	if b.loop == nil {
		return
	}
	b.check(b.loop.live.Close())
	b.check(b.store.Close())
	b.loop = nil
}

// turn lets the loop work once, up to a death.
func (b *lab) turn() (idle bool) {
	b.t.Helper()
	b.up()
	idle, b.asked = true, 0
	b.mortal(func() (err error) {
		idle, err = b.loop.turn(context.Background())
		return err
	})
	b.looked = b.now
	return idle
}

// prepare is what a reload finds.
func (b *lab) prepare() (*reloaded, error) {
	set := b.rules()
	return &reloaded{rules: set, dispatch: labRoutes(), apply: func() { b.set = set }}, nil
}

// reloadRules reloads with or without the extra rule, and with other texts.
func (b *lab) reloadRules() {
	b.t.Helper()
	if b.loop != nil {
		if _, full := b.store.InMemory(); full || b.full {
			return // it is refused
		}
	}
	b.reloads++
	b.text = labRules + fmt.Sprintf("  annotations: {summary: edition %d}\n", b.reloads) + b.also
	if b.reloads%2 == 1 {
		b.text += extraRule
	}
	if b.loop == nil {
		b.set = b.rules() // found at the next start
		return
	}
	b.mortal(func() error { return b.loop.swap(context.Background()) })
	if b.loop == nil {
		b.set = b.rules()
	}
}

// pass moves the clock. Lines are whole by then, and writers know of rotations.
func (b *lab) pass(d time.Duration) {
	b.t.Helper()
	for _, f := range b.files {
		b.complete(f)
		f.old = ""
	}
	b.now = b.now.Add(d)
}

// settle lets the clock run until everything written has been read and judged.
func (b *lab) settle() {
	b.t.Helper()
	b.up()
	b.fault.at, b.full = "", false
	for range 16 {
		b.pass(2 * time.Second)
		for n := 0; !b.turn(); n++ {
			if n > 1000 {
				b.t.Fatalf("the loop never rests")
			}
		}
	}
}

// history is what the store holds, in the order of writing within a second, but
// for the rule that replay does not have.
func (b *lab) history() []alert.Transition {
	b.t.Helper()
	ts, err := b.store.History(context.Background(), time.Unix(0, 0), 0)
	b.check(err)
	slices.Reverse(ts)
	return slices.DeleteFunc(ts, func(t alert.Transition) bool { return t.Rule == "extra" })
}

// brief writes what must not depend on how a run went.
func brief(t alert.Transition) string {
	var values []string
	for _, v := range t.Values {
		values = append(values, fmt.Sprintf("%s=%v", v.Name, v.V))
	}
	return fmt.Sprintf("%s %-8s %s %s active=%d starts=%d ends=%d suppressed=%d %s %s %s", time.Unix(t.At, 0).UTC().Format("15:04:05"),
		t.State, t.Rule, t.Group, t.ActiveAt, t.StartsAt, t.EndsAt, t.Suppressed, strings.Join(values, " "), t.Reason, t.ID)
}
