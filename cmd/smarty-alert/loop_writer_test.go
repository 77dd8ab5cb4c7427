package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func (b *lab) file(log string) *logFile {
	f := b.files[log]
	if f == nil {
		f = &logFile{path: filepath.Join(b.logs, log)}
		b.files[log] = f
	}
	return f
}

// record writes one record of now, or of a second ago; to the file before the
// last rotation when late, and only its beginning when half.
func (b *lab) record(kind, edge, age int, late, half bool) {
	b.t.Helper()
	what := labEvents[kind%len(labEvents)]
	f := b.file(what.log)
	b.complete(f)
	b.seq++
	line := b.seq
	if kind >= unwanted {
		line = 7 // of the code: the same call as the last time
	}
	stamp := b.now.Add(-time.Duration(age) * time.Second).Format("Mon Jan 02 15:04:05-0700 2006")
	// No two files begin alike, or one would be taken for the other's copy.
	text := fmt.Sprintf("%s ERROR check:%d run[1.MainThread] %s stream_service='edge-%d' reason='r-%d' seq='%d'\n", stamp, line, what.event, edge%3, edge%2, b.seq)
	if b.seq%7 == 0 && kind < unwanted {
		text += "Traceback (most recent call last):\n  File \"/opt/smarty/x.py\", line 3, in f\nValueError: no\n"
	}
	path := f.path
	if late && f.old != "" && size(f.old) > 0 {
		path = f.old
	} else if half {
		f.half = text[len(text)/2:]
		text = text[:len(text)/2]
	}
	b.append(path, text)
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// complete writes the rest of a half line.
func (b *lab) complete(f *logFile) {
	b.t.Helper()
	if f.half != "" {
		b.append(f.path, f.half)
		f.half = ""
	}
}

func (b *lab) append(path, text string) {
	b.t.Helper()
	if _, err := os.Stat(path); err != nil {
		b.file(filepath.Base(path)).made = b.now
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	b.check(err)
	_, err = f.WriteString(text)
	b.check(err)
	b.check(f.Close())
	b.check(os.Chtimes(path, b.now, b.now))
}

// forgetful: a kill would forget which logs there are, and what is only there under
// another name nobody would find.
func (b *lab) forgetful() bool {
	_, memory := b.store.InMemory()
	return memory || b.full
}

// rotate renames a log and its older generations. The new file comes with the
// next record, or at once where the loop is down or has not seen the present one:
// what is there only under rotated names is found beside a live file. A log that
// has just been made is not rotated before the loop had time to find it.
func (b *lab) rotate(log string) {
	b.t.Helper()
	f := b.file(log)
	if _, err := os.Stat(f.path); err != nil || b.loop != nil && !slices.Contains(b.loop.live.Sources(), strings.TrimSuffix(log, ".log")) {
		return
	}
	b.complete(f)
	b.rotations++
	for n := f.gens; n > 0; n-- {
		b.check(os.Rename(fmt.Sprintf("%s.%d", f.path, n), fmt.Sprintf("%s.%d", f.path, n+1)))
	}
	f.gens++
	f.old = f.path + ".1"
	b.check(os.Rename(f.path, f.old))
	if b.loop == nil || b.looked.Sub(f.made) < time.Second || b.forgetful() {
		b.append(f.path, "")
	}
}
