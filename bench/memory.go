package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// watchEvery is how often the memory of a process is looked at. A look takes
// about 15 µs, and a core from a process that uses all there are, which then has to be
// got going again: each 5 ms it cost one that took 0.3 s a fifteenth more.
const watchEvery = 25 * time.Millisecond

// memory is the most that a process had, in bytes; 0: not known.
type memory struct {
	// anonymous is heap, stacks and tables of the runtime, but no pages of the
	// program's own file nor of files it mapped: those are the system's to take
	// away at any time.
	anonymous int64
	// resident is all pages. What the system says of a child that has ended is of
	// no use: it counts its parent as it was when the child began.
	resident int64
}

// watchMemory looks at a process until the result is called.
func watchMemory(pid int) (most func() memory) {
	status := fmt.Sprintf("/proc/%d/status", pid)
	stop, result := make(chan struct{}), make(chan memory)
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		var greatest memory
		for {
			if text, err := os.ReadFile(status); err == nil {
				greatest.anonymous = max(greatest.anonymous, bytesOf(text, "RssAnon:"))
				greatest.resident = max(greatest.resident, bytesOf(text, "VmHWM:"))
			}
			select {
			case <-tick.C:
			case <-stop:
				result <- greatest
				return
			}
		}
	}()
	return func() memory { close(stop); return <-result }
}

// bytesOf reads a line such as "RssAnon:  1234 kB"; of a process that has ended
// there is none.
func bytesOf(status []byte, key string) int64 {
	_, rest, found := bytes.Cut(status, []byte(key))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
