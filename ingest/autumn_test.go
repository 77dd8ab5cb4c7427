package ingest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// TestAutumn_GoesOnAcrossFiles: the hour that autumn repeats is resolved by the order of
// the whole log, wherever it was rotated, in whatever pieces it is read, and wherever a
// follower begins again.
func TestAutumn_GoesOnAcrossFiles(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2025, 10, 26, 0, 30, 0, 0, berlin)
	var want []int64
	var texts [4]string // oldest first; the third begins in the second pass
	for i := range 48 {
		at := start.Add(time.Duration(i) * 5 * time.Minute)
		want = append(want, at.Unix())
		texts[i/12] += at.Format("Mon Jan 02 15:04:05 2006") + fmt.Sprintf(" INFO a:1 b[1.c] SOME_EVENT seq=%d \n", i)
	}
	dir := t.TempDir()
	for i, text := range texts {
		write(t, filepath.Join(dir, "a.log"+strings.TrimSuffix(fmt.Sprintf(".%d", 3-i), ".0")), text)
	}
	read := smartylog.Options{Zone: berlin}
	for _, piece := range []int{0, 200, 700} {
		got := secondsOf(t, dir, ReadOptions{Options: read, Piece: piece})
		if !slices.Equal(got, want) {
			t.Errorf("pieces of %d: seconds %v, want %v", piece, got, want)
		}
	}
	if got := followedAtOnce(t, read, dir); !slices.Equal(got, want) {
		t.Errorf("followed when all was there: seconds %v, want %v", got, want)
	}
	for _, restarts := range []bool{false, true} {
		if got := followed(t, read, texts[:], restarts); !slices.Equal(got, want) {
			t.Errorf("followed, restarts %t: seconds %v, want %v", restarts, got, want)
		}
	}
}

func secondsOf(t *testing.T, dir string, o ReadOptions) (secs []int64) {
	t.Helper()
	srcs, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenFiles(srcs, o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rec smartylog.Record
	for {
		if _, err := f.Next(&rec); err != nil {
			return secs
		}
		secs = append(secs, rec.Sec)
	}
}

// followed reads a log live that is rotated before each text, which comes in two parts;
// after each of them the follower may begin again.
func followed(t *testing.T, o smartylog.Options, texts []string, restarts bool) (secs []int64) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.log")
	now := time.Date(2025, 10, 27, 0, 0, 0, 0, time.UTC)
	open := func(saved map[string][]Position) *Live {
		l, err := OpenLive([]LogConfig{{Path: dir, Start: FromBeginning, Options: o}}, LiveOptions{Now: func() time.Time { return now }, MaxTails: -1}, saved)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	write(t, path, "")
	l := open(nil)
	defer func() { _ = l.Close() }()
	for i, text := range texts {
		if i > 0 {
			if err := os.Rename(path, fmt.Sprintf("%s.%d", path, 5-i)); err != nil {
				t.Fatal(err)
			}
		}
		half := strings.Index(text[len(text)/2:], "\n") + len(text)/2 + 1
		for _, content := range []string{text[:half], text} {
			write(t, path, content)
			var rec smartylog.Record
			for range 10 { // seconds, after which the last record is closed by silence
				now = now.Add(time.Second)
				for {
					_, err := l.Next(&rec)
					if errors.Is(err, ErrIdle) {
						break
					}
					secs = append(secs, rec.Sec)
				}
			}
			if restarts {
				saved := l.Positions()
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				l = open(saved)
			}
		}
	}
	return secs
}

// followedAtOnce reads live the files of a log that were rotated while nobody looked.
func followedAtOnce(t *testing.T, o smartylog.Options, dir string) (secs []int64) {
	t.Helper()
	now := time.Date(2025, 10, 27, 0, 0, 0, 0, time.UTC)
	l, err := OpenLive([]LogConfig{{Path: dir, Start: FromBeginning, Options: o}}, LiveOptions{Now: func() time.Time { return now }, MaxTails: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var rec smartylog.Record
	for range 10 {
		for now = now.Add(time.Second); ; {
			if _, err := l.Next(&rec); err != nil {
				break
			}
			secs = append(secs, rec.Sec)
		}
	}
	return secs
}
