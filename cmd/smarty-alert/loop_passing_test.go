package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/engine"
)

// everyRecord wants all records and never fires: with it none is passed over.
const everyRecord = `
- {id: everything, window: 1s, condition: count < 0}
`

// TestLoop_PassingOverChangesNothing: records that nobody wants are passed over, late
// ones, those from the future, forged ones and those of a clock that is set back
// among them. What is told, and what is known of each log's clock, is the same where
// a rule wants every record.
func TestLoop_PassingOverChangesNothing(t *testing.T) {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("SMARTY_ALERT_LOOP_PROGRAMS"), "40")); err != nil {
		t.Fatal(err)
	}
	var alerts, late, future, steps int64
	rapid.Check(t, func(rt *rapid.T) {
		program := rapid.SliceOfN(rapid.Custom(drawOddStep), 20, 80).Draw(rt, "program")
		some, all := newOddLab(rt, t.TempDir(), ""), newOddLab(rt, t.TempDir(), everyRecord)
		defer some.close()
		defer all.close()
		for _, s := range program {
			s.doOdd(some)
			s.doOdd(all)
		}
		some.settle()
		all.settle()
		if diff := gocmp.Diff(all.told(), some.told()); diff != "" {
			rt.Fatalf("other transitions (-all records +some):\n%s", diff)
		}
		if diff := gocmp.Diff(all.clocks(), inTime(some.clocks(), all.clocks())); diff != "" {
			rt.Fatalf("other clocks (-all records +some):\n%s", diff)
		}
		alerts += int64(len(all.told()))
		for _, s := range all.clocks() {
			late, future, steps = late+s.Late, future+s.Future, steps+s.Steps
		}
	})
	t.Logf("%d transitions; %d late records, %d from the future, %d clocks set back", alerts, late, future, steps)
	if alerts == 0 || late == 0 || future == 0 || steps == 0 {
		t.Error("the programs do too little")
	}
}

// inTime leaves out what is counted as late besides where a clock was set back: records
// that were passed over in time just before are read again then, and are late by now.
func inTime(some, all []engine.SourceStats) []engine.SourceStats {
	for i := range min(len(some), len(all)) {
		if all[i].Steps > 0 {
			some[i].Late = min(some[i].Late, all[i].Late)
		}
	}
	return some
}

func newOddLab(t *rapid.T, dir, also string) *lab {
	b := newLab(t, dir)
	b.still, b.also = true, also
	b.text += also
	b.set = b.rules()
	return b
}

// told is what the store holds.
func (b *lab) told() (all []string) {
	for _, tr := range b.history() {
		all = append(all, brief(tr))
	}
	return all
}

// clocks is what the engine knows of each log.
func (b *lab) clocks() []engine.SourceStats {
	_, sources := b.loop.eng.Stats()
	return sources
}

func drawOddStep(t *rapid.T) step {
	kinds := []string{"write", "write", "noise", "noise", "noise", "old", "set back", "ahead", "forged", "turn", "turn", "turn",
		"pass", "pass", "late", "rotate", "kill", "stop", "reload"}
	return step{kind: rapid.SampledFrom(kinds).Draw(t, "kind"), a: rapid.IntRange(0, 3).Draw(t, "a"),
		n: rapid.IntRange(0, 5).Draw(t, "n"), x: rapid.IntRange(0, 29).Draw(t, "x")}
}

func (s step) doOdd(b *lab) {
	kind := s.a
	if s.n > 0 {
		kind = unwanted + s.a%2
	}
	switch s.kind {
	case "old": // up to 20 s late
		b.record(s.a, s.n, s.x%20, false, false)
		b.noise(kind, s.n, s.x%20)
	case "set back":
		b.noise(kind, s.n+3, 50+s.x)
	case "ahead":
		b.noise(kind, s.n+1, -110-s.x)
	case "forged":
		b.forge(kind, s.x%3-1)
		b.noise(kind, s.n, 0)
	case "kill", "stop": // at a cut: what is told of quiet logs between two is not kept
		b.record(0, s.n, 0, false, false)
		b.pass(time.Second)
		b.turn()
		b.pass(time.Second)
		b.turn()
		s.do(b)
	case "turn": // at which the logs are looked at, whatever a reload may have caused
		b.pass(time.Second)
		s.do(b)
	default:
		s.do(b)
	}
}

func (b *lab) noise(kind, n, age int) {
	for i := range n {
		b.record(kind, i, age, false, false)
	}
}

// forge writes a record with a value that is not closed, and in it another record.
func (b *lab) forge(kind, age int) {
	b.t.Helper()
	what := labEvents[kind%len(labEvents)]
	f := b.file(what.log)
	b.complete(f)
	b.seq += 2
	text := ""
	for i, age := range []int{0, age} {
		stamp := b.now.Add(-time.Duration(age) * time.Second).Format("Mon Jan 02 15:04:05-0700 2006")
		text += fmt.Sprintf("%s ERROR check:7 run[1.MainThread] %s stream_service='edge-%d' seq='%d' text='it goes on\n", stamp, what.event, i, b.seq+i)
	}
	b.append(filepath.Join(b.logs, filepath.Base(f.path)), text)
}
