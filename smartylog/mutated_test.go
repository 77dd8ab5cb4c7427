package smartylog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// mutatedLogs is how many logs TestScanner_MutatedLogs breaks; -short leaves a
// tenth. Log number i is the same in every run.
const mutatedLogs = 10_000

// Logs put together from real and broken pieces, and broken further, keep their
// bytes: see framed. The records are JSON and do not depend on how the bytes come.
func TestScanner_MutatedLogs(t *testing.T) {
	count := mutatedLogs
	if testing.Short() {
		count /= 10
	}
	lines := bytes.SplitAfter(append(sampleLog(t), malformedLog(t)...), []byte("\n"))
	const shards = 4
	for shard := range shards {
		t.Run(fmt.Sprintf("shard %d", shard), func(t *testing.T) {
			t.Parallel()
			for i := shard; i < count && !t.Failed(); i += shards {
				checkMutated(t, i, lines)
			}
		})
	}
}

func checkMutated(t *testing.T, number int, lines [][]byte) {
	rng := rand.New(rand.NewPCG(uint64(number), 2017))
	data := mutated(rng, lines)
	defer func() {
		if problem := recover(); problem != nil {
			t.Errorf("panic: %v", problem)
		}
		if t.Failed() {
			t.Logf("log %d, %d bytes: %.4000q", number, len(data), data)
		}
	}()
	whole := framed(t, bytes.NewReader(data), data)
	pieces := framed(t, &trickle{data: data, rng: rng}, data)
	if len(whole) != len(pieces) {
		t.Fatalf("%d records, but %d read in pieces", len(whole), len(pieces))
	}
	var line []byte
	for i, r := range whole {
		if p := pieces[i]; r.Pos != p.Pos || r.Sec != p.Sec || r.Event != p.Event || r.Flags != p.Flags || r.Offset != p.Offset || !bytes.Equal(r.Raw, p.Raw) {
			t.Fatalf("record %d at %d is %s %v, but in pieces %s %v at %d", i, r.Pos, r.Event, r.Flags.Names(), p.Event, p.Flags.Names(), p.Pos)
		}
		if line = r.AppendJSON(line[:0], true); !json.Valid(line) {
			t.Fatalf("record %d is not JSON: %s", i, line)
		}
	}
}

// framed reads all records and checks that each byte of data is in one record or
// counted as skipped, that the records lie in order and apart, and that each has
// the file's bytes at its place. Of a record over the caps head and tail are left.
func framed(t testing.TB, r io.Reader, data []byte) []*smartylog.Record {
	t.Helper()
	s := smartylog.NewScanner(r, 0, smartylog.Options{})
	rec := &smartylog.Record{Log: "sample", File: "sample.log"}
	var all []*smartylog.Record
	var total, end int64
	keep := func() {
		if rec.Pos < end || s.Pos() > int64(len(data)) || len(rec.Raw) == 0 {
			t.Fatalf("record %d lies from %d to %d, the one before ends at %d, the file at %d", len(all), rec.Pos, s.Pos(), end, len(data))
		}
		end = s.Pos()
		total += int64(len(rec.Raw))
		// NULs before the next record belong to none.
		place := bytes.TrimRight(data[rec.Pos:end], "\x00")
		raw := bytes.TrimRight(rec.Raw, "\x00")
		if !rec.Flags.Has(smartylog.TruncatedValue) && !bytes.Equal(raw, place) || !headAndTail(raw, place) {
			t.Fatalf("record %d has %.2000q, the file %.2000q at %d", len(all), rec.Raw, place, rec.Pos)
		}
		all = append(all, rec.Clone())
	}
	for {
		err := s.Next(rec)
		if err == nil {
			keep()
			continue
		}
		if !errors.Is(err, io.EOF) {
			t.Fatalf("read record %d: %v", len(all), err)
		}
		if live, ok := r.(*trickle); !ok || len(live.data) == 0 {
			break
		}
	}
	for s.Flush(rec) {
		keep()
	}
	if size := int64(len(data)); total+s.Skipped() != size || s.Pos() != size || s.Open() {
		t.Fatalf("bytes of records %d + skipped %d, position %d, want %d; open %v", total, s.Skipped(), s.Pos(), size, s.Open())
	}
	return all
}

// headAndTail tells whether raw is the head and the tail of place.
func headAndTail(raw, place []byte) bool {
	n := 0
	for n < len(raw) && n < len(place) && raw[n] == place[n] {
		n++
	}
	return len(raw) <= len(place) && bytes.HasSuffix(place, raw[n:])
}

// trickle reads in pieces of random sizes and says io.EOF now and then, as a file
// does that is being written.
type trickle struct {
	data []byte
	rng  *rand.Rand
}

func (r *trickle) Read(p []byte) (int, error) {
	if len(r.data) == 0 || r.rng.IntN(3) == 0 {
		return 0, io.EOF
	}
	size := [...]int{1, 7, 100, 4096, 70_000}[r.rng.IntN(5)]
	n := copy(p, r.data[:min(len(r.data), 1+r.rng.IntN(size))])
	r.data = r.data[n:]
	return n, nil
}

func malformedLog(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/malformed.log")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// mutated puts a log together and breaks it.
func mutated(rng *rand.Rand, lines [][]byte) []byte {
	var data []byte
	for range 1 + rng.IntN(30) {
		data = append(data, lines[rng.IntN(len(lines))]...)
	}
	if rng.IntN(300) == 0 { // beyond the caps of records and the block
		huge := bytes.Repeat(data[rng.IntN(len(data)):], 1+300_000/len(data))
		data = append(data, bytes.ReplaceAll(huge, []byte("2017"), []byte("x"))...)
	}
	for range rng.IntN(12) {
		if len(data) == 0 {
			return data
		}
		data = mutations[rng.IntN(len(mutations))](rng, data)
	}
	return data
}

// part is a random place in data with some bytes that follow it.
func part(rng *rand.Rand, data []byte) (from, to int) {
	from = rng.IntN(len(data))
	return from, min(len(data), from+rng.IntN([...]int{4, 40, 400, 5000}[rng.IntN(4)]))
}

// insert puts text into data at a place.
func insert(data []byte, at int, text []byte) []byte {
	return bytes.Join([][]byte{data[:at], text, data[at:]}, nil)
}

var mutations = []func(rng *rand.Rand, data []byte) []byte{
	func(rng *rand.Rand, data []byte) []byte { // flip bits
		for range 1 + rng.IntN(5) {
			data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
		}
		return data
	},
	func(rng *rand.Rand, data []byte) []byte { // a byte of any kind
		const odd = "\x00\n\r\"'\\<>[](){}=:, \xff\xd0"
		data[rng.IntN(len(data))] = odd[rng.IntN(len(odd))]
		return data
	},
	func(rng *rand.Rand, data []byte) []byte { // cut
		from, to := part(rng, data)
		return append(data[:from:from], data[to:]...)
	},
	func(rng *rand.Rand, data []byte) []byte { // duplicate
		from, to := part(rng, data)
		return insert(data, to, data[from:to])
	},
	func(rng *rand.Rand, data []byte) []byte { // splice
		from, to := part(rng, data)
		return insert(data, rng.IntN(len(data)), data[from:to])
	},
	func(rng *rand.Rand, data []byte) []byte { // a hole
		return insert(data, rng.IntN(len(data)), make([]byte, 1+rng.IntN([...]int{3, 600, 9000}[rng.IntN(3)])))
	},
	func(rng *rand.Rand, data []byte) []byte { // line ends of Windows
		from, to := part(rng, data)
		return append(append(data[:from:from], bytes.ReplaceAll(data[from:to], []byte("\n"), []byte("\r\n"))...), data[to:]...)
	},
	func(rng *rand.Rand, data []byte) []byte { // glue
		from := rng.IntN(len(data))
		return append(data[:from:from], bytes.Replace(data[from:], []byte("\n"), nil, 1)...)
	},
	func(rng *rand.Rand, data []byte) []byte { // marks and colours
		marks := [...]string{"\xEF\xBB\xBF", "\x1b[31m", "\x1b[0m", "\u2028", "\x85", "\r", "Traceback (most recent call last):\n"}
		return insert(data, rng.IntN(len(data)), []byte(marks[rng.IntN(len(marks))]))
	},
	splitWrite,
}

// splitWrite makes a record long and has another process write where Python 2.7
// divides it, every 4,096 bytes.
func splitWrite(rng *rand.Rand, data []byte) []byte {
	start := bytes.LastIndexByte(data[:rng.IntN(len(data))], '\n') + 1
	end := start + bytes.IndexByte(append(data[start:len(data):len(data)], '\n'), '\n')
	from, to := part(rng, data)
	long := insert(data[start:end], rng.IntN(end-start+1), bytes.Repeat([]byte("x y=z, "), rng.IntN(2000)))
	for at := 4096; at < len(long) && rng.IntN(4) > 0; at += 4096 {
		other := data[bytes.LastIndexByte(data[:from], '\n')+1 : to]
		long = insert(long, at, append(bytes.TrimRight(other, "\n"), '\n'))
		at += len(other)
	}
	return bytes.Join([][]byte{data[:start], long, data[end:]}, nil)
}
