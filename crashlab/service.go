package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// lateness is the one of a round's configuration: the writer may be late by that
// much when the machine is busy.
const lateness = 3 * time.Second

// empty is how long after the last record the windows of labRules are empty, and what
// fired is over.
const empty = 4 * time.Second

// labRules show each record by itself, so that one that is lost or counted twice is
// known by its number; all records of a second together (an event clears the window);
// and alerts that come and go.
const labRules = `
rules:
- id: each
  event: LAB_RECORD
  group_by: [number]
  mode: event
  groups: {max: 2000000}
- id: tally
  event: LAB_RECORD
  mode: event
  window: 1m
  aggregates:
    numbers: {sum: number}
  condition: count >= 1
- id: burst
  event: LAB_RECORD
  group_by: [key]
  window: 2s
  aggregates:
    newest: {max: number}
    lines: {distinct: number}
  condition: count >= 8 and lines == count
  keep_firing_for: 1s
`

// build builds the program of this repository.
func build(ctx context.Context, program string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/smarty-alert")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	return nil
}

// service is the real program in the directory of a round, with those who are told.
type service struct {
	round    *round
	hook     *hook
	rules    string
	lateness time.Duration
	clock    clock    // the one it is started with
	reads    string   // options of the logs, besides
	state    string   // its directory
	catchUp  string   // how long ago what is over is told one by one; "": the default
	hookOnly bool     // nothing is told to the file
	prefix   []string // a command that runs the program, with arguments; nil: none
	env      []string
	attr     *syscall.SysProcAttr
	born     int64 // second of the first start: what happened before is history
	lives    []int // lines of the file receiver at each death

	cmd     *exec.Cmd
	address chan string   // told once by each process
	done    chan struct{} // closed when it has ended
	url     string        // "": not known of this process yet
	mu      sync.Mutex
	status  error // of the process that ended last
	away    []absence
}

// absence is a time in which no process judged anything; the last one may be without
// an end.
type absence struct{ from, to time.Time }

// newService configures a service; change its fields before the first launch.
func (r *round) newService() *service {
	s := &service{round: r, hook: r.newHook(false), rules: labRules, lateness: lateness, state: r.path("state")}
	r.atEnd(s.kill)
	return s
}

// configure writes what the next process reads. The webhook's address has the number
// of the process in it.
func (s *service) configure() error {
	r, root := s.round, "file"
	file := fmt.Sprintf("  file: {file: {path: %q}, rate_limit: {burst: 0}}\n", r.path("told.jsonl"))
	if s.hookOnly {
		root, file = "hook", ""
	}
	config := fmt.Sprintf(`
version: 1
logs:
- {path: logs, start: beginning, lateness: %s%s}
rules: [rules.yaml]
state: {dir: %q}
web: {listen: "127.0.0.1:0"}
flapping: {transitions: 1000, within: 1h}
catch_up: %s
receivers:
  hook: {webhook: {url: %q}, allow_loopback: true, rate_limit: {burst: 0}}
%sroute:
  receiver: %s
  group_by: [rule, key]
  group_wait: 0s
  group_interval: 1s
`, s.lateness, prefixed(", ", s.reads), s.state, cmp.Or(s.catchUp, "15m"), s.hook.url(len(s.lives)), file, root)
	if !s.hookOnly {
		config += "  routes:\n  - {receiver: hook, continue: true}\n  - {receiver: file}\n"
	}
	return errors.Join(r.write("rules.yaml", s.rules), r.write("config.yaml", config))
}

var listening = regexp.MustCompile(`msg=running listen=(\S+)`)

// launch starts a process and waits for nothing.
func (s *service) launch(flags ...string) error {
	if s.born == 0 {
		s.born = s.clock.now().Unix()
	}
	if err := errors.Join(s.configure(), s.round.keepState(s.state, len(s.lives))); err != nil {
		return err
	}
	args := append(slices.Clone(s.prefix), s.round.program, "run", "--config", s.round.path("config.yaml"))
	args = append(append(args, s.clock.flags()...), flags...)
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Env, s.cmd.SysProcAttr, s.cmd.Dir = append(os.Environ(), s.env...), s.attr, s.round.dir
	pipe, err := s.cmd.StderrPipe()
	if err != nil {
		return err
	}
	said, err := os.OpenFile(s.round.path("said.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return errors.Join(fmt.Errorf("start the service: %w", err), said.Close())
	}
	fmt.Fprintf(said, "--- process %d\n", s.cmd.Process.Pid)
	s.url, s.address, s.done = "", make(chan string, 1), make(chan struct{})
	go s.listen(s.cmd, pipe, said, s.address, s.done)
	return nil
}

// listen keeps what the process says, finds its address, and waits for its end.
func (s *service) listen(cmd *exec.Cmd, pipe io.Reader, said *os.File, address chan<- string, done chan<- struct{}) {
	defer close(done)
	defer said.Close()
	lines := bufio.NewReader(pipe)
	for {
		line, err := lines.ReadString('\n')
		if m := listening.FindStringSubmatch(line); m != nil {
			address <- m[1]
			s.back()
		}
		_, _ = said.WriteString(line)
		if err != nil {
			break
		}
	}
	err := cmd.Wait()
	s.mu.Lock()
	s.status = err
	s.mu.Unlock()
}

// begin launches the first process and waits until it has noted where the logs begin.
func (s *service) begin() error {
	if err := s.launch(); err != nil {
		return err
	}
	var ended bool
	err := s.round.eventually("running", time.Minute, func() bool {
		ended = s.ended()
		return ended || s.known()
	})
	if ended {
		return s.unexpected()
	}
	s.born = s.clock.now().Unix()
	return err
}

// start launches a process and waits until it is ready.
func (s *service) start(flags ...string) error {
	if err := s.launch(flags...); err != nil {
		return err
	}
	return s.ready(time.Minute)
}

// ready waits until everything written before has been read.
func (s *service) ready(limit time.Duration) error {
	var ended bool
	err := s.round.eventually("ready", limit, func() bool {
		status, _ := s.fetch("/-/ready")
		ended = s.ended()
		return ended || status == http.StatusOK
	})
	if ended {
		return s.unexpected()
	}
	return err
}

func (s *service) unexpected() error {
	return fmt.Errorf("the service ended by itself: %w\n%s", s.outcome(), s.lastWords(5))
}

// ended reports whether the process is gone.
func (s *service) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// outcome is how the process that ended last did so; nil: in order.
func (s *service) outcome() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// exitStatus is that of the process that ended last; -1: by a signal.
func (s *service) exitStatus() int {
	var exit *exec.ExitError
	switch err := s.outcome(); {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// said is everything that the processes of the round wrote.
func (s *service) said() string {
	text, _ := os.ReadFile(s.round.path("said.log"))
	return string(text)
}

func (s *service) lastWords(n int) string {
	lines := strings.Split(strings.TrimSpace(s.said()), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// kill ends the process with SIGKILL and waits for it.
func (s *service) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
	s.died()
}

// died takes note of the end of a process.
func (s *service) died() {
	s.cmd = nil
	s.lives = append(s.lives, len(s.fileLines()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.away); n == 0 || !s.away[n-1].to.IsZero() {
		s.away = append(s.away, absence{from: s.clock.now()})
	}
}

// back takes note of a process that runs.
func (s *service) back() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.away); n > 0 && s.away[n-1].to.IsZero() {
		s.away[n-1].to = s.clock.now()
	}
}

// absent reports whether all of a time lies where no process judged it as it went by.
func (s *service) absent(from, to int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	slack := int64(s.lateness/time.Second) + 2
	return slices.ContainsFunc(s.away, func(a absence) bool {
		return from >= a.from.Unix()-slack && (a.to.IsZero() || to <= a.to.Unix()+slack)
	})
}

// slept reports whether a second passed while no process ran, so long before the next
// one was started that it has to tell even what was over by then.
func (s *service) slept(second int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	late := int64(s.lateness/time.Second) + 4 // the service's own limit is three seconds, and ours are whole ones
	return slices.ContainsFunc(s.away, func(a absence) bool {
		return second > a.from.Unix() && !a.to.IsZero() && a.to.Unix()-second > late
	})
}

// stop ends the process in order.
func (s *service) stop() error {
	if s.cmd == nil {
		return errors.New("the service does not run")
	}
	if s.ended() {
		return s.unexpected()
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		s.kill()
		return fmt.Errorf("the service did not stop within a minute\n%s", s.lastWords(5))
	}
	s.died()
	if err := s.outcome(); err != nil {
		return fmt.Errorf("stop the service: %w\n%s", err, s.lastWords(5))
	}
	return nil
}

// known tells whether the process runs and has said where it listens.
func (s *service) known() bool {
	if s.url == "" {
		select {
		case a := <-s.address:
			s.url = "http://" + a
		default:
		}
	}
	return s.url != ""
}

// fetch asks the process, if its address is known already.
func (s *service) fetch(path string) (int, string) {
	if !s.known() {
		return 0, ""
	}
	res, err := http.Get(s.url + path)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, ""
	}
	return res.StatusCode, string(body)
}

// metric adds up a metric of a running service over its labels, as total does.
func (s *service) metric(name, part string) (sum float64, ok bool) {
	_, text := s.fetch("/metrics")
	return total(text, name, part)
}

// total adds up a metric over its labels; part must be in them. ok is false when it
// is not there.
func total(metrics, name, part string) (sum float64, ok bool) {
	for line := range strings.Lines(metrics) {
		rest, found := strings.CutPrefix(strings.TrimSpace(line), name)
		if !found || rest == "" || rest[0] != ' ' && rest[0] != '{' || !strings.Contains(rest, part) {
			continue
		}
		if v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64); err == nil {
			sum, ok = sum+v, true
		}
	}
	return sum, ok
}

// settle waits until all that was written up to now is judged and told. The hook
// is sound from now on.
func (s *service) settle() error {
	s.hook.heal()
	last := s.clock.now().Unix()
	// Sooner it cannot be; to ask meanwhile costs more than the rest of the round.
	s.round.pause(time.Duration(float64(s.lateness+empty) / max(1, s.clock.speed)))
	var ended bool
	err := s.round.eventually("all is judged", 90*time.Second, func() bool {
		ended = s.ended()
		final, ok := s.metric("smarty_alert_final_timestamp_seconds", "")
		return ended || ok && final > float64(last+int64(empty/time.Second)) // the windows are too
	})
	if ended {
		return s.unexpected()
	}
	if err != nil {
		return err
	}
	// A receiver that failed some times in a row is asked after half a minute.
	return s.round.eventually("all is told", 3*time.Minute, func() bool { return s.unsent() == 0 })
}

// unsent is how much waits for a receiver; -1: nobody answers.
func (s *service) unsent() (sum float64) {
	status, text := s.fetch("/metrics")
	if status != http.StatusOK {
		return -1
	}
	for _, state := range []string{"pending", "retry", "inflight"} {
		n, _ := total(text, "smarty_alert_outbox", `state="`+state+`"`)
		sum += n
	}
	return sum
}
