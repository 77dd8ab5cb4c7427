//go:build system

package systemtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	hostileRecords = 400_000
	hostileSources = 40
	// mostMemory is what the service may take of it, in bytes. The rule keeps 10,000
	// groups, the default; how many more keys there are must not matter.
	mostMemory = 256 << 20
)

// TestMemory_HostileKeys has the service read four hundred thousand distinct group
// keys of up to 2,000 bytes, from forty logs, within a control group that kills who
// takes more than 256 MiB. It must read all of them, say that there were too many
// groups, and live.
func TestMemory_HostileKeys(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "smarty-alert")
	build := exec.Command("go", "build", "-o", program, "./cmd/smarty-alert")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var mu sync.Mutex
	limited := false
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		limited = limited || bytes.Contains(body, []byte("group-limit"))
	}))
	defer hook.Close()
	write(t, dir, "rules.yaml", "rules:\n- {id: keys, event: LOGIN_ERROR, group_by: [params.abonement], window: 10m, condition: count >= 3}\n")
	write(t, dir, "config.yaml", fmt.Sprintf(`
timezone: Europe/Moscow
logs: [{path: logs, start: beginning}]
rules: [rules.yaml]
state: {dir: state}
web: {listen: 127.0.0.1:0}
receivers: {hook: {webhook: {url: %q}, allow_loopback: true}}
route: {receiver: hook}
`, hook.URL))
	writeHostileLogs(t, filepath.Join(dir, "logs"))
	cmd := within(t, mostMemory, program, "run", "--config", filepath.Join(dir, "config.yaml"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := make(chan string, 1)
	done := make(chan error, 1)
	var said strings.Builder
	go func() {
		listening := regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				url <- "http://" + m[1]
			}
			if said.Len() < 4096 {
				said.WriteString(lines.Text() + "\n")
			}
		}
		done <- cmd.Wait()
	}()
	defer func() {
		_ = cmd.Process.Kill()
		<-done
	}()
	var base string
	select {
	case base = <-url:
	case err := <-done:
		done <- err
		t.Fatalf("it ended: %v\n%s", err, said.String())
	}
	records := func() (n float64) {
		resp, err := http.Get(base + "/metrics")
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		for _, m := range regexp.MustCompile(`(?m)^smarty_alert_records_total\{[^}]*\} (\S+)$`).FindAllSubmatch(body, -1) {
			v, _ := strconv.ParseFloat(string(m[1]), 64)
			n += v
		}
		return n
	}
	deadline := time.Now().Add(5 * time.Minute)
	for {
		mu.Lock()
		told := limited
		mu.Unlock()
		n := records()
		if told && n >= hostileRecords {
			break
		}
		select {
		case err := <-done:
			done <- err
			t.Fatalf("it ended after %.0f records: %v (killed by the control group?)\n%s", n, err, said.String())
		case <-time.After(200 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%.0f of %d records were read, group-limit told: %v\n%s", n, hostileRecords, told, said.String())
		}
	}
	peak := peakRSS(t, cmd.Process.Pid)
	t.Logf("%d records with keys of their own from %d logs: at most %d MiB of memory, of %d", hostileRecords, hostileSources, peak>>20, mostMemory>>20)
	if peak > mostMemory {
		t.Errorf("it took %d MiB of memory, more than %d", peak>>20, mostMemory>>20)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err = <-done
	done <- err
	if err != nil {
		t.Errorf("it stopped with %v", err)
	}
}

// writeHostileLogs writes what an attacker might have sent: keys that never come
// twice, some of them long.
func writeHostileLogs(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	begin := time.Now().UTC().Add(-30 * time.Minute)
	long := strings.Repeat("x", 2000)
	for source := range hostileSources {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("smarty_portal%d.log", source)))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		each := hostileRecords / hostileSources
		for n := range each {
			at := begin.Add(time.Duration(n) * 25 * time.Minute / time.Duration(each))
			key := fmt.Sprintf("%d-%d", source, n)
			if n%16 == 0 {
				key += long
			}
			fmt.Fprintf(w, "%s DEBUG check:64 run[1.MainThread] LOGIN_ERROR reason='x' params={u'abonement': u'%s'}\n", at.Format("Mon Jan 02 15:04:05-0700 2006"), key)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// controlGroup bounds the memory of processes.
type controlGroup struct{ dir string }

func (g controlGroup) procs() string { return filepath.Join(g.dir, "cgroup.procs") }

// within is a command that may take so much memory. Where no control group can be
// made, nothing stops one that takes more: what it took is judged afterwards alone.
func within(t *testing.T, limit int64, command ...string) *exec.Cmd {
	group, ok := newControlGroup(t, limit)
	if !ok {
		t.Log("no control group of memory can be made here: it takes root and /sys/fs/cgroup")
		return exec.Command(command[0], command[1:]...)
	}
	return exec.Command("/bin/sh", append([]string{"-c", `echo $$ > "$0" && exec "$@"`, group.procs()}, command...)...)
}

// newControlGroup makes one by either version of the interface, where there is a
// right to.
func newControlGroup(t *testing.T, limit int64) (g controlGroup, ok bool) {
	t.Helper()
	for _, v := range []struct{ root, file string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"},
	} {
		dir := filepath.Join(v.root, fmt.Sprintf("smarty-alert-test-%d", os.Getpid()))
		if err := os.Mkdir(dir, 0o755); err != nil {
			continue
		}
		t.Cleanup(func() {
			if err := os.Remove(dir); err != nil {
				t.Error(err)
			}
		})
		f, err := os.OpenFile(filepath.Join(dir, v.file), os.O_WRONLY, 0) // the kernel makes it, not we
		if err != nil {
			continue
		}
		if _, err := fmt.Fprint(f, limit); errors.Join(err, f.Close()) == nil {
			return controlGroup{dir}, true
		}
	}
	return controlGroup{}, false
}

// peakRSS is the most memory that a process has had at a time, in bytes.
func peakRSS(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kib, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kib << 10
}
