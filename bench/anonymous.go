package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// watchEvery is how often the memory of a process is looked at. A look takes
// about 15 µs of one core.
const watchEvery = 5 * time.Millisecond

// watchAnonymous looks at the anonymous memory of a process until the result is
// called, which returns the most that was seen, in bytes: heap, stacks and tables
// of the runtime, but no pages of the program's own file nor of files it mapped.
// Those are the system's to take away at any time.
func watchAnonymous(pid int) (most func() int64) {
	status := fmt.Sprintf("/proc/%d/status", pid)
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		var greatest int64
		for {
			text, err := os.ReadFile(status)
			if err == nil {
				greatest = max(greatest, anonymousOf(text))
			}
			select {
			case <-tick.C:
			case <-stop:
				result <- greatest
				return
			}
		}
	}()
	return func() int64 { close(stop); return <-result }
}

// anonymousOf reads the line "RssAnon:  1234 kB".
func anonymousOf(status []byte) int64 {
	_, rest, found := bytes.Cut(status, []byte("RssAnon:"))
	if !found {
		return 0 // it has ended
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
