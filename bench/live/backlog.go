package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// backlogRate is how many records a second of the backlog has: those of `make
// bench`.
const backlogRate = 200

func backlogStart() time.Time { return time.Date(2024, 11, 18, 0, 0, 0, 0, time.UTC) }

// catchUp lets the service find a backlog at its start, beside replay of the
// same files, by turns.
func catchUp(s *site, o options) error {
	kept := filepath.Join(o.out, fmt.Sprintf("backlog-%d-%d", o.files, o.catchup))
	size, lines, err := makeBacklog(kept, o)
	if err != nil {
		return err
	}
	var ratios []float64
	for range o.pairs {
		p, err := s.fallBehind(kept)
		if err != nil {
			return err
		}
		took, used := p.ready.Sub(p.began), p.usage()
		told, err := p.firedAtEnd()
		if err != nil {
			return err
		}
		if err := p.stop(); err != nil {
			return err
		}
		theirs, theirCPU, fired, err := s.replayLogs()
		if err != nil {
			return err
		}
		if told != fired {
			return fmt.Errorf("run fired %d alerts, replay %d", told, fired)
		}
		fmt.Printf("run    wall %.2f s, cpu %.2f s, %.0f MB/s, %.0f lines/s, peak memory %.0f MiB, %d alerts\n", took.Seconds(), used.cpu.Seconds(),
			float64(size)/1e6/took.Seconds(), float64(lines)/took.Seconds(), float64(used.peak)/(1<<20), fired)
		fmt.Printf("replay wall %.2f s, cpu %.2f s, %.0f MB/s\n", theirs.Seconds(), theirCPU.Seconds(), float64(size)/1e6/theirs.Seconds())
		fmt.Printf("BenchmarkCatchUp/run/files=%d 1 %d ns/op %.2f MB/s\n", o.files, took.Nanoseconds(), float64(size)/1e6/took.Seconds())
		fmt.Printf("BenchmarkCatchUp/replay/files=%d 1 %d ns/op %.2f MB/s\n", o.files, theirs.Nanoseconds(), float64(size)/1e6/theirs.Seconds())
		ratios = append(ratios, took.Seconds()/theirs.Seconds())
	}
	slices.Sort(ratios)
	fmt.Printf("%.2f GB, %.2f million lines in %d files: wall of run / wall of replay: median %.2f (%.2f to %.2f)\n", float64(size)/1e9,
		float64(lines)/1e6, o.files, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1])
	return nil
}

// fallBehind starts a service that has followed empty logs, which then grew while
// it was down, and waits until it has read them.
func (s *site) fallBehind(backlog string) (*process, error) {
	if err := os.RemoveAll(filepath.Join(s.dir, "state")); err != nil {
		return nil, err
	}
	for _, f := range s.logs {
		if err := errors.Join(os.Remove(f.path), os.WriteFile(f.path, nil, 0o644)); err != nil {
			return nil, err
		}
	}
	// It has judged no second of the backlog's yet.
	p, err := s.start("--clock-start", backlogStart().Add(-time.Minute).Format(time.RFC3339))
	if err != nil {
		return nil, err
	}
	if err := p.stop(); err != nil {
		return nil, err
	}
	for i, f := range s.logs {
		if err := appendFile(f.path, filepath.Join(backlog, strconv.Itoa(i)+".log")); err != nil {
			return nil, err
		}
	}
	return s.start()
}

func appendFile(to, from string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	_, err = io.Copy(dst, src)
	return err
}

// makeBacklog writes the backlog once; it is kept for the next run.
func makeBacklog(dir string, o options) (size, lines int64, err error) {
	note := filepath.Join(dir, "made")
	if text, err := os.ReadFile(note); err == nil {
		if _, err := fmt.Sscan(string(text), &size, &lines); err == nil {
			return size, lines, nil
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, 0, err
	}
	files := logFiles("", o.files)
	writers := make([]*bufio.Writer, len(files))
	byStem := map[string][]int{}
	var stems []string
	for i, log := range files {
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(i)+".log"))
		if err != nil {
			return 0, 0, err
		}
		defer func() { err = errors.Join(err, writers[i].Flush(), f.Close()) }()
		writers[i] = bufio.NewWriterSize(f, 256<<10)
		if byStem[log.stem] = append(byStem[log.stem], i); len(byStem[log.stem]) == 1 {
			stems = append(stems, log.stem)
		}
	}
	g, err := loggen.New(loggen.Options{Seed: 1, Start: backlogStart(), Duration: 400 * 24 * time.Hour, Rate: backlogRate, Logs: stems})
	if err != nil {
		return 0, 0, err
	}
	for size < o.catchup {
		rec, ok := g.Next()
		if !ok {
			return 0, 0, errors.New("the generator ended before the backlog was large enough")
		}
		same := byStem[rec.Log]
		n, err := writers[same[lines%int64(len(same))]].Write(rec.Text)
		if err != nil {
			return 0, 0, err
		}
		size += int64(n)
		lines += int64(strings.Count(string(rec.Text), "\n"))
	}
	return size, lines, os.WriteFile(note, fmt.Appendln(nil, size, lines), 0o644)
}

// replayLogs replays what the service has read, and counts the alerts that fired.
func (s *site) replayLogs() (wall, cpu time.Duration, fired int64, err error) {
	args := []string{"replay", "--format", "jsonl"}
	for _, name := range []string{"probes.yaml", "windows.yaml"} {
		args = append(args, "--rules", filepath.Join(s.dir, name))
	}
	cmd := exec.Command(s.program, append(args, filepath.Join(s.dir, "logs"))...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	wall = time.Since(began)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("replay: %w", err)
	}
	cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	for text := range strings.Lines(string(out)) {
		var row struct{ State string }
		if json.Unmarshal([]byte(text), &row) == nil && (row.State == "firing" || row.State == "event") {
			fired++
		}
	}
	return wall, cpu, fired, nil
}

// firedAtEnd is how many alerts fired, once the last record was judged.
func (p *process) firedAtEnd() (int64, error) {
	for range 100 {
		_, metrics := p.fetch("/metrics")
		if total(metrics, "smarty_alert_final_timestamp_seconds") >= p.began.Unix()-10 {
			return total(metrics, "smarty_alert_rule_fired_total"), nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, errors.New("the service has not come to the present")
}

// total adds up a metric over its labels.
func total(metrics, name string) (sum int64) {
	for _, m := range regexp.MustCompile(`(?m)^`+name+`(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(metrics, -1) {
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			sum += int64(v)
		}
	}
	return sum
}
