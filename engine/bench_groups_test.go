//go:build unix

package engine_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// BenchmarkMillionGroups is what a rule that counts comes to when a million
// different groups come by, one record each: with groups.max as it is by default,
// and high enough to keep them all.
//
// B/group is all that is in use of the heap after a collection and was not before
// the engine was made, less the text of the labels of the groups that are kept,
// divided by their number. So everything counts: windows, index, list by last
// match, what frames a label in a key, the engine itself.
func BenchmarkMillionGroups(b *testing.B) {
	b.Run("max 10000", func(b *testing.B) { benchmarkMillion(b, "") })
	b.Run("max 1000000", func(b *testing.B) { benchmarkMillion(b, ", groups: {max: 1000000}") })
}

const million = 1_000_000

func benchmarkMillion(b *testing.B, limits string) {
	set := countRule(b, limits)
	for b.Loop() {
		before := heap()
		start := cpu()
		e := engine.New(set, engine.Options{})
		in := newCrowd(b, e)
		in.each(million, 1000)
		took := cpu() - start
		used := heap() - before
		st, _ := e.Stats()
		kept := st[0].Groups - st[0].Evicted
		b.ReportMetric(float64(used)/(1<<20), "MiB")
		b.ReportMetric(float64(used-kept*int64(in.labelBytes()))/float64(kept), "B/group")
		b.ReportMetric(float64(took)/million, "cpu-ns/record")
		if st[0].Groups != million {
			b.Fatalf("%d groups, want %d", st[0].Groups, million)
		}
		b.ReportMetric(float64(kept), "groups")
	}
}

// BenchmarkMillionPauses is what holds up an engine with a million groups: a
// collection, and the copy that a snapshot is made of; then what goes on beside
// it, and a restart.
func BenchmarkMillionPauses(b *testing.B) {
	set := countRule(b, ", groups: {max: 1000000}")
	e := engine.New(set, engine.Options{})
	newCrowd(b, e).each(million, 1000)
	var size int
	var spent []int64
	took := map[string][]time.Duration{} // medians, since what else runs on the machine hits some
	timed := func(what string, do func()) {
		start := time.Now()
		do()
		took[what] = append(took[what], time.Since(start))
	}
	for b.Loop() {
		runtime.GC() // what was left over is not the engine's
		before := cpu()
		timed("ms/gc", runtime.GC)
		spent = append(spent, cpu()-before)
		var frozen *engine.Frozen
		room := e.Room()
		timed("ms/room", room.Make)
		timed("ms/freeze", func() { frozen = e.Freeze(room) })
		room = nil
		var data []byte
		timed("ms/encode", func() {
			var err error
			if data, err = frozen.Encode(); err != nil {
				b.Fatal(err)
			}
		})
		size, frozen = len(data), nil
		timed("ms/restore", func() {
			if _, err := engine.Restore(set, engine.Options{}, data); err != nil {
				b.Fatal(err)
			}
		})
	}
	for what, times := range took {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, what)
	}
	slices.Sort(spent)
	b.ReportMetric(float64(spent[len(spent)/2])/1e6, "cpu-ms/gc")
	b.ReportMetric(float64(size)/(1<<20), "MiB/state")
	runtime.KeepAlive(e)
}

// BenchmarkRecordByGroups is the cost of a record of one of so many groups, at
// random, a thousand a second, all groups being there.
func BenchmarkRecordByGroups(b *testing.B) {
	for _, groups := range []int{1000, million} {
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			e := engine.New(countRule(b, ", groups: {max: 1000000}"), engine.Options{})
			in := newCrowd(b, e)
			in.each(groups, 1000)
			seed := uint64(1)
			runtime.GC()
			start := cpu()
			for i := 0; b.Loop(); i++ {
				seed = seed*6364136223846793005 + 1442695040888963407
				in.step(int((seed>>33)%uint64(groups)), int64(groups+i)/1000)
			}
			b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkSecondByGroups is the cost of one second in which one of so many groups
// has a record and all others only wait: idle; pending for a day, with a timer each;
// firing; firing for longer than groups are remembered; or missed when they are
// silent for a day.
func BenchmarkSecondByGroups(b *testing.B) {
	for _, groups := range []int{1000, million} {
		for _, rule := range []struct{ name, text string }{
			{"idle", "window: 24h, groups: {max: 1000000}, condition: count >= 1000000"},
			{"pending", "window: 24h, groups: {max: 1000000}, condition: count >= 1, for: 24h"},
			{"firing", "window: 24h, groups: {max: 1000000}, condition: count >= 1, max_firing: 100"},
			{"firing long", "window: 1m, groups: {max: 1000000, forget_after: 1m}, condition: count >= 1, max_firing: 100, keep_firing_for: 48h"},
			{"absence", "window: 24h, groups: {max: 1000000}, absence: true, condition: count == 0"},
		} {
			b.Run(fmt.Sprintf("%s/groups=%d", rule.name, groups), func(b *testing.B) {
				text := "- {id: r, event: BENCH, group_by: [host], " + rule.text + "}"
				e := engine.New(mustRules(b, text), engine.Options{})
				in := newCrowd(b, e)
				in.each(groups, 10_000)
				now := int64(groups)/10_000 + 120
				in.step(0, now) // what left a window of a minute has been judged
				runtime.GC()
				start := cpu()
				for b.Loop() {
					now++
					in.step(0, now)
				}
				b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// BenchmarkRecordByWindow is the cost of a record when windows are long, or full: a
// group has from 5 to 50,000 records in its window, and as many leave it as come.
// Five come in a second, or as many as must.
func BenchmarkRecordByWindow(b *testing.B) {
	for _, window := range []int64{60, 3600, 86400} {
		for _, records := range []int64{5, 500, 50_000} {
			b.Run(fmt.Sprintf("window=%ds/records=%d", window, records), func(b *testing.B) {
				text := fmt.Sprintf("- {id: r, event: BENCH, group_by: [host], window: %ds, condition: count >= 1000000}", window)
				e := engine.New(mustRules(b, text), engine.Options{})
				in := newCrowd(b, e)
				batch := max(5, records/window)
				at := func(i int64) int64 { return i / batch * batch * window / records }
				full := max(2*records, 10_000)
				for i := range full { // so that the windows have been full for a while
					in.step(0, at(i))
				}
				start := cpu()
				for i := full; b.Loop(); i++ {
					in.step(0, at(i))
				}
				b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func countRule(b *testing.B, limits string) *rules.Set {
	return mustRules(b, "- {id: r, event: BENCH, group_by: [host], window: 1h, condition: count >= 1000000"+limits+"}")
}

// crowd gives an engine records of many hosts. They are not read from a text, which
// would cost more than what is measured: one record is changed.
type crowd struct {
	e      *engine.Engine
	src    int
	blank  *smartylog.Record
	digits []byte // of the host, in the record
	pos    int64
}

func newCrowd(b *testing.B, e *engine.Engine) *crowd {
	const host = "host-0000000"
	sc := smartylog.NewScanner(strings.NewReader(line(0, "BENCH", "host='"+host+"'")), 0, smartylog.Options{})
	rec := smartylog.Record{Log: "bench"}
	if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
		b.Fatal(err)
	}
	c := &crowd{e: e, src: e.Source("bench"), blank: rec.Clone()}
	at := bytes.Index(c.blank.Raw, []byte(host)) + len("host-")
	c.digits = c.blank.Raw[at : at+len(host)-len("host-")]
	return c
}

// labelBytes is the length of each host's name.
func (c *crowd) labelBytes() int { return len("host-") + len(c.digits) }

// step gives the engine a record of a host and evaluates what that makes final.
func (c *crowd) step(host int, sec int64) {
	for i := len(c.digits) - 1; i >= 0; i-- {
		c.digits[i] = byte('0' + host%10)
		host /= 10
	}
	rec := *c.blank // nothing of it is decoded yet
	rec.Sec, rec.Pos = t0+sec, c.pos
	c.pos++
	c.e.Step(c.src, &rec)
	c.e.Advance()
}

// each gives it a record of each host, so many a second, and evaluates them all.
func (c *crowd) each(hosts, perSecond int) {
	for i := range hosts {
		c.step(i, int64(i/perSecond))
	}
	c.e.AdvanceTo(t0 + int64(hosts/perSecond))
}

// heap is how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
