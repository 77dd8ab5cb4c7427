package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// contender is a command and what to call it.
type contender struct {
	name string
	args []string
}

// contest is a command of ours beside a tool that does a part of the same work.
type contest struct {
	ours, tool contender
	agree      func(ours, tool string) error // whether the answers fit; nil: not compared
}

// measure is what one finished process took.
type measure struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// run runs both by turns and prints what they took. The first pair warms the
// page cache and is not counted.
func (c contest) run(size int64, pairs int) error {
	if _, err := exec.LookPath(c.tool.args[0]); err != nil {
		fmt.Printf("%s is not installed: nothing to compare %s with\n", c.tool.args[0], c.ours.name)
		return nil
	}
	var ours, tool []measure
	var ratios []float64
	for i := range pairs + 1 {
		x, said, err := once(c.ours.args)
		if err != nil {
			return err
		}
		y, saidToo, err := once(c.tool.args)
		if err != nil {
			return err
		}
		if c.agree != nil {
			if err := c.agree(said, saidToo); err != nil {
				return err
			}
		}
		if i > 0 {
			ours, tool = append(ours, x), append(tool, y)
			ratios = append(ratios, x.wall.Seconds()/y.wall.Seconds())
		}
	}
	report(c.ours.name, ours, size)
	report("LC_ALL=C "+c.tool.name, tool, size)
	slices.Sort(ratios)
	fmt.Printf("wall of %s / wall of %s: median %.2f (%.2f to %.2f)\n", c.ours.name, c.tool.name, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1])
	return nil
}

// once runs a command and gives what it wrote to standard output.
func once(args []string) (measure, string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stderr = os.Stderr
	var out strings.Builder // a pipe: grep stops at its first match when it writes to /dev/null
	cmd.Stdout = &out
	start := time.Now()
	err := cmd.Run()
	m := measure{wall: time.Since(start)}
	if err != nil {
		return m, "", fmt.Errorf("%s: %w", args[0], err)
	}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peak = usage.Maxrss * 1024 // Linux counts kilobytes
	}
	return m, out.String(), nil
}

func report(name string, ms []measure, size int64) {
	slices.SortFunc(ms, func(a, b measure) int { return int(a.wall - b.wall) })
	m := ms[len(ms)/2]
	peak := slices.MaxFunc(ms, func(a, b measure) int { return int(a.peak - b.peak) }).peak
	fmt.Printf("%-22s wall %.2f s (%.2f to %.2f), cpu %.2f s, %.0f MB/s, peak memory %.0f MiB\n", name, m.wall.Seconds(),
		ms[0].wall.Seconds(), ms[len(ms)-1].wall.Seconds(), m.cpu.Seconds(), float64(size)/1e6/m.wall.Seconds(), float64(peak)/(1<<20))
}
