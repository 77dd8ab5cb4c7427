package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// sink is where a process writes.
type sink int

const (
	toUs     sink = iota // a pipe: grep stops at its first match when it writes to /dev/null
	nowhere              // /dev/null: what would be too much to read
	terminal             // a terminal, for standard error as well
)

// contender is a command and what to call it.
type contender struct {
	name string
	args []string
	out  sink
	// family: the command starts others, so that its own memory says nothing.
	family bool
}

// measure is what one finished process took.
type measure struct {
	wall, cpu time.Duration // cpu: user and system, of its children as well
	memory
}

// run runs the command once and gives what it wrote to standard output.
func (c contender) run() (measure, string, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TERM=xterm")
	var said, complained strings.Builder
	cmd.Stderr = &complained
	closeSink, err := c.connect(cmd, &said)
	if err != nil {
		return measure{}, "", fmt.Errorf("%s: %w", c.name, err)
	}
	m, err := timed(cmd, !c.family)
	closeSink()
	if err != nil {
		return m, "", fmt.Errorf("%s: %w\n%s%s", c.name, err, complained.String(), said.String())
	}
	return m, said.String(), nil
}

// connect gives the command its standard output. What it returns waits for the
// rest of it.
func (c contender) connect(cmd *exec.Cmd, said *strings.Builder) (finish func(), err error) {
	switch c.out {
	case terminal:
		ours, theirs, err := openTerminal()
		if err != nil {
			return nil, err
		}
		cmd.Stdout, cmd.Stderr = theirs, theirs
		read := make(chan struct{})
		go func() {
			defer close(read)
			_, _ = io.Copy(said, ours) // a terminal ends in an error: nobody holds its other end
		}()
		return func() { theirs.Close(); <-read; ours.Close() }, nil
	case nowhere: // what nil means
	default:
		cmd.Stdout = said
	}
	return func() {}, nil
}

// timed runs the command from its start to its end.
func timed(cmd *exec.Cmd, alone bool) (measure, error) {
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return measure{}, err
	}
	most := func() memory { return memory{} }
	if alone {
		most = watchMemory(cmd.Process.Pid)
	}
	err := cmd.Wait()
	m := measure{wall: time.Since(start), memory: most()}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return m, err
}
