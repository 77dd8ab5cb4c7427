package notifiers_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

// world is a story in which alerts come and go while receivers fail in every way;
// "calm" never does. It is told in virtual time or on real sockets.
type world struct {
	dice    *rand.Rand
	now     func() time.Time
	sleep   func(time.Duration)
	timeout time.Duration // of a try
	network func() (network, error)
	tls     *tls.Config // of mail servers; nil: they have none
	ca      []byte
	outbox  notifiers.Outbox
	rows    func() []alert.Delivery // oldest first
	sides   []*side
	disp    *notifiers.Dispatcher

	numbers map[string]int // of alerts in the story, by id

	mu     sync.Mutex
	taken  []taken
	faults map[string]int // by kind of receiver
}

const byDice fakes.Fault = "dice"

const calm = "calm"

func newWorld(seed uint64) *world {
	return &world{dice: rand.New(rand.NewPCG(seed, 7)), faults: map[string]int{}, numbers: map[string]int{}}
}

// inVirtualTime has no network and no disk.
func (w *world) inVirtualTime() {
	box := &fakes.Outbox{}
	w.now, w.sleep, w.timeout, w.network, w.outbox = time.Now, time.Sleep, 10*time.Second, inMemory, box
	w.rows = func() []alert.Delivery {
		box.Lock()
		defer box.Unlock()
		return slices.Clone(box.Rows)
	}
}

// cast draws who plays: some of the kinds, each perhaps with a fallback of another.
func (w *world) cast() {
	all := slices.Clone(kinds)
	w.dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	w.add(calm, hooking)
	for _, kind := range all[:1+w.dice.IntN(3)] {
		s := w.add(kind, kind)
		if s.mood = byDice; w.dice.IntN(2) == 0 {
			s.fallback = "instead of " + kind
			w.add(s.fallback, kinds[w.dice.IntN(len(kinds))]).mood = byDice
		}
	}
}

func (w *world) add(name, kind string) *side {
	s := &side{w: w, name: name, kind: kind, deleted: map[string]bool{}, wake: make(chan struct{}, 1), dice: rand.New(rand.NewPCG(w.dice.Uint64(), 11))}
	w.sides = append(w.sides, s)
	return s
}

func (w *world) side(name string) *side {
	return w.sides[slices.IndexFunc(w.sides, func(s *side) bool { return s.name == name })]
}

// isFallback reports whether a side is told nothing by the routes.
func (w *world) isFallback(name string) bool {
	return slices.ContainsFunc(w.sides, func(s *side) bool { return s.fallback == name })
}

// open makes the servers and the dispatcher: all but the fallbacks are told of
// everything.
func (w *world) open() (err error) {
	root := &notifiers.Route{Receiver: calm, GroupBy: []string{"g"}, GroupWait: 2 * time.Second, GroupInterval: 20 * time.Second, RepeatInterval: 10 * time.Minute}
	receivers := map[string]notifiers.ReceiverOptions{}
	for _, s := range w.sides {
		if s.net, err = w.network(); err == nil {
			err = s.open()
		}
		if err != nil {
			return err
		}
		if !w.isFallback(s.name) {
			root.Routes = append(root.Routes, &notifiers.Route{Receiver: s.name, Continue: true})
			receivers[s.name] = notifiers.ReceiverOptions{SendResolved: true}
		}
	}
	w.disp, err = notifiers.NewDispatcher(notifiers.Options{Root: root, Receivers: receivers}, nil, w.now())
	return err
}

func (w *world) close() {
	for _, s := range w.sides {
		s.stop()
	}
}

func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.IntN(n)
}

func (s *side) setMood(f fakes.Fault) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.mood = f
}

// start runs a worker per receiver; the function it returns stops them, as a
// restart does.
func (w *world) start() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, len(w.sides))
	for _, s := range w.sides {
		to, err := s.receiver()
		if err != nil {
			done <- err
			continue
		}
		worker := &notifiers.Worker{Name: s.name, Receiver: to, Outbox: w.outbox, Now: w.now, Wake: s.wake,
			Timeout: w.timeout, Grace: w.timeout / 2, Fallback: s.fallback,
			Jitter: func(most time.Duration) time.Duration { return time.Duration(s.roll(int(most) + 1)) }}
		if s.fallback != "" {
			worker.HandedOn = w.side(s.fallback).rouse
		}
		go func() { done <- worker.Run(ctx) }()
	}
	return func() (err error) {
		cancel()
		for range w.sides {
			err = errors.Join(err, <-done)
		}
		return err
	}
}

func (s *side) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// live lets alerts come and go for d, with restarts, and then ends them all.
func (w *world) live(d time.Duration, restart func() error) error {
	began := w.now()
	firing := map[string]alert.Transition{}
	for w.now().Sub(began) < d {
		w.sleep(time.Duration(1+w.roll(20)) * time.Second)
		s := w.sides[w.roll(len(w.sides))]
		switch g := fmt.Sprint("g", w.roll(6)) + "/" + fmt.Sprint(w.roll(2)); {
		case w.roll(8) == 0 && s.name != calm:
			s.setMood(s.moods()[w.roll(len(s.moods()))])
		case w.roll(40) == 0:
			if err := restart(); err != nil {
				return err
			}
		case w.roll(40) == 0:
			s.tidy()
		case w.roll(3) > 0:
			w.change(firing, g)
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	for g := range firing {
		w.end(firing, g)
	}
	return w.settle()
}

// change makes an alert fire, changes how severe it is, or ends it.
func (w *world) change(firing map[string]alert.Transition, g string) {
	t, on := firing[g]
	switch {
	case on && w.roll(4) == 0:
		t.State, t.At, t.Severity = alert.Update, w.now().Unix(), alert.Critical+alert.Warning-t.Severity
		firing[g] = t
		w.observe(t)
	case on:
		w.end(firing, g)
	default:
		now := w.now().Unix()
		name, n, _ := strings.Cut(g, "/")
		group := alert.NewLabels(alert.Label{Name: "g", Value: name}, alert.Label{Name: "n", Value: n})
		t = alert.Transition{Rule: "rule", Group: group, State: alert.Firing, At: now, StartsAt: now, Severity: alert.Warning,
			Samples: []alert.Sample{{Source: "app1/x", File: "x.log", Pos: 17, Text: "ERROR"}}}
		t.Fingerprint = alert.Fingerprint(t.Rule, group)
		t.AlertID = alert.ID(t.Fingerprint, now)
		firing[g] = t
		w.observe(t)
	}
}

func (w *world) end(firing map[string]alert.Transition, g string) {
	t := firing[g]
	delete(firing, g)
	t.State, t.At, t.EndsAt = alert.Resolved, w.now().Unix(), w.now().Unix()
	w.observe(t)
}

// observe marks the alert so that it is known again wherever it is told.
func (w *world) observe(t alert.Transition) {
	w.mu.Lock()
	n, known := w.numbers[t.AlertID]
	if !known {
		n = len(w.numbers) + 1
		w.numbers[t.AlertID] = n
	}
	w.mu.Unlock()
	state := "fires"
	if t.State == alert.Resolved {
		state = "ended"
	}
	t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: fmt.Sprintf("incident%d%s", n, state)})
	t.ID = alert.TransitionID(t.AlertID, t.State, t.At)
	w.disp.Observe([]alert.Transition{t}, w.now())
}

// flush puts what is due into the outbox.
func (w *world) flush() error {
	if next, ok := w.disp.Next(); !ok || next.After(w.now()) {
		return nil
	}
	ds, _ := w.disp.Flush(w.now())
	if err := w.outbox.Add(context.Background(), ds...); err != nil {
		return err
	}
	for _, s := range w.sides {
		s.rouse()
	}
	return nil
}

// settle waits, with receivers that work again, until nothing waits any more.
func (w *world) settle() error {
	for _, s := range w.sides {
		s.setMood(fakes.None)
	}
	for range 4000 {
		w.sleep(2 * time.Second)
		if err := w.flush(); err != nil {
			return err
		}
		if _, more := w.disp.Next(); !more && !slices.ContainsFunc(w.rows(), func(d alert.Delivery) bool { return unsent(d.State) }) {
			return nil
		}
	}
	return fmt.Errorf("the outbox is never empty")
}

func unsent(s alert.DeliveryState) bool {
	return s == alert.DeliveryPending || s == alert.DeliveryRetry || s == alert.DeliveryInflight
}
