package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func threeRounds() result {
	took := func(ms ...int) (out []measure) {
		for _, n := range ms {
			out = append(out, measure{wall: time.Duration(n) * time.Millisecond, cpu: time.Millisecond, memory: memory{anonymous: 3 << 20, resident: 5 << 20}})
		}
		return out
	}
	return result{
		contest: contest{name: "Replay", about: "some rules", goal: "≤ 2", bytes: 1_000_000, ours: contender{name: "us"}, others: []contender{{name: "wc -l"}}},
		took:    [][]measure{took(250, 1000, 500), took(250, 250, 250)},
	}
}

func TestRatio_IsTakenRoundByRound(t *testing.T) {
	if got, want := threeRounds().ratio(1, wall), (spread{median: 2, least: 1, most: 4}); got != want {
		t.Errorf("ratio = %v, want %v", got, want)
	}
}

func TestBenchmarks_HaveALineForEachRound(t *testing.T) {
	var got strings.Builder
	threeRounds().benchmarks(&got)
	lines := strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n")
	want := "BenchmarkReplay/wc_-l 1 250000000 ns/op 4.0 MB/s 1000000 cpu-ns/op 3145728 anonymous-B 5242880 resident-B"
	if len(lines) != 6 || lines[5] != want {
		t.Errorf("got:\n%s\nwant six lines, the last:\n%s", got.String(), want)
	}
}

func TestMarkdown_IsARow(t *testing.T) {
	var got strings.Builder
	threeRounds().markdown(&got)
	want := "| `Replay`: some rules | ≤ 2 | 0.50 s, 2 MB/s | 3.0 MiB, 5.0 MiB | `wc -l`, 0.25 s | 2.00 (1.00 to 4.00) | 1.00 |\n"
	if got.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

// TestRun_RefusesAnswersThatDoNotFit runs this test's own program, which is
// there on any machine.
func TestRun_RefusesAnswersThatDoNotFit(t *testing.T) {
	self := contender{name: "self", args: []string{os.Args[0], "-test.list", "TestRun_"}}
	c := contest{ours: self, others: []contender{self}, agree: func(said string, others []string) error {
		return same("answers", int64(len(said)), int64(len(others[0]))-1)
	}}
	if _, err := c.run(1); err == nil || !strings.Contains(err.Error(), "the answers do not fit: answers: ") {
		t.Errorf("error = %v", err)
	}
	c.agree = func(said string, others []string) error {
		return same("answers", int64(len(said)), int64(len(others[0])))
	}
	r, err := c.run(2)
	if err != nil || len(r.took[0]) != 2 || r.took[1][1].wall <= 0 {
		t.Errorf("result = %+v, error %v; want two rounds of each", r, err)
	}
}

func TestBytesOf_ReadsAStatus(t *testing.T) {
	const status = "Name:\tgrep\nVmHWM:\t    2048 kB\nRssAnon:\t     12 kB\n"
	for key, want := range map[string]int64{"VmHWM:": 2 << 20, "RssAnon:": 12 << 10, "RssFile:": 0} {
		if got := bytesOf([]byte(status), key); got != want {
			t.Errorf("%s %d, want %d", key, got, want)
		}
	}
}
