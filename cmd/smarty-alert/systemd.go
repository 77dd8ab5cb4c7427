package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// systemd is the service manager as sd_notify(3) describes it. The zero value
// tells nobody.
type systemd struct {
	address  string        // of its socket; "": there is none
	patience time.Duration // after which it kills a service that does not turn; 0: it does not watch
}

// newSystemd reads what the service manager put into the environment.
func newSystemd(env func(string) (string, bool)) systemd {
	address, _ := env("NOTIFY_SOCKET")
	if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "@") {
		return systemd{}
	}
	d := systemd{address: address}
	if pid, ok := env("WATCHDOG_PID"); ok && pid != strconv.Itoa(unix.Getpid()) {
		return d
	}
	text, _ := env("WATCHDOG_USEC")
	if usec, err := strconv.ParseInt(text, 10, 64); err == nil && usec > 0 {
		d.patience = time.Duration(usec) * time.Microsecond
	}
	return d
}

// tell sends assignments. That the manager does not listen is no fault of ours:
// it is told again soon, or kills us.
func (d systemd) tell(assignments ...string) {
	if d.address == "" {
		return
	}
	// An @ stands for the zero byte of the abstract name space here as well.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: d.address, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write([]byte(strings.Join(assignments, "\n")))
}

// reloading says that a reload begins. Type=notify-reload needs the moment, to
// know that the READY=1 after it is the answer.
func (d systemd) reloading() {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // always there
	d.tell("RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1000), "STATUS=reloading")
}

// statusEvery is how often the manager hears how things are.
const statusEvery = 5 * time.Second

// keepInformed tells the service manager how things are until ctx ends.
func (s *service) keepInformed(ctx context.Context) error {
	if s.systemd.address == "" {
		return nil
	}
	every := statusEvery
	if s.systemd.patience > 0 {
		every = min(every, s.systemd.patience/3)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var p bulletin
	opened := s.opened
	for {
		status, follows := s.condition()
		s.systemd.tell(p.words(status, follows, s.turns.Load())...)
		select {
		case <-ctx.Done():
			return nil
		case <-opened: // news of it are not to wait
			opened = nil
		case <-ticker.C:
		}
	}
}

// bulletin is what the manager was told.
type bulletin struct {
	ready bool
	turns int64
}

// startMore is how much longer a start may take that gets on.
const startMore = 60 * time.Second

// words are what to tell it: that the service is ready once it follows its logs,
// and that it is alive if the loop has turned since. What the loop does not do, no
// other goroutine may vouch for.
func (p *bulletin) words(status string, follows bool, turns int64) []string {
	words := []string{"STATUS=" + status}
	if follows && !p.ready {
		p.ready = true
		words = append(words, "READY=1")
	}
	if turns != p.turns {
		p.turns = turns
		words = append(words, "WATCHDOG=1")
		if !follows {
			words = append(words, fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", startMore.Microseconds()))
		}
	}
	return words
}

// condition is the service in a few words, and whether it follows its logs.
func (s *service) condition() (status string, follows bool) {
	l := s.loop.Load()
	if l == nil {
		return "reading again what the last run read", false
	}
	r := l.readings.Load()
	if r == nil {
		return "reading what was written before the start", true
	}
	var lag int64
	for _, st := range r.live {
		lag += st.Lag
	}
	firing := 0
	for _, n := range r.firing {
		firing += n
	}
	status = fmt.Sprintf("following %d logs, %d alerts fire", len(r.live), firing)
	if !r.ready {
		status = fmt.Sprintf("reading what was written before the start: %d bytes left", lag)
	}
	if _, full := s.store.InMemory(); full {
		status += "; THE DISK OF THE STATE IS FULL: alerts go on from memory"
	}
	return status, true
}
