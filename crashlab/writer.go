package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// numbered is the event whose records carry numbers.
const numbered = "LAB_RECORD"

// stems are the logs of a round.
var stems = [...]string{"smarty_accounts", "smarty_management", "smarty_stream_services"}

// noise are events that no rule asks for; they move positions all the same.
var noise = [...]struct{ stem, event string }{
	{"smarty_accounts", "LOGIN_SUCCESS"},
	{"smarty_management", "MANAGEMENT_COMMAND_ERROR"},
	{"smarty_stream_services", "STREAM_SERVICE_CHECKING_SUCCESS"},
}

// keys is how many groups the records belong to.
const keys = 4

// writer appends numbered records to the logs of a directory, as a Smarty does: a
// write(2) per record, stamped with the second in which it is written. One
// goroutine uses it.
type writer struct {
	dir   string
	dice  *rand.Rand
	files map[string]*os.File // by stem; open as long as nobody reopens them
	next  int                 // number of the next record
	gone  map[int]bool        // numbers that exist in no file any more
	late  time.Duration       // the longest from a stamp to the end of its write
	clock clock               // of the stamps
	stamp stamp               // how they are written; nil: in UTC
	at    []int64             // second of each number
	alone *int                // number of the only record of its key; nil: there is none
	// between is done now and then, between two records.
	between func() error
}

// newWriter makes the logs; Smarty opens all of them at its start.
func (r *round) newWriter() (*writer, error) {
	w := &writer{dir: r.path("logs"), dice: rand.New(rand.NewPCG(r.seed, 1)), files: map[string]*os.File{}, gone: map[int]bool{}}
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return nil, err
	}
	r.atEnd(func() { _ = w.close() })
	for _, stem := range stems {
		if err := w.reopen(stem); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *writer) path(stem string) string { return filepath.Join(w.dir, stem+".log") }

// reopen opens a log by its name, making it if it is not there.
func (w *writer) reopen(stem string) error {
	f, err := os.OpenFile(w.path(stem), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if old := w.files[stem]; old != nil {
		err = old.Close()
	}
	w.files[stem] = f
	return err
}

func (w *writer) close() error {
	var errs []error
	for _, f := range w.files {
		errs = append(errs, f.Close())
	}
	w.files = map[string]*os.File{}
	return errors.Join(errs...)
}

// record makes the next record, stamped now, and gives its number. Every seventh
// has a traceback, every fifth comes after one that no rule asks for.
func (w *writer) record(stem string) (number int, text []byte) {
	number = w.next
	w.next++
	now := w.clock.now().Unix()
	w.at = append(w.at, now)
	fields := map[string]string{"number": strconv.Itoa(number), "key": fmt.Sprintf("'%s'", w.key(number))}
	if number%5 == 0 {
		other := noise[slices.Index(stems[:], stem)]
		text = append(text, w.render(3, now, other.stem, other.event, nil)...)
	}
	text = append(text, w.render(2+number%2, now, stem, numbered, fields)...)
	if number%7 == 0 {
		text = append(text, "Traceback (most recent call last):\n  File \"/opt/smarty/lab.py\", line 3, in f\nValueError: no\n"...)
	}
	return number, text
}

// render makes a record as the log's clock stamps it.
func (w *writer) render(era int, now int64, stem, event string, fields map[string]string) []byte {
	if w.stamp != nil {
		return w.stamp(era, now, stem, event, fields)
	}
	return loggen.Render(era, time.UTC, now, stem, event, fields)
}

// key is the group of a record.
func (w *writer) key(number int) string {
	if w.alone != nil && number == *w.alone {
		return "gone"
	}
	return fmt.Sprintf("k%d", number%keys)
}

// put writes the next record whole.
func (w *writer) put(stem string) (number int, err error) {
	began := time.Now()
	number, text := w.record(stem)
	_, err = w.files[stem].Write(text)
	w.late = max(w.late, time.Since(began))
	return number, err
}

// halves writes the next record in two pieces, with a pause between them.
func (w *writer) halves(stem string, pause time.Duration) error {
	began := time.Now()
	_, text := w.record(stem)
	cut := 1 + w.dice.IntN(len(text)-1)
	if _, err := w.files[stem].Write(text[:cut]); err != nil {
		return err
	}
	time.Sleep(pause)
	_, err := w.files[stem].Write(text[cut:])
	w.late = max(w.late, time.Since(began))
	return err
}

// anyStem is one of the logs.
func (w *writer) anyStem() string { return stems[w.dice.IntN(len(stems))] }

// burst writes some records at a pace of its own, now and then one in two pieces,
// and is silent for a while.
func (w *writer) burst() error {
	for range 1 + w.dice.IntN(12) {
		var err error
		if w.dice.IntN(20) == 0 {
			err = w.halves(w.anyStem(), time.Duration(w.dice.IntN(150))*time.Millisecond)
		} else {
			_, err = w.put(w.anyStem())
		}
		if err != nil {
			return err
		}
	}
	quiet := 250 * time.Millisecond
	if w.dice.IntN(12) == 0 {
		quiet = 1200 * time.Millisecond // long enough for an open record to be closed
	}
	time.Sleep(time.Duration(w.dice.Int64N(int64(quiet))))
	return nil
}

// keepOn writes bursts in a goroutine, until the stop that it returns is called,
// which gives the first error.
func (w *writer) keepOn() (stop func() error) {
	quit := make(chan struct{})
	var err error
	var writing sync.WaitGroup
	writing.Go(func() {
		for err == nil {
			select {
			case <-quit:
				return
			default:
			}
			if err = w.burst(); err == nil && w.between != nil {
				err = w.between()
			}
		}
	})
	return func() error {
		close(quit)
		writing.Wait()
		return err
	}
}
