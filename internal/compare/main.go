// Command compare times replay beside grep, and parse --stats beside mawk, over
// the same generated log and writes the ratios down: both as whole processes,
// alternating, so that a machine whose speed drifts is no matter. `make bench`
// runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// events are what the three rules, and grep, look for.
var events = []string{"STREAM_SERVICE_CHECKING_ERROR", "MANAGEMENT_COMMAND_ERROR", "LOGIN_ERROR"}

const rules = `
rules:
- {id: edges, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, condition: count >= 5}
- {id: commands, event: MANAGEMENT_COMMAND_ERROR, group_by: [command], window: 15m, condition: count >= 3}
- {id: logins, event: LOGIN_ERROR, group_by: [reason], window: 5m, condition: count >= 50}
`

func main() {
	size := flag.Int64("bytes", 1_000_000_000, "size of the log, `bytes`")
	pairs := flag.Int("pairs", 9, "runs of each")
	dir := flag.String("dir", "bench/out", "where the log is made and kept")
	flag.Parse()
	if err := run(*dir, *size, *pairs); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(dir string, size int64, pairs int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	log := filepath.Join(dir, fmt.Sprintf("smarty_all-%d.log", size))
	lines, err := makeLog(log, size)
	if err != nil {
		return err
	}
	program := filepath.Join(dir, "smarty-alert")
	build := exec.Command("go", "build", "-o", program, "./cmd/smarty-alert")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	ruleFile := filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(ruleFile, []byte(rules), 0o644); err != nil {
		return err
	}
	info, err := os.Stat(log)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %.2f GB, %.2f million lines; %s, %d cores; %d pairs\n", time.Now().Format("2006-01-02"),
		float64(info.Size())/1e9, float64(lines)/1e6, runtime.GOARCH, runtime.NumCPU(), pairs)
	replay := contest{
		ours: contender{"smarty-alert replay", []string{program, "replay", "--rules", ruleFile, "--format", "jsonl", log}},
		tool: contender{"grep -cE", []string{"grep", "-cE", strings.Join(events, "|"), log}},
	}
	stats := contest{
		ours:  contender{"parse --stats", []string{program, "parse", "--stats", "--format", "jsonl", log}},
		tool:  contender{"mawk", []string{"mawk", countEvents, log}},
		agree: sameCounts,
	}
	return errors.Join(replay.run(info.Size(), pairs), stats.run(info.Size(), pairs))
}

// makeLog writes the log once; it is kept for the next run.
func makeLog(name string, size int64) (lines int64, err error) {
	if info, err := os.Stat(name); err == nil && info.Size() >= size {
		return countLines(name)
	}
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	g, err := loggen.New(loggen.Options{Seed: 1, Start: time.Date(2024, 11, 18, 0, 0, 0, 0, time.UTC), Duration: 400 * 24 * time.Hour, Rate: 200})
	if err != nil {
		return 0, err
	}
	var written int64
	for written < size {
		rec, ok := g.Next()
		if !ok {
			return lines, errors.New("the generator ended before the log was large enough")
		}
		n, err := f.Write(rec.Text)
		if err != nil {
			return lines, err
		}
		written += int64(n)
		lines += int64(strings.Count(string(rec.Text), "\n"))
	}
	return lines, nil
}

func countLines(name string) (int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	var n int64
	for {
		k, err := f.Read(buf)
		for _, c := range buf[:k] {
			if c == '\n' {
				n++
			}
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
