package main

import (
	"fmt"
	"strings"
	"testing"
)

// line is a decided event of a record, or of a second.
func line(t *testing.T, rule, number string, count int, sum float64) decided {
	t.Helper()
	group, values := "{}", fmt.Sprintf(`{"count":%d}`, count)
	if rule == "each" {
		group = `{"number":"` + number + `"}`
	} else {
		values = fmt.Sprintf(`{"count":%d,"numbers":%v}`, count, sum)
	}
	d, err := parseDecided(fmt.Sprintf(`{"type":"alert","at":"2024-03-05T12:00:00Z","rule":%q,"group":%s,"state":"event","id":%q,"values":%s}`, rule, group, rule+number, values))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCountRecords(t *testing.T) {
	for name, c := range map[string]struct {
		count         [3]int // of each number
		seconds       int
		sum           float64
		lost, doubled int
		says          string
	}{
		"all once":              {[3]int{1, 1, 1}, 3, 3, 0, 0, ""},
		"one is lost":           {[3]int{1, 0, 1}, 2, 2, 1, 0, "record 1 was never counted"},
		"one is counted twice":  {[3]int{1, 1, 2}, 4, 5, 0, 1, "record 2 was counted 2 times"},
		"a second lacks one":    {[3]int{1, 1, 1}, 2, 2, 1, 0, "the seconds have 2 records"},
		"a second has one more": {[3]int{1, 1, 1}, 4, 4, 0, 1, "the seconds have 4 records"},
		"one for another":       {[3]int{1, 1, 1}, 3, 4, 0, 0, "of sum 4"},
	} {
		t.Run(name, func(t *testing.T) {
			stored := []decided{line(t, "tally", "", c.seconds, c.sum)}
			for n, count := range c.count {
				if count > 0 {
					stored = append(stored, line(t, "each", fmt.Sprint(n), count, 0))
				}
			}
			r := &round{}
			got := strings.Join(r.countRecords(stored, &writer{next: 3}), "; ")
			if r.records != 3 || r.lost != c.lost || r.doubled != c.doubled || !strings.Contains(got, c.says) || c.says == "" && got != "" {
				t.Errorf("%d records, %d lost, %d doubled: %s", r.records, r.lost, r.doubled, got)
			}
		})
	}
}

// What vanished from the files need not be counted, but may have been.
func TestCountRecords_OfWhatIsGone(t *testing.T) {
	for _, read := range []bool{true, false} {
		stored := []decided{line(t, "each", "0", 1, 0), line(t, "tally", "", 1, 0)}
		if read {
			stored = []decided{line(t, "each", "0", 1, 0), line(t, "each", "1", 1, 0), line(t, "tally", "", 2, 1)}
		}
		r := &round{}
		if got := r.countRecords(stored, &writer{next: 2, gone: map[int]bool{1: true}}); len(got) > 0 || r.records != 1 {
			t.Errorf("read %t: %d records, %v", read, r.records, got)
		}
	}
}

func TestCompare(t *testing.T) {
	a, b := line(t, "each", "1", 1, 0), line(t, "each", "2", 1, 0)
	for name, c := range map[string]struct {
		want, stored  []decided
		lost, doubled int
	}{
		"the same":       {[]decided{a, b}, []decided{b, a}, 0, 0},
		"one is lost":    {[]decided{a, b}, []decided{a}, 1, 0},
		"one is new":     {[]decided{a}, []decided{a, b}, 0, 1},
		"one came twice": {[]decided{a}, []decided{a, a}, 0, 1},
	} {
		r := &round{}
		complaints := r.compare(c.want, c.stored)
		if r.alertsLost != c.lost || r.alertsDoubled != c.doubled || len(complaints) != c.lost+c.doubled {
			t.Errorf("%s: %d lost, %d doubled: %v", name, r.alertsLost, r.alertsDoubled, complaints)
		}
	}
}

func TestCopiesOf(t *testing.T) {
	for name, c := range map[string]struct {
		messages    []message
		copies, bad int
	}{
		"none":                         {[]message{{id: "a"}, {id: "b"}}, 0, 0},
		"in flight at a kill":          {[]message{{id: "a"}, {id: "b"}, {id: "b", life: 1}}, 1, 0},
		"long before a kill":           {[]message{{id: "a"}, {id: "b"}, {id: "a", life: 1}}, 1, 1},
		"its answer was lost":          {[]message{{id: "a", hidden: true}, {id: "a"}}, 1, 0},
		"by one process":               {[]message{{id: "a"}, {id: "a"}}, 1, 1},
		"a process that took it twice": {[]message{{id: "a"}, {id: "a", life: 1}, {id: "a", life: 1}}, 2, 1},
	} {
		copies, bad := copiesOf(c.messages)
		if copies != c.copies || len(bad) != c.bad {
			t.Errorf("%s: %d copies, bad %v", name, copies, bad)
		}
	}
}

func TestTellings(t *testing.T) {
	firing := []told{{ID: "x", Status: "firing"}}
	ids := tellings([]message{{id: "a", body: body{alerts: firing}}, {id: "a", body: body{alerts: firing}}, {id: "b", body: body{alerts: firing}}})
	if got := ids[telling{"x", "firing"}]; len(got) != 2 {
		t.Errorf("ids %v", got)
	}
}

// A figure that is not met fails the round, but not in the short form.
func TestFault(t *testing.T) {
	var slow, lossy tally
	slow.measure("pause", figure{120, 100, " ms"})
	slow.measure("pause", figure{80, 100, " ms"})
	lossy.add(tally{lost: 1})
	for name, c := range map[string]struct {
		t     *tally
		short bool
		want  string
	}{
		"slow":              {&slow, false, "pause: 120 ms, allowed 100"},
		"slow and short":    {&slow, true, ""},
		"a loss":            {&lossy, false, "1 records lost"},
		"a loss, and short": {&lossy, true, "1 records lost"},
		"nothing":           {&tally{}, false, ""},
	} {
		if err := c.t.fault(c.short); fmt.Sprint(err) != c.want && (err != nil || c.want != "") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
