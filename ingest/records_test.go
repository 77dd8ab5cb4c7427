package ingest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// t0 is the event time at which the logs of the tests begin.
var t0 = time.Date(2026, 2, 2, 10, 0, 0, 0, time.UTC)

// line is one record of second t0+sec, with a number to recognise it by.
func line(sec, seq int) string {
	return fmt.Sprintf("%s INFO api:12 get[4242.MainThread] SOME_EVENT seq=%d ip='10.0.0.1'\n",
		t0.Add(time.Duration(sec)*time.Second).Format("Mon Jan 02 15:04:05-0700 2006"), seq)
}

// traceback is a record of several lines.
func traceback(sec, seq int) string {
	return strings.Replace(line(sec, seq), "SOME_EVENT", "GET_FAILED", 1) +
		"Traceback (most recent call last):\n  File \"/usr/share/smarty/api.py\", line 35, in get\n    raise ValueError('x')\nValueError: x\n"
}

// lines is one record per second, numbered from first.
func lines(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(first+i, first+i))
	}
	return b.String()
}

var seqPattern = regexp.MustCompile(`seq=([0-9]+) `)

// seqOf returns the number of a record, -1 if it has none.
func seqOf(raw []byte) int {
	m := seqPattern.FindSubmatch(raw)
	if m == nil {
		return -1
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// pack compresses parts as one gzip member each.
func pack(t testing.TB, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// upTo is [from, to) as a slice.
func upTo(from, to int) []int {
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}
