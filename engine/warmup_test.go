package engine_test

import "testing"

// The rule begins at the first second of the run, that of the record Z.
func TestWarmup(t *testing.T) {
	checkAll(t, map[string]tale{
		"state: waits, says so once, and fires when it is over": {
			"{id: r, event: TEST_A, window: 50s, condition: count >= 1, warmup: 20s}", "0 Z; 5 A; 8 A; 12 A; 80 Z",
			[]string{"+5 by warmup r{}", "+20 firing r{} count=3", "+62 resolved r{} count=0"},
		},
		"state: what ended before has not been": {
			"{id: r, event: TEST_A, window: 5s, condition: count >= 1, warmup: 20s}", "0 Z; 5 A; 12 A; 80 Z",
			[]string{"+5 by warmup r{}", "+12 by warmup r{}"},
		},
		"state: with for, whichever is later": {
			"{id: r, event: TEST_A, window: 50s, condition: count >= 1, warmup: 20s, for: 17s}", "0 Z; 5 A; 80 Z",
			[]string{"+5 pending r{} count=1", "+22 firing r{} count=1", "+55 resolved r{} count=0"},
		},
		"state: with for that is over before": {
			"{id: r, event: TEST_A, window: 50s, condition: count >= 1, warmup: 20s, for: 5s}", "0 Z; 5 A; 80 Z",
			[]string{"+5 pending r{} count=1", "+10 by warmup r{}", "+20 firing r{} count=1", "+55 resolved r{} count=0"},
		},
		"the last second of it and the first after": {
			"{id: r, event: TEST_A, mode: event, warmup: 20s}", "0 Z; 19 A; 20 A; 40 Z",
			[]string{"+19 by warmup r{}", "+20 event r{} count=1"},
		},
		"event: each time, no cooldown, the window is kept": {
			"{id: r, event: TEST_A, mode: event, window: 30s, condition: count >= 2, warmup: 20s, cooldown: 1m}", "0 Z; 1 A; 2 A; 3 A; 25 A; 80 Z",
			[]string{"+2 by warmup r{}", "+3 by warmup r{}", "+25 event r{} count=4"},
		},
		"event: a sequence is spent": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}], within: 1m, warmup: 20s}", "0 A; 5 B; 20 B; 21 A; 22 B; 40 Z",
			[]string{"+5 by warmup r{}", "+22 event r{} count=3"},
		},
	})
}
