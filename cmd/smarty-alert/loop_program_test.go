package main

import (
	"cmp"
	"context"
	"flag"
	"os"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/store"
)

// TestLoop_RandomPrograms: whatever is written, rotated, killed, stopped and
// reloaded, and whenever the disk is full, the store ends with what a replay of the same files says, and nobody
// was told anything twice. SMARTY_ALERT_LOOP_PROGRAMS sets how many programs.
func TestLoop_RandomPrograms(t *testing.T) {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("SMARTY_ALERT_LOOP_PROGRAMS"), "200")); err != nil {
		t.Fatal(err)
	}
	var programs, records, deaths, restarts, rotations, alerts, kept int
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		b := newLab(rt, dir)
		defer b.close()
		if rapid.Bool().Draw(rt, "logs come later") {
			b.up()
		}
		for _, s := range rapid.SliceOfN(rapid.Custom(drawStep), 20, 80).Draw(rt, "program") {
			s.do(b)
		}
		b.settle()
		alerts += b.compare(rt)
		b.checkDeliveries(rt)
		b.checkReadings(rt)
		programs, records, deaths = programs+1, records+b.seq, deaths+b.deaths
		restarts, rotations, kept = restarts+b.restarts, rotations+b.rotations, kept+b.fault.kept
	})
	t.Logf("%d programs, %d records, %d rotations, %d starts, %d deaths, %d transitions, %d cuts kept in memory", programs, records, rotations, restarts, deaths, alerts, kept)
	if alerts < programs || deaths < programs/4 || kept < programs/4 {
		t.Errorf("the programs do too little: %d transitions, %d deaths, %d full disks in %d", alerts, deaths, kept, programs)
	}
}

func (b *lab) close() {
	if b.loop != nil {
		b.loop.live.Close()
		b.store.Close()
	}
}

// step is one step of a program; what its numbers mean depends on the kind.
type step struct {
	kind    string
	a, n, x int
}

// drawStep prefers what keeps things going.
func drawStep(t *rapid.T) step {
	kinds := []string{"write", "write", "write", "burst", "burst", "noise", "noise", "turn", "turn", "turn", "turn", "pass", "pass", "pass",
		"late", "half", "rotate", "rotate", "kill", "stop", "doom", "reload", "full", "room", "jump", "leap"}
	return step{kind: rapid.SampledFrom(kinds).Draw(t, "kind"), a: rapid.IntRange(0, 3).Draw(t, "a"),
		n: rapid.IntRange(0, 5).Draw(t, "n"), x: rapid.IntRange(0, 29).Draw(t, "x")}
}

var dooms = []string{"before commit", "after commit", "before snapshot", "after snapshot"}

func (s step) do(b *lab) {
	switch s.kind {
	case "write", "late", "half":
		b.record(s.a, s.n, s.x%2, s.kind == "late", s.kind == "half")
	case "burst":
		for i := range s.n + 1 {
			b.record(s.a, s.x, i%2, false, false)
		}
	case "noise":
		for i := range s.x + 1 {
			b.record(unwanted+s.a%2, i, s.n%2, false, false)
		}
	case "turn":
		for range s.n%2 + 1 {
			b.turn()
		}
	case "pass":
		b.pass(time.Duration(s.x+1) * time.Second)
	case "rotate":
		b.rotate(labEvents[s.a].log)
	case "kill":
		if b.loop != nil {
			b.kill()
		}
	case "stop":
		if b.loop != nil {
			b.stop()
		}
	case "doom":
		b.fault.at = dooms[s.a]
	case "reload":
		b.reloadRules()
	case "full", "room":
		b.full = s.kind == "full"
	case "jump": // of the machine's wall clock alone
		b.off = time.Duration(s.n%3-1) * time.Hour
	case "leap":
		if s.x < 5 { // a few of them: an hour ends whatever fires
			b.off = 0 // a clock that is wrong and a leap at once: nobody could tell
			b.leap()
			b.record(s.a, s.n, 0, false, false)
			for range 3 {
				b.pass(2 * time.Second) // a new log is found
				b.turn()
			}
		}
	}
}

// compare holds the store's history against a replay of the same files up to the
// live final second, and returns how many transitions there are.
func (b *lab) compare(t failer) int {
	sources, err := ingest.Find([]string{b.logs})
	if err != nil {
		return b.compareNothing(t)
	}
	final, ok := b.loop.eng.Final()
	if !ok {
		t.Fatalf("records were written, but nothing was evaluated")
	}
	var want []string
	b.text = labRules
	summary, err := replay.Run(context.Background(), replay.Options{Rules: b.rules(), Sources: sources, Until: final, Lateness: 2}, func(ev replay.Event) error {
		if ev.Alert != nil {
			want = append(want, brief(*ev.Alert))
		}
		return nil
	})
	b.check(err)
	if summary.Late != 0 || summary.Future != 0 {
		t.Fatalf("the test wrote %d late and %d future records", summary.Late, summary.Future)
	}
	var got []string
	for _, tr := range b.history() {
		got = append(got, brief(tr))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("the store and a replay differ (-replay +store):\n%s", diff)
	}
	perRule, _ := b.loop.eng.Stats()
	for _, st := range perRule {
		if sum := summary.Rules[st.Rule]; sum != nil && sum.Matched != st.Matched {
			t.Fatalf("rule %s: %d records counted live, %d in replay", st.Rule, st.Matched, sum.Matched)
		}
	}
	return len(got)
}

func (b *lab) compareNothing(t failer) int {
	if n := len(b.history()); n != 0 || b.seq != 0 {
		t.Fatalf("no logs, but %d transitions and %d records", n, b.seq)
	}
	return 0
}

// checkDeliveries: everyone was told of everything once.
func (b *lab) checkDeliveries(t failer) {
	rows, err := b.store.Deliveries(context.Background(), store.Filter{})
	b.check(err)
	ids := map[string]bool{}
	begun, over := map[string]int{}, map[string]int{} // by receiver and alert: rows that tell it first, and its end
	missed := map[string]bool{}                       // told of as over alone, since it was read late
	for _, d := range rows {
		if ids[d.ID] {
			t.Fatalf("delivery %s is there twice", d.ID)
		}
		ids[d.ID] = true
		for _, a := range d.Message.Alerts {
			key := d.Receiver + " " + a.AlertID
			switch {
			case a.State == alert.Resolved:
				over[key]++
				late := d.Created.Sub(time.Unix(a.StartsAt, 0)) > notifiers.DefaultOnTime
				missed[key] = missed[key] || late && (d.Reason == "first" || d.Reason == "new_alerts")
			case a.State == alert.Event || d.Receiver == "each" && (d.Reason == "first" || d.Reason == "new_alerts"):
				begun[key]++
			case d.Receiver == "slow":
				begun[key] = max(1, begun[key]) // told again when others join or go
			}
		}
	}
	for key, n := range begun {
		if n > 1 {
			t.Fatalf("%s was told %d times", key, n)
		}
	}
	for key, n := range over {
		if n > 1 || begun[key] == 0 && !missed[key] {
			t.Fatalf("%s: its end was told %d times, its beginning %d times", key, n, begun[key])
		}
	}
	b.checkAllTold(t, begun, over)
}

// checkAllTold: what fires and what happened was told; the end of what was told
// was told.
func (b *lab) checkAllTold(t failer, begun, over map[string]int) {
	last := map[string]alert.Transition{}
	for _, tr := range b.history() {
		last[tr.AlertID] = tr
	}
	for id, tr := range last {
		if tr.At > b.now.Unix()-25 {
			continue // the slow receiver may still be waiting
		}
		for _, receiver := range []string{"each", "slow"} {
			key := receiver + " " + id
			switch {
			case tr.State == alert.Resolved && begun[key] > 0 && over[key] == 0:
				t.Fatalf("%s was never told that it is over: %s", receiver, brief(tr))
			case tr.State == alert.Resolved, tr.State == alert.Event && tr.At < b.born:
			case begun[key] == 0:
				t.Fatalf("%s was never told: %s", receiver, brief(tr))
			}
		}
	}
}

// checkReadings: what /metrics shows agrees with what happened.
func (b *lab) checkReadings(t failer) {
	r := b.loop.readings.Load()
	if r == nil {
		t.Fatalf("no readings")
	}
	if final, _ := b.loop.eng.Final(); b.seq > 0 && (!r.ready || r.final != final || final < b.now.Unix()-5) {
		t.Fatalf("ready %v, final %d, engine's %d, now %d", r.ready, r.final, final, b.now.Unix())
	}
	for _, st := range r.live {
		if st.Lag != 0 || st.Gap != 0 || st.Err != nil {
			t.Fatalf("source %s: lag %d, gap %d, %v", st.Source, st.Lag, st.Gap, st.Err)
		}
	}
	for _, st := range r.sources {
		if st.Late != 0 || st.Future != 0 || st.Steps != 0 {
			t.Fatalf("source %s: %d late, %d future, %d steps", st.Name, st.Late, st.Future, st.Steps)
		}
	}
	firing := map[string]int{}
	for _, tr := range b.history() {
		switch tr.State {
		case alert.Firing:
			firing[tr.Rule]++
		case alert.Resolved:
			firing[tr.Rule]--
		}
	}
	for rule, n := range firing {
		if r.firing[rule] != n {
			t.Fatalf("rule %s: %d fire, the metrics say %d", rule, n, r.firing[rule])
		}
	}
}
