package engine_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
)

// everyKind are rules that between them remember all there is to remember.
const everyKind = `
- id: aggregates
  event: TEST_A
  group_by: [host]
  window: 20s
  warmup: 5s
  aggregates:
    s: {sum: n}
    a: {avg: n, window: 40s}
    lo: {min: n}
    hi: {max: n, offset: 10s}
    d: {distinct: n}
    p: {p95: n}
    t: {top: n, n: 2}
    v: {values: n}
    f: {first: n}
    l: {last: n, offset: 5s}
    k: {streak: n > 2}
    seen: {first_seen: n, memory: 60s}
  condition: count >= 3 and s > 5
  for: 3s
- {id: sequence, group_by: [host], sequence: [{event: TEST_A}, {event: TEST_B}], within: 10s, cooldown: 5s}
- {id: unanswered, group_by: [host], sequence: [{event: TEST_A}, {event: TEST_B, absent: true}], within: 7s}
- {id: recalled, event: TEST_A, group_by: [host], condition: 'last.n > 5 and prev.n < 5'}
- {id: silence, event: TEST_B, group_by: [host], window: 6s, absence: true, condition: count == 0, groups: {expect: [h1]}}
- {id: planned, event: TEST_A, group_by: [host], mode: event, window: 30s, schedule: '* * * * *', condition: count >= 2}
- {id: few, event: TEST_A, group_by: [n], window: 10s, condition: count >= 1, max_firing: 2, groups: {max: 4}}
`

// everyKindLog is a log for these rules.
func everyKindLog(n int) string {
	var log strings.Builder
	for i := range n {
		log.WriteString(line(int64(i/3), fmt.Sprintf("TEST_%c", 'A'+i*7%3), fmt.Sprintf("host='h%d' n=%d password='pw%d'", i%4, i*5%9, i)))
	}
	return log.String()
}

// The engine goes on while what it was is encoded, and that has the bytes that the
// state had then. The race detector sees whether the two share anything.
func TestFreeze_WhileTheEngineGoesOn(t *testing.T) {
	set := mustRules(t, everyKind)
	e := engine.New(set, engine.Options{})
	src := e.Source("smarty_main")
	type encoded struct {
		at   int
		data []byte
		err  error
	}
	done := make(chan encoded, 1000)
	want := map[int][]byte{}
	for i, rec := range records(t, everyKindLog(400)) {
		e.Step(src, rec)
		e.Advance()
		if i%7 > 0 {
			continue
		}
		data, err := e.State()
		if err != nil {
			t.Fatal(err)
		}
		want[i] = data
		room := e.Room()
		room.Make()
		frozen := e.Freeze(room)
		go func() {
			data, err := frozen.Encode()
			done <- encoded{i, data, err}
		}()
	}
	for range want {
		got := <-done
		if got.err != nil {
			t.Fatal(got.err)
		}
		if !bytes.Equal(got.data, want[got.at]) {
			t.Errorf("after record %d: what was frozen is not what State gave", got.at)
		}
	}
}

// The same state has the same bytes, also after a restart.
func TestState_OfARestart(t *testing.T) {
	set := mustRules(t, everyKind)
	_, e := run(t, set, engine.Options{}, everyKindLog(300), false)
	want := stateOf(t, e)
	if !bytes.Equal(want, stateOf(t, e)) {
		t.Error("two states of one moment differ")
	}
	if got := stateOf(t, restarted(t, e, set, engine.Options{})); len(got) != len(want) {
		t.Errorf("%d bytes after the restart, %d before", len(got), len(want))
	}
}

func stateOf(t testing.TB, e *engine.Engine) []byte {
	t.Helper()
	data, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// midway is a state with something in every corner.
func midway(t testing.TB) []byte {
	t.Helper()
	e := engine.New(mustRules(t, everyKind), engine.Options{})
	src := e.Source("smarty_main")
	for _, rec := range records(t, everyKindLog(200)) {
		e.Step(src, rec)
		e.Advance()
	}
	return stateOf(t, e)
}

func TestRestore_RefusesWhatIsDamaged(t *testing.T) {
	set, good := mustRules(t, everyKind), midway(t)
	refused := func(what string, data []byte, want string) {
		t.Helper()
		if _, err := engine.Restore(set, engine.Options{}, data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want %q", what, err, want)
		}
	}
	refused("nothing", nil, "not written by this version")
	refused("of a former version", []byte("\x0bgob as it was"), "not written by this version")
	newer := bytes.Clone(good)
	newer[11]++
	refused("of a later version", newer, "decode engine state: written by a newer version")
	for n := range len(good) {
		if n >= 20 && n%97 == 0 {
			refused(fmt.Sprintf("cut off after %d bytes", n), good[:n], "wrong checksum")
			bad := bytes.Clone(good)
			bad[n] ^= 0x10
			refused(fmt.Sprintf("byte %d is another", n), bad, "wrong checksum")
		}
	}
}

// Damage that a checksum hides is refused or understood; nothing breaks.
func TestRestore_WhateverIsWritten(t *testing.T) {
	set, good := mustRules(t, everyKind), midway(t)
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		data := bytes.Clone(good)
		for range 1 + r.IntN(3) {
			switch at := stateHead + r.IntN(len(data)-stateHead); r.IntN(4) {
			case 0:
				data[at] ^= 1 << r.IntN(8)
			case 1:
				data[at] = byte(r.Uint32())
			case 2:
				data[at] = []byte{0, 1, 0x7f, 0x80, 0xff}[r.IntN(5)]
			default:
				data = append(data[:at], data[min(at+1+r.IntN(8), len(data)):]...)
			}
		}
		restoreSealed(t, set, data)
	}
}

// stateHead is how many bytes come before what the checksum is of.
const stateHead = 20

// restoreSealed gives data the checksum it would need and restores it.
func restoreSealed(t testing.TB, set *rules.Set, data []byte) {
	if len(data) >= stateHead {
		binary.BigEndian.PutUint64(data[stateHead-8:], xxh3.Hash(data[stateHead:]))
	}
	e, err := engine.Restore(set, engine.Options{}, data)
	if err != nil && !strings.HasPrefix(err.Error(), "decode engine state: ") && !strings.HasPrefix(err.Error(), "restore ") {
		t.Errorf("error = %v", err)
	}
	if err == nil {
		stateOf(t, e)
	}
}

func FuzzRestore(f *testing.F) {
	set, good := mustRules(f, everyKind), midway(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(stateOf(f, engine.New(set, engine.Options{})))
	f.Fuzz(func(t *testing.T, data []byte) { restoreSealed(t, set, data) })
}
