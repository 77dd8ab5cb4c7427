package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/store"
)

// shaky is a webhook's other side that fails in some ways, and notes what it has
// accepted in which round of the test.
type shaky struct {
	mu    sync.Mutex
	round int
	got   []accepted
	dice  *rand.Rand
	sound bool // it does not fail any more
}

type accepted struct {
	id     string
	round  int
	hidden bool // by a reset: the sender was not told
	firing map[string]bool
}

func (h *shaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	faults := []fakes.Fault{fakes.None, fakes.None, fakes.None, fakes.None, fakes.None, fakes.Broken, fakes.Reset, fakes.AcceptReset}
	fault, pause := faults[h.dice.IntN(len(faults))], time.Duration(h.dice.IntN(25))*time.Millisecond
	if h.sound {
		fault = fakes.None
	}
	h.mu.Unlock()
	f := fakes.Faulty{Next: fakes.Sequence(fault), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m struct {
			Alerts []struct{ ID, Status string }
		}
		if err != nil || json.Unmarshal(body, &m) != nil {
			http.Error(w, "half a message", http.StatusBadRequest)
			return
		}
		a := accepted{id: r.Header.Get("webhook-id"), hidden: fault == fakes.AcceptReset, firing: map[string]bool{}}
		for _, one := range m.Alerts {
			a.firing[one.ID] = one.Status == "firing"
		}
		h.mu.Lock()
		a.round = h.round
		h.got = append(h.got, a)
		h.mu.Unlock()
		time.Sleep(pause) // in which a kill may come
	})}
	f.ServeHTTP(w, r)
}

func (h *shaky) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.got)
}

// TestRun_KilledWhileSending kills the real program while it sends, SMARTY_ALERT_KILLS
// (10) times. Nothing is lost, and what comes twice was in flight at a kill or hidden
// by a reset, and has the same id.
func TestRun_KilledWhileSending(t *testing.T) {
	t.Parallel()
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("SMARTY_ALERT_KILLS"), "10"))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	h := &shaky{dice: rand.New(rand.NewPCG(rand.Uint64(), 1))}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s.write("rules.yaml", killRules)
	s.edit("config.yaml", "lateness: 1s", "lateness: 3s, start: beginning")
	s.edit("config.yaml", "group_by: [rule]", "group_by: [rule, stream_service, reason]")
	s.edit("config.yaml", "route:\n", "  shaky: {webhook: {url: \""+srv.URL+"\"}, allow_loopback: true, rate_limit: {burst: 0}}\nroute:\n")
	s.edit("config.yaml", "- {receiver: mail, continue: true}", "- {receiver: shaky, continue: true}\n  - {receiver: mail, continue: true}")
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='e0'")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() { s.scribble(stop) })
	for range rounds {
		s.killAmid(h)
	}
	close(stop)
	writing.Wait()
	h.mu.Lock()
	h.sound = true
	h.mu.Unlock()
	s.awaitAddress()
	last := time.Now().Unix()
	s.eventually("all was evaluated", func() bool { return s.gauge("smarty_alert_final_timestamp_seconds") > float64(last+9) })
	// a receiver that failed five times in a row is asked every 30 s
	s.eventually("all was sent", func() bool {
		status, text := s.fetch("/metrics")
		return status == http.StatusOK && unsentOf(text, "shaky") == 0
	})
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	s.judgeKills(h, rounds)
}

// killAmid lets the program send a few messages and kills it among them.
func (s *site) killAmid(h *shaky) {
	want := h.count() + 1 + rand.IntN(4)
	for until := time.Now().Add(5 * time.Second); h.count() < want && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // when the kill comes is the point
	s.kill()
	h.mu.Lock()
	h.round++
	h.mu.Unlock()
	s.launch()
}

// unsentOf adds up what of a receiver's waits, from the metrics.
func unsentOf(metrics, receiver string) (n float64) {
	for _, state := range []alert.DeliveryState{alert.DeliveryPending, alert.DeliveryRetry, alert.DeliveryInflight} {
		n += metric(metrics, `smarty_alert_outbox{receiver="`+receiver+`",state="`+string(state)+`"}`)
	}
	return n
}

func (s *site) judgeKills(h *shaky, rounds int) {
	s.t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(s.dir, "state"), store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	rows, err := st.Deliveries(ctx, store.Filter{Receiver: "shaky"})
	if err != nil {
		s.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range rows {
		if d.State != alert.DeliverySent && d.State != alert.DeliverySuperseded {
			s.t.Errorf("%s is left %s: %+v", d.ID, d.State, d.Attempts)
		}
		for _, t := range d.Message.Alerts {
			if !slices.ContainsFunc(h.got, func(a accepted) bool {
				firing, told := a.firing[t.AlertID]
				return told && (t.State != alert.Resolved || !firing)
			}) {
				s.t.Errorf("%s: nobody was told of %s %s", d.ID, t.State, t.AlertID)
			}
		}
	}
	again, inFlight := h.duplicates(s.t)
	s.t.Logf("%d kills, %d rows, %d accepted, %d twice, of them %d in flight at a kill", rounds, len(rows), len(h.got), again, inFlight)
	if inFlight > rounds {
		s.t.Errorf("%d duplicates by %d kills", inFlight, rounds)
	}
	if len(rows) < rounds {
		s.t.Errorf("only %d messages: the test says too little", len(rows))
	}
}

// duplicates counts what came twice, all of it explained.
func (h *shaky) duplicates(t *testing.T) (again, inFlight int) {
	before, last := map[string]int{}, map[int]int{} // acceptance by id and by round
	for i, a := range h.got {
		last[a.round] = i
	}
	for i, a := range h.got {
		b, twice := before[a.id]
		before[a.id] = i
		if !twice {
			continue
		}
		again++
		switch earlier := h.got[b]; {
		case earlier.hidden:
		case earlier.round < a.round && last[earlier.round] == b:
			inFlight++
		default:
			t.Errorf("%s came twice for no reason, in rounds %d and %d", a.id, earlier.round, a.round)
		}
	}
	return again, inFlight
}
