// Package corpus makes the logs that benchmarks read: from a fixed seed, once, and
// kept for the next run. Start with Mixed.
package corpus

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Options are those of all logs: 200 records a second and both Pythons, the
// change in the middle. The three events that benchmarks look for are made to be
// about 5 % of the records, as on a bad day, with their tracebacks.
func Options(seed uint64, length time.Duration) loggen.Options {
	often := func(event string, perSecond float64) loggen.Burst {
		return loggen.Burst{Event: event, For: length, Rate: perSecond}
	}
	return loggen.Options{
		Seed: seed, Start: time.Date(2024, 11, 18, 6, 0, 0, 0, time.UTC), Duration: length, Rate: 200,
		Bursts: []loggen.Burst{often("STREAM_SERVICE_CHECKING_ERROR", 5), often("MANAGEMENT_COMMAND_ERROR", 1), often("LOGIN_ERROR", 3)},
	}
}

// lengthOf is how long it takes to write so many bytes.
func lengthOf(size int64, perSecond int64) time.Duration {
	return max(10*time.Second, time.Duration(size/perSecond)*time.Second)
}

// Mixed returns the name of a file with the records of all 14 logs in order of
// time: of at least size bytes, less than a record more.
func Mixed(dir string, seed uint64, size int64) (string, error) {
	o := Options(seed, lengthOf(size, 50_000)) // longer than is needed
	mark, err := fingerprint(o)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("smarty_all_%d_%d_%s.log", seed, size, mark))
	return once(name, func(unfinished string) error { return mix(unfinished, o, size) })
}

func mix(name string, o loggen.Options, size int64) (err error) {
	g, err := loggen.New(o)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, 1<<20)
	for written := int64(0); written < size; {
		rec, ok := g.Next()
		if !ok {
			return fmt.Errorf("make %s: the generator ended after %d bytes", name, written)
		}
		n, err := out.Write(rec.Text)
		if err != nil {
			return err
		}
		written += int64(n)
	}
	return out.Flush()
}

// once has make write a file or directory under another name, unless it is there.
func once(name string, make func(unfinished string) error) (string, error) {
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	unfinished := name + ".unfinished"
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.RemoveAll(unfinished)); err != nil {
		return "", err
	}
	if err := make(unfinished); err != nil {
		return "", err
	}
	return name, os.Rename(unfinished, name)
}
