package engine_test

import "testing"

func TestSequence(t *testing.T) {
	const ab = "{id: r, sequence: [{event: TEST_A}, {event: TEST_B}], within: 10s"
	checkAll(t, map[string]tale{
		"in order, within; the last second of it": {
			ab + "}", "0 A; 9 B; 20 A; 30 B; 40 B; 60 Z", []string{"+9 event r{} count=2"},
		},
		"in the same second the order of the log decides": {
			ab + "}", "0 B; 0 A; 5 Z; 20 A; 20 B; 40 Z", []string{"+20 event r{} count=2"},
		},
		"spent: nothing serves twice": {
			ab + "}", "0 A; 1 B; 2 B; 3 A; 4 B; 40 Z", []string{"+1 event r{} count=2", "+4 event r{} count=3"},
		},
		"any start suffices": {
			ab + "}", "0 A; 8 A; 12 B; 40 Z", []string{"+12 event r{} count=2"},
		},
		"counts: every record of a step before every one of the next": {
			"{id: r, sequence: [{event: TEST_A, count: 2}, {event: TEST_B, count: 2}], within: 30s}", "0 A; 1 B; 2 A; 3 B; 4 B; 60 Z",
			[]string{"+4 event r{} count=5"},
		},
		"none serves two steps": {
			"{id: r, event: TEST_A, sequence: [{match: n > 0}, {match: n > 1}], within: 30s}", "0 A n=2; 1 A n=1; 5 A n=2; 60 Z",
			[]string{"+5 event r{} count=3"},
		},
		"groups are apart": {
			"{id: r, group_by: [host], sequence: [{event: TEST_A}, {event: TEST_B}], within: 30s}", "0 A host='a'; 1 A host='b'; 5 B host='b'; 60 Z",
			[]string{`+5 event r{host="b"} count=2`},
		},
		"until discards what came before": {
			ab + ", until: {event: TEST_C}}", "0 A; 1 C; 2 B; 3 A; 4 B; 40 Z", []string{"+4 event r{} count=3"},
		},
		"until that is a step stays itself": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}], within: 10s, until: {event: TEST_A}}", "0 A; 1 A; 2 B; 40 Z", []string{"+2 event r{} count=2"},
		},
		"cooldown: suppressed ones are spent and counted by the records of their second": {
			ab + ", cooldown: 10s}", "0 A; 1 B; 2 A; 3 B; 5 A; 5 B; 11 B; 12 A; 13 B; 60 Z",
			[]string{"+1 event r{} count=2", "+3 by cooldown r{}", "+13 event r{} count=3 suppressed=3"},
		},
		"late records join": {
			ab + "}", "0 Z; 5 B; 9 Z; 4 A; 15 Z; 40 Z", []string{"+9 event r{} count=2"},
		},
	})
}

func TestSequence_StateMode(t *testing.T) {
	checkAll(t, map[string]tale{
		"fires, completes again without a word, resolves by its own condition": {
			"{id: r, sequence: [{event: TEST_A}, {event: [TEST_B, TEST_OK]}], within: 10s, resolve: ok >= 1, aggregates: {ok: {count: true, window: 20s, where: 'event == \"TEST_OK\"'}}}",
			"0 A; 1 B; 2 A; 3 B; 50 OK; 80 Z",
			[]string{"+1 firing r{} count=2 ok=0", "+50 resolved r{} count=1 ok=1"},
		},
	})
}

func TestSequence_AbsentLast(t *testing.T) {
	const anb = "{id: r, sequence: [{event: TEST_A}, {event: TEST_B, absent: true}], within: 10s"
	checkAll(t, map[string]tale{
		"not followed": {
			anb + "}", "0 A; 40 Z", []string{"+10 event r{} count=0"},
		},
		"followed in the last second": {
			anb + "}", "0 A; 10 B; 40 Z", nil,
		},
		"followed too late": {
			anb + "}", "0 A; 11 B; 40 Z", []string{"+10 event r{} count=0"},
		},
		"an answer counts for all before it": {
			anb + "}", "0 A; 3 A; 5 B; 7 A; 40 Z", []string{"+17 event r{} count=0"},
		},
		"the answer of the same second before the start is none": {
			anb + "}", "0 B; 0 A; 40 Z", []string{"+10 event r{} count=0"},
		},
		"and after it is one": {
			anb + "}", "0 A; 0 B; 40 Z", nil,
		},
		"each start has its own second; one alert spends the others": {
			anb + "}", "0 A; 3 A; 40 Z", []string{"+10 event r{} count=1"},
		},
		"until cancels": {
			anb + ", until: {event: TEST_C}}", "0 A; 5 C; 40 Z", nil,
		},
		"three steps: the answer must come after the second": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}, {event: TEST_C, absent: true}], within: 10s}", "0 A; 2 C; 4 B; 40 Z",
			[]string{"+10 event r{} count=2"},
		},
		"three steps: as late a second one as possible": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}, {event: TEST_C, absent: true}], within: 10s}", "0 A; 2 B; 4 C; 6 B; 40 Z",
			[]string{"+10 event r{} count=3"},
		},
		"three steps: answered": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}, {event: TEST_C, absent: true}], within: 10s}", "0 A; 2 B; 4 C; 40 Z", nil,
		},
		"three steps: the second one may not come in the last second": {
			"{id: r, sequence: [{event: TEST_A}, {event: TEST_B}, {event: TEST_C, absent: true}], within: 10s}", "0 A; 10 B; 40 Z", nil,
		},
		"a count of starts begins with the first of them": {
			"{id: r, sequence: [{event: TEST_A, count: 2}, {event: TEST_B, absent: true}], within: 10s}", "0 A; 4 A; 40 Z",
			[]string{"+10 event r{} count=1"},
		},
		"a start that comes too late starts nothing": {
			anb + "}", "0 Z; 30 Z; 12 A; 45 Z; 60 Z", nil,
		},
	})
}

func TestAllOf(t *testing.T) {
	checkAll(t, map[string]tale{
		"in any order": {
			"{id: r, all_of: [{event: TEST_A}, {event: TEST_B}], within: 10s}", "0 B; 9 A; 20 A; 30 B; 60 Z", []string{"+9 event r{} count=2"},
		},
		"k of n": {
			"{id: r, all_of: [{event: TEST_A}, {event: TEST_B}, {event: TEST_C, count: 2}], min: 2, within: 10s}", "0 C; 1 B; 2 C; 3 A; 60 Z",
			[]string{"+2 event r{} count=3"},
		},
	})
}
