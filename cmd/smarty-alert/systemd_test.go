package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// manager is the other side of sd_notify.
type manager struct {
	mu   sync.Mutex
	told []string // datagrams
}

// newManager listens in place of systemd, which would restart what does not turn
// for patience, in microseconds.
func newManager(t *testing.T, patience string) *manager {
	dir, err := os.MkdirTemp("", "") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", patience)
	m := &manager{}
	var reading sync.WaitGroup
	reading.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.told = append(m.told, string(buf[:n]))
			m.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		conn.Close()
		reading.Wait()
	})
	return m
}

// heard returns the assignments so far, in order.
func (m *manager) heard() (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.told {
		all = append(all, strings.Split(d, "\n")...)
	}
	return all
}

func (m *manager) count(pattern string) (n int) {
	re := regexp.MustCompile("^" + pattern + "$")
	for _, a := range m.heard() {
		if re.MatchString(a) {
			n++
		}
	}
	return n
}

// TestRun_UnderSystemd: ready when it follows, alive while the loop turns, and
// reloads and stops as Type=notify-reload wants it.
func TestRun_UnderSystemd(t *testing.T) {
	s := newSite(t)
	m := newManager(t, "300000")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	s.eventually("it is ready, and alive", func() bool { return m.count("READY=1") == 1 && m.count("WATCHDOG=1") > 3 })
	s.eventually("it says what it does", func() bool { return m.count("STATUS=following 1 logs, 0 alerts fire") > 0 })
	var before, after unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &before); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.eventually("it reloaded", func() bool { return m.count("READY=1") == 2 })
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &after); err != nil {
		t.Fatal(err)
	}
	all := m.heard()
	i := slices.Index(all, "RELOADING=1")
	var usec int64
	if i < 0 || i+1 == len(all) {
		t.Fatalf("it never said RELOADING=1: %q", all)
	}
	if _, err := fmt.Sscanf(all[i+1], "MONOTONIC_USEC=%d", &usec); err != nil || usec < before.Nano()/1000 || usec > after.Nano()/1000 || !slices.Contains(all[i:], "READY=1") {
		t.Errorf("after RELOADING=1: %q, %v, want a moment between %d and %d, and READY=1", all[i+1:], err, before.Nano()/1000, after.Nano()/1000)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	s.eventually("it said that it stops", func() bool { return m.count("STOPPING=1") == 1 })
}

// TestBulletin_VouchesForTheLoopAlone: a loop that does not turn is not said to be
// alive, and a start that gets on is given more time.
func TestBulletin_VouchesForTheLoopAlone(t *testing.T) {
	var b bulletin
	for i, tc := range []struct {
		follows bool
		turns   int64
		want    []string
	}{
		{false, 0, []string{"STATUS=x"}},
		{false, 3, []string{"STATUS=x", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=60000000"}},
		{false, 3, []string{"STATUS=x"}},
		{true, 4, []string{"STATUS=x", "READY=1", "WATCHDOG=1"}},
		{true, 4, []string{"STATUS=x"}},
		{true, 5, []string{"STATUS=x", "WATCHDOG=1"}},
	} {
		if got := b.words("x", tc.follows, tc.turns); !slices.Equal(got, tc.want) {
			t.Errorf("%d: %q, want %q", i, got, tc.want)
		}
	}
}

// TestSystemd_Environment: who is not started by systemd tells nobody, and the
// watchdog of another process is not ours.
func TestSystemd_Environment(t *testing.T) {
	for name, tc := range map[string]struct {
		env  map[string]string
		want systemd
	}{
		"none":               {nil, systemd{}},
		"not a socket":       {map[string]string{"NOTIFY_SOCKET": "vsock:2:1"}, systemd{}},
		"abstract":           {map[string]string{"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "2000000"}, systemd{"@x", 2e9}},
		"not watched":        {map[string]string{"NOTIFY_SOCKET": "/x"}, systemd{"/x", 0}},
		"the parent's watch": {map[string]string{"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}, systemd{"/x", 0}},
		"ours":               {map[string]string{"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": fmt.Sprint(os.Getpid())}, systemd{"/x", 2e9}},
		"nonsense":           {map[string]string{"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"}, systemd{"/x", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			got := newSystemd(func(key string) (string, bool) { v, ok := tc.env[key]; return v, ok })
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
