package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nxadm/tail"
)

// tailAid is the name under which this program is the baseline.
const tailAid = "tail-alone"

// tailer is nxadm/tail alone, as its documentation shows it, with what people add
// first: positions kept in a file. It writes the lines that it is given.
type tailer struct {
	round *round
	cmd   *exec.Cmd
}

func (r *round) newTailer() *tailer {
	t := &tailer{round: r}
	r.atEnd(t.kill)
	return t
}

func (t *tailer) begin() error { return t.start() }

func (t *tailer) start(...string) error {
	if err := t.launch(); err != nil {
		return err
	}
	t.round.pause(300 * time.Millisecond)
	return nil
}

func (t *tailer) launch(...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{tailAid, "-positions", t.round.path("positions.json"), "-out", t.round.path("lines.txt")}
	for _, stem := range stems {
		args = append(args, t.round.path("logs", stem+".log"))
	}
	t.cmd = exec.Command(self, args...)
	return t.cmd.Start()
}

func (t *tailer) kill() {
	if t.cmd != nil {
		_ = t.cmd.Process.Kill()
		_ = t.cmd.Wait()
		t.cmd = nil
	}
}

// settle waits until no more lines come.
func (t *tailer) settle() error {
	last, since := int64(-1), time.Now()
	return t.round.eventually("no more lines come", 30*time.Second, func() bool {
		size := int64(0)
		if info, err := os.Stat(t.round.path("lines.txt")); err == nil {
			size = info.Size()
		}
		if size != last {
			last, since = size, time.Now()
		}
		return time.Since(since) > 2*time.Second
	})
}

// stop ends it: it has nothing to put in order.
func (t *tailer) stop() error {
	t.kill()
	return nil
}

var recordNumber = regexp.MustCompile(numbered + ` .*\bnumber=(\d+)`)

// judge counts the numbers among the lines.
func (t *tailer) judge(w *writer) error {
	text, err := os.ReadFile(t.round.path("lines.txt"))
	if err != nil {
		return err
	}
	seen := map[int]int{}
	for _, m := range recordNumber.FindAllSubmatch(text, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		seen[n]++
	}
	for n := range w.next {
		if w.gone[n] {
			continue
		}
		t.round.records++
		switch got := seen[n]; {
		case got == 0:
			t.round.lost++
		case got > 1:
			t.round.doubled++
		}
	}
	return nil
}

// tailAlone follows logs and writes their lines to a file, each with a position
// kept after it.
func tailAlone(args []string) int {
	f := flag.NewFlagSet(tailAid, flag.ExitOnError)
	positions := f.String("positions", "", "`file` of positions")
	out := f.String("out", "", "`file` for lines")
	_ = f.Parse(args) // it exits on an error
	if err := followAll(f.Args(), *positions, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func followAll(paths []string, positions, out string) error {
	lines, err := os.OpenFile(out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer lines.Close()
	at := map[string]int64{}
	if text, err := os.ReadFile(positions); err == nil {
		if err := json.Unmarshal(text, &at); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, path := range paths {
		t, err := tail.TailFile(path, tail.Config{Location: &tail.SeekInfo{Offset: at[path]}, ReOpen: true, Follow: true, CompleteLines: true,
			Logger: log.New(os.Stderr, filepath.Base(path)+" ", 0)})
		if err != nil {
			return err
		}
		all.Go(func() {
			for line := range t.Lines {
				mu.Lock()
				err := keepLine(lines, positions, at, path, line)
				mu.Unlock()
				if err != nil {
					log.Print(err)
				}
			}
		})
	}
	all.Wait()
	return nil
}

// keepLine writes a line and where the next one begins.
func keepLine(lines *os.File, positions string, at map[string]int64, path string, line *tail.Line) error {
	w := bufio.NewWriter(lines)
	fmt.Fprintln(w, strings.TrimSuffix(line.Text, "\r"))
	if err := w.Flush(); err != nil {
		return err
	}
	at[path] = line.SeekInfo.Offset
	text, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(positions+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(positions+".new", positions)
}
