package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a running service.
type process struct {
	cmd   *exec.Cmd
	url   string
	began time.Time
	ready time.Time // when it said that everything written before had been read
	done  chan struct{}

	mu   sync.Mutex
	said strings.Builder
}

var listening = regexp.MustCompile(`msg=running listen=(\S+)`)

// start runs the service and waits until it is ready.
func (s *site) start(flags ...string) (*process, error) {
	args := append([]string{"run", "--config", filepath.Join(s.dir, "config.yaml")}, flags...)
	if s.profile != "" {
		args = append(args, "--cpuprofile", s.profile)
	}
	p := &process{cmd: exec.Command(s.program, args...), done: make(chan struct{})}
	errPipe, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	address := make(chan string, 1)
	go p.listen(errPipe, address)
	select {
	case a := <-address:
		p.url = "http://" + a
	case <-p.done:
		return nil, fmt.Errorf("the service ended at once:\n%s", p.log())
	}
	for p.get("/-/ready") != http.StatusOK {
		select {
		case <-p.done:
			return nil, fmt.Errorf("the service ended:\n%s", p.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.ready = time.Now()
	return p, nil
}

// listen keeps the warnings that the service writes until it ends.
func (p *process) listen(r io.Reader, address chan<- string) {
	defer close(p.done)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if m := listening.FindStringSubmatch(line); m != nil {
			address <- m[1]
		}
		if !strings.Contains(line, "level=INFO") {
			p.mu.Lock()
			p.said.WriteString(line + "\n")
			p.mu.Unlock()
		}
	}
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

func (p *process) get(path string) int {
	code, _ := p.fetch(path)
	return code
}

func (p *process) fetch(path string) (int, string) {
	res, err := http.Get(p.url + path)
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

// stop asks the service to end and waits for it.
func (p *process) stop() error {
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.done
	if err = errors.Join(err, p.cmd.Wait()); err != nil {
		return fmt.Errorf("stop the service: %w\n%s", err, p.log())
	}
	return nil
}

// kill ends a service that was not stopped.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		<-p.done
		_ = p.cmd.Wait()
	}
}

// usage is what a process has taken so far.
type usage struct {
	cpu, user time.Duration
	peak      int64 // bytes
}

func (u usage) sub(before usage) usage {
	u.cpu -= before.cpu
	u.user -= before.user
	return u
}

// tick is that of USER_HZ, which is 100 on every Linux.
const tick = 10 * time.Millisecond

// usage reads /proc; zero where there is none.
func (p *process) usage() (u usage) {
	dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	if stat, err := os.ReadFile(dir + "stat"); err == nil {
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		u.user, u.cpu = time.Duration(user)*tick, time.Duration(user+system)*tick
	}
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return u
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			u.peak = kib << 10
		}
	}
	return u
}
