package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
)

// startProfile writes what the processor does to a file, for go tool pprof and
// bench/flame, until the result is closed.
func startProfile(name string) (io.Closer, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, ioError(fmt.Errorf("write the profile of --cpuprofile: %w", err))
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, ioError(errors.Join(fmt.Errorf("start the profile of --cpuprofile: %w", err), f.Close()))
	}
	return cpuProfile{f}, nil
}

// cpuProfile is a profile being written.
type cpuProfile struct{ f *os.File }

func (p cpuProfile) Close() error {
	pprof.StopCPUProfile()
	return p.f.Close()
}
