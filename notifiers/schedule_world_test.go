package notifiers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

// world is a story in which alerts come and go while a receiver fails in every
// way; another one never does. It is told in virtual time or on real sockets.
type world struct {
	dice    *rand.Rand
	now     func() time.Time
	sleep   func(time.Duration)
	timeout time.Duration // of a try
	outbox  notifiers.Outbox
	rows    func() []alert.Delivery // oldest first
	wake    map[string]chan struct{}
	disp    *notifiers.Dispatcher

	mu     sync.Mutex
	mood   fakes.Fault // of the receiver that fails; "dice": any, by chance
	taken  []taken
	faults map[fakes.Fault]int
}

// taken is a message that a server has accepted, whether its sender knows or not.
type taken struct {
	receiver, id string
	alerts       []told
	at           time.Time
	hidden       bool // the sender was not told
}

type told struct {
	ID     string    `json:"id"`
	Status string    `json:"status"`
	EndsAt time.Time `json:"endsAt"`
}

const byDice fakes.Fault = "dice"

func newWorld(seed uint64) *world {
	return &world{dice: rand.New(rand.NewPCG(seed, 7)), mood: byDice, faults: map[fakes.Fault]int{},
		wake: map[string]chan struct{}{"hook": make(chan struct{}, 1), "calm": make(chan struct{}, 1)}}
}

// open makes the dispatcher: both receivers are told of everything.
func (w *world) open() (err error) {
	w.disp, err = notifiers.NewDispatcher(notifiers.Options{
		Root: &notifiers.Route{Receiver: "hook", GroupBy: []string{"g"}, GroupWait: 2 * time.Second, GroupInterval: 20 * time.Second, RepeatInterval: 10 * time.Minute,
			Routes: []*notifiers.Route{{Receiver: "calm", Continue: true}, {Receiver: "hook"}}},
		Receivers: map[string]notifiers.ReceiverOptions{"hook": {SendResolved: true}, "calm": {SendResolved: true}},
	}, nil, w.now())
	return err
}

// serve answers for both receivers: /hook and /calm.
func (w *world) serve(l net.Listener) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("/calm", w.taker("calm", fakes.None))
	mux.HandleFunc("/hook", func(rw http.ResponseWriter, r *http.Request) {
		fault := w.draw()
		after := fmt.Sprint(w.roll(120))
		if w.roll(2) == 0 {
			after = w.now().Add(time.Duration(w.roll(90)) * time.Second).UTC().Format(http.TimeFormat)
		}
		f := &fakes.Faulty{Handler: w.taker("hook", fault), Next: fakes.Sequence(fault), RetryAfter: after, Pace: time.Millisecond}
		if fault == fakes.Garbage { // a success, as far as a webhook is concerned
			f.Handler.ServeHTTP(discard{}, r)
		}
		f.ServeHTTP(rw, r)
	})
	srv := &http.Server{Handler: mux}
	go func() { _ = srv.Serve(l) }()
	return srv
}

// taker keeps what it is sent.
func (w *world) taker(receiver string, fault fakes.Fault) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		var body struct{ Alerts []told }
		if err != nil || json.Unmarshal(data, &body) != nil {
			http.Error(rw, "half a message", http.StatusBadRequest)
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.taken = append(w.taken, taken{receiver, r.Header.Get("webhook-id"), body.Alerts, w.now(), fault == fakes.AcceptReset})
		fmt.Fprint(rw, "thank you")
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.IntN(n)
}

// draw is the next fault.
func (w *world) draw() fakes.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	fault := w.mood
	if fault == byDice {
		all := append(fakes.All(), fakes.None, fakes.None)
		fault = all[w.dice.IntN(len(all))]
	}
	w.faults[fault]++
	return fault
}

func (w *world) setMood(f fakes.Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mood = f
}

// start runs a worker per receiver; the function it returns stops them, as a
// restart does.
func (w *world) start(dial func(context.Context, string, string) (net.Conn, error), address string) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	for _, name := range []string{"hook", "calm"} {
		to, err := webhook.New(webhook.Options{URL: notifiers.Secret("http://" + address + "/" + name),
			HTTP: notifiers.HTTPOptions{AllowLoopback: true, Dial: dial}, Now: w.now})
		if err != nil {
			done <- err
			continue
		}
		worker := &notifiers.Worker{Name: name, Receiver: to, Outbox: w.outbox, Now: w.now, Wake: w.wake[name],
			Timeout: w.timeout, Grace: w.timeout / 2}
		go func() { done <- worker.Run(ctx) }()
	}
	return func() error {
		cancel()
		return joined(<-done, <-done)
	}
}

func joined(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// live lets alerts come and go for d, with restarts, and then ends them all.
func (w *world) live(d time.Duration, restart func() error) error {
	began := w.now()
	firing := map[string]alert.Transition{}
	moods := append(fakes.All(), byDice, byDice, byDice, byDice, byDice, byDice, fakes.None, fakes.None)
	for w.now().Sub(began) < d {
		w.sleep(time.Duration(1+w.roll(20)) * time.Second)
		switch g := fmt.Sprint("g", w.roll(6)) + "/" + fmt.Sprint(w.roll(2)); {
		case w.roll(12) == 0:
			w.setMood(moods[w.roll(len(moods))])
		case w.roll(40) == 0:
			if err := restart(); err != nil {
				return err
			}
		case w.roll(3) > 0:
			w.change(firing, g)
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	for g := range firing {
		w.change(firing, g)
	}
	return w.settle()
}

// change makes an alert fire, or ends it.
func (w *world) change(firing map[string]alert.Transition, g string) {
	now := w.now().Unix()
	t, on := firing[g]
	if on {
		t.State, t.At, t.EndsAt = alert.Resolved, now, now
		delete(firing, g)
	} else {
		name, n, _ := strings.Cut(g, "/")
		group := alert.NewLabels(alert.Label{Name: "g", Value: name}, alert.Label{Name: "n", Value: n})
		t = alert.Transition{Rule: "rule", Group: group, State: alert.Firing, At: now, StartsAt: now, Severity: alert.Warning}
		t.Fingerprint = alert.Fingerprint(t.Rule, group)
		t.AlertID = alert.ID(t.Fingerprint, now)
		firing[g] = t
	}
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
	for _, wake := range w.wake {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// settle waits, with a receiver that works again, until nothing waits any more.
func (w *world) settle() error {
	w.setMood(fakes.None)
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
