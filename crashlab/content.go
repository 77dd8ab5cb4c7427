package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// contentRound writes lines in pieces, holes of NULs, bytes that are no UTF-8, and ends
// of lines of other systems among the records; now and then the follower is killed in the
// middle of a line.
func contentRound(r *round) error {
	w, s, err := r.begin()
	if err != nil {
		return err
	}
	for range 20 + r.dice.IntN(20) {
		stem := w.anyStem()
		_, text := w.record(stem)
		if err := r.spoil(s, w, stem, text); err != nil {
			return err
		}
	}
	return end(s, w)
}

// spoil writes a record and some rubbish after it.
func (r *round) spoil(s subject, w *writer, stem string, text []byte) error {
	f := w.files[stem]
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	first = slices.Clip(first)
	switch r.dice.IntN(6) {
	case 0: // in three pieces
		for _, part := range [][]byte{text[:len(text)/3], text[len(text)/3 : len(text)/2], text[len(text)/2:]} {
			if _, err := f.Write(part); err != nil {
				return err
			}
			r.sleep(150 * time.Millisecond)
		}
		return nil
	case 1: // a kill in the middle
		if _, err := f.Write(text[:len(text)/2]); err != nil {
			return err
		}
		r.sleep(100 * time.Millisecond)
		s.kill()
		r.kills++
		if _, err := f.Write(text[len(text)/2:]); err != nil {
			return err
		}
		return s.launch()
	case 2:
		text = append(text, append(bytes.Repeat([]byte{0}, 1+r.dice.IntN(5000)), '\n')...)
	case 3:
		text = append(append(append(first, " text='\xff\xfe\xc3\x28 \xed\xa0\x80'\n"...), rest...), "\xf0\x28\x8c\x28\n"...)
	case 4:
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	case 5:
		text = append([]byte("\ufeff"), text...)
	}
	_, err := f.Write(text)
	return err
}

// hugeRound writes a line of 100 MiB between records: it is one record, whose rest
// needs no memory.
func hugeRound(r *round) error {
	const size, most = 100 << 20, 16 << 20
	w, s, err := r.begin()
	if err != nil {
		return err
	}
	stem := stems[0]
	if err := writeSome(w, stem, 50); err != nil {
		return err
	}
	if err := awaitRead(r, s, w); err != nil {
		return err
	}
	base, err := peakMemory(s, true)
	if err != nil {
		return err
	}
	_, text := w.record(stem)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	first = slices.Clip(first)
	huge := append(append(append(first, " big='"...), bytes.Repeat([]byte("x"), size)...), "'\n"...)
	if r.dice.IntN(2) == 0 { // not at once
		for len(huge) > 10<<20 {
			if _, err := w.files[stem].Write(huge[:10<<20]); err != nil {
				return err
			}
			huge = huge[10<<20:]
			r.sleep(50 * time.Millisecond)
		}
	}
	if _, err := w.files[stem].Write(append(huge, rest...)); err != nil {
		return err
	}
	if err := writeSome(w, stem, 20); err != nil {
		return err
	}
	if err := awaitRead(r, s, w); err != nil {
		return err
	}
	peak, err := peakMemory(s, false)
	if err != nil {
		return err
	}
	if _, ok := s.(*service); ok {
		r.measure("memory over base", figure{float64(max(0, peak-base)) / (1 << 20), most >> 20, " MiB"})
	}
	return endRecords(s, w)
}

// peakMemory is the most that the service had in memory since it was asked to forget.
func peakMemory(s subject, forget bool) (int64, error) {
	svc, ok := s.(*service)
	if !ok {
		return 0, nil
	}
	proc := fmt.Sprintf("/proc/%d/", svc.cmd.Process.Pid)
	if forget {
		if err := os.WriteFile(proc+"clear_refs", []byte("5"), 0); err != nil {
			return 0, err
		}
	}
	text, err := os.ReadFile(proc + "status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("the system does not tell how much memory a process had")
}
