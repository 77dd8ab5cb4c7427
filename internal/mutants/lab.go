package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Bounds of one run of tests: a fault may make a loop that never ends, or one
// that eats memory.
const (
	runTime   = 3 * time.Minute
	runMemory = 6 << 20 // KiB of addresses
)

// lab tries faults. Several goroutines may use it.
type lab struct {
	ctx  context.Context
	o    options
	root string
	dir  string // everything made lies here

	mu     sync.Mutex       // held while tests run without a fault
	honest map[string]error // by what is run: what they said
}

// verdict is what became of a fault.
type verdict struct {
	by   string // the test that noticed; "": none did
	took time.Duration
	err  error // it cannot be told
}

func newLab(ctx context.Context, o options) (*lab, error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	return &lab{ctx: ctx, o: o, root: root, dir: dir, honest: map[string]error{}}, nil
}

func (l *lab) close() { os.RemoveAll(l.dir) }

// tryAll tries the faults, some at a time; each channel gets one verdict.
func (l *lab) tryAll(faults []*fault) []chan verdict {
	verdicts := make([]chan verdict, len(faults))
	for i := range verdicts {
		verdicts[i] = make(chan verdict, 1)
	}
	next := make(chan int, len(faults))
	for i := range faults {
		next <- i
	}
	close(next)
	for range max(1, l.o.parallel) {
		go func() {
			for i := range next {
				start := time.Now()
				v := l.try(faults[i])
				v.took = time.Since(start)
				verdicts[i] <- v
			}
		}()
	}
	return verdicts
}

// try runs the tests of a fault until one fails, first with few cases of the
// oracle, and when all passed once more with many.
func (l *lab) try(f *fault) verdict {
	dir, err := os.MkdirTemp(l.dir, f.name)
	if err != nil {
		return verdict{err: err}
	}
	defer os.RemoveAll(dir)
	overlay, err := l.overlay(f, dir)
	if err != nil {
		return verdict{err: err}
	}
	for again, cases := range []int{l.o.cases, l.o.more} {
		for _, c := range f.tests {
			if again > 0 && !strings.Contains(c.run, "Oracle") {
				continue // would say the same
			}
			by, err := l.notices(c, cases, dir, overlay)
			if err != nil || by != "" {
				return verdict{by: by, err: err}
			}
		}
	}
	return verdict{}
}

// overlay writes the faulty copy and the file that tells go where to use it.
func (l *lab) overlay(f *fault, dir string) (string, error) {
	text, err := f.apply(l.root)
	if err != nil {
		return "", err
	}
	copied := filepath.Join(dir, filepath.Base(f.file))
	name := filepath.Join(dir, "overlay.json")
	replace := map[string]map[string]string{"Replace": {filepath.Join(l.root, f.file): copied}}
	data, err := json.Marshal(replace)
	return name, errors.Join(err, os.WriteFile(copied, []byte(text), 0o600), os.WriteFile(name, data, 0o600))
}

// notices returns the test that fails with the fault and passes without it.
func (l *lab) notices(c check, cases int, dir, overlay string) (string, error) {
	bin, err := l.build(c.pkg, dir, overlay)
	if err != nil {
		return "", fmt.Errorf("does not compile: %w", err)
	}
	failed, err := l.test(bin, c, cases)
	if failed == "" || err != nil {
		return "", err
	}
	if err := l.passes(c, cases); err != nil {
		return "", err
	}
	return failed, nil
}

// passes makes sure that a check passes without a fault.
func (l *lab) passes(c check, cases int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := fmt.Sprint(c, cases)
	if err, known := l.honest[key]; known {
		return err
	}
	err := l.runHonest(c, cases)
	l.honest[key] = err
	return err
}

func (l *lab) runHonest(c check, cases int) error {
	bin, err := l.build(c.pkg, l.dir, "")
	if err != nil {
		return fmt.Errorf("the tests of %s do not compile: %w", c.pkg, err)
	}
	failed, err := l.test(bin, c, cases)
	if failed != "" {
		return fmt.Errorf("%s fails without any fault (%d cases of the oracle)", failed, cases)
	}
	return err
}

// build makes the test binary of a package, unless it is there.
func (l *lab) build(pkg, dir, overlay string) (string, error) {
	bin := filepath.Join(dir, filepath.Base(pkg)+".test")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	args := []string{"test", "-c", "-o", bin}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(l.ctx, "go", append(args, pkg)...)
	cmd.Dir = l.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go test -c %s: %w\n%s", pkg, err, bytes.TrimSpace(out))
	}
	return bin, nil
}

// test runs a test binary and returns the first test that failed, or "".
func (l *lab) test(bin string, c check, cases int) (string, error) {
	args := []string{"-test.run", c.run, "-test.failfast", "-test.timeout", runTime.String()}
	usage, _ := exec.CommandContext(l.ctx, bin, "-h").CombinedOutput()
	if bytes.Contains(usage, []byte("-rapid.seed")) {
		args = append(args, "-rapid.seed=1", "-rapid.nofailfile", "-rapid.shrinktime=1ms")
	}
	ctx, cancel := context.WithTimeout(l.ctx, runTime+time.Minute)
	defer cancel()
	limit := fmt.Sprintf(`ulimit -v %d 2>/dev/null; exec "$0" "$@"`, runMemory)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", limit, bin}, args...)...)
	cmd.Dir = filepath.Join(l.root, c.pkg)
	cmd.Env = append(os.Environ(), fmt.Sprintf("SMARTY_ALERT_ORACLE_CASES=%d", cases))
	out, err := cmd.CombinedOutput()
	if l.ctx.Err() != nil {
		return "", errors.New("interrupted")
	}
	if err == nil {
		if bytes.Contains(out, []byte("no tests to run")) {
			return "", fmt.Errorf("%s has no test like %q", c.pkg, c.run)
		}
		return "", nil
	}
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		return "", err
	}
	return blame(string(out)), nil
}

var (
	failLine = regexp.MustCompile(`(?m)^( *)--- FAIL: (\S+)`)
	running  = regexp.MustCompile(`(?m)^\s*running tests:\s*\n\s*(\S+)`)
)

// blame finds the test that failed in what the binary said: the first subtest
// of it, if there is one.
func blame(out string) string {
	top := ""
	for _, m := range failLine.FindAllStringSubmatch(out, -1) {
		switch {
		case top == "":
			top = m[2]
		case strings.HasPrefix(m[2], top+"/"):
			return m[2]
		}
	}
	if m := running.FindStringSubmatch(out); m != nil {
		return m[1] + " (timed out)"
	}
	if top == "" {
		top = "the process died"
	}
	return top
}
