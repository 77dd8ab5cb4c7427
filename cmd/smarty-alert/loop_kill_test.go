package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/store"
)

const killRules = `
rules:
- id: all
  event: STREAM_SERVICE_CHECKING_ERROR
  window: 5s
  aggregates:
    lines: {distinct: line}
  condition: count >= 1 && lines == count
- id: burst
  event: STREAM_SERVICE_CHECKING_ERROR
  group_by: [stream_service]
  window: 2s
  condition: count >= 12
- id: each
  event: LOGIN_ERROR
  group_by: [reason]
  mode: event
  cooldown: 2s
`

const killRounds = 10

// TestRun_KilledAtRandom kills the real program again and again while a writer
// goes on, over rotations. In the end the state holds what a replay of the logs
// says, and nobody was told anything under two ids.
func TestRun_KilledAtRandom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("rules.yaml", killRules)
	s.edit("config.yaml", "lateness: 1s", "lateness: 3s, start: beginning")
	s.edit("config.yaml", "group_by: [rule]", "group_by: [rule, stream_service, reason]")
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='e0'")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() { s.scribble(stop) })
	for range killRounds {
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond) // when the kill comes is the point
		s.kill()
		s.launch()
	}
	close(stop)
	writing.Wait()
	s.awaitAddress()
	last := time.Now().Unix()
	s.eventually("all was evaluated", func() bool { return s.gauge("smarty_alert_final_timestamp_seconds") > float64(last+9) })
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	s.compareWithReplay()
	s.checkToldOnce()
}

// scribble writes numbered records and renames the logs now and then.
func (s *site) scribble(stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(5+rand.IntN(40)) * time.Millisecond):
		}
		log, event := "smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR"
		if n%3 == 0 {
			log, event = "smarty_accounts.log", "LOGIN_ERROR"
		}
		path := filepath.Join(s.dir, "logs", log)
		if n%61 == 60 {
			for g := 9; g > 0; g-- {
				_ = os.Rename(fmt.Sprintf("%s.%d", path, g), fmt.Sprintf("%s.%d", path, g+1)) // where it is there
			}
			_ = os.Rename(path, path+".1")
		}
		stamp := time.Now().UTC().Format("Mon Jan 02 15:04:05-0700 2006")
		text := fmt.Sprintf("%s ERROR check:%d run[1.MainThread] %s stream_service='e%d' reason='r%d'\n", stamp, n, event, n%5, n%7)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = f.WriteString(text)
			f.Close()
		}
		if err != nil {
			s.t.Errorf("write %s: %v", path, err)
			return
		}
	}
}

// gauge reads one metric without labels.
func (s *site) gauge(name string) (v float64) {
	_, text := s.fetch("/metrics")
	return metric(text, name)
}

// metric finds one metric, with its labels, in a text.
func metric(text, name string) (v float64) {
	for _, line := range strings.Split(text, "\n") {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			_, _ = fmt.Sscan(rest, &v)
		}
	}
	return v
}

func (s *site) compareWithReplay() {
	s.t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(s.dir, "state"), store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	state, err := st.Load(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	history, err := st.History(ctx, time.Unix(0, 0), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	var got, want []string
	for i := range history {
		got = append(got, brief(history[len(history)-1-i]))
	}
	sources, err := ingest.Find([]string{filepath.Join(s.dir, "logs")})
	if err != nil {
		s.t.Fatal(err)
	}
	set, _, err := rules.Parse("rules.yaml", []byte(killRules), rules.Options{Zone: time.UTC})
	if err != nil {
		s.t.Fatal(err)
	}
	sum, err := replay.Run(ctx, replay.Options{Rules: set, Sources: sources, Until: state.LastCut.Second, Lateness: 3}, func(ev replay.Event) error {
		if ev.Alert != nil {
			want = append(want, brief(*ev.Alert))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("%d records, %d transitions, %d kills", sum.Records, len(got), killRounds)
	if diff := gocmp.Diff(want, got); diff != "" {
		s.t.Errorf("the state and a replay of %d records (%d late) differ (-replay +state):\n%s", sum.Records, sum.Late, diff)
	}
	if len(got) < killRounds {
		s.t.Errorf("only %d transitions: the test says too little", len(got))
	}
}

// checkToldOnce: the webhook heard of the beginning of an alert under one id
// only, as often as that came.
func (s *site) checkToldOnce() {
	s.t.Helper()
	first := map[string]string{}
	for _, m := range s.inbox.of("hook", "") {
		var body struct {
			Alerts []struct {
				Status      string `json:"status"`
				Fingerprint string `json:"fingerprint"`
				StartsAt    string `json:"startsAt"`
			} `json:"alerts"`
		}
		_, text, _ := strings.Cut(m.text, " ")
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			s.t.Fatalf("hook: %v in %s", err, m.text)
		}
		for _, a := range body.Alerts {
			if a.Status != "firing" {
				continue
			}
			key := a.Fingerprint + " " + a.StartsAt
			if id, told := first[key]; told && id != m.id {
				s.t.Errorf("alert %s was told as firing under %s and %s", key, id, m.id)
			}
			first[key] = m.id
		}
	}
	s.t.Logf("%d alerts were told as firing", len(first))
	if len(first) == 0 {
		s.t.Error("nobody was told anything")
	}
}
