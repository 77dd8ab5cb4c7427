package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

const matcherRules = `
- {id: each, event: BENCH, group_by: [host], window: 1m, condition: count >= 3}
- {id: sixth, event: BENCH, match: 'n in [6, 16, 26]', window: 1m, condition: count >= 2}
- {id: bad, event: BENCH, match: host > 5, window: 1m, condition: count >= 2}
- {id: secret, event: BENCH, group_by: [password], window: 1m, condition: count >= 3}
- {id: open, event: BENCH, group_by: [host], match: n != 3, window: 1m, aggregates: {most: {max: n}, hosts: {values: host}}, condition: most > 20}
`

// Several goroutines match records at once, each with a Matcher of its own; the engine
// takes the results in order and says what it says of records that it matches itself.
func TestMatcher_AheadOfTheEngine(t *testing.T) {
	set := mustRules(t, matcherRules)
	recs := matcherRecords(t, 300)
	want, wantStats := stepAll(engine.New(set, engine.Options{}), recs, nil)
	e := engine.New(set, engine.Options{})
	var wait sync.WaitGroup
	pieces := make([]matchedPiece, 3)
	for i := range pieces {
		m := e.NewMatcher()
		wait.Go(func() {
			for _, rec := range recs[i*100 : (i+1)*100] {
				pieces[i].places = append(pieces[i].places, m.Match(rec, &pieces[i].matches))
			}
		})
	}
	wait.Wait()
	got, stats := stepAll(e, recs, pieces)
	if len(want) < 20 || len(wantStats) == 0 {
		t.Fatalf("%d things happened: that proves nothing", len(want))
	}
	if diff := cmp.Diff(want, got) + cmp.Diff(wantStats, stats); diff != "" {
		t.Errorf("matched by the engine, and ahead of it:\n%s", diff)
	}
}

type matchedPiece struct {
	matches engine.Matches
	places  []int
}

func stepAll(e *engine.Engine, recs []*smartylog.Record, pieces []matchedPiece) ([]string, []engine.Stats) {
	src := e.Source("bench")
	var out []engine.Output
	for i, rec := range recs {
		if pieces == nil {
			e.Step(src, rec)
		} else {
			e.StepMatched(src, rec, &pieces[i/100].matches, pieces[i/100].places[i%100])
		}
		out = append(out, clone(e.Advance())...)
	}
	e.Finish(src)
	out = append(out, clone(e.Close())...)
	stats, _ := e.Stats()
	return story(out), stats
}

func matcherRecords(t *testing.T, n int) []*smartylog.Record {
	var text strings.Builder
	for i := range n {
		text.WriteString(line(int64(i), "BENCH", fmt.Sprintf("host='h%d' n=%d password='p%d'", i%20, i%30, i%2)))
	}
	return records(t, text.String())
}

// A record that no rule wants, and one that is refused, take no memory.
func TestMatcher_RefusesWithoutMemory(t *testing.T) {
	var rules strings.Builder
	for i := range 50 {
		fmt.Fprintf(&rules, "- {id: equal%d, event: BENCH, match: 'host == \"x%d\"', window: 1m, condition: count >= 3}\n", i, i)
		fmt.Fprintf(&rules, "- {id: other%d, event: BENCH, match: 'host startsWith \"x%d\" or n == \"y\"', window: 1m, condition: count >= 3}\n", i, i)
	}
	e := engine.New(mustRules(t, rules.String()), engine.Options{})
	m, recs := e.NewMatcher(), matcherRecords(t, 10)
	var ms engine.Matches
	for name, rec := range map[string]*smartylog.Record{"refused": recs[3], "unwanted": records(t, line(0, "OTHER", "host='h1'"))[0]} {
		m.Match(rec, &ms)
		if n := testing.AllocsPerRun(100, func() {
			ms.Reset()
			if m.Match(rec, &ms) >= 0 {
				t.Fatal("matched")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// What a matcher was asked last says nothing of another log or another event.
func TestMatcher_WantsByLogAndEvent(t *testing.T) {
	m := engine.New(mustRules(t, `
- {id: here, log: here, event: ONE, window: 1m, condition: count >= 3}
- {id: there, log: there, event: TWO, window: 1m, condition: count >= 3}
`), engine.Options{}).NewMatcher()
	for _, log := range []string{"here", "here", "there", "there", "here"} {
		for _, event := range []string{"ONE", "TWO", "TWO", "ONE"} {
			if got, want := m.Wants(log, event), log+event == "hereONE" || log+event == "thereTWO"; got != want {
				t.Errorf("wants %s of %s: %t, want %t", event, log, got, want)
			}
		}
	}
	for _, log := range []string{"there", "here", "there"} {
		if got := m.Wants(log, "ONE"); got != (log == "here") {
			t.Errorf("wants ONE of %s: %t", log, got)
		}
	}
}

// Labels of equal texts are hidden as their own names say.
func TestMatcher_HidesEachLabelByItsName(t *testing.T) {
	e := engine.New(mustRules(t, `
- {id: a, event: BENCH, group_by: [host], window: 1m, condition: count >= 2}
- {id: b, event: BENCH, group_by: [password], window: 1m, condition: count >= 2}
- {id: c, event: BENCH, group_by: [other], window: 1m, condition: count >= 2}
`), engine.Options{})
	text := line(0, "BENCH", "host='same' password='same' other='same'")
	got := story(feed(t, e, "bench", text+text+line(9, "OTHER", "")))
	want := []string{`+0 firing a{host="same"} count=2`, `+0 firing b{password="<redacted>"} count=2`, `+0 firing c{other="same"} count=2`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
